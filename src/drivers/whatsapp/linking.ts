import type { Clock } from '../../lib/clock.ts'
import { fault, isFault, type Fault } from '../../model/fault.ts'
import type { Change, PhoneWay } from '../driver.ts'
import type { ConnectionUpdate, Credentials, EngineSocket } from './engine/engine.ts'
import type { LoginAttempt } from './login.ts'
import { linkedAccount, Pairing, phoneOf, type PairingParts } from './pairing.ts'
import { linkedAtNote } from './inbound/recent-past.ts'

/** So many connections one attempt may use, each with six codes: about eight minutes. */
const CONNECTIONS = 3

/** An attempt to link over all of its connections. */
export class Linking {
  readonly attempt: LoginAttempt
  /** Why the phone that is asked for can't be linked. */
  readonly trouble: Fault | undefined
  readonly #way: PhoneWay
  readonly #clock: Clock
  #pairing: Pairing | null = null
  #connections = 0
  #isPaired = false

  constructor(attempt: LoginAttempt, way: PhoneWay, clock: Clock) {
    const phone = phoneOf(way)
    this.attempt = attempt
    this.trouble = isFault(phone) ? phone : undefined
    this.#way = way.way === 'qr' || typeof phone !== 'string' ? way : { ...way, phone }
    this.#clock = clock
  }

  /** The phone has linked us: from here on it can't be taken back, the credentials may be stored already. */
  get isPaired(): boolean {
    return this.#isPaired
  }

  get mayGoOn(): boolean {
    return this.#connections < CONNECTIONS
  }

  /** Shows and asks what a new connection brings. */
  follow(socket: EngineSocket, told: Pick<PairingParts, 'usedUp' | 'failed'>): void {
    this.#connections += 1
    this.#pairing = new Pairing({ socket, clock: this.#clock, way: this.#way, attempt: this.attempt, ...told })
  }

  unfollow(): void {
    this.#pairing?.stop()
    this.#pairing = null
  }

  updated(update: ConnectionUpdate): void {
    this.#pairing?.updated(update)
  }

  /** What is committed with credentials that link us; null for those that don't yet. */
  credentialsChanged(credentials: Credentials): Change | null {
    if (this.#isPaired) return {}
    const account = credentials['account'] === undefined ? null : linkedAccount(credentials)
    if (account === null) return null
    this.#isPaired = true
    this.#pairing?.stop()
    const at = this.#clock.now()
    return { events: [{ kind: 'linked', account, at }], notes: new Map([linkedAtNote(at)]) }
  }

  /** What is told of a connection that ended before the phone has linked us. */
  troubleOf(code: number, trouble: Fault): Fault {
    if (this.#isPaired) return fault('unavailable', 'the credentials could not be stored')
    if (this.#pairing?.isTaken === true) {
      return fault('passkeyRequired', 'the account wants a passkey, and it was not confirmed on the phone')
    }
    return code === 401 || code === 403 ? fault('unavailable', trouble.message) : trouble
  }
}
