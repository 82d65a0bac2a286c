import { billingDay, billingDayStart } from '../billing/day.ts'
import { firstDay, monthOfDay } from '../billing/month.ts'
import type { Clock } from '../lib/clock.ts'
import type { AccountRow, DayTotal, LedgerLine, StatementRow } from '../model/account.ts'
import { fault, type Fault } from '../model/fault.ts'
import type { AccountId } from '../model/ids.ts'
import type { Store } from '../storage/store.ts'
import type { Accounts } from './accounts.ts'

const PORTION_LINES = 1000
const NO_STATEMENT = fault('notFound', 'There is no statement of this month')

/** A month's statement, frozen, or what it would be now (`isFinal` false, for a month that is not closed yet). */
export interface Statement extends StatementRow {
  readonly isFinal: boolean
}

export interface StatementsDeps {
  readonly store: Pick<Store, 'billing'>
  readonly clock: Clock
  readonly accounts: Pick<Accounts, 'get'>
}

/** How an account pays a month. Persons pay as they go; partners do so in the first month of cooperation. */
export function planOf({ partnerSince }: AccountRow, month: number): StatementRow['plan'] {
  return partnerSince !== null && month > monthOfDay(billingDay(partnerSince)) ? 'postpaid' : 'prepaid'
}

export class Statements {
  readonly #deps: StatementsDeps

  constructor(deps: StatementsDeps) {
    this.#deps = deps
  }

  /** The frozen ones, newest first. */
  async list(account: AccountId): Promise<readonly StatementRow[]> {
    return (await this.#deps.store.billing.statements(account)).toSorted((a, b) => b.month - a.month)
  }

  /** `notFound` for a month in the future or before the account. */
  async of(account: AccountId, month: number): Promise<Statement | Fault> {
    const frozen = await this.list(account)
    const statement = frozen.find((one) => one.month === month)
    if (statement !== undefined) return { ...statement, isFinal: true }
    const row = this.#deps.accounts.get(account)
    return row === undefined
      ? NO_STATEMENT
      : this.#open(
          row,
          month,
          frozen.find((one) => one.month < month),
        )
  }

  /** The lines that it consists of, in portions; the sum of their amounts is `charged + paid`. Those of an open month up to now. */
  async *lines(account: AccountId, month: number): AsyncIterable<readonly LedgerLine[]> {
    let after: LedgerLine | undefined
    for (;;) {
      const lines = await this.#deps.store.billing.ledger({ account, month }, PORTION_LINES, after)
      if (lines.length > 0) yield lines
      after = lines.at(-1)
      if (after === undefined || lines.length < PORTION_LINES) return
    }
  }

  /** What was not stated: a month that is still open, or a closed one in which there was nothing to state. */
  async #open(account: AccountRow, month: number, before: StatementRow | undefined): Promise<Statement | Fault> {
    const { store, clock } = this.#deps
    const totals = await store.billing.totals(account.id, before === undefined ? 0 : before.month + 1, month)
    const own = totals.filter((total) => total.month === month)
    const now = clock.now()
    if (own.length === 0 && (month > monthAt(now) || month < monthAt(account.createdAt))) return NO_STATEMENT
    const closedUpTo = await store.billing.closedUpTo()
    const isFinal = closedUpTo !== null && month <= closedUpTo
    const opening = (before?.closing ?? 0) + sum(totals.filter((total) => total.month < month))
    const charged = sum(own.filter(isCharge))
    const paid = sum(own.filter((total) => !isCharge(total)))
    return {
      account: account.id,
      month,
      currency: account.terms.currency,
      plan: planOf(account, month),
      charged,
      paid,
      lines: own.reduce((lines, total) => lines + total.lines, 0),
      opening,
      closing: opening + charged + paid,
      createdAt: isFinal ? billingDayStart(firstDay(month + 1)) : now,
      isFinal,
    }
  }
}

function monthAt(at: number): number {
  return monthOfDay(billingDay(at))
}

function isCharge({ kind }: DayTotal): boolean {
  return kind === 'charge' || kind === 'renewal'
}

function sum(totals: readonly DayTotal[]): number {
  return totals.reduce((amount, total) => amount + total.amount, 0)
}
