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
    const says = `this instance has logged in too often; it does so again in ${String(Math.ceil(waitMs / 60_000))} min`
    return { trouble: fault('rateLimited', says), atLeastMs: waitMs }
  }

  /** Counts one, before it is asked for. */
  async take(): Promise<void> {
    const now = this.#host.clock.now()
    const value = Buffer.from([...(await this.#times(now)), now].join(' '))
    await this.#host.commit({ notes: new Map([[LOGINS, { value, until: now + DAY_MS }]]) })
  }

  async #waitMs(): Promise<number> {
    const now = this.#host.clock.now()
    const times = await this.#times(now)
    const short = Math.max(LEAST_SHORT, Math.ceil(this.#perDay / SHORT_SHARE))
    return Math.max(0, freeAt(times, this.#perDay, DAY_MS) - now, freeAt(times, short, SHORT_MS) - now)
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
