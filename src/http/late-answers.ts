import type { Clock } from '../lib/clock.ts'

const EVERY_MS = 1000

/** A call that waits for its answer. */
export interface Unanswered {
  /** Its place among those that wait. */
  readonly slot: number
  readonly lateAt: number
  readonly late: () => void
}

/** Tells who waits too long for an answer. One look a second for all of them: most have theirs long before, and cost no timer. */
export class LateAnswers {
  readonly #clock: Pick<Clock, 'after'>
  /** No set: one whose members come and go with each call keeps the collector busy (8 µs of the benchmark `polling`). */
  readonly #slots: (Unanswered | undefined)[] = []
  readonly #free: number[] = []
  /** By which time goes on here: the time of day may be set meanwhile. */
  #looks = 0
  #isWatching = false

  constructor(clock: Pick<Clock, 'after'>) {
    this.#clock = clock
  }

  /** Calls `late` once, after so long or up to a second later, unless it is `over` before. */
  begin(limitMs: number, late: () => void): Unanswered {
    // The next look is perhaps at once.
    const lateAt = this.#looks + 1 + Math.ceil(limitMs / EVERY_MS)
    const waiting = { slot: this.#free.pop() ?? this.#slots.length, lateAt, late }
    this.#slots[waiting.slot] = waiting
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
    const { slot } = waiting
    if (this.#slots[slot] !== waiting) return false
    this.#slots[slot] = undefined
    this.#free.push(slot)
    return true
  }

  #watch(): void {
    this.#isWatching = true
    this.#clock.after(EVERY_MS, () => this.#look())
  }

  #look(): void {
    this.#looks += 1
    for (const waiting of this.#slots) {
      if (waiting !== undefined && waiting.lateAt <= this.#looks && this.over(waiting)) waiting.late()
    }
    this.#isWatching = false
    if (this.#free.length < this.#slots.length) this.#watch()
  }
}
