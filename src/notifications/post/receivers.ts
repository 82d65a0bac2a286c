import type { AddressRules } from '../../lib/address-rules.ts'
import { ByOrigin } from '../../lib/by-origin.ts'
import type { Clock } from '../../lib/clock.ts'
import { guardedConnector } from '../../lib/guarded-connector.ts'
import type { ResolveName } from '../../lib/name-lookup.ts'
import { Receiver, type ReceiverLimits } from './receiver.ts'

export interface ReceiversLimits extends ReceiverLimits {
  /** How many origins are kept; those used least lately are closed once idle. */
  readonly origins: number
  readonly connectMs: number
}

/** Everybody who is posted to, by origin, behind the address rules. */
export class Receivers extends ByOrigin<Receiver> {
  constructor(clock: Clock, rules: AddressRules, limits: ReceiversLimits, resolve?: ResolveName) {
    const connect = guardedConnector(clock, rules, limits.connectMs, resolve)
    super(limits.origins, (origin) => new Receiver(origin, connect, limits, clock))
  }
}
