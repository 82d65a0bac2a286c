import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { Pace } from '../lib/pace.ts'
import { fault, type Fault } from '../model/fault.ts'
import { Failures, type Attempt } from './failures.ts'

/** Whose password is tried, and from where. */
export interface Guess {
  readonly email: string
  /** See `networkOf`. */
  readonly network: string
  /** He was signed in from there, or still is. */
  readonly isKnownPlace: boolean
}

const QUARTER_MS = 900_000
const HOUR_MS = 3_600_000
const WARNINGS_PER_SECOND = 1 / 60

/**
 * Slows down who guesses: at one name from one place, at many names from one place, at one name from many places. The last would let anybody
 * shut out somebody else, so it does not hold for places where the person has a session. Counted by each node for itself.
 */
export class Throttle {
  readonly #clock: Pick<Clock, 'now'>
  readonly #log: Pick<Log, 'warn'>
  readonly #pairs: Failures
  readonly #networks: Failures
  readonly #names: Failures
  readonly #codes: Failures
  readonly #asked: Failures
  readonly #warnings = new Pace<string>()

  constructor(clock: Pick<Clock, 'now'>, log: Pick<Log, 'warn'>, scale = 1) {
    this.#clock = clock
    this.#log = log
    this.#pairs = new Failures(5 * scale, QUARTER_MS)
    this.#networks = new Failures(50 * scale, QUARTER_MS)
    this.#names = new Failures(100 * scale, HOUR_MS)
    // Who comes so far knows the password: a million codes must last for longer than it takes to notice.
    this.#codes = new Failures(10 * scale, HOUR_MS)
    this.#asked = new Failures(50 * scale, QUARTER_MS)
  }

  /** Counts a wrong password ahead; give it back when it was right. Whether there is such a name makes no difference. */
  password({ email, network, isKnownPlace }: Guess): Attempt | Fault {
    const now = this.#clock.now()
    const pair = `${network} ${email}`
    const waitMs = Math.max(
      this.#pairs.waitMs(pair, now),
      this.#networks.waitMs(network, now),
      isKnownPlace ? 0 : this.#names.waitMs(email, now),
    )
    if (waitMs > 0) return this.#refuse(network, waitMs)
    return together(
      this.#pairs.count(pair, now),
      this.#networks.count(network, now),
      ...(isKnownPlace ? [] : [this.#names.count(email, now)]),
    )
  }

  /** The same of a code behind a right password. */
  code({ email, network, isKnownPlace }: Guess): Attempt | Fault {
    const now = this.#clock.now()
    const name = isKnownPlace ? `${network} ${email}` : email
    const waitMs = this.#codes.waitMs(name, now)
    return waitMs > 0 ? this.#refuse(network, waitMs) : this.#codes.count(name, now)
  }

  /** One more of what anybody may ask for from one place: mails, looks at links. */
  ask(network: string): Fault | undefined {
    const now = this.#clock.now()
    const waitMs = this.#asked.waitMs(network, now)
    if (waitMs > 0) return this.#refuse(network, waitMs)
    this.#asked.count(network, now)
    return undefined
  }

  #refuse(address: string, waitMs: number): Fault {
    if (this.#warnings.take(address, WARNINGS_PER_SECOND, this.#clock.now()).allowed) {
      this.#log.warn({ address }, 'too many tries to sign in to the console')
    }
    const retryAfterSeconds = Math.ceil(waitMs / 1000)
    return fault('rateLimited', 'Too many tries: wait before the next one', { retryAfterSeconds })
  }
}

function together(...attempts: readonly Attempt[]): Attempt {
  return {
    giveBack: () => {
      for (const attempt of attempts) attempt.giveBack()
    },
  }
}
