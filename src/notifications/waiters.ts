import type { Timer } from '../lib/clock.ts'

/** Those who wait for the next item. Costs nothing while nobody does: one timer for each who waits. */
export class Waiters {
  readonly #after: (delayMs: number, callback: () => void) => Timer
  #waiting: Set<() => void> | undefined

  constructor(after: (delayMs: number, callback: () => void) => Timer) {
    this.#after = after
  }

  /** Resolves on the next wake, when the time is over, or on abort: the caller looks what it was. */
  wait(waitMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        timer.cancel()
        signal.removeEventListener('abort', end)
        this.#waiting?.delete(end)
        if (this.#waiting?.size === 0) this.#waiting = undefined
        resolve()
      }
      const timer: Timer = this.#after(waitMs, end)
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
