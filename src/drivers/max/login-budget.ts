import { fault } from '../../model/fault.ts'
import type { EpochMs } from '../../model/ids.ts'
import { LASTING, type SessionHost } from '../driver.ts'
import type { Loss } from './ending.ts'

const DAY_MS = 86_400_000
/** In half an hour no more than a twelfth of a day's: a network that comes and goes must not use them up at once. */
const SHORT_MS = 30 * 60_000
const SHORT_SHARE = 12
const LEAST_SHORT = 3
/** When this instance logged in, whatever became of its links: what MAX counts is the device. */
const LOGINS = `${LASTING}logins`
/** Until when the network has asked this instance to stay away. */
const REST = `${LASTING}login-rest`
const LONGEST_REST_MS = 3_600_000

/** How often an instance logs in, counted over restarts. MAX drops the token of whoever logs in again and again. */
export class LoginBudget {
  readonly #host: SessionHost
  readonly #perDay: number

  constructor(host: SessionHost, perDay: number) {
    this.#host = host
    this.#perDay = perDay
  }

  /** Why there may be no login now; null where there may. */
  async trouble(): Promise<Loss | null> {
    const waitMs = await this.#waitMs()
    if (waitMs === 0) return null
    const says = `this instance has logged in, or tried to, too often; it may again in ${String(Math.ceil(waitMs / 60_000))} min`
    return { trouble: fault('rateLimited', says), atLeastMs: waitMs }
  }

  /** Counts one, before it is asked for. */
  async take(): Promise<void> {
    const now = this.#host.clock.now()
    const value = Buffer.from([...(await this.#times(now)), now].join(' '))
    await this.#host.commit({ notes: new Map([[LOGINS, { value, until: now + DAY_MS }]]) })
  }

  /** The network has had enough for a while. It is kept: whoever restarts the instance does not know of it. */
  async rest(ms: number): Promise<void> {
    const until = this.#host.clock.now() + Math.min(ms, LONGEST_REST_MS)
    await this.#host.commit({ notes: new Map([[REST, { value: Buffer.from(String(until)), until }]]) })
  }

  async #waitMs(): Promise<number> {
    const now = this.#host.clock.now()
    const times = await this.#times(now)
    const short = Math.max(LEAST_SHORT, Math.ceil(this.#perDay / SHORT_SHARE))
    const restMs = await this.#restMs(now)
    return Math.max(0, restMs, freeAt(times, this.#perDay, DAY_MS) - now, freeAt(times, short, SHORT_MS) - now)
  }

  /** A clock that was set back makes it no longer. */
  async #restMs(now: EpochMs): Promise<number> {
    const kept = await this.#host.secret(REST)
    const restMs = kept === null ? 0 : Number(Buffer.from(kept).toString()) - now
    return restMs > 0 ? Math.min(restMs, LONGEST_REST_MS) : 0
  }

  /** Oldest first. A clock that was set back makes none of them count for longer than a day. */
  async #times(now: EpochMs): Promise<readonly EpochMs[]> {
    const kept = await this.#host.secret(LOGINS)
    const times = Buffer.from(kept ?? [])
      .toString()
      .split(' ')
      .map(Number)
    return times.filter((at) => at > now - DAY_MS).map((at) => Math.min(at, now))
  }
}

/** When there may be one more of so many in that time. */
function freeAt(times: readonly EpochMs[], most: number, withinMs: number): EpochMs {
  const first = times.at(-most)
  return first === undefined ? 0 : first + withinMs
}
