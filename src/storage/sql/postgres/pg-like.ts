import type { Param, Row } from '../statement.ts'
import type { PgArray } from './pg-arrays.ts'

/** With `$1`, `$2` for the parameters. */
export interface PgStatement {
  readonly sql: string
  readonly params: readonly (Param | PgArray)[]
}

/** `count` is of the rows found or changed. */
export interface PgResult {
  readonly rows: readonly Row[]
  readonly count: number
}

export interface PgTransaction {
  /** Runs them one after the other in one round trip. Where one fails those behind it are not run, and nothing can be stored any more. */
  run(statements: readonly PgStatement[]): Promise<readonly PgResult[]>
  /** As `run`, and commits in the same round trip; nothing may be run after it. */
  commit(statements: readonly PgStatement[]): Promise<readonly PgResult[]>
}

export interface PgReadOptions {
  /** So long it waits for a connection. */
  readonly patienceMs?: number
  /** So long it waits for the answer to each round trip; then the connection is given up. */
  readonly answerMs?: number
}

export interface PgTransactionOptions extends PgReadOptions {
  /** The work begins anew, a bounded number of times, where the database itself asks for that: a deadlock, say. */
  readonly isRepeatable?: boolean
  /** Makes the schema: there is nothing yet by which the outcome of a lost COMMIT could be found. */
  readonly isFirst?: boolean
}

/** What the store needs of PostgreSQL, however it is reached. */
export interface PgLike {
  /** All of them in one round trip; repeated where a connection is lost, within a bound. */
  read(statements: readonly PgStatement[], options?: PgReadOptions): Promise<readonly PgResult[]>
  /**
   * Stored when the work has called `commit` and that resolved; else rolled back. Rejects only when certainly nothing is stored: with
   * `PgTrouble` where it was the database.
   */
  transaction<T>(work: (transaction: PgTransaction) => Promise<T>, options?: PgTransactionOptions): Promise<T>
  /** Connections that there may be, that there are, and of those the ones that nobody uses; callers that wait for one. */
  use?(): PgUse
  close(): Promise<void>
  /** Ends everything at once: what waits is rejected, and of a COMMIT whose answer is not there nobody hears any more how it ended. */
  giveUp?(): void
}

export interface PgUse {
  readonly most: number
  readonly open: number
  readonly idle: number
  readonly waiting: number
}
