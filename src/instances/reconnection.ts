import { backoffMs } from '../lib/backoff.ts'
import type { Clock, Timer } from '../lib/clock.ts'
import type { Random } from '../lib/random.ts'
import type { EpochMs } from '../model/ids.ts'

const PLAN = { firstMs: 500, longestMs: 60_000 } as const
/** A session that was open for so long has come right. One that breaks sooner each time must not knock at the network every second. */
const STEADY_MS = 30_000

/** When a session that was lost is connected again: later each time, until one has come right. */
export class Reconnection {
  readonly #surroundings: { readonly clock: Clock; readonly random: Random }
  #failures = 0
  #openedAt: EpochMs | undefined
  #timer: Timer | undefined

  constructor(surroundings: { readonly clock: Clock; readonly random: Random }) {
    this.#surroundings = surroundings
  }

  opened(): void {
    this.#openedAt = this.#surroundings.clock.now()
  }

  /** Calls `connect` after a while, no sooner than `atLeastMs`. */
  lost(atLeastMs: number, connect: () => void): void {
    const { clock, random } = this.#surroundings
    const isSteady = this.#openedAt !== undefined && clock.now() - this.#openedAt >= STEADY_MS
    this.#openedAt = undefined
    this.#failures = isSteady ? 1 : this.#failures + 1
    this.#timer?.cancel()
    this.#timer = clock.after(Math.max(atLeastMs, backoffMs(PLAN, this.#failures, random)), connect)
  }

  /** Calls `connect` after so long; nothing was lost. */
  putOff(delayMs: number, connect: () => void): void {
    this.#timer?.cancel()
    this.#timer = this.#surroundings.clock.after(delayMs, connect)
  }

  /** Nothing is connected again, and what was lost before is forgotten: somebody closed the session. */
  forget(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#failures = 0
    this.#openedAt = undefined
  }
}
