import type { Clock } from '../lib/clock.ts'
import type { Random } from '../lib/random.ts'
import type { Messenger } from '../model/messenger.ts'

/** The ids of what phones send: `3EB0…` in hex on WhatsApp; elsewhere 18 decimal digits that rise with time. */
export class MessageIds {
  readonly #clock: Clock
  readonly #random: Random
  #last = 0n

  constructor(clock: Clock, random: Random) {
    this.#clock = clock
    this.#random = random
  }

  next(messenger: Messenger): string {
    if (messenger === 'whatsapp') return `3EB0${this.#random.bytes(9).toString('hex').toUpperCase()}`
    // As MAX makes its own; those that servers make begin with another digit.
    const first = BigInt(this.#clock.now()) << 16n
    this.#last = first > this.#last ? first : this.#last + 1n
    return String(this.#last)
  }
}
