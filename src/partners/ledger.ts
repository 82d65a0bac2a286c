import { billingDay } from '../billing/day.ts'
import type { Clock } from '../lib/clock.ts'
import { isAmount, MOST_MONEY } from '../lib/money.ts'
import { Serial } from '../lib/serial.ts'
import type { BookOwner, DayTotal, LedgerLine } from '../model/account.ts'
import { fault, type Fault } from '../model/fault.ts'
import type { AccountId } from '../model/ids.ts'
import type { Repeated } from '../model/once.ts'
import type { LedgerPlace, LedgerQuery } from '../storage/billing-store.ts'
import type { Once } from '../storage/once.ts'
import type { Store } from '../storage/store.ts'
import type { Actor } from './actor.ts'
import { audited } from './audit-log.ts'

/** A line that the operator writes. */
export interface NewLine {
  /** topUp: above zero. refund: given back to the account's owner from the balance, below zero. correction: either, not zero. */
  readonly kind: 'topUp' | 'refund' | 'correction'
  readonly amount: number
  readonly reason: string
}

/** UTF-16 units of a line's reason. */
export const REASON_LENGTH = 500

export interface LedgerDeps {
  readonly store: Pick<Store, 'commit' | 'billing'>
  readonly clock: Pick<Clock, 'now'>
}

/** The money of accounts. */
export class Ledger {
  readonly #deps: LedgerDeps
  /** Each answer names the balance that the one before has left. */
  readonly #additions = new Serial()

  constructor(deps: LedgerDeps) {
    this.#deps = deps
  }

  balance(account: AccountId): Promise<number> {
    return this.#deps.store.billing.balance(account)
  }

  /** Whose books are left of an account that was erased; undefined where no line ever was. */
  async ofErased(account: AccountId): Promise<BookOwner | undefined> {
    const currency = await this.#deps.store.billing.erasedCurrency(account)
    if (currency === null) return undefined
    const terms = { currency, overdraftLimit: null, warnBelow: null }
    return { id: account, name: '', terms }
  }

  lines(query: LedgerQuery, limit: number, after?: LedgerPlace, newestFirst?: boolean): Promise<readonly LedgerLine[]> {
    return this.#deps.store.billing.ledger(query, limit, after, newestFirst)
  }

  totals(account: AccountId, fromMonth: number, toMonth: number): Promise<readonly DayTotal[]> {
    return this.#deps.store.billing.totals(account, fromMonth, toMonth)
  }

  /** Durable, with the audit entry, when it resolves; gives the balance after it. `once`: the answer is made of the balance before it plus the amount. */
  async add(
    account: AccountId,
    line: NewLine,
    by: Actor,
    once?: Once<{ readonly amount: number }>,
  ): Promise<{ readonly amount: number } | Fault | Repeated> {
    const reason = line.reason.trim().toWellFormed()
    const trouble = lineFault({ ...line, reason })
    if (trouble !== undefined) return trouble
    return this.#additions.run(() => this.#store(account, { ...line, reason }, by, once))
  }

  async #store(
    account: AccountId,
    { kind, amount, reason }: NewLine,
    by: Actor,
    once: Once<{ readonly amount: number }> | undefined,
  ): Promise<{ readonly amount: number } | Repeated> {
    const { store, clock } = this.#deps
    const after = { amount: (await store.billing.balance(account)) + amount }
    const at = clock.now()
    const line = { account, at, kind, amount, instance: null, day: billingDay(at), reason, author: by }
    const committed = await store.commit({
      guards: once === undefined ? [] : [once(after)],
      writes: [
        { kind: 'ledger.add', line },
        audited(by, at, `ledger.${kind}`, { account, details: { amount, reason } }),
      ],
    })
    if (committed.ok) return after
    if (committed.earlier === undefined) throw new Error(`a ledger line was refused by ${committed.refusedBy.kind}`)
    return { earlier: committed.earlier }
  }

  /** What does not add up, in words; nothing where all does. */
  check(account: AccountId): Promise<readonly string[]> {
    return this.#deps.store.billing.check(account)
  }
}

function lineFault({ kind, amount, reason }: NewLine): Fault | undefined {
  if (reason === '') return fault('invalid', 'A line says why: its reason is empty')
  if (reason.length > REASON_LENGTH) return fault('invalid', `A reason has at most ${String(REASON_LENGTH)} characters`)
  if (!isAmount(amount) || amount === 0) {
    return fault('invalid', `An amount is a whole number of minor units, not 0, at most ${String(MOST_MONEY)}`)
  }
  if (kind === 'topUp' && amount < 0) return fault('invalid', 'The amount of a topUp is above zero')
  if (kind === 'refund' && amount > 0) return fault('invalid', 'The amount of a refund is below zero')
  return undefined
}
