import type { Clock, Timer } from '../../lib/clock.ts'
import type { EpochMs } from '../../model/ids.ts'

/**
 * Finds out a deaf connection: open, answering keep-alives, and bringing nothing any more. It was seen to happen when a stanza got stuck
 * inside the engine, and when the network forgot whom it had to bring messages to.
 */

/** One coarse timer for each open session. */
const LOOK_EVERY_MS = 300_000
/** So long no account is silent that had something every few minutes before. */
const SILENT_MS = 3 * 3_600_000
/** So many stanzas in a life make silence strange; a new life begins without suspicion, so that a quiet night costs one reconnect. */
const BUSY_STANZAS = 30
/** At least so often, on average, while it was busy. */
const BUSY_GAP_MS = 600_000

export interface WatchdogOptions {
  readonly clock: Clock
  /** So long a stanza may take, from its turn until it is stored or given up. */
  readonly stuckMs: number
  /** When what is next came to its turn; null while nothing waits. */
  waitingSince(): EpochMs | null
  /** Called at each look, for what else is to be seen to now and then. */
  looked?(): void
  /** The connection is deaf; called once. */
  deaf(why: 'silent' | 'stuck'): void
}

export class Watchdog {
  readonly #options: WatchdogOptions
  readonly #since: EpochMs
  #heard = 0
  #heardAt: EpochMs
  #timer: Timer | null = null

  constructor(options: WatchdogOptions) {
    this.#options = options
    this.#since = options.clock.now()
    this.#heardAt = this.#since
    this.#again()
  }

  /** The network brought something that only comes to those whom it has not forgotten: a message, receipt or notification. */
  heard(): void {
    this.#heard += 1
    this.#heardAt = this.#options.clock.now()
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = null
  }

  #again(): void {
    this.#timer = this.#options.clock.after(LOOK_EVERY_MS, () => this.#look())
  }

  #look(): void {
    this.#options.looked?.()
    const why = this.#whyDeaf()
    if (why === undefined) this.#again()
    else {
      this.#timer = null
      this.#options.deaf(why)
    }
  }

  #whyDeaf(): 'silent' | 'stuck' | undefined {
    const now = this.#options.clock.now()
    if (now - (this.#options.waitingSince() ?? now) > this.#options.stuckMs) return 'stuck'
    const isBusy = this.#heard >= BUSY_STANZAS && (this.#heardAt - this.#since) / this.#heard <= BUSY_GAP_MS
    return isBusy && now - this.#heardAt > SILENT_MS ? 'silent' : undefined
  }
}
