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

export const setMark = (connection: string, number: number): PgStatement => ({
  sql: 'update commit_mark set number = $2 where connection = $1',
  params: [connection, number],
})

/** Waits for the transaction, whose connection may still be alive on the server's side, and then says how it ended. */
export const askMark = (connection: string): PgStatement => ({
  sql: 'select number from commit_mark where connection = $1 for update',
  params: [connection],
})
