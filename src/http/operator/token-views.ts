import Type from 'typebox'
import type { IssuedToken, TokenInfo } from '../../partners/partner-tokens.ts'
import { isoTime, isoTimeOrNull } from '../api/ledger-views.ts'

const text = Type.String()
const textOrNull = Type.Union([text, Type.Null()])

export const TOKEN = Type.Object({
  id: text,
  name: text,
  scope: Type.Enum(['full', 'read']),
  createdAt: text,
  expiresAt: textOrNull,
  revokedAt: textOrNull,
  allowFrom: Type.Array(text),
  lastUsedAt: textOrNull,
})
export const ISSUED = Type.Object({ ...TOKEN.properties, token: text })

/** A token without the token itself. */
export function tokenView({
  id,
  name,
  scope,
  createdAt,
  expiresAt,
  revokedAt,
  allowFrom,
  lastUsedAt,
}: TokenInfo): object {
  return {
    id,
    name,
    scope,
    createdAt: isoTime(createdAt),
    expiresAt: isoTimeOrNull(expiresAt),
    revokedAt: isoTimeOrNull(revokedAt),
    allowFrom,
    lastUsedAt: isoTimeOrNull(lastUsedAt),
  }
}

export function issuedView({ info, token }: IssuedToken): object {
  return { ...tokenView(info), token }
}
