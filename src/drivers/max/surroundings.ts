import type { AddressRules } from '../../lib/address-rules.ts'
import type { LoginGate } from '../../lib/login-gate.ts'
import type { InstanceId } from '../../model/ids.ts'
import type { Connected } from '../network/entrance.ts'
import type { Identity } from './identity.ts'
import type { Tally } from './tally.ts'
import type { VersionGate } from './version-gate.ts'

/** How much one account does at most: whoever asks more of it looks like a spammer. */
export interface Limits {
  /** Logins of one instance in 24 hours; above it waits. MAX drops the token of whoever logs in some thirty times in a short while. */
  readonly loginsPerDay: number
  /** Look-ups of numbers of one instance in 24 hours; 0: no bound. */
  readonly checksPerDay: number
  /** Between two look-ups of one instance at least. */
  readonly checkPeriodMs: number
}

/** What all sessions of a driver share. */
export interface Surroundings extends Limits {
  /** Of the web socket; the real one without. */
  readonly url: string | undefined
  readonly identity: Identity
  /** The account looks as if somebody had its tab open. */
  readonly seemsSeen: boolean
  /** Files above it are not taken in. */
  readonly fileLimitBytes: number
  /** So long after the last the profile's picture may change again. */
  readonly picturePeriodMs: number
  /** Where proxies may be. */
  readonly proxies: AddressRules
  /** Where the network may have files fetched from and handed over to, besides public addresses. */
  readonly fileHosts: AddressRules
  readonly gate: LoginGate
  readonly versions: VersionGate
  readonly tally: Tally
  /** Two sockets of one account look like two devices: the newer one takes the place of the older. */
  readonly connected: Map<InstanceId, Connected>
}
