import { systemClock } from '../../lib/clock.ts'
import { OperatorTrouble } from '../../lib/operator-trouble.ts'
import { createSeal, type Seal } from '../../lib/seal.ts'
import { postgresDialect } from '../dialect.ts'
import type { Store } from '../store.ts'
import { readMark } from './move/move-mark.ts'
import { createPgEngine } from './postgres/pg-engine.ts'
import { MAKE_MARKS, SWEEP_MARKS } from './postgres/commit-mark.ts'
import type { PgLike } from './postgres/pg-like.ts'
import { withUse } from './postgres/store-use.ts'
import { prepareSchema } from './prepare-schema.ts'
import { createSqlStore } from './sql-store.ts'

export interface PostgresStoreOptions {
  readonly db: PgLike
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
export async function openPostgresStore({ db, sealingKey }: PostgresStoreOptions): Promise<Store> {
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
    await db.close()
    throw error
  }
  return withUse(createSqlStore(createPgEngine(db, seal), seal, systemClock), db)
}

/**
 * Brings the schema up to date and makes sure of the key.
 * @throws SchemaTooNew, WrongSealingKey, PgTrouble
 */
export async function preparePostgres(db: PgLike, seal: Seal): Promise<void> {
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
