import { useQueryClient } from '@tanstack/react-query'
import { ask } from '../api/client.ts'
import { nothing } from '../api/read.ts'
import { CONSOLE } from '../api/session.ts'

/** Ends the session. A hard navigation follows, so that nothing of it stays in the page's memory or behind the back button. */
export function useSignOut(): () => void {
  const client = useQueryClient()
  return () => {
    void ask({ method: 'DELETE', path: '/session', read: nothing, mayBeUnauthorized: true }).then(() => {
      client.clear()
      location.replace(`${CONSOLE}/sign-in`)
    })
  }
}
