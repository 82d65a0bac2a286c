import type { Clock } from '../../lib/clock.ts'
import { fault } from '../../model/fault.ts'
import { OUTDATED_RETRY_MS, type Loss } from './ending.ts'

/** So many refusals in a row, none of them long after the one before, are meant for everybody. */
const ENOUGH = 3
const APART_MS = 1_800_000

/**
 * What all sessions of a process know of the network's mind about their version: they show the same one. When it is refused to some, the others
 * need not knock to hear so themselves, and a few ask again after each rest.
 */
export class VersionGate {
  readonly #clock: Pick<Clock, 'now'>
  #inARow = 0
  #refusedAt = Number.NEGATIVE_INFINITY
  #shutAt = Number.NEGATIVE_INFINITY

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  /** Why nobody knocks now; null where one may. A clock that was set back opens it. */
  get trouble(): Loss | null {
    const sinceMs = this.#clock.now() - this.#shutAt
    if (sinceMs < 0 || sinceMs >= OUTDATED_RETRY_MS) return null
    const says = 'MAX lets this version of its web client in no more; it was refused to other instances a while ago'
    return { trouble: fault('unavailable', says), atLeastMs: OUTDATED_RETRY_MS - sinceMs }
  }

  letIn(): void {
    this.#inARow = 0
    this.#shutAt = Number.NEGATIVE_INFINITY
  }

  refused(): void {
    const now = this.#clock.now()
    this.#inARow = now - this.#refusedAt > APART_MS ? 1 : this.#inARow + 1
    this.#refusedAt = now
    if (this.#inARow >= ENOUGH) this.#shutAt = now
  }
}
