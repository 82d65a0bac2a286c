import type { PoolClient, Submittable } from 'pg'
import { systemClock } from '../../../lib/clock.ts'
import type { CommitMark } from './commit-mark.ts'
import type { PgResult, PgStatement } from './pg-like.ts'
import { PgPipeline, PreparedStatements } from './pg-pipeline.ts'
import { AnswerOverdue, troubleOf } from './pg-trouble.ts'

/** What is known of one connection for as long as it lives. */
export class PgSession {
  readonly client: PoolClient
  /** Its place in the table of commits. */
  readonly mark: CommitMark
  /** By `performance.now()`: when it was last heard of. */
  heardAt = performance.now()
  #isLost = false
  /** What it is asked at the moment, and since when. */
  #asked: { readonly pipeline: PgPipeline; readonly at: number } | undefined
  readonly #prepared = new PreparedStatements()

  constructor(client: PoolClient, mark: CommitMark) {
    this.client = client
    this.mark = mark
  }

  /** Nothing more can be asked of it. */
  get isLost(): boolean {
    return this.#isLost
  }

  /**
   * One round trip.
   * @throws PgTrouble
   */
  async run(statements: readonly PgStatement[], answerMs: number): Promise<readonly PgResult[]> {
    const pipeline = new PgPipeline(statements, this.#prepared)
    this.#asked = { pipeline, at: performance.now() }
    const overdue = systemClock.after(answerMs, () => pipeline.giveUp(new AnswerOverdue('No answer in time')))
    try {
      // The driver calls the methods that it has, which its type doesn't name.
      this.client.query(pipeline as unknown as Submittable)
      const results = await pipeline.result
      this.heardAt = performance.now()
      return results
    } catch (error) {
      const trouble = troubleOf(error)
      if (trouble.kind === 'lost') this.#isLost = true
      throw trouble
    } finally {
      overdue.cancel()
      this.#asked = undefined
    }
  }

  /** Gives up what it was asked at least so long ago, if it was. */
  giveUpAfter(ms: number): void {
    if (this.#asked === undefined || performance.now() - this.#asked.at < ms) return
    this.#asked.pipeline.giveUp(new AnswerOverdue('No answer, as from others'))
  }

  /** Nobody knows what the server still makes of it. */
  giveUp(): void {
    this.#isLost = true
  }

  /** Gives the connection back, or ends it where it is of no use any more. */
  release(): void {
    this.client.release(this.#isLost)
  }
}
