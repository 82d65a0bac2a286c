import { setImmediate } from 'node:timers/promises'
import type { AccountId } from '../../model/ids.ts'
import { integer, integerOrNull, text } from './columns.ts'
import type { Engine } from './engine.ts'
import type { Row } from './statement.ts'

/** So many lines are added up at a time: a few milliseconds, in which the thread does nothing else. */
const PORTION = 5000

const NEXT_MONTH = `select min(month) as month from (
    select min(month) as month from ledger where account_id = ? and month > ?
    union all
    select min(month) as month from ledger_total where account_id = ? and month > ?
  ) as months`

/**
 * The next lines of a month by day and kind, and beside them the totals as they are at the same moment: with the last portion, lines and
 * totals must agree, whatever is written meanwhile. Lines of an account are numbered in the order in which they appear.
 */
const SUMS = `select 'lines' as what, day, kind, sum(amount) as amount, count(*) as lines, max(seq) as last
  from (
    select seq, day, kind, amount from ledger where account_id = ? and month = ? and seq > ? order by seq
    limit ${String(PORTION)}
  ) as portion group by day, kind
  union all
  select 'total' as what, day, kind, amount, lines, 0 as last from ledger_total where account_id = ? and month = ?`

const BALANCE = `select
  (select coalesce(sum(amount), 0) from ledger_total where account_id = ?) as totals,
  (select coalesce(sum(lines), 0) from ledger_total where account_id = ?) as lines,
  coalesce((select amount from account_balance where account_id = ?), 0) as balance,
  coalesce((select lines from account_balance where account_id = ?), 0) as counted`

interface Sum {
  amount: number
  lines: number
}

/** See `BillingStore.check`. */
export async function checkLedger(engine: Engine, account: AccountId): Promise<readonly string[]> {
  const wrong: string[] = []
  let month = await nextMonth(engine, account, -1)
  while (month !== null) {
    wrong.push(...(await checkMonth(engine, account, month)))
    month = await nextMonth(engine, account, month)
  }
  const [row = {}] = await engine.read(BALANCE, [account, account, account, account])
  const [totals, balance] = [integer(row, 'totals'), integer(row, 'balance')]
  if (balance !== totals) wrong.push(`The balance is ${String(balance)}, the lines come to ${String(totals)}`)
  const [lines, counted] = [integer(row, 'lines'), integer(row, 'counted')]
  if (lines !== counted) wrong.push(`The balance is that of ${String(counted)} lines, and there are ${String(lines)}`)
  return wrong
}

async function nextMonth(engine: Engine, account: AccountId, after: number): Promise<number | null> {
  const [row] = await engine.read(NEXT_MONTH, [account, after, account, after])
  return row === undefined ? null : integerOrNull(row, 'month')
}

async function checkMonth(engine: Engine, account: AccountId, month: number): Promise<readonly string[]> {
  const sums = new Map<string, Sum>()
  let last = 0
  for (;;) {
    const rows = await engine.read(SUMS, [account, month, last, account, month])
    const added = rows.filter((row) => row['what'] === 'lines')
    const lines = added.map((row) => addUp(sums, row)).reduce((a, b) => a + b, 0)
    if (lines < PORTION) return differences(sums, totalsOf(rows))
    last = Math.max(...added.map((row) => integer(row, 'last')))
    await setImmediate()
  }
}

/** How many lines it was of. */
function addUp(sums: Map<string, Sum>, row: Row): number {
  const name = nameOf(row)
  const lines = integer(row, 'lines')
  const sum = sums.get(name) ?? { amount: 0, lines: 0 }
  sums.set(name, { amount: sum.amount + integer(row, 'amount'), lines: sum.lines + lines })
  return lines
}

function totalsOf(rows: readonly Row[]): ReadonlyMap<string, Sum> {
  const totals = rows.filter((row) => row['what'] === 'total')
  return new Map(totals.map((row) => [nameOf(row), { amount: integer(row, 'amount'), lines: integer(row, 'lines') }]))
}

function nameOf(row: Row): string {
  return `${text(row, 'kind')} of day ${String(integer(row, 'day'))}`
}

function differences(sums: ReadonlyMap<string, Sum>, totals: ReadonlyMap<string, Sum>): readonly string[] {
  const none: Sum = { amount: 0, lines: 0 }
  return [...new Set([...sums.keys(), ...totals.keys()])].flatMap((name) => {
    const [sum, total] = [sums.get(name) ?? none, totals.get(name) ?? none]
    if (sum.amount === total.amount && sum.lines === total.lines) return []
    return [
      `The total of ${name} is ${String(total.amount)} in ${String(total.lines)} lines, its lines come to ${String(sum.amount)} in ${String(sum.lines)}`,
    ]
  })
}
