import type { Clock } from '../../lib/clock.ts'
import { pause } from '../../lib/pause.ts'
import { fault, isFault, type Fault } from '../../model/fault.ts'
import type { EpochMs } from '../../model/ids.ts'
import { linkedSignal } from '../network/linked-signal.ts'
import type { Connection } from './connection.ts'
import { WRONG_PASSWORD, type LoginAttempt } from './login.ts'
import type { AskTrouble } from './questions.ts'
import { isTooOften } from './wire/network-error.ts'
import { CHECK_PASSWORD, GET_QR, LOGIN_BY_QR, QR_STATUS } from './wire/opcodes.ts'
import type { Linked } from './wire/shapes.ts'

/** What a track comes to. null: the connection ended, of which its listener hears. */
export type Outcome = { readonly token: string } | Fault | null

interface Track {
  readonly id: string
  readonly pollingMs: number
  readonly until: EpochMs
}

/** So many QRs of one connection: about twenty minutes. */
const MOST = 10
/** The next QR is shown so long before the one before it ends, which is looked at until then. */
const AHEAD_MS = 10_000
const POLLING_MS = { usual: 5_000, least: 1_000, most: 15_000 }
const LASTING_MS = { usual: 120_000, least: 20_000, most: 600_000 }
/** Whoever refuses so often in a row goes on refusing. */
const MOST_REFUSALS = 3
const TRACK_GONE = 'track.not.found'

interface TracksParts {
  readonly connection: Pick<Connection, 'ask'>
  readonly attempt: LoginAttempt
  readonly clock: Clock
  /** Aborted with the connection. */
  readonly ended: AbortSignal
}

/** The QRs of one connection, from the first one that is shown to the token that one of them comes to. */
export class Tracks {
  readonly #parts: TracksParts
  /** Those that may still be scanned, oldest first. */
  #open: Track[] = []
  #refusals = 0
  readonly #pushed: Promise<Linked>
  #push: (linked: Linked) => void = () => undefined
  #wasPushed = false

  constructor(parts: TracksParts) {
    this.#parts = parts
    this.#pushed = new Promise((resolve) => (this.#push = resolve))
  }

  /** The network may tell the end of a track by itself. */
  pushed(linked: Linked): void {
    this.#wasPushed = true
    this.#push(linked)
  }

  async run(): Promise<Outcome> {
    for (let made = 0; made < MOST; made += 1) {
      const track = await this.#showNext()
      if (track === null || isFault(track)) return track
      const outcome = await this.#follow(track)
      if (outcome !== 'usedUp') return outcome
    }
    return fault('linkTimeout', 'the codes were not used in time')
  }

  async #showNext(): Promise<Track | Fault | null> {
    const { connection, attempt, clock } = this.#parts
    const answered = await connection.ask(GET_QR)
    if (!answered.ok) return troubleOf(answered.trouble)
    const { qrLink, trackId, pollingInterval, ttl, expiresAt } = answered.answer
    const now = clock.now()
    const lastsMs = within(ttl ?? (expiresAt === undefined ? undefined : expiresAt - now), LASTING_MS)
    const track = { id: trackId, pollingMs: within(pollingInterval, POLLING_MS), until: now + lastsMs }
    this.#open.push(track)
    attempt.showQr(qrLink, track.until)
    return track
  }

  /** Until it is time for the next one. */
  async #follow(newest: Track): Promise<Outcome | 'usedUp'> {
    const { clock } = this.#parts
    for (;;) {
      await this.#rest(newest.pollingMs)
      if (this.#parts.ended.aborted) return null
      if (this.#wasPushed) return this.#finish(await this.#pushed)
      for (const track of this.#open) {
        const outcome = await this.#look(track)
        if (outcome !== 'waits') return outcome
      }
      this.#open = this.#open.filter(({ until }) => clock.now() < until)
      if (!this.#open.includes(newest) || clock.now() >= newest.until - AHEAD_MS) return 'usedUp'
    }
  }

  async #look(track: Track): Promise<Outcome | 'waits'> {
    const answered = await this.#parts.connection.ask(QR_STATUS, track.id)
    if (!answered.ok) return this.#notLookedAt(track, answered.trouble)
    this.#refusals = 0
    if (answered.answer.status.loginAvailable !== true) return 'waits'
    const linked = await this.#parts.connection.ask(LOGIN_BY_QR, track.id)
    if (linked.ok) return this.#finish(linked.answer)
    return isGone(linked.trouble) ? this.#forget(track) : troubleOf(linked.trouble)
  }

  #notLookedAt(track: Track, trouble: AskTrouble): Outcome | 'waits' {
    if (isGone(trouble)) return this.#forget(track)
    // What is late is asked for again; whether the connection lives is not to be found out here.
    if (trouble.why === 'late') return 'waits'
    if (trouble.why === 'refused' && (this.#refusals += 1) < MOST_REFUSALS) return 'waits'
    return troubleOf(trouble)
  }

  #forget(track: Track): 'waits' {
    this.#open = this.#open.filter((one) => one !== track)
    return 'waits'
  }

  #finish({ tokenAttrs, passwordChallenge }: Linked): Outcome | Promise<Outcome> {
    const token = tokenAttrs?.LOGIN?.token
    if (token !== undefined) return { token }
    if (passwordChallenge !== undefined) return this.#tryPasswords(passwordChallenge.trackId)
    return fault('unavailable', 'MAX answered the scan with neither a token nor a question')
  }

  /** Until one is right. How often MAX takes a wrong one it says itself. */
  async #tryPasswords(trackId: string): Promise<Outcome> {
    const { attempt, connection, ended } = this.#parts
    const over = abortOf(ended)
    for (let trouble: Fault | undefined; ; trouble = WRONG_PASSWORD) {
      const password = await Promise.race([attempt.askPassword(trouble), over])
      if (password === null) return null
      const answered = await connection.ask(CHECK_PASSWORD, trackId, password)
      if (!answered.ok && (answered.trouble.why !== 'refused' || isFinal(answered.trouble))) {
        return isGone(answered.trouble) ? LATE : troubleOf(answered.trouble)
      }
      const token = answered.ok ? answered.answer.tokenAttrs?.LOGIN?.token : undefined
      if (token !== undefined) return { token }
    }
  }

  /** Until it is time to look again, or there is something to be heard. */
  async #rest(ms: number): Promise<void> {
    const heard = new AbortController()
    const { signal, over } = linkedSignal(heard.signal, this.#parts.ended)
    await Promise.race([pause(this.#parts.clock, ms, signal), this.#pushed])
    heard.abort()
    over()
  }
}

const LATE = fault('linkTimeout', 'the password came too late')

/** Words of the network after which no further password is looked at. */
function isFinal(trouble: AskTrouble): boolean {
  return isGone(trouble) || (trouble.why === 'refused' && isTooOften(trouble.error))
}

function isGone(trouble: AskTrouble): boolean {
  return trouble.why === 'refused' && trouble.error.code === TRACK_GONE
}

function troubleOf(trouble: AskTrouble): Fault | null {
  if (trouble.why === 'lost' || trouble.why === 'notSent') return null
  if (trouble.why !== 'refused') return fault('unavailable', trouble.says)
  const { code, message } = trouble.error
  const said = message === '' ? code : message
  return fault(isTooOften(trouble.error) ? 'rateLimited' : 'unavailable', `MAX does not link now: ${said}`)
}

function within(ms: number | undefined, { usual, least, most }: typeof POLLING_MS): number {
  return ms === undefined ? usual : Math.min(most, Math.max(least, ms))
}

function abortOf(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null)
    else signal.addEventListener('abort', () => resolve(null), { once: true })
  })
}
