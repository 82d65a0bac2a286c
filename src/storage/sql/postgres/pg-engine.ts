import type { Seal } from '../../../lib/seal.ts'
import { systemClock } from '../../../lib/clock.ts'
import { postgresDialect } from '../../dialect.ts'
import type { Outcome } from '../batch-code.ts'
import { lanesOf } from '../batch-lanes.ts'
import { StorageFailed, type Engine } from '../engine.ts'
import { committed } from '../refusal.ts'
import { numbered, stepsOf } from './batch-steps.ts'
import { CommitQueue } from './commit-queue.ts'
import { shapeOf } from './group-shape.ts'
import type { PgLike, PgStatement } from './pg-like.ts'
import { isWrong, PgTrouble } from './pg-trouble.ts'
import { LookupQueue } from './lookup-queue.ts'
import { ReadQueue } from './read-queue.ts'

/** How long whoever asks waits. */
export interface PgTimes {
  /** For a database that does not answer before a batch is given up, nothing of it stored. */
  readonly patienceMs: number
  /** For the answer to a query, which may go through a large table. */
  readonly readMs: number
  /** For the answer to a single statement that changes something, which may be many rows. */
  readonly writeMs: number
}

const USUAL: PgTimes = { patienceMs: 10_000, readMs: 60_000, writeMs: 120_000 }

/** The store's engine on PostgreSQL: see `CommitQueue` for how batches get there. */
export function createPgEngine(db: PgLike, seal: Seal, times: Partial<PgTimes> = {}): Engine {
  const { patienceMs, readMs, writeMs } = { ...USUAL, ...times }
  const works = new Works()
  const commits = new CommitQueue(db)
  const reads = new ReadQueue(db, readMs)
  const lookups = new LookupQueue(db)
  let closed: Promise<void> | null = null

  async function tracked<T>(work: () => Promise<T>): Promise<T> {
    if (closed !== null) throw new StorageFailed('The store is closed')
    works.begin()
    try {
      return await work()
    } catch (error) {
      throw error instanceof PgTrouble ? new StorageFailed(error.message, isWrong(error)) : error
    } finally {
      works.end()
    }
  }

  return {
    dialect: postgresDialect,
    commit: (batch) =>
      tracked(async () => {
        const steps = stepsOf(batch, seal)
        const until = performance.now() + patienceMs
        const outcome = await new Promise<Outcome>((resolve, reject) => {
          commits.add({ batch, steps, lanes: lanesOf(batch), until, shape: shapeOf(steps), resolve, reject })
        })
        return committed(batch, outcome, seal)
      }),
    read: (sql, params) => tracked(async () => (await reads.ask(numbered(sql, params))).rows),
    lookup: (lookup, params) => tracked(() => lookups.ask(lookup, params)),
    write: (sql, params) => tracked(() => write(db, numbered(sql, params), writeMs)),
    endWithin(ms) {
      systemClock.after(ms, () => db.giveUp?.())
    },
    close() {
      closed ??= works.idle().then(() => db.close())
      return closed
    },
  }
}

/** Begun anew only where certainly nothing of it is stored. */
function write(db: PgLike, statement: PgStatement, answerMs: number) {
  return db.transaction(
    async (transaction) => {
      const [result] = await transaction.run([statement])
      await transaction.commit([])
      return { rows: result?.rows ?? [], changed: result?.count ?? 0 }
    },
    { isRepeatable: true, answerMs },
  )
}

/** What is under way. */
class Works {
  #count = 0
  readonly #idle: (() => void)[] = []

  begin(): void {
    this.#count++
  }

  end(): void {
    if (--this.#count === 0) for (const resolve of this.#idle.splice(0)) resolve()
  }

  async idle(): Promise<void> {
    if (this.#count > 0) await new Promise<void>((resolve) => this.#idle.push(resolve))
  }
}
