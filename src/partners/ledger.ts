import type { DayTotal, LedgerLine } from '../model/account.ts'
import type { Fault } from '../model/fault.ts'
import type { AccountId } from '../model/ids.ts'
import type { Repeated } from '../model/once.ts'
import type { Once } from '../storage/once.ts'
import type { LedgerPlace, LedgerQuery } from '../storage/store.ts'
import type { Actor } from './actor.ts'

/** A line that the operator writes. */
export interface NewLine {
  /** topUp: above zero. refund: given back to the account's owner from the balance, below zero. correction: either, not zero. */
  readonly kind: 'topUp' | 'refund' | 'correction'
  readonly amount: number
  readonly reason: string
}

/** The money of accounts. */
export interface Ledger {
  balance(account: AccountId): Promise<number>
  lines(query: LedgerQuery, limit: number, after?: LedgerPlace, newestFirst?: boolean): Promise<readonly LedgerLine[]>
  totals(account: AccountId, fromMonth: number, toMonth: number): Promise<readonly DayTotal[]>
  /** Durable, with the audit entry, when it resolves; gives the balance after it. `once`: the answer is made of the balance before it plus the amount. */
  add(
    account: AccountId,
    line: NewLine,
    by: Actor,
    once?: Once<{ readonly amount: number }>,
  ): Promise<{ readonly amount: number } | Fault | Repeated>
  /** What does not add up, in words; nothing where all does. */
  audit(account: AccountId): Promise<readonly string[]>
}
