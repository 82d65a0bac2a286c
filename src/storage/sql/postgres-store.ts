import { systemClock } from '../../lib/clock.ts'
import { OperatorTrouble } from '../../lib/operator-trouble.ts'
import { createSeal, type Seal } from '../../lib/seal.ts'
import { postgresDialect } from '../dialect.ts'
import type { Store, StoreUse } from '../store.ts'
import { readMark } from './move/move-mark.ts'
import { createPgEngine } from './postgres/pg-engine.ts'
import { MAKE_MARKS, SWEEP_MARKS } from './postgres/commit-mark.ts'
import type { PgLike, PgUse } from './postgres/pg-like.ts'
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
  return watched(createSqlStore(createPgEngine(db, seal), seal, systemClock), db)
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

/** Counts the batches that are under way. */
function watched(store: Store, db: PgLike): Store {
  let commits = 0
  return {
    ...store,
    async commit(batch) {
      commits += 1
      try {
        return await store.commit(batch)
      } finally {
        commits -= 1
      }
    },
    ...(db.use !== undefined && { use: useOf(db.use.bind(db), () => commits) }),
  }
}

function useOf(look: () => PgUse, commits: () => number): StoreUse {
  return {
    get connections() {
      return look().most
    },
    get busy() {
      const { open, idle } = look()
      return open - idle
    },
    get idle() {
      return look().idle
    },
    get waiting() {
      return look().waiting
    },
    get commits() {
      return commits()
    },
  }
}
