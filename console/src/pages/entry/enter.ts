import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { useChange } from '../../api/change.ts'
import { ask } from '../../api/client.ts'
import type { ApiFault } from '../../api/fault.ts'
import { putMe, readMe, type Me } from '../../api/me.ts'

/** Begins the keys of what is known of links. */
export const LINK_KEY = 'link'

interface Credentials {
  /** Which call makes the session. */
  readonly path: '/session' | '/links/accept'
  readonly body: Readonly<Record<string, string>>
}

export interface Enter {
  readonly send: (credentials: Credentials) => void
  readonly isBusy: boolean
  /** True from the moment the server asked for a code. */
  readonly needsCode: boolean
  /** Of the last try; null also where it only asked for a code. */
  readonly fault: ApiFault | null
}

/** Whatever makes a session: goes on to `next`, a page below the console, with the person known. */
export function useEnter(next: string): Enter {
  const client = useQueryClient()
  const navigate = useNavigate()
  const [needsCode, setNeedsCode] = useState(false)
  const change = useChange<Credentials, Me>({
    send: ({ path, body }, key) => ask({ method: 'POST', path, body, key, read: readMe, mayBeUnauthorized: true }),
    onDone: (me) => {
      // Nothing of somebody who was signed in here before. What the page still shows of its link stays: it is not asked for again.
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== LINK_KEY })
      putMe(client, me)
      void navigate(next, { replace: true })
    },
    onFault: (fault) => {
      if (fault.code === 'codeNeeded') setNeedsCode(true)
    },
  })
  const { error, variables } = change
  // The same answer to a password alone is a question, to a code it says that the code was wrong.
  const isQuestion = error?.code === 'codeNeeded' && variables?.body['code'] === undefined
  return { send: change.mutate, isBusy: change.isPending, needsCode, fault: isQuestion ? null : error }
}
