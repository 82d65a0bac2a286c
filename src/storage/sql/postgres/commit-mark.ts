import { randomUUID } from 'node:crypto'
import type { PgStatement } from './pg-like.ts'

/**
 * Each connection has a row that says which of its transactions was the last to be stored; every transaction begins by writing its number
 * there. So the outcome of a COMMIT whose answer was lost can be read, whatever became of the server meanwhile: the number is stored with
 * the transaction or not at all. (The server's own transaction ids can't tell that: after a crash they may be given to others.)
 */
export interface CommitMark {
  readonly connection: string
  /** Of the last transaction that was begun. */
  lastNumber: number
  /** The row is there. */
  isMade: boolean
}

export const newMark = (): CommitMark => ({ connection: randomUUID(), lastNumber: 0, isMade: false })

export const MAKE_MARKS = `create table if not exists commit_mark (
  connection text primary key not null, number bigint not null, at timestamptz not null default now()
)`

/** Of servers that are long gone: a row in use is never so old, as each connection begins its life by saying that its row is. */
export const SWEEP_MARKS: PgStatement = {
  sql: `delete from commit_mark where at < now() - interval '30 days'`,
  params: [],
}

/** For each new connection; one that takes over a row from another one says so as well. */
export const makeMark = (connection: string): PgStatement => ({
  sql: 'insert into commit_mark (connection, number) values ($1, 0) on conflict (connection) do update set at = now()',
  params: [connection],
})

/** With this `setMark` fails: there is no logarithm of zero. */
export const MARK_IS_GONE = '2201E'

/**
 * The first statement of each transaction. It fails where the row is not there, or was closed by who gave the transaction up: then nothing of
 * it may be stored.
 */
export const setMark = (connection: string, number: number): PgStatement => ({
  sql: `with marked as (
      update commit_mark set number = $2 where connection = $1 and number >= 0 returning 1
    ) select ln(count(*)) as marked from marked`,
  params: [connection, number],
})

/**
 * Waits for the transaction, should the server still be at it, and says how it ended: its own number, where it is stored; else that with a
 * minus, and then it never will be, though all of it were still on the way.
 */
export const askMark = (connection: string, number: number): PgStatement => ({
  sql: `update commit_mark set number = case when number = $2 then number else -$2 end
    where connection = $1 returning number`,
  params: [connection, number],
})
