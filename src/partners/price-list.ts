import type { PriceRow, Tariff } from '../model/account.ts'
import type { Fault } from '../model/fault.ts'
import type { AccountRow } from '../model/account.ts'
import type { Actor } from './actor.ts'

/** Tariffs and prices: kept in memory, written through; every change is in the audit log of the same batch. */
export interface PriceList {
  /** The built-in ones, as the operator changed them, and his own. */
  tariffs(): readonly Tariff[]
  tariff(name: string): Tariff | undefined
  prices(): readonly PriceRow[]
  /** Minor units of the account's currency for a day or 30 days, as of a billing day; undefined where none is in force. */
  priceOf(account: AccountRow, tariff: string, day: number): number | undefined
  /** `conflict` when the plan of a tariff that exists changes. */
  putTariff(tariff: Tariff, by: Actor): Promise<Tariff | Fault>
  /**
   * `invalid` for a day in the past, and for today where a price is in force today already: days that have begun keep theirs. A first price may
   * begin today, and then every instance that exists today is charged for it.
   */
  putPrice(price: PriceRow, by: Actor): Promise<PriceRow | Fault>
}
