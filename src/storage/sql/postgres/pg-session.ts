import type { PoolClient, Submittable } from 'pg'
import { systemClock, type Timer } from '../../../lib/clock.ts'
import type { CommitMark } from './commit-mark.ts'
import type { PgResult, PgStatement } from './pg-like.ts'
import { PgPipeline, PreparedStatements } from './pg-pipeline.ts'
import { AnswerOverdue, troubleOf } from './pg-trouble.ts'

interface Asked {
  readonly pipeline: PgPipeline
  readonly at: number
  /** Set where it has less time than it was given. */
  early?: Timer
}

/** What is known of one connection for as long as it lives. */
export class PgSession {
  readonly client: PoolClient
  /** Its place in the table of commits. */
  readonly mark: CommitMark
  /** By `performance.now()`: when it was last heard of. */
  heardAt = performance.now()
  #isLost = false
  /** What it is asked at the moment, and since when. */
  #asked: Asked | undefined
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
    const asked: Asked = { pipeline, at: performance.now() }
    this.#asked = asked
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
      asked.early?.cancel()
      this.#asked = undefined
    }
  }

  /** Gives up what it is asked at the moment once it has had so long for it, which may be now. */
  giveUpAfter(ms: number): void {
    const asked = this.#asked
    if (asked === undefined) return
    asked.early?.cancel()
    const giveUp = () => asked.pipeline.giveUp(new AnswerOverdue('No answer, as from others'))
    const leftMs = ms - (performance.now() - asked.at)
    if (leftMs > 0) asked.early = systemClock.after(leftMs, giveUp)
    else giveUp()
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
