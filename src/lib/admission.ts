import type { Clock } from './clock.ts'

/**
 * Lets a crowd through one door without a crush and without anybody being held up for long by somebody who stands in it. At
 * most `limit` are inside who came lately; whoever is inside for longer than a turn no longer counts. So a burst goes through
 * `limit` at a time, and those who never leave delay the rest by one turn at most. Costs nothing while nobody has to wait.
 */
export class Admission {
  readonly #clock: Pick<Clock, 'after'>
  readonly #limit: number
  readonly #turnMs: number
  #turn = 0
  /** How many are inside who came in this turn. */
  #inside = 0
  #queue: ((ticket: number) => void)[] = []
  /** Where the queue begins. */
  #first = 0
  #ticking = false

  constructor(clock: Pick<Clock, 'after'>, limit: number, turnMs: number) {
    this.#clock = clock
    this.#limit = limit
    this.#turnMs = turnMs
  }

  /** A ticket at once where there is room, else the promise of one. First come, first served. Give it to `leave`. */
  enter(): number | Promise<number> {
    if (this.#inside < this.#limit && this.#queue.length === 0) {
      this.#inside += 1
      return this.#turn
    }
    return new Promise((resolve) => {
      this.#queue.push(resolve)
      this.#startTurn()
    })
  }

  leave(ticket: number): void {
    if (ticket !== this.#turn) return
    this.#inside -= 1
    this.#admit()
  }

  #startTurn(): void {
    if (this.#ticking) return
    this.#ticking = true
    this.#clock.after(this.#turnMs, () => {
      this.#ticking = false
      this.#turn += 1
      this.#inside = 0
      this.#admit()
      if (this.#queue.length > 0) this.#startTurn()
    })
  }

  #admit(): void {
    while (this.#inside < this.#limit && this.#first < this.#queue.length) {
      this.#inside += 1
      this.#queue[this.#first]?.(this.#turn)
      this.#first += 1
    }
    if (this.#first === 0 || this.#first < this.#queue.length) return
    this.#queue = []
    this.#first = 0
  }
}
