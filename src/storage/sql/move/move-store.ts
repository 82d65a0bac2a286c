import type { Log } from '../../../lib/log.ts'
import { OperatorTrouble } from '../../../lib/operator-trouble.ts'
import { createSeal } from '../../../lib/seal.ts'
import type { PgLike } from '../postgres/pg-like.ts'
import { PgTrouble } from '../postgres/pg-trouble.ts'
import { preparePostgres } from '../postgres-store.ts'
import { WrongSealingKey } from '../prepare-schema.ts'
import { openSqlite, type SqliteDatabase } from '../sqlite-database.ts'
import { openSqliteStore } from '../sqlite-store.ts'
import { portionsOf, sourceName, sourceTables } from './move-source.ts'
import * as target from './move-target.ts'

export interface MoveOptions {
  /** The SQLite database; nobody else may use it meanwhile. */
  readonly file: string
  /** Closed by the caller. */
  readonly db: PgLike
  /** Of both databases. */
  readonly sealingKey: Uint8Array
  readonly log: Log
  readonly onProgress: (progress: MoveProgress) => void
}

/** First all rows are copied, then all are compared. */
export interface MoveProgress {
  readonly step: 'copying' | 'checking'
  readonly table: string
  /** Rows of this step so far. */
  readonly rows: number
  /** Rows in all. */
  readonly of: number
}

/**
 * Moves everything of a SQLite database to PostgreSQL, sealed as it is, and compares each row. What breaks off, whenever, leaves a database
 * that no server starts on and that the next move empties and fills anew.
 * @returns how many rows were moved
 * @throws OperatorTrouble where there is nothing to move, or no place for it, or what came is not what went
 */
export async function moveStore(options: MoveOptions): Promise<number> {
  const { file, sealingKey, log } = options
  // Brings an older schema up to date and makes sure of the key.
  await (await openSqliteStore({ file, sealingKey, log })).close()
  const database = openSqlite(file, 'write')
  try {
    return await moveAll(database, options)
  } catch (error) {
    if (!(error instanceof PgTrouble)) throw error
    throw new OperatorTrouble(`Nothing is moved yet, run it again: ${error.message}`)
  } finally {
    database.close()
  }
}

async function moveAll(database: SqliteDatabase, { db, sealingKey, onProgress }: MoveOptions): Promise<number> {
  await preparePostgres(db, createSeal(sealingKey)).catch(otherKey)
  const source = sourceName(database)
  const tables = await target.targetTables(db, sourceTables(database))
  const of = tables.reduce((sum, { count }) => sum + count, 0)
  await target.beginMove(db, tables, source)

  const copied = counter('copying', of, onProgress)
  for (const table of tables) {
    for (const rows of portionsOf(database, table)) {
      await target.addRows(db, table, rows)
      copied(table.name, rows.length)
    }
  }
  await target.settle(db, tables)

  const checked = counter('checking', of, onProgress)
  const wrong: string[] = []
  for (const table of tables) {
    const different = await compare(database, db, table, (rows) => checked(table.name, rows))
    if (different > 0) wrong.push(`${table.name} ${String(different)}`)
  }
  if (wrong.length > 0) {
    throw new OperatorTrouble(
      `Rows that came otherwise than they went, or that are too many: ${wrong.join(', ')}. Run it again.`,
    )
  }
  await target.finishMove(db, source)
  return of
}

/** How many rows differ, and by how many there are more or less. */
async function compare(
  database: SqliteDatabase,
  db: PgLike,
  table: target.TargetTable,
  onRows: (rows: number) => void,
): Promise<number> {
  let different = 0
  for (const rows of portionsOf(database, table)) {
    different += await target.countDifferent(db, table, rows)
    onRows(rows.length)
  }
  return Math.max(different, Math.abs((await target.countRows(db, table)) - table.count))
}

function counter(
  step: MoveProgress['step'],
  of: number,
  onProgress: MoveOptions['onProgress'],
): (table: string, more: number) => void {
  let rows = 0
  return (table, more) => {
    rows += more
    onProgress({ step, table, rows, of })
  }
}

function otherKey(error: unknown): never {
  if (!(error instanceof WrongSealingKey)) throw error
  throw new OperatorTrouble(
    'That PostgreSQL database was sealed with another key than the data folder: it holds another installation. Name an empty one.',
  )
}
