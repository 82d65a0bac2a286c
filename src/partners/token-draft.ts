import type { Random } from '../lib/random.ts'
import type { PartnerTokenRow } from '../model/account.ts'
import { isFault, type Fault } from '../model/fault.ts'
import type { EpochMs } from '../model/ids.ts'
import type { TokenInfo } from './token-keys.ts'
import { tokenTermsOf, tokenTextFault, type KeptTerms, type TokenTerms } from './token-terms.ts'

const TOKEN_BYTES = 23
const ID_BYTES = 8

/** The terms of a token to be, and its text where it is chosen and not drawn. */
export type NewToken = TokenTerms & { readonly token?: string }

/** A token before it belongs to an account. */
export type TokenDraft = Omit<PartnerTokenRow, 'account'>

export function draftToken(terms: NewToken, now: EpochMs, random: Random): TokenDraft | Fault {
  const kept = tokenTermsOf(terms, now)
  if (isFault(kept)) return kept
  const drawn = drawToken(kept, now, random)
  if (terms.token === undefined) return drawn
  return tokenTextFault(terms.token) ?? { ...drawn, token: terms.token }
}

/** One of our own making: `gac.` + 46 hex. */
export function drawToken(terms: KeptTerms, createdAt: EpochMs, random: Random): TokenDraft {
  const token = `gac.${random.bytes(TOKEN_BYTES).toString('hex')}`
  const id = random.bytes(ID_BYTES).toString('hex')
  return { id, token, ...termsIn(terms), createdAt, revokedAt: null, lastUsedAt: null, madeBy: null }
}

export function termsIn({ name, scope, expiresAt, allowFrom }: KeptTerms): KeptTerms {
  return { name, scope, expiresAt, allowFrom }
}

/** What may be shown of it at any time. */
export function infoOf(row: PartnerTokenRow): TokenInfo {
  const { id, account, createdAt, revokedAt, lastUsedAt, madeBy } = row
  return { id, account, ...termsIn(row), createdAt, revokedAt, lastUsedAt, madeBy }
}
