import { pause } from '../../../lib/pause.ts'
import type { Life } from '../life.ts'

/** Nobody's fingers are faster. */
const BETWEEN_MS = 150

/** Keeps some time between what an instance sends, however fast its queue is. */
export class Pacing {
  readonly #life: Pick<Life, 'host'>
  #free = 0

  constructor(life: Pick<Life, 'host'>) {
    this.#life = life
  }

  /** Resolves when something may be sent, or at once when it is aborted. */
  async turn(signal: AbortSignal): Promise<void> {
    const { clock } = this.#life.host
    const now = clock.now()
    // A clock that was set back must not make anybody wait for longer.
    const at = Math.min(Math.max(now, this.#free), now + BETWEEN_MS)
    this.#free = at + BETWEEN_MS
    if (at > now) await pause(clock, at - now, signal)
  }
}
