import type { PriceRow } from '../../model/account.ts'
import { monthOfDay } from '../../model/billing-month.ts'
import type { LedgerWrite } from '../write.ts'
import type { Statement } from './statement.ts'
import type { WriteOf, WriteTable } from './write-table.ts'

/**
 * The month on whose statement a line stands, given its day's month twice: that one, or the first that has no statement yet (`b`, the
 * account) and isn't closed (`m`, the server).
 */
export const LINE_MONTH = `case
  when cast(? as bigint) >= b.open_from and cast(? as bigint) > coalesce(m.closed_up_to, -1) then cast(? as bigint)
  when b.open_from > coalesce(m.closed_up_to, -1) then b.open_from
  else m.closed_up_to + 1 end`

/** Appends what `LINE_MONTH` is given. */
export function putMonth(out: (string | number | null)[], day: number): void {
  const month = monthOfDay(day)
  out.push(month, month, month)
}

/** A line adds to its day's total. */
export const ADD_TO_TOTAL = `on conflict (account_id, month, day, kind) do update set
  amount = ledger_total.amount + excluded.amount, lines = ledger_total.lines + excluded.lines`

/** A line changes the balance first: so lines of an account are written one after the other, whoever writes. */
export const ADD_TO_BALANCE = `on conflict (account_id) do update set
  amount = account_balance.amount + excluded.amount, lines = account_balance.lines + excluded.lines`

/** No month is closed before the batch is over. */
export const LOCK_MONTHS = 'select 1 as locked from billing_mark'

const CHARGED = `('charge', 'renewal')`

/** Tariffs and prices, lines of the ledger, statements, closed months. */
export const LEDGER_WRITES: WriteTable<LedgerWrite['kind']> = {
  'tariff.put': [
    {
      sql: `insert into tariff (name, plan, correspondents, calls, instances) values (?, ?, ?, ?, ?)
        on conflict (name) do update set plan = excluded.plan, correspondents = excluded.correspondents,
          calls = excluded.calls, instances = excluded.instances`,
      put(out, { row }) {
        out.push(row.name, row.plan, row.correspondents, JSON.stringify(Object.fromEntries(row.calls)), row.instances)
      },
    },
    {
      // So may its quota be: the next guard counts.
      sql: 'delete from instance_count where tariff = ?',
      put(out, { row }) {
        out.push(row.name)
      },
    },
  ],
  'price.put': [
    {
      sql: `insert into price (tariff, account_id, currency, from_day, amount) values (?, ?, ?, ?, ?)
        on conflict (tariff, account_id, currency, from_day) do update set amount = excluded.amount`,
      put(out, { row }) {
        out.push(row.tariff, priceAccount(row), row.currency, row.fromDay, row.amount)
      },
    },
  ],
  'price.remove': [
    {
      sql: 'delete from price where tariff = ? and account_id = ? and currency = ? and from_day = ?',
      put(out, { price }) {
        out.push(price.tariff, priceAccount(price), price.currency, price.fromDay)
      },
    },
  ],
  'ledger.add': [
    { sql: LOCK_MONTHS, lock: 'share', put: () => undefined },
    {
      sql: `insert into account_balance (account_id, amount, lines, open_from) values (?, ?, 1, 0) ${ADD_TO_BALANCE}`,
      put(out, { line }) {
        out.push(line.account, line.amount)
      },
    },
    {
      sql: `insert into ledger (account_id, at, kind, amount, instance_id, day, month, reason, author)
        select ?, ?, ?, ?, ?, ?, ${LINE_MONTH}, ?, ? from account_balance b cross join billing_mark m
        where b.account_id = ?`,
      put(out, { line }) {
        out.push(line.account, line.at, line.kind, line.amount, line.instance, line.day)
        putMonth(out, line.day)
        out.push(line.reason, line.author, line.account)
      },
    },
    {
      sql: `insert into ledger_total (account_id, month, day, kind, amount, lines)
        select b.account_id, ${LINE_MONTH}, ?, ?, ?, 1 from account_balance b cross join billing_mark m
        where b.account_id = ? ${ADD_TO_TOTAL}`,
      put(out, { line }) {
        putMonth(out, line.day)
        out.push(line.day, line.kind, line.amount, line.account)
      },
    },
  ],
  'statement.make': [
    lockBalance(),
    {
      sql: `insert into statement (account_id, month, currency, plan, charged, paid, lines, opening, closing, created_at)
        select a.id, ?, a.currency, ?, t.charged, t.paid, t.lines, t.opening, t.opening + t.charged + t.paid, ?
        from account a cross join (
          select coalesce(sum(case when kind in ${CHARGED} then amount end), 0) as charged,
            coalesce(sum(case when kind not in ${CHARGED} then amount end), 0) as paid,
            coalesce(sum(lines), 0) as lines,
            coalesce((
              select closing from statement where account_id = ? and month < ? order by month desc limit 1
            ), 0) as opening
          from ledger_total where account_id = ? and month = ?
        ) t
        where a.id = ? and (t.lines > 0 or t.opening <> 0)
        on conflict (account_id, month) do nothing`,
      put(out, { account, month, plan, at }) {
        out.push(month, plan, at, account, month, account, month, account)
      },
    },
    {
      sql: `update account_balance set open_from = ? where account_id = ? and open_from < ?
        and exists (select 1 from statement where account_id = ? and month = ?)`,
      put(out, { account, month }) {
        out.push(month + 1, account, month + 1, account, month)
      },
    },
  ],
  'month.close': [
    {
      sql: 'update billing_mark set closed_up_to = ? where closed_up_to is null or closed_up_to < ?',
      put(out, write) {
        out.push(write.month, write.month)
      },
    },
  ],
}

/** So that no line of the account comes between what is added up and what is marked as closed. */
function lockBalance(): Statement<WriteOf<'statement.make'>> {
  return {
    sql: 'select 1 as locked from account_balance where account_id = ?',
    lock: 'update',
    put(out, write) {
      out.push(write.account)
    },
  }
}

/** Null is no part of a key: a price for all is one of the account with the empty name, which there is not. */
function priceAccount({ account }: Pick<PriceRow, 'account'>): string {
  return account ?? ''
}
