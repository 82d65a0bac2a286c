import { TARIFFS } from '../billing/tariffs.ts'
import type { Entitlements } from '../instances/node.ts'
import type { Clock } from '../lib/clock.ts'
import { ACCOUNT_SUSPENDED, fault } from '../model/fault.ts'
import type { Accounts } from './accounts.ts'
import type { PriceList } from './price-list.ts'
import type { StoredBytes } from './stored-bytes.ts'

export interface EntitlementsDeps {
  readonly accounts: Pick<Accounts, 'get'>
  readonly prices: Pick<PriceList, 'tariff'>
  readonly clock: Clock
  readonly stored: Pick<StoredBytes, 'of' | 'add'>
}

const EXPIRED = fault('expired', 'Instance account is expired. Renew your instance from personal area')
const FULL = fault('quotaExceeded', 'The files of this account take up all the room that it has')

/** What instances may do by their account, as it is at the moment in which they ask. */
export function openEntitlements(deps: EntitlementsDeps): Entitlements {
  const { accounts, prices, clock, stored } = deps
  return {
    // A tariff is never taken away: the built-in one stands for a name that another version of the server wrote.
    tariffOf: (row) => prices.tariff(row.tariff) ?? TARIFFS.PARTNER,
    heldBy: (row) => {
      const account = accounts.get(row.account)
      // Of a deleted account nothing goes on, whether or not all of its instances are deleted yet.
      if (account !== undefined && (account.suspendedAt !== null || account.deletedAt !== null))
        return ACCOUNT_SUSPENDED
      return row.paidUntil !== null && row.paidUntil <= clock.now() ? EXPIRED : undefined
    },
    roomFor: (account, bytes) => {
      const most = accounts.get(account)?.terms.storedBytes ?? null
      return most === null || stored.of(account) + bytes <= most ? undefined : FULL
    },
    kept: (account, bytes) => stored.add(account, bytes),
  }
}
