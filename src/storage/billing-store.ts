import type { DayTotal, LedgerLine, PriceRow, StatementRow, Tariff } from '../model/account.ts'
import type { AccountId } from '../model/ids.ts'

export interface LedgerQuery {
  readonly account: AccountId
  /** Only the lines of this month (`billing/month.ts`). */
  readonly month?: number
}

/** The place of a line in an account's ledger: lines are ordered by month, then in the order in which they came. */
export type LedgerPlace = Pick<LedgerLine, 'month' | 'seq'>

/** What the store tells of tariffs and money. */
export interface BillingStore {
  /** The tariffs that were stored; the built-in ones are in `billing/tariffs.ts`. */
  tariffs(): Promise<readonly Tariff[]>
  prices(): Promise<readonly PriceRow[]>
  /** Minor units. */
  balance(account: AccountId): Promise<number>
  /** In what the amounts of an erased account are; null for one that is there, and where no line ever was. */
  erasedCurrency(account: AccountId): Promise<string | null>
  /** Lines in their order, at most `limit`, behind `after`; with `newestFirst` in the other order. */
  ledger(query: LedgerQuery, limit: number, after?: LedgerPlace, newestFirst?: boolean): Promise<readonly LedgerLine[]>
  /** Totals of the days of the months `from` to `to`, both included, by day. */
  totals(account: AccountId, from: number, to: number): Promise<readonly DayTotal[]>
  /** Up to which billing day every instance has been charged; null before the first time. */
  chargedUpTo(): Promise<number | null>
  /** The last month that is closed; null before the first. */
  closedUpTo(): Promise<number | null>
  /** The last of the next `count` ids of instances behind `after`; null when none is left. */
  portion(after: number, count: number): Promise<number | null>
  /** What accounts were charged in all for a day (`amount` is above zero then); those that have no such line are left out. */
  chargedOn(
    day: number,
  ): Promise<readonly { readonly account: AccountId; readonly amount: number; readonly lines: number }[]>
  statements(account: AccountId): Promise<readonly StatementRow[]>
  /**
   * Looks whether the balance is the sum of the account's lines, and each day's total that of its own, by adding up the lines anew, a
   * month at a time; gives what is wrong, in words, or nothing.
   */
  check(account: AccountId): Promise<readonly string[]>
}
