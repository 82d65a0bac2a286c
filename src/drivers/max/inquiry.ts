import type { Clock } from '../../lib/clock.ts'
import { Recent } from '../../lib/recent.ts'
import { within } from '../../lib/within.ts'
import type { EpochMs } from '../../model/ids.ts'

/** Who asks waits so long; the question itself goes on. */
const WAIT_MS = 3_000
/** What the network told nothing of is not asked for again so soon. */
const AGAIN_MS = 300_000
/** A network that did not answer is left alone for so long. */
const REST_MS = 60_000
const REMEMBERED = 256

/** `silent`: no answer came. */
type Ask = (ids: readonly string[]) => Promise<'answered' | 'silent'>

/**
 * Asks the network for what is not known: each thing once in a while, and never so that somebody waits long. Whoever deals with what the network
 * tells must go on when it does not answer.
 */
export class Inquiry {
  readonly #clock: Clock
  readonly #ask: Ask
  readonly #most: number
  readonly #asking = new Map<string, Promise<void>>()
  readonly #notBefore = new Recent<string, EpochMs>(REMEMBERED)
  #restsUntil: EpochMs = 0

  /** `most`: ids of one question. */
  constructor(clock: Clock, most: number, ask: Ask) {
    this.#clock = clock
    this.#most = most
    this.#ask = ask
  }

  /** Resolves when what could be learned of them is known, or after a while. */
  async about(ids: readonly string[]): Promise<void> {
    const now = this.#clock.now()
    const wanted = ids.filter((id) => (this.#notBefore.get(id) ?? 0) <= now)
    const fresh = now < this.#restsUntil ? [] : wanted.filter((id) => !this.#asking.has(id))
    for (let from = 0; from < fresh.length; from += this.#most) this.#begin(fresh.slice(from, from + this.#most))
    const asked = new Set(wanted.flatMap((id) => this.#asking.get(id) ?? []))
    if (asked.size > 0) await within(this.#clock, WAIT_MS, Promise.all(asked), undefined)
  }

  #begin(ids: readonly string[]): void {
    const asked = this.#inquire(ids).finally(() => {
      for (const id of ids) this.#asking.delete(id)
    })
    for (const id of ids) this.#asking.set(id, asked)
  }

  async #inquire(ids: readonly string[]): Promise<void> {
    const end = await this.#ask(ids)
    const now = this.#clock.now()
    if (end === 'silent') this.#restsUntil = now + REST_MS
    else for (const id of ids) this.#notBefore.set(id, now + AGAIN_MS)
  }
}
