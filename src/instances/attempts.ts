import type { Clock, Timer } from '../lib/clock.ts'
import type { MessageId } from '../model/ids.ts'
import type { Unsettled } from './settlement.ts'

/** From now on, by no clock that somebody may set. */
export interface AttemptTimes {
  /** For so long it holds back the messages behind it. */
  readonly holdMs: number
  /** After so long it is given up as `unconfirmed`. */
  readonly waitMs: number
}

interface Open {
  readonly attempt: Unsettled
  timer: Timer | undefined
  isHolding: boolean
  isOver: boolean
}

/** The claimed attempts of one instance that have no verdict yet; made only when there is one. */
export class Attempts {
  readonly #clock: Pick<Clock, 'after'>
  readonly #wake: () => void
  #open: Map<MessageId, Open> | undefined

  /** `wake` is called when one holds nothing back any more, and when one is to be given up. */
  constructor(clock: Pick<Clock, 'after'>, wake: () => void) {
    this.#clock = clock
    this.#wake = wake
  }

  add(attempt: Unsettled, { holdMs, waitMs }: AttemptTimes): void {
    const open: Open = { attempt, timer: undefined, isHolding: holdMs > 0, isOver: false }
    const end = (): void => {
      open.isOver = true
      this.#wake()
    }
    const release = (): void => {
      open.isHolding = false
      open.timer = this.#clock.after(waitMs - holdMs, end)
      this.#wake()
    }
    open.timer = this.#clock.after(holdMs, release)
    this.remove(attempt.id)
    this.#open ??= new Map()
    this.#open.set(attempt.id, open)
  }

  find(id: MessageId): Unsettled | undefined {
    return this.#open?.get(id)?.attempt
  }

  remove(id: MessageId): boolean {
    this.#open?.get(id)?.timer?.cancel()
    const had = this.#open?.delete(id) ?? false
    if (this.#open?.size === 0) this.#open = undefined
    return had
  }

  /** They stay, and nobody is called any more. */
  rest(): void {
    for (const { timer } of this.#open?.values() ?? []) timer?.cancel()
  }

  get count(): number {
    return this.#open?.size ?? 0
  }

  /** The messages behind them wait. */
  get areHolding(): boolean {
    return this.#open !== undefined && [...this.#open.values()].some(({ isHolding }) => isHolding)
  }

  /** It has been waited for long enough. */
  isOver(id: MessageId): boolean {
    return this.#open?.get(id)?.isOver === true
  }

  all(): readonly Unsettled[] {
    return this.#open === undefined ? [] : [...this.#open.values()].map(({ attempt }) => attempt)
  }
}
