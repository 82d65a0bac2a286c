import { systemClock } from '../../lib/clock.ts'
import { createSeal, type Seal } from '../../lib/seal.ts'
import { placeholders, postgresDialect } from '../dialect.ts'
import type { Store } from '../store.ts'
import { encodeBatch, operationAt, type Outcome } from './batch-code.ts'
import { StorageFailed, type Engine } from './engine.ts'
import { lanesOf } from './batch-lanes.ts'
import { locksOf, type LockStatement } from './batch-locks.ts'
import { Lanes } from './lanes.ts'
import { prepareSchema } from './prepare-schema.ts'
import { committed } from './refusal.ts'
import { createSqlStore } from './sql-store.ts'
import { sealParams, type Param, type Row } from './statement.ts'

/** What is needed of a connection to PostgreSQL. `count` is of the rows found or changed. */
export interface PgConnection {
  query(sql: string, params: readonly Param[]): Promise<{ readonly rows: readonly Row[]; readonly count: number }>
}

/** A pool, or one connection that puts its callers in line. */
export interface PgLike extends PgConnection {
  /** Commits when the work resolves and rolls back when it rejects. */
  transaction<T>(work: (connection: PgConnection) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export interface PostgresStoreOptions {
  readonly db: PgLike
  /** 32 bytes, the same on every node. */
  readonly sealingKey: Uint8Array
}

/**
 * The store on PostgreSQL. A batch is a transaction.
 * @throws SchemaTooNew, WrongSealingKey
 */
export async function openPostgresStore({ db, sealingKey }: PostgresStoreOptions): Promise<Store> {
  const seal = createSeal(sealingKey)
  await db.transaction((connection) =>
    prepareSchema(async (sql, params) => (await connection.query(sql, params)).rows, postgresDialect, seal),
  )
  return createSqlStore(createEngine(db, seal), seal, systemClock)
}

/** Rolls a refused batch back; never leaves this file. */
class Refused extends Error {
  readonly outcome: Outcome

  constructor(outcome: Outcome) {
    super('refused')
    this.outcome = outcome
  }
}

function createEngine(db: PgLike, seal: Seal): Engine {
  const lanes = new Lanes()
  let closed: Promise<void> | null = null

  function query(sql: string, params: readonly Param[]) {
    if (closed !== null) throw new StorageFailed('The store is closed')
    return lanes.run(new Set(), () => db.query(numbered(sql), params))
  }

  return {
    dialect: postgresDialect,
    async commit(batch) {
      if (closed !== null) throw new StorageFailed('The store is closed')
      const coded: Param[] = []
      encodeBatch(coded, batch, seal)
      return committed(batch, await lanes.run(lanesOf(batch), () => runBatch(db, locksOf([batch]), coded, seal)), seal)
    },
    read: async (sql, params) => (await query(sql, params)).rows,
    async write(sql, params) {
      const { rows, count } = await query(sql, params)
      return { rows, changed: count }
    },
    close() {
      closed ??= lanes.idle().then(() => db.close())
      return closed
    },
  }
}

async function runBatch(
  db: PgLike,
  locks: readonly LockStatement[],
  coded: readonly Param[],
  seal: Seal,
): Promise<Outcome> {
  try {
    await db.transaction(async (connection) => {
      for (const { sql, params } of locks) await connection.query(numbered(sql), params)
      await runOperations(connection, coded, seal)
    })
    return null
  } catch (error) {
    if (error instanceof Refused) return error.outcome
    return { kind: 'failed', error: error instanceof Error ? error.message : String(error) }
  }
}

async function runOperations(connection: PgConnection, coded: readonly Param[], seal: Seal): Promise<void> {
  for (let at = 1, number = 0; at < coded.length; number++) {
    const { sql, paramCount, sealed, lock, guard } = operationAt(coded, at)
    const params = coded.slice(at + 1, at + 1 + paramCount)
    at += 1 + paramCount
    sealParams(params, sealed, seal)
    const before = guard?.before ?? null
    if (before !== null) await connection.query(numbered(before.sql), params.slice(0, before.paramCount))
    // What a guard has read stays so until the commit: a new owner's claim waits for this row.
    const { count } = await connection.query(numbered(lock === undefined ? sql : `${sql} for ${lock}`), params)
    if (guard === null || count > 0) continue
    const why =
      guard.why === null ? null : await connection.query(numbered(guard.why), params.slice(0, guard.whyParamCount))
    throw new Refused({ kind: 'refused', guard: number, why: why?.rows[0] ?? null })
  }
}

const known = new Map<string, string>()

function numbered(sql: string): string {
  let text = known.get(sql)
  if (text === undefined) known.set(sql, (text = placeholders(postgresDialect, sql)))
  return text
}
