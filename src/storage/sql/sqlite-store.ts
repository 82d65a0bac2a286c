import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { systemClock, type Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { createSeal, type Seal } from '../../lib/seal.ts'
import { sqliteDialect } from '../dialect.ts'
import type { Store } from '../store.ts'
import { encodeBatch } from './batch-code.ts'
import { StorageFailed, type Engine } from './engine.ts'
import { prepareSchema } from './prepare-schema.ts'
import { committed } from './refusal.ts'
import { createSqlStore } from './sql-store.ts'
import { openSqlite, type SqliteDatabase, type SqliteStatement } from './sqlite-database.ts'
import { WriterThread } from './writer-thread.ts'

export interface SqliteStoreOptions {
  /** Path of the database; made with its folder if it isn't there. SQLite keeps two more files beside it. */
  readonly file: string
  /** 32 bytes. */
  readonly sealingKey: Uint8Array
  readonly log: Log
  readonly clock?: Clock
  /** Nothing can be stored any more, and nothing will mend it but a new start of the process. */
  readonly onDeath?: (error: Error) => void
}

/**
 * The embedded store: one file, one writer thread, reads on the calling thread.
 * @throws SchemaTooNew, WrongSealingKey
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { file, sealingKey, log, onDeath, clock = systemClock } = options
  const seal = createSeal(sealingKey)
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  // SQLite gives its other files the rights of this one.
  closeSync(openSync(file, 'a', 0o600))
  const steps = await prepareFile(file, seal)
  if (steps.length > 0) log.info({ steps }, 'The schema of the database was brought up to date')
  const writer = await WriterThread.start({ file, sealingKey }, log, onDeath)
  try {
    return createSqlStore(createEngine(openSqlite(file, 'read'), writer, seal), seal, clock)
  } catch (error) {
    await writer.close()
    throw error
  }
}

async function prepareFile(file: string, seal: Seal): Promise<readonly string[]> {
  const database = openSqlite(file, 'write')
  try {
    database.exec('begin immediate')
    const steps = await prepareSchema(
      (sql, params) => Promise.resolve(runOnce(database, sql, params)),
      sqliteDialect,
      seal,
    )
    database.exec('commit')
    return steps
  } finally {
    database.close()
  }
}

function runOnce(database: SqliteDatabase, sql: string, params: readonly string[]) {
  const statement = database.prepare(sql)
  if (statement.givesRows) return statement.all(params)
  statement.run(params)
  return []
}

function createEngine(reader: SqliteDatabase, writer: WriterThread, seal: Seal): Engine {
  const statements = new Map<string, SqliteStatement>()
  function prepared(sql: string): SqliteStatement {
    let statement = statements.get(sql)
    if (statement === undefined) statements.set(sql, (statement = reader.prepare(sql)))
    return statement
  }

  let closed: Promise<void> | null = null
  return {
    dialect: sqliteDialect,
    commit: (batch) =>
      writer.batch(
        (out) => encodeBatch(out, batch, seal),
        (outcome) => {
          if (outcome?.kind === 'rows') throw new StorageFailed('Rows instead of the outcome of a batch')
          return committed(batch, outcome, seal)
        },
      ),
    read: (sql, params) => new Promise((resolve) => resolve(prepared(sql).all(params))),
    lookup: ({ sql }, params) => new Promise((resolve) => resolve(prepared(sql).all(params)[0])),
    write: (sql, params) =>
      writer.query(sql, params, (outcome) => {
        if (outcome?.kind === 'rows') return outcome
        throw new StorageFailed(outcome?.kind === 'failed' ? outcome.error : 'No rows')
      }),
    close() {
      // The reader first: the last connection to close is then the writer's, and it takes the log into the file.
      if (closed === null) reader.close()
      closed ??= writer.close()
      return closed
    },
  }
}
