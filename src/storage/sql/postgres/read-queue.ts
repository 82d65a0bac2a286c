import type { PgLike, PgResult, PgStatement } from './pg-like.ts'
import { isWrong } from './pg-trouble.ts'

interface Asked {
  readonly statement: PgStatement
  readonly resolve: (result: PgResult) => void
  readonly reject: (error: unknown) => void
}

/** So many round trips of reads are under way at once. */
const TRIPS = 4
/** And so many reads in each at most, so that none waits for too many others. */
const MOST = 32

/** Reads that are asked for together go in one round trip. */
export class ReadQueue {
  readonly #db: PgLike
  readonly #answerMs: number
  #asked: Asked[] = []
  #trips = 0
  #isPumping = false

  constructor(db: PgLike, answerMs: number) {
    this.#db = db
    this.#answerMs = answerMs
  }

  ask(statement: PgStatement): Promise<PgResult> {
    return new Promise((resolve, reject) => {
      this.#asked.push({ statement, resolve, reject })
      this.#pump()
    })
  }

  #pump(): void {
    if (this.#isPumping) return
    this.#isPumping = true
    setImmediate(() => {
      this.#isPumping = false
      while (this.#trips < TRIPS && this.#asked.length > 0) {
        this.#trips++
        const share = Math.ceil(this.#asked.length / (TRIPS - this.#trips + 1))
        void this.#trip(this.#asked.splice(0, Math.min(MOST, share))).finally(() => {
          this.#trips--
          if (this.#asked.length > 0) this.#pump()
        })
      }
    })
  }

  async #trip(asked: readonly Asked[]): Promise<void> {
    try {
      const results = await this.#run(asked)
      for (const [at, { resolve }] of asked.entries()) resolve(results[at] ?? NOTHING)
    } catch (error) {
      // One that is wrong takes the others along: each is asked for itself. A database that is away is away for all.
      if (asked.length > 1 && isWrong(error)) for (const one of asked) await this.#trip([one])
      else for (const { reject } of asked) reject(error)
    }
  }

  #run(asked: readonly Asked[]): Promise<readonly PgResult[]> {
    return this.#db.read(
      asked.map(({ statement }) => statement),
      { answerMs: this.#answerMs },
    )
  }
}

const NOTHING: PgResult = { rows: [], count: 0 }
