import type { Clock } from '../lib/clock.ts'

/** By then each node has heard long ago what it has lost. */
const LONGEST_MS = 60_000
/** What comes so long after the last time is another dispute. */
const APART_MS = 600_000

/** Who of two has a link: nodes soon know it of each other. */
export class Dispute {
  readonly #clock: Clock
  #since = Number.NEGATIVE_INFINITY
  #last = Number.NEGATIVE_INFINITY

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The link was taken away once more. False when that has gone on for too long to be another node's. */
  goesOn(): boolean {
    const now = this.#clock.now()
    if (now - this.#last > APART_MS) this.#since = now
    this.#last = now
    return now - this.#since < LONGEST_MS
  }
}
