import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { checkedJson } from '../../../lib/checked-json.ts'
import { pause } from '../../../lib/pause.ts'
import { fault, type Fault } from '../../../model/fault.ts'
import type { EpochMs } from '../../../model/ids.ts'
import { LASTING, type Note, type SessionHost } from '../../driver.ts'
import { NOT_CONNECTED } from '../../network/asking.ts'
import type { Limits } from '../surroundings.ts'

interface Parts {
  readonly host: Pick<SessionHost, 'secret' | 'commit' | 'clock' | 'random'>
  readonly limits: Limits
  /** The account's own id: what is counted is the account's, whichever link it is reached by. */
  readonly self: string
  readonly ended: AbortSignal
}

/** What is kept of those of the last day. */
const Taken = Type.Object({
  last: Type.Number(),
  /** The network has asked for a rest until then. */
  restsUntil: Type.Number(),
  /** By hours since 1970, how many there were in each. */
  hours: Type.Record(Type.String({ pattern: '^\\d{1,9}$' }), Type.Integer({ minimum: 0 })),
})
type Taken = Readonly<Static<typeof Taken>>

const taken = Compile(Taken)
const NONE: Taken = { last: 0, restsUntil: 0, hours: {} }

const HOUR_MS = 3_600_000
/** Whole hours, so that it is a day at least. */
const HOURS = 24
const KEPT_MS = 26 * HOUR_MS
/** So much longer than it must be the time between two is at most, as a share of it. */
const JITTER = 0.6
/** After the network has said that it is asked too often. */
const REST_MS = HOUR_MS / 2

/**
 * How often one account looks numbers up: a gap between any two, and so many in a day. Whoever asks for many strangers looks like somebody who
 * means to write to them, so that it is kept over restarts, and before anything is asked.
 */
export class LookUps {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** The longest that one takes its turn before the next. */
  get longestGapMs(): number {
    return this.#parts.limits.checkPeriodMs * (1 + JITTER)
  }

  /** Waits for its time and takes one; a fault when there may be none now. One after the other. */
  async take(): Promise<Fault | undefined> {
    const { host, limits, ended } = this.#parts
    const before = await this.#read()
    const trouble = this.#troubleOf(before)
    if (trouble !== undefined) return trouble
    const gapMs = limits.checkPeriodMs * (1 + JITTER * host.random.fraction())
    // A clock that was set back must not shut it until it has caught up.
    const waitMs = Math.min(before.last + gapMs - host.clock.now(), gapMs)
    if (waitMs > 0) await pause(host.clock, waitMs, ended)
    if (ended.aborted) return NOT_CONNECTED
    const now = host.clock.now()
    const hour = String(Math.floor(now / HOUR_MS))
    const hours = { ...recent(before.hours, now), [hour]: (before.hours[hour] ?? 0) + 1 }
    await this.#write({ ...before, last: now, hours })
    return undefined
  }

  /** The network has had enough of them for a while. */
  async rest(): Promise<void> {
    await this.#write({ ...(await this.#read()), restsUntil: this.#parts.host.clock.now() + REST_MS })
  }

  #troubleOf({ restsUntil, hours }: Taken): Fault | undefined {
    const { host, limits } = this.#parts
    const now = host.clock.now()
    if (now < restsUntil && restsUntil - now <= REST_MS)
      return fault('rateLimited', 'MAX has asked to wait with looking numbers up; try again in half an hour')
    const { checksPerDay } = limits
    const count = Object.values(recent(hours, now)).reduce((sum, one) => sum + one, 0)
    if (checksPerDay === 0 || count < checksPerDay) return undefined
    return fault('rateLimited', `the ${checksPerDay} look-ups of numbers in 24 hours are used up`)
  }

  async #read(): Promise<Taken> {
    return checkedJson(taken, await this.#parts.host.secret(this.#name)) ?? NONE
  }

  async #write(value: Taken): Promise<void> {
    const { host } = this.#parts
    const note: Note = { value: Buffer.from(JSON.stringify(value)), until: host.clock.now() + KEPT_MS }
    await host.commit({ notes: new Map([[this.#name, note]]) })
  }

  get #name(): string {
    return `${LASTING}${this.#parts.self}|look-ups`
  }
}

function recent(hours: Taken['hours'], now: EpochMs): Taken['hours'] {
  const oldest = Math.floor(now / HOUR_MS) - HOURS
  return Object.fromEntries(Object.entries(hours).filter(([hour]) => Number(hour) >= oldest))
}
