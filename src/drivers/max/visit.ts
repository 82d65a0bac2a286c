import { within } from '../../lib/within.ts'
import type { SessionHost } from '../driver.ts'
import type { Transport } from '../network/transport.ts'
import { Connection, type Push } from './connection.ts'
import type { Credentials } from './credentials.ts'
import type { Ending } from './ending.ts'
import { syncedBy } from './keeping.ts'
import type { LoginAttempt } from './login.ts'
import type { LoginBudget } from './login-budget.ts'
import { openLife, type OpenLife } from './open-life.ts'
import type { Answered } from './questions.ts'
import type { Surroundings } from './surroundings.ts'
import { Tracks, type Outcome } from './tracks.ts'
import { LOGIN, LOGOUT, type LoginAnswer } from './wire/opcodes.ts'
import { LINKED_OPCODE, LOGGED_OUT_OPCODE, readPush } from './wire/pushes.ts'

/** As many chats as a web client has on its first page. */
const CHATS = 40
const UNLINK_MS = 5_000

/** What a session hears of its visit. */
export interface VisitListener {
  /** It ended by itself, once; what had come before was dealt with. */
  ended(ending: Ending): void
  /** The network took this device off the account. */
  loggedOut(): Promise<void>
}

export interface VisitParts {
  readonly host: SessionHost
  readonly shared: Surroundings
  readonly budget: LoginBudget
  /** Whether the account looks now as if somebody had its tab open. */
  readonly seemsSeen: () => boolean
  readonly transport: Transport
  readonly deviceId: string
  readonly listener: VisitListener
}

/** One connection of a session, from its opening to its end, with the life that begins on it. */
export class Visit {
  readonly deviceId: string
  readonly #parts: VisitParts
  readonly #connection: Connection
  readonly #over = new AbortController()
  readonly #flows: Promise<void>
  #flow: () => void = () => undefined
  #tracks: Tracks | null = null
  #life: OpenLife | null = null

  constructor(parts: VisitParts) {
    const { host, shared, seemsSeen, transport, deviceId, listener } = parts
    this.#parts = parts
    this.deviceId = deviceId
    this.#flows = new Promise((resolve) => (this.#flow = resolve))
    const { url, identity } = shared
    const { clock, log } = host
    this.#connection = new Connection({
      ...{ url, agent: transport.agent, identity, seemsSeen, deviceId, clock, log },
      listener: {
        pushed: (push) => this.#pushed(push),
        ended: (ending) => {
          this.#over.abort()
          listener.ended(ending)
        },
      },
    })
  }

  /** Whether the network let us in as far as its door; false when the connection ended before. */
  get opened(): Promise<boolean> {
    return this.#connection.opened
  }

  /** Null until it has begun. */
  get life(): OpenLife | null {
    return this.#life
  }

  /** Shows QRs until one is scanned. */
  link(attempt: LoginAttempt): Promise<Outcome> {
    const { clock } = this.#parts.host
    this.#tracks = new Tracks({ connection: this.#connection, attempt, clock, ended: this.#over.signal })
    return this.#tracks.run()
  }

  /** One login, counted before it is asked for. As of a tab that nobody looks at. */
  async logIn({ token, sync }: Credentials): Promise<Answered<LoginAnswer>> {
    const { budget, shared } = this.#parts
    await budget.take()
    shared.tally.loggingIn()
    const { time, configHash } = sync
    const request = { token, chatsCount: CHATS, sync: time, isSeen: false }
    return this.#connection.ask(LOGIN, { ...request, ...(configHash !== undefined && { configHash }) })
  }

  /**
   * Begins the life of who is logged in: resolves when all that the login brought is kept, or with false when that life ended meanwhile. Rejects
   * when it could not be kept.
   */
  async begin(answer: LoginAnswer): Promise<boolean> {
    const { host, shared, transport } = this.#parts
    const life = openLife({
      ...{ host, shared, transport, connection: this.#connection, self: answer.profile.contact.id },
      fail: (why) => this.fail(why),
    })
    this.#life = life
    if (this.#isOver()) return false
    const begun = life.inbound.begin(answer)
    // An answer may stand behind what was told before it.
    this.#flow()
    try {
      await begun
      const synced = syncedBy(answer)
      if (synced !== null && !life.ended.aborted) await life.host.commit(synced)
    } catch (error) {
      if (!life.ended.aborted) throw error
    }
    return !life.ended.aborted
  }

  /** Ends it at once, so that nothing more is acknowledged; the listener hears of it. */
  fail(why: string): void {
    if (this.#over.signal.aborted) return
    this.#over.abort()
    this.#parts.listener.ended({ reason: 'notKept', says: why, wasOpen: true })
  }

  /** Takes this device off the account; best effort. */
  async unlink(): Promise<void> {
    await within(this.#parts.host.clock, UNLINK_MS, this.#connection.ask(LOGOUT), undefined)
  }

  /** Resolves when nothing more is sent, acknowledged or committed. */
  async close(): Promise<void> {
    this.#over.abort()
    // What waits for the life to begin is let go of.
    this.#flow()
    await Promise.all([this.#connection.close(), this.#life?.close()])
    await this.#parts.transport.close()
  }

  async #pushed(push: Push): Promise<void> {
    if (this.#isOver()) return
    if (push.opcode === LOGGED_OUT_OPCODE) await this.#parts.listener.loggedOut()
    else if (push.opcode === LINKED_OPCODE) this.#linked(push)
    else {
      await this.#flows
      if (!this.#isOver()) await this.#life?.inbound.pushed(push)
    }
  }

  /** Asked anew each time: it may have ended while something was waited for. */
  #isOver(): boolean {
    return this.#over.signal.aborted
  }

  #linked({ opcode, payload }: Push): void {
    const told = readPush(opcode, payload)
    if (told.kind === 'linked') this.#tracks?.pushed(told.says)
  }
}
