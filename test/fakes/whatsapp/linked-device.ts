import { Mail } from './mail.ts'
import type { Account, Connection, Device, KeyBundle, Node } from './network.ts'

/** A connection of a device that has logged in. */
export interface LiveConnection extends Connection {
  /** It wants what waits for it. */
  isActive: boolean
}

/** A linked device, with what waits for it. */
export class LinkedDevice implements Device {
  readonly account: Account
  readonly id: number
  readonly noiseKey: Uint8Array
  readonly identity: Uint8Array
  bundle: KeyBundle | null = null
  connection: LiveConnection | null = null
  /** Its phone has been told of it. */
  isWelcomed = false
  /** It was told that its one-time keys run out. */
  isShortOfKeys = false
  readonly mail = new Mail()

  constructor(account: Account, id: number, noiseKey: Uint8Array, identity: Uint8Array) {
    this.account = account
    this.id = id
    this.noiseKey = noiseKey
    this.identity = identity
  }

  get unacknowledged(): Node[] {
    return this.mail.stanzas
  }
}
