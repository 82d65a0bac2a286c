import Type from 'typebox'
import { TOKEN_SCOPES } from '../../model/account.ts'
import type { IssuedToken, TokenInfo } from '../../partners/partner-tokens.ts'
import { isoTime, isoTimeOrNull } from './iso-time.ts'

const text = Type.String()
const textOrNull = Type.Union([text, Type.Null()])

export const TOKEN = Type.Object({
  id: text,
  name: text,
  scope: Type.Enum([...TOKEN_SCOPES]),
  createdAt: text,
  expiresAt: textOrNull,
  revokedAt: textOrNull,
  allowFrom: Type.Array(text),
  lastUsedAt: textOrNull,
})
export const ISSUED_TOKEN = Type.Object({ ...TOKEN.properties, token: text })

/** What may be shown of a partner token at any time. */
export function tokenView(info: TokenInfo): object {
  const { id, name, scope, createdAt, expiresAt, revokedAt, allowFrom, lastUsedAt } = info
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

/** The same with the token itself. */
export function issuedTokenView({ info, token }: IssuedToken): object {
  return { ...tokenView(info), token }
}
