import { useQueryClient, type UseMutationResult } from '@tanstack/react-query'
import { useChange } from '../api/change.ts'
import { ask } from '../api/client.ts'
import type { ApiFault } from '../api/fault.ts'
import { nothing } from '../api/read.ts'
import { CONSOLE } from '../api/session.ts'

/** Ends the session. A hard navigation follows, so that nothing of it stays in the page's memory or behind the back button. */
export function useSignOut(): UseMutationResult<unknown, ApiFault, void> {
  const client = useQueryClient()
  return useChange({
    // Without a session there is nothing to end: the way leads to the sign-in as well.
    send: (_, key) => ask({ method: 'DELETE', path: '/session', key, read: nothing }),
    onDone: () => {
      client.clear()
      location.replace(`${CONSOLE}/sign-in`)
    },
  })
}
