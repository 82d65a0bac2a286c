import type { EpochMs } from '../model/ids.ts'
import { isOver, type TokenInfo } from './token-keys.ts'

/** Tokens of an account that are neither revoked nor expired. */
export const MOST_IN_FORCE = 100
/** Those that are over and still listed. */
const MOST_OVER = 100
const KEPT_MS = 90 * 86_400_000

export function countInForce(tokens: readonly TokenInfo[], now: EpochMs): number {
  return tokens.filter((token) => !isOver(token, now)).length
}

/** What is to be removed: tokens that have been over for 90 days, or before 100 others. The audit log still knows of them. */
export function longOver(tokens: readonly TokenInfo[], now: EpochMs): readonly TokenInfo[] {
  const over = tokens.filter((token) => isOver(token, now)).toSorted((left, right) => endOf(right) - endOf(left))
  return over.filter((token, at) => at >= MOST_OVER || endOf(token) < now - KEPT_MS)
}

function endOf({ revokedAt, expiresAt }: TokenInfo): EpochMs {
  return Math.min(revokedAt ?? Infinity, expiresAt ?? Infinity)
}
