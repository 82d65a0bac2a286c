import Type from 'typebox'
import { billingDay, dayText } from '../../billing/day.ts'
import { firstDay, monthOfDay, monthText, parseMonth } from '../../billing/month.ts'
import type { BookOwner, DayTotal, LedgerLine } from '../../model/account.ts'
import { LEDGER_KINDS } from '../../model/account.ts'
import { fault, isFault, type Fault } from '../../model/fault.ts'
import type { EpochMs } from '../../model/ids.ts'
import type { Ledger } from '../../partners/ledger.ts'
import { validationText } from '../errors.ts'
import { isoTime } from './iso-time.ts'
import { pageOf, PAGE_SIZE, pageSchema, readCursor, writeCursor, type Page } from './paging.ts'

const integer = Type.Integer()
const text = Type.String()
const orNull = <const Schema extends typeof integer | typeof text>(schema: Schema) => Type.Union([schema, Type.Null()])

export const LINE = Type.Object({
  seq: integer,
  time: text,
  kind: Type.Enum([...LEDGER_KINDS]),
  amount: integer,
  idInstance: orNull(integer),
  day: text,
  month: text,
  reason: text,
  author: text,
})

/** A line of the ledger; `amount` in minor units of the account's currency. */
function lineView(line: LedgerLine): object {
  const { seq, at, kind, amount, instance, day, month, reason, author } = line
  return {
    seq,
    time: isoTime(at),
    kind,
    amount,
    idInstance: instance,
    day: dayText(day),
    month: monthText(month),
    reason,
    author,
  }
}

export const LEDGER_PAGE = Type.Object({ currency: text, ...pageSchema(LINE).properties })

export interface LedgerAsked {
  /** `2026-11`; all months where absent. */
  readonly month?: string | undefined
  readonly cursor?: string | undefined
  readonly limit?: number | undefined
}

/** A page of an account's ledger with its currency, newest first. */
export async function ledgerPage(
  ledger: Pick<Ledger, 'lines'>,
  account: BookOwner,
  asked: LedgerAsked,
): Promise<object | Fault> {
  const month = asked.month === undefined ? undefined : readMonth(asked.month)
  if (isFault(month)) return month
  const page = await linesPage(ledger, account, { ...asked, month, newestFirst: true })
  return isFault(page) ? page : { currency: account.terms.currency, ...page }
}

/** A page of lines, oldest first where nothing else is wanted. */
export async function linesPage(
  ledger: Pick<Ledger, 'lines'>,
  account: BookOwner,
  asked: {
    readonly month: number | undefined
    readonly cursor?: string | undefined
    readonly limit?: number | undefined
    readonly newestFirst?: boolean
  },
): Promise<Page<object> | Fault> {
  const { month, cursor, limit = PAGE_SIZE, newestFirst = false } = asked
  const list = newestFirst ? 'ledger' : 'lines'
  const place = readCursor(list, cursor, 2)
  if (isFault(place)) return place
  const after = place === undefined ? undefined : { month: place[0], seq: place[1] }
  const query = { account: account.id, ...(month !== undefined && { month }) }
  const found = await ledger.lines(query, limit + 1, after, newestFirst)
  return pageOf(found, limit, lineView, (last) => writeCursor(list, [last.month, last.seq]))
}

/** The month that a text names. */
export function readMonth(given: string): number | Fault {
  return parseMonth(given) ?? fault('invalid', validationText(["'month' must be a month like 2026-11"]))
}

/** What a tariff costs from a day on. */
export const PRICE = Type.Object({ tariff: text, currency: text, from: text, amount: integer })

export const BALANCE = Type.Object({
  balance: integer,
  currency: text,
  overdraftLimit: orNull(integer),
  warnBelow: orNull(integer),
  today: Type.Object({ instances: integer, cost: integer }),
})

/** The balance, and what today has cost up to now; minor units. */
export async function balanceView(
  ledger: Pick<Ledger, 'balance' | 'totals'>,
  account: BookOwner,
  now: EpochMs,
): Promise<object> {
  const { currency, overdraftLimit, warnBelow } = account.terms
  const day = billingDay(now)
  const [balance, totals] = await Promise.all([
    ledger.balance(account.id),
    ledger.totals(account.id, monthOfDay(day), monthOfDay(day)),
  ])
  const today = costs(totals.filter((total) => total.day === day && total.kind === 'charge'))
  return { balance, currency, overdraftLimit, warnBelow, today: { instances: today.count, cost: today.cost } }
}

export const USAGE = Type.Object({
  month: text,
  currency: text,
  days: Type.Array(Type.Object({ day: text, instances: integer, cost: integer })),
  renewals: Type.Object({ count: integer, cost: integer }),
  total: integer,
})

/**
 * What the days of a month (the one that is, where none is named) have cost by the day, and the renewals that fell into it. A line that came after
 * its month was closed counts for its day here, though it stands on a later statement.
 */
export async function usageView(
  ledger: Pick<Ledger, 'totals'>,
  account: BookOwner,
  asked: string | undefined,
  now: EpochMs,
): Promise<object | Fault> {
  const thisMonth = monthOfDay(billingDay(now))
  const month = asked === undefined ? thisMonth : readMonth(asked)
  if (isFault(month)) return month
  const totals = await ledger.totals(account.id, month, Math.max(month, thisMonth))
  const ofMonth = totals.filter(({ day }) => day >= firstDay(month) && day < firstDay(month + 1))
  const charges = ofMonth.filter(({ kind }) => kind === 'charge')
  const days = [...new Set(charges.map(({ day }) => day))].toSorted((left, right) => left - right)
  const renewals = costs(ofMonth.filter(({ kind }) => kind === 'renewal'))
  return {
    month: monthText(month),
    currency: account.terms.currency,
    days: days.map((day) => {
      const { count, cost } = costs(charges.filter((total) => total.day === day))
      return { day: dayText(day), instances: count, cost }
    }),
    renewals,
    total: costs(charges).cost + renewals.cost,
  }
}

function costs(totals: readonly DayTotal[]): { readonly count: number; readonly cost: number } {
  let count = 0
  let amount = 0
  for (const total of totals) {
    count += total.lines
    amount += total.amount
  }
  return { count, cost: 0 - amount }
}
