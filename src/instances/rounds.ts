import type { Clock, Timer } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { Serial } from '../lib/serial.ts'

const EVERY_MS = 60_000

/** Does its bit and resolves; soon, once the signal is aborted. */
export type Part = (signal: AbortSignal) => Promise<void>

/** Every minute the same parts, one after the other. One that fails is said and does not keep the others from their turn. */
export class Rounds {
  readonly #needs: { readonly clock: Clock; readonly log: Log }
  readonly #parts: Readonly<Record<string, Part>>
  readonly #running = new Serial()
  #stopping = new AbortController()
  #timer: Timer | undefined

  constructor(needs: { readonly clock: Clock; readonly log: Log }, parts: Readonly<Record<string, Part>>) {
    this.#needs = needs
    this.#parts = parts
  }

  /** The first one in a minute; after a stop too. */
  start(): void {
    if (this.#stopping.signal.aborted) this.#stopping = new AbortController()
    this.#sleep(this.#stopping.signal)
  }

  #sleep(signal: AbortSignal): void {
    if (signal.aborted) return
    this.#timer = this.#needs.clock.after(EVERY_MS, () => void this.run().then(() => this.#sleep(signal)))
  }

  /** One round, now. */
  run(): Promise<void> {
    const { signal } = this.#stopping
    return this.#running.run(() => this.#run(signal))
  }

  /** No part begins any more from this moment on. Resolves when the one under way has come to its end. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#timer?.cancel()
    await this.#running.idle()
  }

  async #run(signal: AbortSignal): Promise<void> {
    for (const [part, work] of Object.entries(this.#parts)) {
      if (signal.aborted) return
      try {
        await work(signal)
      } catch (error) {
        this.#needs.log.error({ part, error }, 'housekeeping failed for this round')
      }
    }
  }
}
