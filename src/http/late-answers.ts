import type { Clock } from '../lib/clock.ts'

const EVERY_MS = 1000

/** A call that waits for its answer. */
export interface Unanswered {
  readonly lateAt: number
  readonly late: () => void
}

/** Tells who waits too long for an answer. One look a second for all of them: most have theirs long before, and cost no timer. */
export class LateAnswers {
  readonly #clock: Pick<Clock, 'after'>
  readonly #waiting = new Set<Unanswered>()
  /** By which time goes on here: the time of day may be set meanwhile. */
  #looks = 0
  #isWatching = false

  constructor(clock: Pick<Clock, 'after'>) {
    this.#clock = clock
  }

  /** Calls `late` once, after so long or up to a second later, unless it is `over` before. */
  begin(limitMs: number, late: () => void): Unanswered {
    // The next look is perhaps at once.
    const waiting = { lateAt: this.#looks + 1 + Math.ceil(limitMs / EVERY_MS), late }
    this.#waiting.add(waiting)
    if (!this.#isWatching) this.#watch()
    return waiting
  }

  /** What the promise gives, or `late` where that takes longer; it goes on by itself then, and `failed` hears of its trouble. */
  within<T, Late>(
    limitMs: number,
    promise: Promise<T>,
    late: Late,
    failed: (error: unknown) => void,
  ): Promise<T | Late> {
    return new Promise((resolve, reject) => {
      const waiting = this.begin(limitMs, () => resolve(late))
      promise.then(
        (value) => {
          if (this.over(waiting)) resolve(value)
        },
        (error: unknown) => {
          if (this.over(waiting)) reject(error instanceof Error ? error : new Error(String(error)))
          else failed(error)
        },
      )
    })
  }

  /** False where it was late. */
  over(waiting: Unanswered): boolean {
    return this.#waiting.delete(waiting)
  }

  #watch(): void {
    this.#isWatching = true
    this.#clock.after(EVERY_MS, () => this.#look())
  }

  #look(): void {
    this.#looks += 1
    for (const waiting of this.#waiting) {
      if (waiting.lateAt <= this.#looks && this.#waiting.delete(waiting)) waiting.late()
    }
    this.#isWatching = false
    if (this.#waiting.size > 0) this.#watch()
  }
}
