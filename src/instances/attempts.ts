import type { EpochMs, MessageId } from '../model/ids.ts'
import type { Unsettled } from './settlement.ts'

/** An attempt that was claimed and has no verdict yet. */
export interface Attempt extends Unsettled {
  /** After this it is given up as `unconfirmed`. */
  readonly deadline: EpochMs
  /** Until this it holds back the messages behind it. */
  readonly holdUntil: EpochMs
}

/** The claimed attempts of one instance; made only when there is one. */
export class Attempts {
  #open: Map<MessageId, Attempt> | undefined

  add(attempt: Attempt): void {
    this.#open ??= new Map()
    this.#open.set(attempt.id, attempt)
  }

  find(id: MessageId): Attempt | undefined {
    return this.#open?.get(id)
  }

  remove(id: MessageId): boolean {
    const had = this.#open?.delete(id) ?? false
    if (this.#open?.size === 0) this.#open = undefined
    return had
  }

  get count(): number {
    return this.#open?.size ?? 0
  }

  all(): readonly Attempt[] {
    return this.#open === undefined ? [] : [...this.#open.values()]
  }
}
