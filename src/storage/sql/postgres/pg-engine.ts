import type { Seal } from '../../../lib/seal.ts'
import { postgresDialect } from '../../dialect.ts'
import type { Outcome } from '../batch-code.ts'
import { lanesOf } from '../batch-lanes.ts'
import { StorageFailed, type Engine } from '../engine.ts'
import { Lanes } from '../lanes.ts'
import { committed } from '../refusal.ts'
import type { Param } from '../statement.ts'
import { runBatch } from './batch-run.ts'
import { numbered, stepsOf } from './batch-steps.ts'
import type { PgLike } from './pg-like.ts'
import { PgTrouble } from './pg-trouble.ts'

/** A statement that changes many rows may take long. */
const WRITE_MS = 120_000
const PATIENCE_MS = 10_000

export function createPgEngine(db: PgLike, seal: Seal): Engine {
  const lanes = new Lanes()
  let closed: Promise<void> | null = null

  function open<T>(work: () => Promise<T>): Promise<T> {
    if (closed !== null) return Promise.reject(new StorageFailed('The store is closed'))
    return lanes.run(new Set(), work).catch(asStorageFailed)
  }

  return {
    dialect: postgresDialect,
    async commit(batch) {
      if (closed !== null) throw new StorageFailed('The store is closed')
      const steps = stepsOf(batch, seal)
      const options = { isRepeatable: true, patienceMs: batch.patienceMs ?? PATIENCE_MS }
      const run = (): Promise<Outcome> => db.transaction((transaction) => runBatch(transaction, batch, steps), options)
      return committed(batch, await lanes.run(lanesOf(batch), run).catch(asStorageFailed), seal)
    },
    read: (sql, params) =>
      open(async () => {
        const [result] = await db.read([numbered(sql, params)])
        return result?.rows ?? []
      }),
    write: (sql, params) => open(() => write(db, sql, params)),
    close() {
      closed ??= lanes.idle().then(() => db.close())
      return closed
    },
  }
}

/** Begun anew only where certainly nothing of it is stored. */
function write(db: PgLike, sql: string, params: readonly Param[]) {
  return db.transaction(
    async (transaction) => {
      const [result] = await transaction.run([numbered(sql, params)])
      await transaction.commit([])
      return { rows: result?.rows ?? [], changed: result?.count ?? 0 }
    },
    { isRepeatable: true, answerMs: WRITE_MS },
  )
}

function asStorageFailed(error: unknown): never {
  throw error instanceof PgTrouble ? new StorageFailed(error.message) : error
}
