import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { ask, path } from './client.ts'
import { list, nullable, number, object, oneOf, or, text, type Read } from './read.ts'

const limit = or(nullable(number), null)

export const readTerms = object({
  currency: text,
  tariff: text,
  overdraftLimit: limit,
  warnBelow: limit,
  instanceQuota: limit,
  createPerMinute: limit,
  storedBytes: limit,
  defaultMessenger: or(nullable(text), null),
})
export type Terms = Read<typeof readTerms>

const readAccount = object({
  accountId: text,
  name: text,
  kind: oneOf('personal', 'partner'),
  partnerSince: nullable(text),
  instances: number,
  terms: readTerms,
})
export type OwnAccount = Read<typeof readAccount>

/** What a token may allow. */
export const TOKEN_SCOPES = ['full', 'developer', 'read'] as const
export type TokenScope = (typeof TOKEN_SCOPES)[number]

export const readToken = object({
  id: text,
  name: text,
  scope: oneOf(...TOKEN_SCOPES),
  createdAt: text,
  expiresAt: nullable(text),
  revokedAt: nullable(text),
  allowFrom: or(list(text), []),
  lastUsedAt: nullable(text),
})
export type Token = Read<typeof readToken>

export const readIssuedToken = object({ token: text })

/** The account that the address of the page names. */
export function useHere(): string {
  return useParams()['account'] ?? ''
}

export function accountKey(account: string): readonly string[] {
  return ['account', account, 'facts']
}

/** An account with what was agreed with it; null: none is asked for. */
export function useOwnAccount(account: string | null): UseQueryResult<OwnAccount> {
  return useQuery({
    queryKey: accountKey(account ?? ''),
    queryFn: ({ signal }) => ask({ path: path`/accounts/${account ?? ''}/account`, signal, read: readAccount }),
    enabled: account !== null,
  })
}

/** Whether a token works now. */
export function isLiving({ revokedAt, expiresAt }: Token, now = Date.now()): boolean {
  return revokedAt === null && (expiresAt === null || Date.parse(expiresAt) > now)
}
