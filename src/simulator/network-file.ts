import { closeSync, openSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { ACCOUNTS_SCHEMA, ADDED_COLUMNS } from './accounts-schema.ts'
import { DELIVERIES_SCHEMA, MESSAGES_COLUMNS, MESSAGES_INDEXES, MESSAGES_SCHEMA } from './messages-schema.ts'

const SCHEMA = `
CREATE TABLE IF NOT EXISTS phones (
  messenger TEXT NOT NULL, phone TEXT NOT NULL, name TEXT NOT NULL, present INTEGER NOT NULL, auto_read INTEGER NOT NULL,
  online INTEGER NOT NULL, devices INTEGER NOT NULL DEFAULT 0, at INTEGER NOT NULL,
  PRIMARY KEY (messenger, phone)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS devices (
  no INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, key_hash BLOB NOT NULL, messenger TEXT NOT NULL,
  phone TEXT NOT NULL, label TEXT NOT NULL, confirmed INTEGER NOT NULL, at INTEGER NOT NULL, removed_at INTEGER
);
CREATE INDEX IF NOT EXISTS devices_phone ON devices (phone, messenger) WHERE removed_at IS NULL;
CREATE TABLE IF NOT EXISTS faults (
  id INTEGER PRIMARY KEY AUTOINCREMENT, messenger TEXT, phone TEXT, kind TEXT NOT NULL, value INTEGER NOT NULL,
  reason TEXT NOT NULL
);
`

interface Waiter {
  readonly done: () => void
  readonly failed: (error: Error) => void
}

/**
 * The network's own file. Everything that happens within one turn of the event loop shares one transaction; whoever answers for
 * it waits until that has committed (`afterCommit`, `settled`). A change that throws takes the whole turn back, so that nothing
 * half done is ever kept. It must outlive the death of any process, not of the machine: `synchronous=NORMAL` keeps the event loop
 * of a gateway that embeds the network free of disk flushes.
 */
export class NetworkFile {
  readonly #database: Sqlite.Database
  readonly #begin: Sqlite.Statement
  readonly #commit: Sqlite.Statement
  readonly #rollback: Sqlite.Statement
  /** Null while no transaction is open. */
  #waiters: Waiter[] | null = null
  /** Called after each commit when its waiters have been answered. */
  onCommitted: () => void = () => undefined
  /** A turn could not be stored; what was built on it in memory is void. */
  onFailed: (error: Error) => void = () => undefined

  constructor(path: string) {
    // Chats are private: SQLite gives its other files the rights of this one.
    closeSync(openSync(path, 'a', 0o600))
    this.#database = new Sqlite(path)
    this.#database.pragma('busy_timeout = 5000')
    this.#database.pragma('journal_mode = WAL')
    this.#database.pragma('synchronous = NORMAL')
    this.#database.exec(SCHEMA)
    this.#database.exec(ACCOUNTS_SCHEMA)
    this.#database.exec(MESSAGES_SCHEMA)
    for (const { table, column, form } of [...ADDED_COLUMNS, ...MESSAGES_COLUMNS]) this.#addColumn(table, column, form)
    this.#database.exec(MESSAGES_INDEXES)
    this.#addDeliveries()
    this.#begin = this.#database.prepare('BEGIN IMMEDIATE')
    this.#commit = this.#database.prepare('COMMIT')
    this.#rollback = this.#database.prepare('ROLLBACK')
  }

  prepare<Parameters extends unknown[], Row = unknown>(sql: string): Sqlite.Statement<Parameters, Row> {
    return this.#database.prepare<Parameters, Row>(sql)
  }

  /** Runs the work inside this turn's transaction. */
  change<T>(work: () => T): T {
    if (this.#waiters === null) {
      this.#begin.run()
      this.#waiters = []
      setImmediate(() => this.#end())
    }
    try {
      return work()
    } catch (error) {
      this.#fail(asError(error))
      throw error
    }
  }

  /** Calls `done` once everything changed so far is stored, at once when nothing is open; or `failed`. */
  afterCommit(done: () => void, failed: (error: Error) => void = () => undefined): void {
    if (this.#waiters === null) done()
    else this.#waiters.push({ done, failed })
  }

  settled(): Promise<void> {
    return new Promise((resolve, reject) => this.afterCommit(resolve, reject))
  }

  close(): void {
    this.#end()
    this.#database.close()
  }

  /** To a table that an older version made. */
  #addColumn(table: string, column: string, form: string): void {
    const known = this.#database.prepare<[string, string]>('SELECT 1 FROM pragma_table_info(?) WHERE name = ?')
    if (known.get(table, column) === undefined) this.#database.exec(`ALTER TABLE ${table} ADD COLUMN ${column} ${form}`)
  }

  /** Whole or not at all, since a later start would not fill it again. */
  #addDeliveries(): void {
    const known = this.#database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'deliveries'")
    if (known.get() === undefined) this.#database.transaction(() => this.#database.exec(DELIVERIES_SCHEMA))()
  }

  #end(): void {
    const waiters = this.#waiters
    if (waiters === null) return
    try {
      this.#commit.run()
    } catch (error) {
      this.#fail(asError(error))
      return
    }
    this.#waiters = null
    for (const waiter of waiters) waiter.done()
    this.onCommitted()
  }

  #fail(error: Error): void {
    const waiters = this.#waiters ?? []
    this.#waiters = null
    if (this.#database.inTransaction) this.#rollback.run()
    for (const waiter of waiters) waiter.failed(error)
    this.onFailed(error)
  }
}

function asError(value: unknown): Error {
  return value instanceof Error ? value : new Error(String(value))
}
