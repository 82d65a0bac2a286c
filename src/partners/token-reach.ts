import { isRangeWithin } from '../lib/address-ranges.ts'
import type { TokenScope } from '../model/account.ts'
import type { TokenInfo } from './token-keys.ts'

/**
 * Whether one token may tell the other: itself, one that it got by a rotation of its own, or one that is restricted no less in scope, end
 * and addresses. So nobody comes to more by a token than it gives him.
 */
export function isWithinReach(asked: TokenInfo, caller: TokenInfo): boolean {
  if (asked.id === caller.id || asked.madeBy === caller.id) return true
  return isScopeWithin(asked.scope, caller.scope) && isEndWithin(asked, caller) && areAddressesWithin(asked, caller)
}

/** Whether a scope allows nothing that the other does not: one that reads sees money, which one for developers does not. */
export function isScopeWithin(asked: TokenScope, limit: TokenScope): boolean {
  return limit === 'full' || asked === limit
}

function isEndWithin({ expiresAt: end }: TokenInfo, { expiresAt: limit }: TokenInfo): boolean {
  return limit === null || (end !== null && end <= limit)
}

/** No addresses are all of them. */
function areAddressesWithin({ allowFrom: ranges }: TokenInfo, { allowFrom: limits }: TokenInfo): boolean {
  if (limits.length === 0) return true
  return ranges.length > 0 && ranges.every((range) => limits.some((limit) => isRangeWithin(range, limit)))
}
