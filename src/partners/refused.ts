import { majorUnits } from '../lib/money.ts'
import type { AccountRow, Tariff } from '../model/account.ts'
import { ACCOUNT_SUSPENDED, fault, NOT_FOUND, type Fault } from '../model/fault.ts'
import type { Guard, Store } from '../storage/store.ts'

type InstancesGuard = Extract<Guard, { kind: 'instances' }>

/** How many instances of one tariff the account may have: as its terms say, or else the tariff. Undefined: any number. */
export function quotaOf(account: AccountRow, tariff: Tariff): InstancesGuard | undefined {
  const limit = account.terms.instanceQuota ?? tariff.instances
  return limit === null ? undefined : { kind: 'instances', account: account.id, tariff: tariff.name, limit }
}

/** Why an account may have nothing new made for it; undefined where it may. */
export function standsStill({ deletedAt, suspendedAt }: AccountRow): Fault | undefined {
  if (deletedAt !== null) return NOT_FOUND
  return suspendedAt === null ? undefined : ACCOUNT_SUSPENDED
}

/** What is taken from an account is worked out in its currency, and must be so still where it is stored. */
export function currencyGuard({ id, terms }: AccountRow): Guard {
  return { kind: 'currency', account: id, currency: terms.currency }
}

/** The balance stays at or above the overdraft limit (zero where none was agreed on) when this is taken from it. */
export function balanceGuard({ id, terms }: AccountRow, price: number): Guard {
  return { kind: 'balance', account: id, atLeast: price - (terms.overdraftLimit ?? 0) }
}

/** What is told when a guard of quotas or money refused something. */
export async function refusal(guard: Guard, account: AccountRow, store: Pick<Store, 'billing'>): Promise<Fault> {
  switch (guard.kind) {
    case 'instances': {
      const which = guard.tariff === null ? 'instances' : `${guard.tariff} instances`
      return fault('quotaExceeded', `The quota of ${which} is used up: ${String(guard.limit)} at one time`)
    }
    case 'balance': {
      const { currency, overdraftLimit } = account.terms
      const inWords = (amount: number) => `${majorUnits(amount, currency)} ${currency}`
      const balance = inWords(await store.billing.balance(guard.account))
      const limit = overdraftLimit === null ? '' : ` with the overdraft limit of ${inWords(overdraftLimit)}`
      return fault('quotaExceeded', `The balance is ${balance}: this takes at least ${inWords(guard.atLeast)}${limit}`)
    }
    case 'paidUntil':
      return fault('conflict', 'The instance was renewed or changed at the same moment: look at it before trying again')
    case 'currency':
      return fault('conflict', 'The account was changed at the same moment: try again')
    default:
      throw new Error(`no guard of money: ${guard.kind}`)
  }
}
