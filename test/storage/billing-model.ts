import { monthOfDay } from '../../src/billing/month.ts'
import type { AccountRow, LedgerLine, PriceRow, StatementRow } from '../../src/model/account.ts'
import type { AccountId } from '../../src/model/ids.ts'
import type { InstanceRow } from '../../src/model/instance.ts'
import type { Batch, Guard, Write } from '../../src/storage/store.ts'

type Line = Omit<LedgerLine, 'seq'>
type Charge = Extract<Write, { kind: 'charge.day' }>

interface Rows {
  accounts: AccountRow[]
  instances: InstanceRow[]
  prices: PriceRow[]
  lines: Line[]
  statements: StatementRow[]
  chargedUpTo: number | null
  closedUpTo: number | null
}

/** What the store must be seen to do with money, as plainly as it can be said: sums are added up each time anew. */
export class BillingModel {
  rows: Rows
  /** The tariffs of the plan `daily`. */
  readonly #daily: readonly string[]

  constructor(daily: readonly string[], marks: Pick<Rows, 'chargedUpTo' | 'closedUpTo'>) {
    this.#daily = daily
    this.rows = { accounts: [], instances: [], prices: [], lines: [], statements: [], ...marks }
  }

  /** The number of the refusing guard, `failed`, or `ok`. */
  commit(batch: Batch): number | 'failed' | 'ok' {
    const before = structuredClone(this.rows)
    const refused = batch.guards.findIndex((guard) => !this.#holds(guard))
    if (refused < 0 && batch.writes.every((write) => this.#apply(write))) return 'ok'
    this.rows = before
    return refused < 0 ? 'failed' : refused
  }

  balance(account: AccountId): number {
    return sum(this.linesOf(account))
  }

  /** By month, then as they came. */
  linesOf(account: AccountId): readonly Line[] {
    return this.rows.lines.filter((line) => line.account === account).toSorted((a, b) => a.month - b.month)
  }

  #holds(guard: Guard): boolean {
    switch (guard.kind) {
      case 'balance':
        return this.balance(guard.account) >= guard.atLeast
      case 'instances': {
        const live = this.rows.instances.filter((row) => row.account === guard.account && row.deletedAt === null)
        return live.filter(({ tariff }) => guard.tariff === null || tariff === guard.tariff).length < guard.limit
      }
      case 'chargedUpTo':
        return this.rows.chargedUpTo === guard.day
      case 'paidUntil':
        return this.rows.instances.some((row) => row.id === guard.instance && row.paidUntil === guard.at)
      case 'uncharged':
        return !this.rows.lines.some(({ kind, day }) => kind === 'charge' && day === guard.day)
      case 'currency':
        return this.rows.accounts.some(
          ({ id, deletedAt, terms }) => id === guard.account && deletedAt === null && terms.currency === guard.currency,
        )
      case 'emptyLedger':
        return this.linesOf(guard.account).length === 0
      default:
        throw new Error(`Not modelled: ${guard.kind}`)
    }
  }

  #apply(write: Write): boolean {
    // The table is typed by kind, so that what it gives for a kind takes a write of that kind.
    const apply = this.#writes[write.kind] as ((write: Write) => boolean) | undefined
    if (apply === undefined) throw new Error(`Not modelled: ${write.kind}`)
    return apply(write)
  }

  /** False when it breaks a rule of uniqueness. */
  readonly #writes: { readonly [K in Write['kind']]?: (write: Extract<Write, { kind: K }>) => boolean } = {
    'hook.put': () => true,
    'account.put': ({ row }) => {
      this.rows.accounts = [...this.rows.accounts.filter(({ id }) => id !== row.id), row]
      return true
    },
    'price.put': ({ row }) => {
      this.rows.prices = [...this.rows.prices.filter((price) => !isSamePlace(price, row)), row]
      return true
    },
    'instance.add': ({ row }) => {
      const isTaken = this.rows.instances.some(({ id }) => id === row.id)
      this.rows.instances = [...this.rows.instances, row].toSorted((a, b) => a.id - b.id)
      return !isTaken
    },
    'instance.tariff': ({ instance, tariff, paidUntil }) => this.#change(instance, { tariff, paidUntil }),
    'instance.delete': ({ instance, at }) => this.#change(instance, { deletedAt: at }),
    'ledger.add': ({ line }) => this.#add(line),
    'charge.day': (write) => this.#due(write).every((line) => this.#add(line)),
    'charge.done': ({ day }) => {
      this.rows.chargedUpTo = Math.max(day, this.rows.chargedUpTo ?? day)
      return true
    },
    'charge.reopen': ({ day }) => {
      if (this.rows.chargedUpTo !== null) this.rows.chargedUpTo = Math.min(day, this.rows.chargedUpTo)
      return true
    },
    'statement.make': (write) => this.#state(write),
    'month.close': ({ month }) => {
      this.rows.closedUpTo = Math.max(month, this.rows.closedUpTo ?? month)
      return true
    },
  }

  #change(id: InstanceRow['id'], changes: Partial<InstanceRow>): boolean {
    this.rows.instances = this.rows.instances.map((row) => (row.id === id ? { ...row, ...changes } : row))
    return true
  }

  #add(line: Omit<Line, 'month'>): boolean {
    const stated = this.rows.statements.filter(({ account }) => account === line.account).map(({ month }) => month)
    const open = Math.max(this.rows.closedUpTo ?? -1, ...stated) + 1
    const isDouble = line.kind === 'charge' && this.#isCharged(line.instance, line.day)
    this.rows.lines.push({ ...line, month: Math.max(open, monthOfDay(line.day)) })
    return !isDouble
  }

  #isCharged(instance: number | null, day: number): boolean {
    return this.rows.lines.some((line) => line.kind === 'charge' && line.instance === instance && line.day === day)
  }

  #due({ day, midnight, madeBefore, from, to, at }: Charge): readonly Omit<Line, 'month'>[] {
    const there = this.rows.instances.filter(
      ({ id, createdAt, deletedAt }) =>
        id > from && id <= to && createdAt < madeBefore && (deletedAt === null || deletedAt > midnight),
    )
    return there.flatMap(({ id, account, tariff }) => {
      const price = this.#priceOf(account, tariff, day)
      if (price === undefined || !this.#daily.includes(tariff) || this.#isCharged(id, day)) return []
      const amount = price === 0 ? 0 : -price
      return [{ account, at, kind: 'charge', amount, instance: id, day, reason: tariff, author: 'system' }]
    })
  }

  #priceOf(id: AccountId, tariff: string, day: number): number | undefined {
    const currency = this.rows.accounts.find((row) => row.id === id)?.terms.currency
    const inForce = this.rows.prices
      .filter((row) => row.tariff === tariff && row.currency === currency && row.fromDay <= day)
      .toSorted((a, b) => b.fromDay - a.fromDay)
    return (inForce.find(({ account }) => account === id) ?? inForce.find(({ account }) => account === null))?.amount
  }

  #state({ account, month, plan, at }: Extract<Write, { kind: 'statement.make' }>): boolean {
    const before = this.rows.statements.filter((row) => row.account === account)
    const lines = this.linesOf(account).filter((line) => line.month === month)
    const opening = before.filter((row) => row.month < month).toSorted((a, b) => b.month - a.month)[0]?.closing ?? 0
    const currency = this.rows.accounts.find((row) => row.id === account)?.terms.currency
    if (currency === undefined || before.some((row) => row.month === month)) return true
    if (lines.length === 0 && opening === 0) return true
    const charged = sum(lines.filter(({ kind }) => kind === 'charge' || kind === 'renewal'))
    const paid = sum(lines) - charged
    const amounts = { charged, paid, lines: lines.length, opening, closing: opening + charged + paid }
    this.rows.statements.push({ account, month, currency, plan, ...amounts, createdAt: at })
    return true
  }
}

function sum(lines: readonly Line[]): number {
  return lines.reduce((total, { amount }) => total + amount, 0)
}

function isSamePlace(a: PriceRow, b: PriceRow): boolean {
  return a.tariff === b.tariff && a.account === b.account && a.currency === b.currency && a.fromDay === b.fromDay
}
