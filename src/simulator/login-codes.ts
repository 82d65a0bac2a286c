import type { Clock } from '../lib/clock.ts'
import type { Random } from '../lib/random.ts'
import { isSameSecret } from '../lib/same-secret.ts'
import type { EpochMs } from '../model/ids.ts'
import type { Messenger } from '../model/messenger.ts'

const LOGIN_CODE_VALID_MS = 5 * 60_000

export interface LoginCode {
  /** Five digits. */
  readonly code: string
  readonly until: EpochMs
}

/** The codes that messengers have sent to phones. A wrong answer doesn't void one; none outlives a restart. */
export class LoginCodes {
  readonly #clock: Clock
  readonly #random: Random
  readonly #codes = new Map<string, LoginCode>()

  constructor(clock: Clock, random: Random) {
    this.#clock = clock
    this.#random = random
  }

  /** Takes the place of an older one. */
  send(messenger: Messenger, phone: string): LoginCode {
    const sent = {
      code: String(10_000 + (this.#random.bytes(4).readUInt32BE() % 90_000)),
      until: this.#clock.now() + LOGIN_CODE_VALID_MS,
    }
    this.#codes.set(`${messenger}/${phone}`, sent)
    return sent
  }

  /** What the phone shows; null when nothing was sent or it is too old. */
  of(messenger: Messenger, phone: string): LoginCode | null {
    this.#forgetExpired()
    return this.#codes.get(`${messenger}/${phone}`) ?? null
  }

  check(messenger: Messenger, phone: string, given: string): 'right' | 'wrong' | 'expired' {
    const sent = this.of(messenger, phone)
    if (sent === null) return 'expired'
    return isSameSecret(given.trim(), sent.code) ? 'right' : 'wrong'
  }

  /** The login is done. */
  forget(messenger: Messenger, phone: string): void {
    this.#codes.delete(`${messenger}/${phone}`)
  }

  #forgetExpired(): void {
    const now = this.#clock.now()
    for (const [key, { until }] of this.#codes) if (until <= now) this.#codes.delete(key)
  }
}
