import type { DayTotal } from '../model/account.ts'
import type { Store } from '../storage/store.ts'
import type { Accounts } from './accounts.ts'

const ALL_MONTHS = [0, 1_000_000] as const

/** The first day to which a line of any account belongs; undefined while no ledger has one. Asked once in a data folder's life. */
export async function firstBilledDay(from: {
  readonly store: { readonly billing: Pick<Store['billing'], 'totals'> }
  readonly accounts: Pick<Accounts, 'all'>
}): Promise<number | undefined> {
  return (await firstTotal(from, 'day'))?.day
}

/** The first month that has a line. */
export async function firstBilledMonth(from: Parameters<typeof firstBilledDay>[0]): Promise<number | undefined> {
  return (await firstTotal(from, 'month'))?.month
}

async function firstTotal(
  { store, accounts }: Parameters<typeof firstBilledDay>[0],
  by: 'day' | 'month',
): Promise<DayTotal | undefined> {
  let first: DayTotal | undefined
  for (const account of accounts.all()) {
    for (const total of await store.billing.totals(account.id, ...ALL_MONTHS)) {
      if (first === undefined || total[by] < first[by]) first = total
    }
  }
  return first
}
