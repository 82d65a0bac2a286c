import { systemClock } from '../../lib/clock.ts'
import { OperatorTrouble } from '../../lib/operator-trouble.ts'
import { createSeal, type Seal } from '../../lib/seal.ts'
import { postgresDialect } from '../dialect.ts'
import type { Store } from '../store.ts'
import { readMark } from './move/move-mark.ts'
import { createPgEngine, type PgTimes } from './postgres/pg-engine.ts'
import { MAKE_MARKS, SWEEP_MARKS } from './postgres/commit-mark.ts'
import type { PgLike } from './postgres/pg-like.ts'
import { mustFitServer } from './postgres/server-fit.ts'
import { withUse } from './postgres/store-use.ts'
import { prepareSchema } from './prepare-schema.ts'
import { createSqlStore } from './sql-store.ts'

export interface PostgresStoreOptions {
  readonly db: PgLike
  /** What nodes tell each other goes by connections of its own: `db` may have much to do. */
  readonly nodes?: { readonly db: PgLike; readonly answerMs: number }
  readonly times?: Partial<PgTimes>
  /** 32 bytes, the same on every node. */
  readonly sealingKey: Uint8Array
}

/** How long the first answer of the database is waited for, and how long a step of the schema may take. */
const START_MS = 30_000
const STEP_MS = 600_000

/**
 * The store on PostgreSQL. It closes the database with itself, also where it can't be opened.
 * @throws SchemaTooNew, WrongSealingKey, PgTrouble; OperatorTrouble where data is half moved to it
 */
export async function openPostgresStore({ db, nodes, times, sealingKey }: PostgresStoreOptions): Promise<Store> {
  const seal = createSeal(sealingKey)
  try {
    await preparePostgres(db, seal)
    if ((await readMark(db))?.state === 'copying') {
      throw new OperatorTrouble(
        'Data is being moved to this database, or was and not to the end: run jadegate migrate again.',
      )
    }
    await db.transaction((transaction) => transaction.commit([SWEEP_MARKS]), { isRepeatable: true })
  } catch (error) {
    await Promise.all([db.close(), nodes?.db.close()])
    throw error
  }
  const engine = createPgEngine(db, seal, times)
  if (nodes === undefined) return withUse(createSqlStore(engine, seal, systemClock), db)
  const { answerMs } = nodes
  const ofNodes = createPgEngine(nodes.db, seal, { readMs: answerMs, writeMs: answerMs })
  return withUse(createSqlStore(engine, seal, systemClock, ofNodes), db)
}

/**
 * Makes sure of the server, brings the schema up to date and makes sure of the key.
 * @throws SchemaTooNew, WrongSealingKey, PgTrouble; OperatorTrouble where the server can't be used
 */
export async function preparePostgres(db: PgLike, seal: Seal): Promise<void> {
  await mustFitServer(db, START_MS)
  await db.transaction(
    async (transaction) => {
      await prepareSchema(
        async (sql, params) => (await transaction.run([{ sql, params }]))[0]?.rows ?? [],
        postgresDialect,
        seal,
      )
      await transaction.commit([{ sql: MAKE_MARKS, params: [] }])
    },
    { isFirst: true, patienceMs: START_MS, answerMs: STEP_MS },
  )
}
