import type { BillingStore, LedgerPlace, LedgerQuery } from '../billing-store.ts'
import { accountId } from './account-rows.ts'
import * as rows from './billing-rows.ts'
import { integer, integerOrNull, text } from './columns.ts'
import type { Engine } from './engine.ts'
import { checkLedger } from './ledger-check.ts'

const LINE = 'select seq, account_id, at, kind, amount, instance_id, day, month, reason, author from ledger'

const READS = {
  tariffs: 'select name, plan, correspondents, calls, instances from tariff order by name',
  prices: `select tariff, account_id, currency, from_day, amount from price
    order by tariff, account_id, currency, from_day`,
  balance: 'select amount from account_balance where account_id = ?',
  erasedCurrency: `select currency from account_balance
    where account_id = ? and currency is not null`,
  ledger: `${LINE} where account_id = ? and (month, seq) > (?, ?) and month <= ? order by month, seq limit ?`,
  ledgerBackwards: `${LINE} where account_id = ? and (month, seq) < (?, ?) and month >= ?
    order by month desc, seq desc limit ?`,
  totals: `select month, day, kind, amount, lines from ledger_total
    where account_id = ? and month >= ? and month <= ? order by day, month, kind`,
  marks: 'select charged_up_to, closed_up_to from billing_mark',
  portion: 'select max(id) as last from (select id from instance where id > ? order by id limit ?) as portion',
  chargedOn: `select account_id, -sum(amount) as amount, sum(lines) as lines from ledger_total
    where day = ? and kind = 'charge' group by account_id order by account_id`,
  statements: `select account_id, month, currency, plan, charged, paid, lines, opening, closing, created_at
    from statement where account_id = ? order by month`,
} as const

const LAST = Number.MAX_SAFE_INTEGER

export function billingReads(engine: Engine): BillingStore {
  async function mark(column: 'charged_up_to' | 'closed_up_to'): Promise<number | null> {
    const [row] = await engine.read(READS.marks, [])
    return row === undefined ? null : integerOrNull(row, column)
  }

  return {
    tariffs: async () => (await engine.read(READS.tariffs, [])).map(rows.tariff),
    prices: async () => (await engine.read(READS.prices, [])).map(rows.priceRow),
    async balance(account) {
      const [row] = await engine.read(READS.balance, [account])
      return row === undefined ? 0 : integer(row, 'amount')
    },
    async erasedCurrency(account) {
      const [row] = await engine.read(READS.erasedCurrency, [account])
      return row === undefined ? null : text(row, 'currency')
    },
    async ledger(query, limit, after, newestFirst = false) {
      const found = newestFirst
        ? await engine.read(READS.ledgerBackwards, [query.account, ...before(query, after), limit])
        : await engine.read(READS.ledger, [query.account, ...behind(query, after), limit])
      return found.map(rows.ledgerLine)
    },
    totals: async (account, from, to) => (await engine.read(READS.totals, [account, from, to])).map(rows.dayTotal),
    chargedUpTo: () => mark('charged_up_to'),
    closedUpTo: () => mark('closed_up_to'),
    async portion(after, count) {
      const [row] = await engine.read(READS.portion, [after, count])
      return row === undefined ? null : integerOrNull(row, 'last')
    },
    chargedOn: async (day) =>
      (await engine.read(READS.chargedOn, [day])).map((row) => ({
        account: accountId(row),
        amount: integer(row, 'amount'),
        lines: integer(row, 'lines'),
      })),
    statements: async (account) => (await engine.read(READS.statements, [account])).map(rows.statementRow),
    check: (account) => checkLedger(engine, account),
  }
}

/** The place from which lines are read on, and the month at which they end. */
function behind({ month }: LedgerQuery, after: LedgerPlace | undefined): readonly number[] {
  return [...(after === undefined ? [month ?? 0, 0] : [after.month, after.seq]), month ?? LAST]
}

function before({ month }: LedgerQuery, after: LedgerPlace | undefined): readonly number[] {
  return [...(after === undefined ? [month ?? LAST, LAST] : [after.month, after.seq]), month ?? 0]
}
