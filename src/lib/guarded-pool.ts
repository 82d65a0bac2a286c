import { Pool } from 'undici'
import type { AddressRules } from './address-rules.ts'
import { ByOrigin } from './by-origin.ts'
import type { Clock } from './clock.ts'
import { guardedConnector } from './guarded-connector.ts'
import type { ResolveName } from './name-lookup.ts'

export interface GuardedPoolLimits {
  /** How many origins keep a pool; those used least lately are closed once idle. */
  readonly origins: number
  /** Connections to one origin. */
  readonly connections: number
  readonly connectTimeoutMs: number
  /** From the request written to the head of the answer. */
  readonly headersTimeoutMs: number
  /** Between two pieces of the answer's body. */
  readonly bodyTimeoutMs: number
}

/** One undici Pool for each origin, behind the address rules. */
export class GuardedPools extends ByOrigin<Pool> {
  constructor(clock: Clock, rules: AddressRules, limits: GuardedPoolLimits, resolve?: ResolveName) {
    const connect = guardedConnector(clock, rules, limits.connectTimeoutMs, resolve)
    const { connections, headersTimeoutMs: headersTimeout, bodyTimeoutMs: bodyTimeout } = limits
    super(
      limits.origins,
      (origin) => new Pool(origin, { connect, connections, headersTimeout, bodyTimeout, pipelining: 1 }),
    )
  }
}
