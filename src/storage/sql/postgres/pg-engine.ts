import type { Seal } from '../../../lib/seal.ts'
import { systemClock } from '../../../lib/clock.ts'
import { postgresDialect } from '../../dialect.ts'
import type { Batch, Committed } from '../../store.ts'
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
  const parts = { works, commits: new CommitQueue(db), seal, patienceMs }
  const reads = new ReadQueue(db, readMs)
  const lookups = new LookupQueue(db)
  let closed: Promise<void> | null = null

  async function tracked<T>(work: () => Promise<T>): Promise<T> {
    if (closed !== null) throw new StorageFailed(CLOSED)
    works.begin()
    try {
      const result = await work()
      works.answered()
      return result
    } catch (error) {
      throw told(error)
    } finally {
      works.end()
    }
  }

  return {
    dialect: postgresDialect,
    commit: (batch) => (closed === null ? commitBy(parts, batch) : Promise.reject(new StorageFailed(CLOSED))),
    read: (sql, params) => tracked(async () => (await reads.ask(numbered(sql, params))).rows),
    lookup: (lookup, params) => tracked(() => lookups.ask(lookup, params)),
    write: (sql, params) => tracked(() => write(db, numbered(sql, params), writeMs)),
    endWithin(ms) {
      systemClock.after(ms, () => giveUpWhenSilent(works, db))
    },
    close() {
      closed ??= works.idle().then(async () => {
        works.begin()
        await db.close()
        works.isOver = true
      })
      return closed
    },
  }
}

const CLOSED = 'The store is closed'
/** What waits this long for an answer, while nobody else gets one, waits for nothing. */
const SILENCE_MS = 250

/** Looks again and again, until it is given up or closed. */
function giveUpWhenSilent(works: Works, db: PgLike): void {
  const { answers: before, isBusy } = works
  systemClock.after(SILENCE_MS, () => {
    if (works.isOver) return
    if (isBusy && works.isBusy && works.answers === before) db.giveUp?.()
    else giveUpWhenSilent(works, db)
  })
}

interface CommitParts {
  readonly works: Works
  readonly commits: CommitQueue
  readonly seal: Seal
  readonly patienceMs: number
}

/** One promise for all of it: this is how every send is stored. */
function commitBy({ works, commits, seal, patienceMs }: CommitParts, batch: Batch): Promise<Committed> {
  return new Promise((resolve, reject) => {
    const steps = stepsOf(batch, seal)
    const until = performance.now() + patienceMs
    const fail = (error: unknown) => {
      works.end()
      reject(told(error))
    }
    const settle = (outcome: Outcome) => {
      works.answered()
      try {
        resolve(committed(batch, outcome, seal))
        works.end()
      } catch (error) {
        fail(error)
      }
    }
    works.begin()
    commits.add({ batch, steps, lanes: lanesOf(batch), until, shape: shapeOf(steps), resolve: settle, reject: fail })
  })
}

/** What a caller is told of trouble. */
function told(error: unknown): Error {
  if (error instanceof PgTrouble) return new StorageFailed(error.message, isWrong(error))
  return error instanceof Error ? error : new Error(String(error))
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

/** What is under way; closing the database is the last of it. */
class Works {
  isOver = false
  #count = 0
  #answers = 0
  readonly #idle: (() => void)[] = []

  get isBusy(): boolean {
    return this.#count > 0
  }

  /** How often the database has answered. */
  get answers(): number {
    return this.#answers
  }

  answered(): void {
    this.#answers++
  }

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
