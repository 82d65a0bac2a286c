import { useSuspenseQuery, type QueryClient } from '@tanstack/react-query'
import { ask } from './client.ts'
import { flag, list, nullable, object, oneOf, or, text, type Read } from './read.ts'
import { rememberCsrf } from './session.ts'

export const ROLES = ['owner', 'developer', 'billing', 'viewer'] as const
export type Role = (typeof ROLES)[number]

/** Shorter passwords the server does not take. */
export const PASSWORD_LEAST = 10

export const readRole = oneOf(...ROLES)

export const readMe = object({
  person: object({
    id: text,
    email: text,
    name: text,
    isOperator: flag,
    language: or(nullable(oneOf('en', 'ru')), null),
    hasTotp: flag,
  }),
  csrf: text,
  memberships: list(
    object({
      account: object({ id: text, name: text, kind: oneOf('personal', 'partner'), suspended: flag }),
      role: readRole,
    }),
  ),
  hasMail: flag,
  simulated: or(list(text), []),
  byPhone: or(list(text), []),
  byToken: or(list(text), []),
  version: text,
  apiUrl: text,
})

export type Me = Read<typeof readMe>
export type Membership = Me['memberships'][number]

export const ME_KEY = ['me'] as const

export async function fetchMe(): Promise<Me> {
  return keepMe(await ask({ path: '/session', read: readMe }))
}

/** The signed-in person. Only below the shell, which waits until it is known. */
export function useMe(): Me {
  return useSuspenseQuery({ queryKey: ME_KEY, queryFn: fetchMe }).data
}

/** Takes over what a call about the session answered. */
export function putMe(client: QueryClient, me: Me): void {
  client.setQueryData(ME_KEY, keepMe(me))
}

function keepMe(me: Me): Me {
  rememberCsrf(me.csrf)
  return me
}
