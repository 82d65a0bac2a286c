import { setTimeout as delay } from 'node:timers/promises'
import { Pool, type ClientBase, type PoolClient } from 'pg'
import type { Log } from '../../../lib/log.ts'
import { systemRandom, type Random } from '../../../lib/random.ts'
import { newMark, type CommitMark } from './commit-mark.ts'
import type { PgConnection } from './connection.ts'
import type {
  PgLike,
  PgReadOptions,
  PgResult,
  PgStatement,
  PgTransaction,
  PgTransactionOptions,
  PgUse,
} from './pg-like.ts'
import { PgSession } from './pg-session.ts'
import { PgTransactionRun } from './pg-transaction.ts'
import { mayComeBack, PgTrouble, troubleOf } from './pg-trouble.ts'
import { PgWires } from './pg-wires.ts'
import { soonOrNever } from './soon-or-never.ts'

export interface PgPoolOptions {
  /** Where the server is; see `connectionOf`. */
  readonly connection: PgConnection
  /** Connections at most. */
  readonly size: number
  readonly log: Log
  /** How long a connection may take to come about; 5 s where absent. */
  readonly connectMs?: number
  /** How long a round trip may last before the connection is given up; 10 s where absent. */
  readonly answerMs?: number
  readonly random?: Random
}

/** So long callers wait for a connection where they do not say. */
const PATIENCE_MS = 10_000
const CONNECT_MS = 5000
const ANSWER_MS = 10_000
const KEEP_ALIVE_MS = 10_000
/** Connections that nobody needs are closed after so long. */
const IDLE_MS = 60_000
/** And each after so long, so that none stays for ever at an address that the name has left. */
const LIFE_S = 24 * 60 * 60
const RETRY_MS = { first: 25, most: 1000 } as const
const REPEATS = 8
const READ_REPEATS = 5

/**
 * Every session has these:
 * - durable when a commit returns;
 * - plans by the indexes, as all statements have them: what the planner believes of a table that has just grown must not cost a whole scan;
 * - a transaction whose client has frozen lets go of its locks.
 */
const SESSION = [
  'synchronous_commit=on',
  'default_transaction_isolation=read\\ committed',
  'jit=off',
  'enable_seqscan=off',
  'statement_timeout=600000',
  'idle_in_transaction_session_timeout=4000',
]
  .map((setting) => `-c ${setting}`)
  .join(' ')

/** A bounded pool of connections to one PostgreSQL, which may go away and come back, elsewhere too. */
export class PgPool implements PgLike {
  readonly #pool: Pool
  readonly #log: Log
  readonly #answerMs: number
  readonly #random: Random
  readonly #size: number
  readonly #wires: PgWires
  readonly #sessions = new WeakMap<ClientBase, PgSession>()
  readonly #asked = new Set<PgSession>()
  /** Of connections that have ended in good order. */
  readonly #freeMarks: CommitMark[] = []
  /** When a connection was last lost: those that were not heard of since then may be dead too. */
  #lostAt = 0
  #isAway = false
  #closed: Promise<void> | undefined

  constructor(options: PgPoolOptions) {
    const { connection, size, connectMs = CONNECT_MS } = options
    this.#log = options.log
    this.#answerMs = options.answerMs ?? ANSWER_MS
    this.#random = options.random ?? systemRandom
    this.#size = size
    const session = { options: SESSION, keepAlive: true, keepAliveInitialDelayMillis: KEEP_ALIVE_MS }
    this.#wires = new PgWires(connection, session)
    this.#pool = new Pool({
      Client: this.#wires.Client,
      max: size,
      connectionTimeoutMillis: connectMs,
      idleTimeoutMillis: IDLE_MS,
      maxLifetimeSeconds: LIFE_S,
      verify: (client, done) => void this.#verify(client).then(() => done(), done),
    })
    // Whoever waits on the connection is told by its own promise.
    this.#pool.on('connect', (client) => client.on('error', () => undefined))
    this.#pool.on('error', () => undefined)
    this.#pool.on('remove', (client) => {
      const session = this.#sessions.get(client)
      if (session?.isLost === false) this.#freeMarks.push({ ...session.mark, isMade: false })
    })
  }

  async read(statements: readonly PgStatement[], options: PgReadOptions = {}): Promise<readonly PgResult[]> {
    const { patienceMs = PATIENCE_MS, answerMs = this.#answerMs } = options
    const until = performance.now() + patienceMs
    for (let attempt = 1; ; attempt++) {
      const session = await this.#acquire(until)
      try {
        return await this.#run(session, statements, answerMs)
      } catch (error) {
        const mayRepeat = attempt < READ_REPEATS && performance.now() < until
        if (troubleOf(error).kind !== 'lost' || !mayRepeat) throw error
      } finally {
        session.release()
      }
    }
  }

  async transaction<T>(work: (run: PgTransaction) => Promise<T>, options: PgTransactionOptions = {}): Promise<T> {
    const until = performance.now() + (options.patienceMs ?? PATIENCE_MS)
    const most = options.isRepeatable === true ? REPEATS : 1
    for (let attempt = 1; ; attempt++) {
      const run = this.#begin(await this.#acquire(until), options)
      try {
        return await work(run)
      } catch (error) {
        const mayRepeat = attempt < most && performance.now() < until
        if (!mayRepeat || !(error instanceof PgTrouble) || !mayComeBack(error)) throw error
      } finally {
        await run.end()
      }
      await delay(this.#random.fraction() * 5 * 2 ** attempt)
    }
  }

  use(): PgUse {
    return {
      most: this.#size,
      open: this.#pool.totalCount,
      idle: this.#pool.idleCount,
      waiting: this.#pool.waitingCount,
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#pool.end()
    return this.#closed
  }

  giveUp(): void {
    void this.close()
    this.#wires.cut()
  }

  #begin(session: PgSession, options: PgTransactionOptions): PgTransactionRun {
    const { answerMs = this.#answerMs, isFirst = false } = options
    return new PgTransactionRun({
      session,
      isFirst,
      run: (statements) => this.#run(session, statements, answerMs),
      ask: (statement) => this.#ask(statement),
    })
  }

  async #run(session: PgSession, statements: readonly PgStatement[], answerMs: number): Promise<readonly PgResult[]> {
    this.#asked.add(session)
    try {
      // Held since before a loss it may be as dead, and those who ask it after that are not among the asked of then.
      const ms = session.heardAt < this.#lostAt ? Math.min(answerMs, this.#answerMs) : answerMs
      return await session.run(statements, ms)
    } catch (error) {
      if (session.isLost) this.#noteLoss()
      throw error
    } finally {
      this.#asked.delete(session)
    }
  }

  /**
   * A server that vanished without a word leaves those waiting who are patient: they have only as long as others from now on, and what has had
   * that already is given up, and asked elsewhere.
   */
  #noteLoss(): void {
    this.#lostAt = performance.now()
    for (const session of this.#asked) session.giveUpAfter(this.#answerMs)
  }

  async #ask(statement: PgStatement): Promise<PgResult | undefined> {
    while (this.#closed === undefined) {
      try {
        const [result] = await this.read([statement])
        if (result !== undefined) return result
      } catch {
        await delay(RETRY_MS.most)
      }
    }
    return undefined
  }

  /** @throws PgTrouble `unreachable` where there is none in time; `failed` where there never will be. */
  async #acquire(until: number): Promise<PgSession> {
    for (let pauseMs: number = RETRY_MS.first; ; pauseMs = Math.min(pauseMs * 2, RETRY_MS.most)) {
      if (this.#closed !== undefined) throw new PgTrouble('unreachable', 'The database is closed')
      try {
        const session = await this.#connect(until)
        this.#note(false)
        return session
      } catch (error) {
        const trouble = troubleOf(error)
        if (trouble.kind === 'failed') throw trouble
        this.#note(true)
        const leftMs = until - performance.now()
        if (leftMs <= 0) throw new PgTrouble('unreachable', `No connection to the database: ${trouble.message}`)
        await delay(Math.min(leftMs, pauseMs * (0.5 + this.#random.fraction())))
      }
    }
  }

  async #connect(until: number): Promise<PgSession> {
    for (;;) {
      const client = await soonOrNever(this.#pool.connect(), until - performance.now(), (late) => late.release())
      if (client === undefined) throw new PgTrouble('unreachable', 'all connections are in use')
      const session = this.#sessionOf(client)
      if (session.heardAt >= this.#lostAt) return session
      session.giveUp()
      session.release()
    }
  }

  async #verify(client: ClientBase): Promise<void> {
    await mustBePrimary(client)
    this.#wires.isGood(client)
  }

  #sessionOf(client: PoolClient): PgSession {
    let session = this.#sessions.get(client)
    if (session === undefined) {
      session = new PgSession(client, this.#freeMarks.pop() ?? newMark())
      this.#sessions.set(client, session)
    }
    return session
  }

  #note(isAway: boolean): void {
    if (isAway === this.#isAway) return
    this.#isAway = isAway
    if (isAway) this.#log.warn({}, 'The database is out of reach')
    else this.#log.info({}, 'The database is there again')
  }
}

export function openPgPool(options: PgPoolOptions): PgPool {
  return new PgPool(options)
}

/** One that only follows another one takes no writes, and lags behind. */
async function mustBePrimary(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ follows: boolean }>('select pg_is_in_recovery() as follows')
  if (rows[0]?.follows !== false) throw new PgTrouble('lost', 'the server only follows another one')
}
