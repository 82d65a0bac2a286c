import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Log } from '../../lib/log.ts'
import { StorageFailed } from './engine.ts'
import type { JobOutcome } from './sqlite-group.ts'
import type { WriterData, WriterMessage } from './sqlite-writer.ts'
import type { Param } from './statement.ts'

interface Waiting {
  readonly answered: (outcome: JobOutcome) => void
  readonly reject: (error: unknown) => void
}

/** Makes the answer to a caller of what became of the job; may throw. */
type Read<T> = (outcome: JobOutcome) => T

/**
 * A message is sent at the latest with so many batches, and the rest of a turn's when it ends. Were a whole turn's sent at once, both
 * threads would wait for each other in turn: a few at a time, the writer works while this thread still takes in the others
 * (measured with 64 callers: half as much again). The writer puts waiting messages together into one group anyway.
 */
const MESSAGE_BATCHES = 16
/** As that, while the writer has not answered what it has: it can't take up more before, and each message has its price. */
const MESSAGE_BATCHES_BUSY = 48
/** So many answered callers may stand in the queue of waiting ones before it is shortened. */
const ANSWERED_KEPT = 1024

/**
 * The main thread's end of the writer thread. Batches of one turn of the event loop go over as one message; outcomes come back in
 * the order of the batches, so that who waits is only a queue. When the thread dies, everything waiting fails, and all that follows.
 */
export class WriterThread {
  readonly #worker: Worker
  readonly #log: Log
  readonly #onDeath: ((error: Error) => void) | undefined
  #waiting: Waiting[] = []
  #settled = 0
  #coded: Param[] = [0]
  #codedCount = 0
  #dead: StorageFailed | null = null
  #closing: Promise<void> | null = null

  private constructor(worker: Worker, log: Log, onDeath: ((error: Error) => void) | undefined) {
    this.#worker = worker
    this.#log = log
    this.#onDeath = onDeath
    worker.on('message', (outcomes: number | readonly JobOutcome[]) => this.#answered(outcomes))
    worker.on('error', (error) => this.#died(error.message))
    worker.on('exit', (code) => this.#died(`exit code ${String(code)}`))
  }

  /** Resolves when the database is open for writing. `onDeath`: the thread ended without being asked to. */
  static async start(data: WriterData, log: Log, onDeath?: (error: Error) => void): Promise<WriterThread> {
    const worker = new Worker(new URL('./sqlite-writer.js', import.meta.url), { workerData: data })
    // Rejects on the thread's `error`, so that a database that can't be opened is the caller's to report.
    await once(worker, 'message')
    return new WriterThread(worker, log, onDeath)
  }

  /**
   * `encode` appends one coded batch, at once.
   * @throws StorageFailed when the thread died or was closed; what `encode` and `read` throw
   */
  batch<T>(encode: (out: Param[]) => void, read: Read<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#mustBeOpen()
      const coded = this.#coded
      const length = coded.length
      try {
        encode(coded)
      } catch (error) {
        coded.length = length
        throw error
      }
      this.#waiting.push({ answered: (outcome) => resolve(read(outcome)), reject })
      if (this.#codedCount++ === 0) setImmediate(this.#flush)
      if (this.#codedCount >= (this.#isBusy ? MESSAGE_BATCHES_BUSY : MESSAGE_BATCHES)) this.#flush()
    })
  }

  /**
   * Runs one statement after all batches that came before it.
   * @throws StorageFailed when the thread died or was closed; what `read` throws
   */
  query<T>(sql: string, params: readonly Param[], read: Read<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#mustBeOpen()
      this.#flush()
      this.#waiting.push({ answered: (outcome) => resolve(read(outcome)), reject })
      this.#post({ sql, params })
    })
  }

  /** Resolves when all that was handed over is done and the thread has closed the file. */
  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      if (this.#dead !== null) return resolve()
      this.#flush()
      this.#worker.once('exit', () => resolve())
      this.#post('close')
    })
    return this.#closing
  }

  /** It has not answered all that was sent. */
  get #isBusy(): boolean {
    return this.#waiting.length - this.#settled > this.#codedCount
  }

  readonly #flush = (): void => {
    if (this.#codedCount === 0 || this.#dead !== null) return
    this.#coded[0] = this.#codedCount
    this.#post(this.#coded)
    this.#coded = [0]
    this.#codedCount = 0
  }

  #post(message: WriterMessage): void {
    this.#worker.postMessage(message)
  }

  #mustBeOpen(): void {
    if (this.#dead !== null) throw this.#dead
    if (this.#closing !== null) throw new StorageFailed('The store is closed')
  }

  #answered(outcomes: number | readonly JobOutcome[]): void {
    const count = typeof outcomes === 'number' ? outcomes : outcomes.length
    for (let number = 0; number < count; number++) {
      const waiting = this.#waiting[this.#settled++]
      try {
        waiting?.answered(typeof outcomes === 'number' ? null : (outcomes[number] ?? null))
      } catch (error) {
        waiting?.reject(error)
      }
    }
    if (this.#settled === this.#waiting.length || this.#settled > ANSWERED_KEPT) {
      this.#waiting = this.#waiting.slice(this.#settled)
      this.#settled = 0
    }
  }

  #died(why: string): void {
    if (this.#dead !== null) return
    const asked = this.#closing !== null && this.#settled === this.#waiting.length
    this.#dead = new StorageFailed(asked ? 'The store is closed' : `The writer thread ended: ${why}`)
    const waiting = this.#waiting.slice(this.#settled)
    this.#waiting = []
    this.#settled = 0
    for (const { reject } of waiting) reject(this.#dead)
    if (asked) return
    this.#log.error({ why }, 'The writer thread of the database ended; nothing more can be stored')
    this.#onDeath?.(this.#dead)
  }
}
