import type { Clock } from '../../../lib/clock.ts'
import { Recent } from '../../../lib/recent.ts'
import type { Handovers } from '../life.ts'

/** So many that are ready are remembered: a push may come before the answer of the server that took the file. */
const REMEMBERED = 200

/** Files that were handed over, by the ids under which the network tells that they are ready. */
export class PushedHandovers implements Handovers {
  readonly #clock: Pick<Clock, 'after'>
  readonly #ready = new Recent<string, true>(REMEMBERED)
  readonly #waiting = new Map<string, () => void>()

  constructor(clock: Pick<Clock, 'after'>) {
    this.#clock = clock
  }

  ready(file: string): void {
    this.#ready.set(file, true)
    this.#waiting.get(file)?.()
  }

  /** For one at a time: a file is handed over once. */
  wait(file: string, ms: number, signal: AbortSignal): Promise<boolean> {
    if (this.#ready.get(file) === true) return Promise.resolve(true)
    if (signal.aborted) return Promise.resolve(false)
    return new Promise((resolve) => {
      const end = (isReady: boolean) => {
        timer.cancel()
        signal.removeEventListener('abort', over)
        this.#waiting.delete(file)
        resolve(isReady)
      }
      const over = () => end(false)
      const timer = this.#clock.after(ms, over)
      signal.addEventListener('abort', over)
      this.#waiting.set(file, () => end(true))
    })
  }
}
