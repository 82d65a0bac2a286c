import type { Timer } from '../lib/clock.ts'

/** Those who wait for the next item. Costs nothing while nobody does: one timer for each who waits. */
export class Waiters {
  readonly #after: (delayMs: number, callback: () => void) => Timer
  #waiting: Set<() => void> | undefined

  constructor(after: (delayMs: number, callback: () => void) => Timer) {
    this.#after = after
  }

  /** Resolves on the next wake or on abort, then with false: the caller looks what it was. True when the time was over first. */
  wait(waitMs: number, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      let isOver = false
      const end = (): void => {
        timer.cancel()
        signal.removeEventListener('abort', end)
        this.#waiting?.delete(end)
        if (this.#waiting?.size === 0) this.#waiting = undefined
        resolve(isOver)
      }
      const timer: Timer = this.#after(waitMs, () => {
        isOver = true
        end()
      })
      signal.addEventListener('abort', end)
      this.#waiting ??= new Set()
      this.#waiting.add(end)
    })
  }

  wake(): void {
    if (this.#waiting === undefined) return
    for (const end of [...this.#waiting]) end()
  }
}
