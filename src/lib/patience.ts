import type { Clock } from './clock.ts'
import { pause } from './pause.ts'
import { within } from './within.ts'

/** How long somebody waits in all, for something that is done in pieces: what lies between the pieces does not count. */
export class Patience {
  readonly #clock: Pick<Clock, 'after'>
  readonly #monotonicMs: () => number
  #leftMs: number

  constructor(clock: Pick<Clock, 'after'>, monotonicMs: () => number, ms: number) {
    this.#clock = clock
    this.#monotonicMs = monotonicMs
    this.#leftMs = ms
  }

  get isOver(): boolean {
    return this.#leftMs <= 0
  }

  /** What the piece gives, or `late` where patience ends before; a rejection is passed on. */
  async spend<T, Late>(piece: Promise<T>, late: Late): Promise<T | Late> {
    const began = this.#monotonicMs()
    try {
      return await within(this.#clock, Math.max(this.#leftMs, 0), piece, late)
    } finally {
      this.#leftMs -= this.#monotonicMs() - began
    }
  }

  /** Resolves after so long, or when patience ends. */
  pause(ms: number): Promise<void> {
    return this.spend(pause(this.#clock, Math.min(ms, Math.max(this.#leftMs, 0)), UNHURRIED), undefined)
  }
}

/** Nobody cuts a pause short. */
const UNHURRIED = new AbortController().signal
