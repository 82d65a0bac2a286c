import { rangeText } from '../lib/address-ranges.ts'
import { isTokenText } from '../lib/token-text.ts'
import type { PartnerTokenRow, TokenScope } from '../model/account.ts'
import { fault, isFault, type Fault } from '../model/fault.ts'
import type { EpochMs } from '../model/ids.ts'
import { nameOf } from './account-terms.ts'

export interface TokenTerms {
  readonly name?: string
  readonly scope?: TokenScope
  readonly expiresAt?: EpochMs | null
  /** Addresses and CIDR ranges. */
  readonly allowFrom?: readonly string[]
}

/** What a token's terms come to in its row. */
export type KeptTerms = Pick<PartnerTokenRow, 'name' | 'scope' | 'expiresAt' | 'allowFrom'>

const NO_TERMS: KeptTerms = { name: '', scope: 'full', expiresAt: null, allowFrom: [] }
const MOST_RANGES = 100

/** The terms that come of a change, ranges in one spelling each, or why it can't be made. An end that is set must be still to come. */
export function tokenTermsOf(patch: TokenTerms, now: EpochMs, before: KeptTerms = NO_TERMS): KeptTerms | Fault {
  const name = nameOf(patch.name ?? before.name, 0)
  if (isFault(name)) return name
  const { scope = before.scope, expiresAt = before.expiresAt } = patch
  if (patch.expiresAt !== undefined && !isToCome(expiresAt, now))
    return fault('invalid', "'expiresAt' must be in the future")
  const allowFrom = (patch.allowFrom ?? before.allowFrom).map(rangeText)
  if (allowFrom.length > MOST_RANGES)
    return fault('invalid', `'allowFrom' must have at most ${String(MOST_RANGES)} items`)
  if (!allowFrom.every((range) => range !== undefined))
    return fault('invalid', "'allowFrom' must be IP addresses and CIDR ranges")
  return { name, scope, expiresAt, allowFrom }
}

function isToCome(end: EpochMs | null, now: EpochMs): boolean {
  return end === null || (Number.isSafeInteger(end) && end > now)
}

/** Why this text can't be a token; null where it can. */
export function tokenTextFault(token: string): Fault | null {
  return isTokenText(token) ? null : fault('invalid', "'token' must be 8 to 128 letters, digits or any of . _ ~ -")
}
