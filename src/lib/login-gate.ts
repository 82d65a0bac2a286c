import type { Clock, Timer } from './clock.ts'
import type { Random } from './random.ts'

/** A place in the row; `cancel` gives it up, and `entered` never resolves then. */
export interface Ticket {
  readonly entered: Promise<void>
  cancel(): void
}

interface Waiting {
  readonly enter: () => void
}

/**
 * One way in for all sessions of the process: so many logins a second come to the network, at uneven intervals, first come, first
 * served. Whoever comes to an empty gate enters at once. No timer while nobody waits.
 */
export class LoginGate {
  readonly #intervalMs: number
  readonly #clock: Clock
  readonly #random: Random
  /** Ordered as they came; a set, so that one who gives up leaves at once. */
  readonly #waiting = new Set<Waiting>()
  #freeAt = 0
  #timer: Timer | null = null

  constructor({ perSecond, clock, random }: { perSecond: number; clock: Clock; random: Random }) {
    this.#intervalMs = 1000 / perSecond
    this.#clock = clock
    this.#random = random
  }

  get waiting(): number {
    return this.#waiting.size
  }

  enter(): Ticket {
    let enter: () => void = () => undefined
    const entered = new Promise<void>((resolve) => (enter = resolve))
    const waiting: Waiting = { enter }
    this.#waiting.add(waiting)
    this.#pump()
    return { entered, cancel: () => this.#leave(waiting) }
  }

  #leave(waiting: Waiting): void {
    this.#waiting.delete(waiting)
    if (this.#waiting.size > 0) return
    this.#timer?.cancel()
    this.#timer = null
  }

  #pump(): void {
    if (this.#timer !== null) return
    const [first] = this.#waiting
    if (first === undefined) return
    const now = this.#clock.now()
    // A clock that was set back must not shut the gate until it has caught up.
    const waitMs = Math.min(this.#freeAt - now, 2 * this.#intervalMs)
    if (waitMs > 0) {
      this.#timer = this.#clock.after(waitMs, () => {
        this.#timer = null
        this.#freeAt = this.#clock.now()
        this.#pump()
      })
      return
    }
    this.#waiting.delete(first)
    this.#freeAt = now + this.#intervalMs * (0.5 + this.#random.fraction())
    first.enter()
    this.#pump()
  }
}
