import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { instanceQuery } from '../../../api/instances.ts'
import { useHere, useInstance } from '../here.ts'
import { BEFORE, LinkAttempt, type LinkView } from './link-attempt.ts'

/** While somebody waits for a phone the state is asked for besides, for where events don't come through. */
const LOOK_MS = 3_000

/** Null for the moment before the page is there. */
export function useLinkAttempt(): { readonly view: LinkView; readonly attempt: LinkAttempt | null } {
  const { account, id } = useHere()
  const { state, typeInstance: messenger } = useInstance()
  const [view, setView] = useState(BEFORE)
  const [attempt, setAttempt] = useState<LinkAttempt | null>(null)
  useEffect(() => {
    const made = new LinkAttempt({ account, id, messenger, onChange: setView })
    setAttempt(made)
    setView(BEFORE)
    return () => made.close()
  }, [account, id, messenger])
  useEffect(() => attempt?.saw(state), [attempt, state])
  useQuery({ ...instanceQuery(account, id), refetchInterval: view.isRunning ? LOOK_MS : false })
  return { view, attempt }
}
