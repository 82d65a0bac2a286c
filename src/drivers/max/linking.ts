import { fault, type Fault } from '../../model/fault.ts'
import type { TokenWay } from '../driver.ts'
import { isDeviceId } from './identity.ts'
import type { LoginAttempt } from './login.ts'

/** So many connections an attempt may use until somebody has scanned, and as many from then on. */
const CONNECTIONS = 3
/** A token is one line of some hundred characters. */
const TOKEN = /^[^\p{Cc}]{1,4096}$/u

/** An attempt to link, over all of its connections. */
export class Linking {
  readonly attempt: LoginAttempt
  readonly #way: TokenWay | undefined
  #token: string | null
  #connections = 0

  /** `way`: by a token; without one a phone scans. */
  constructor(attempt: LoginAttempt, way?: TokenWay) {
    this.attempt = attempt
    this.#way = way
    this.#token = way?.token ?? null
  }

  /** Why what was given can't be tried. */
  get trouble(): Fault | undefined {
    const { token, deviceId } = this.#way ?? {}
    if (token !== undefined && !TOKEN.test(token)) return fault('invalid', 'that is no token of MAX')
    if (deviceId !== undefined && !isDeviceId(deviceId))
      return fault('invalid', 'the id of a web client is a UUID of random digits')
    return undefined
  }

  /** Whose it is from here on: the network has given it, or whoever links. */
  get token(): string | null {
    return this.#token
  }

  /** As what the client shows itself whose token this is; undefined: as the instance does. */
  get deviceId(): string | undefined {
    return this.#way?.deviceId
  }

  /** From here on it can't be taken back. */
  get isScanned(): boolean {
    return this.#way === undefined && this.#token !== null
  }

  get mayGoOn(): boolean {
    return this.#connections < CONNECTIONS
  }

  takeConnection(): void {
    this.#connections += 1
  }

  scanned(token: string): void {
    this.#token = token
    this.#connections = 1
  }
}
