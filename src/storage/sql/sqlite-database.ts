import { closeSync, openSync } from 'node:fs'
import BetterSqlite from 'better-sqlite3'
import type { Param, Row } from './statement.ts'

/** The only file that knows which SQLite library this is. All calls block. */
export interface SqliteStatement {
  /** How many rows it changed. */
  run(params: readonly Param[]): number
  get(params: readonly Param[]): Row | undefined
  all(params: readonly Param[]): readonly Row[]
  /** One row after the other; the database does nothing else until the last one is asked for, or no more are wanted. */
  iterate(params: readonly Param[]): IterableIterator<Row>
  /** Whether it gives a row at all; cheaper than the row. */
  finds(params: readonly Param[]): boolean
  /** It gives rows, so it must be asked by `get` or `all`. */
  readonly givesRows: boolean
}

export interface SqliteDatabase {
  prepare(sql: string): SqliteStatement
  exec(sql: string): void
  /** False again after an error that made SQLite roll back by itself. */
  readonly inTransaction: boolean
  /** Takes what is committed from the log into the file, as far as no reader is in the way. When it fails, the log stays longer. */
  checkpoint(): void
  close(): void
}

const BUSY_TIMEOUT_MS = 5000
/** Checkpoints have a thread, see `sqlite-writer.ts`; this bounds the log when it does not keep up: 200 MB. */
const CHECKPOINT_PAGES = 50_000
/** What the log's file may keep of its size after a checkpoint. */
const LOG_BYTES = 128 * 1024 * 1024

/**
 * The writer's connection makes the file; a reader's connection only ever reads, and needs one that writes to be open.
 * The busy timeout comes first, as every other pragma may already meet a lock.
 */
export function openSqlite(file: string, use: 'write' | 'read'): SqliteDatabase {
  const database = new BetterSqlite(file, { timeout: BUSY_TIMEOUT_MS, readonly: use === 'read' })
  if (use === 'write') {
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = FULL')
    database.pragma('temp_store = MEMORY')
    database.pragma(`wal_autocheckpoint = ${String(CHECKPOINT_PAGES)}`)
    database.pragma(`journal_size_limit = ${String(LOG_BYTES)}`)
  }
  return {
    prepare(sql) {
      const statement = database.prepare<unknown[], Row>(sql)
      let finder: BetterSqlite.Statement | undefined
      return {
        givesRows: statement.reader,
        // One by one: taking them out of an array costs the library more.
        run: (params) => statement.run(...params).changes,
        get: (params) => statement.get(params),
        all: (params) => statement.all(params),
        iterate: (params) => statement.iterate(params),
        finds: (params) => {
          finder ??= database.prepare(sql).pluck()
          return finder.get(...params) !== undefined
        },
      }
    },
    exec(sql) {
      database.exec(sql)
    },
    get inTransaction() {
      return database.inTransaction
    },
    checkpoint() {
      try {
        database.pragma('wal_checkpoint(PASSIVE)')
      } catch (error) {
        if (!(error instanceof BetterSqlite.SqliteError)) throw error
      }
    },
    close() {
      database.close()
    },
  }
}

/** A server that is just stopping is waited for so long. */
const LOCK_PATIENCE_MS = 2000

/**
 * Takes a lock that the operating system gives back when the process ends, however it ends, so there is never a stale one. Null
 * when somebody else holds it; else what gives it back. The file holds nothing.
 */
export function takeLock(file: string): (() => void) | null {
  closeSync(openSync(file, 'a', 0o600))
  const database = new BetterSqlite(file, { timeout: LOCK_PATIENCE_MS })
  try {
    database.exec('begin exclusive')
    return () => database.close()
  } catch (error) {
    database.close()
    if (error instanceof BetterSqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')) return null
    throw error
  }
}
