import { DEFAULT_TERMS } from '../../model/account.ts'
import type { ChargeWrite } from '../write.ts'
import { ADD_TO_BALANCE, ADD_TO_TOTAL, LINE_MONTH, LOCK_MONTHS, putMonth } from './ledger-writes.ts'
import type { WriteTable } from './write-table.ts'

/** The price of a tariff for an account (`''`: for all) in the account's currency on a day. */
const price = (account: string): string => `(select p.amount from price p
  where p.tariff = t.tariff and p.account_id = ${account} and p.currency = a.currency and p.from_day <= ?
  order by p.from_day desc limit 1)`

/** The tariff that partners' instances have from the beginning need not be stored. */
const PLAN = `coalesce((select plan from tariff where name = t.tariff),
  case t.tariff when '${DEFAULT_TERMS.tariff}' then 'daily' end)`

/**
 * What is to be charged: prices are looked up once for each account and tariff of the portion. Then balances, totals and lines are made of
 * this, so that they can't differ.
 */
const GATHER = `with rate as materialized (
    select a.id as account_id, t.tariff, coalesce(${price('a.id')}, ${price("''")}) as amount
    from (select distinct account_id, tariff from instance where id > ? and id <= ?) t
    join account a on a.id = t.account_id where ${PLAN} = 'daily'
  )
  insert into charge_scratch (instance_id, account_id, tariff, amount)
  select i.id, i.account_id, i.tariff, -r.amount from instance i
  join rate r on r.account_id = i.account_id and r.tariff = i.tariff
  where i.id > ? and i.id <= ? and i.created_at < ? and (i.deleted_at is null or i.deleted_at > ?)
    and r.amount is not null
    and not exists (select 1 from ledger l where l.kind = 'charge' and l.day = ? and l.instance_id = i.id)`

/** The daily charge: a portion of a day, and how far it has come. */
export const CHARGE_WRITES: WriteTable<ChargeWrite['kind']> = {
  'charge.day': [
    { sql: LOCK_MONTHS, lock: 'share', put: () => undefined },
    {
      // No account's currency changes between its price and its line.
      sql: `select 1 as locked from account
        where id in (select account_id from instance where id > ? and id <= ?) order by id`,
      lock: 'share',
      put(out, { from, to }) {
        out.push(from, to)
      },
    },
    {
      sql: GATHER,
      put(out, { day, midnight, madeBefore, from, to }) {
        out.push(day, day, from, to, from, to, madeBefore, midnight, day)
      },
    },
    {
      sql: `insert into account_balance (account_id, amount, lines, open_from)
        select account_id, sum(amount), count(*), 0 from charge_scratch where true group by account_id order by account_id ${ADD_TO_BALANCE}`,
      put: () => undefined,
    },
    {
      sql: `insert into ledger (account_id, at, kind, amount, instance_id, day, month, reason, author)
        select s.account_id, ?, 'charge', s.amount, s.instance_id, ?, ${LINE_MONTH}, s.tariff, 'system'
        from charge_scratch s join account_balance b on b.account_id = s.account_id cross join billing_mark m
        order by s.instance_id`,
      put(out, { at, day }) {
        out.push(at, day)
        putMonth(out, day)
      },
    },
    {
      sql: `insert into ledger_total (account_id, month, day, kind, amount, lines)
        select s.account_id, ${LINE_MONTH}, ?, 'charge', s.amount, s.lines
        from (select account_id, sum(amount) as amount, count(*) as lines from charge_scratch group by account_id) s
        join account_balance b on b.account_id = s.account_id cross join billing_mark m where true ${ADD_TO_TOTAL}`,
      put(out, { day }) {
        putMonth(out, day)
        out.push(day)
      },
    },
    { sql: 'delete from charge_scratch', put: () => undefined },
  ],
  'charge.done': [
    {
      sql: 'update billing_mark set charged_up_to = ? where charged_up_to is null or charged_up_to < ?',
      put(out, write) {
        out.push(write.day, write.day)
      },
    },
  ],
  'charge.reopen': [
    // Waits for whoever is marking a day as done at this moment: without it the update would not see that day.
    { sql: LOCK_MONTHS, lock: 'update', put: () => undefined },
    {
      sql: 'update billing_mark set charged_up_to = ? where charged_up_to > ?',
      put(out, write) {
        out.push(write.day, write.day)
      },
    },
  ],
}
