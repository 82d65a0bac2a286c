import { isIP, type LookupFunction } from 'node:net'
import { Pool, buildConnector } from 'undici'
import type { AddressRules } from './address-rules.ts'
import { Admission } from './admission.ts'
import type { Clock } from './clock.ts'
import { NameLookup, type ResolveName } from './name-lookup.ts'
import { Recent } from './recent.ts'

/** The address may not be reached. The text tells no more than that nothing was; the code is for the operator's log alone. */
export class AddressRefused extends Error {
  readonly code = 'ADDRESS_REFUSED'

  constructor() {
    super('the address could not be reached')
    this.name = 'AddressRefused'
  }
}

/**
 * Opens connections only to addresses that the rules allow. The very addresses that were checked are connected to, so a name
 * that resolves to another one a moment later gains nothing.
 */
export function guardedConnector(
  rules: AddressRules,
  timeoutMs: number,
  resolve: ResolveName,
): buildConnector.connector {
  const connect = buildConnector({ timeout: timeoutMs, lookup: guardedLookup(rules, resolve) })
  return (options, callback) => {
    // A literal address is never looked up.
    if (isIP(options.hostname) !== 0 && !rules.allows(options.hostname)) callback(new AddressRefused(), null)
    else connect(options, callback)
  }
}

function guardedLookup(rules: AddressRules, resolve: ResolveName): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, (error, found) => {
      if (error !== null) return callback(error, '')
      const addresses = found.filter(({ address }) => rules.allows(address))
      const [first] = addresses
      if (first === undefined) callback(new AddressRefused(), '')
      else if (options.all === true) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}

export interface GuardedPoolLimits {
  /** How many origins keep a pool; those used least lately are closed once idle. */
  readonly origins: number
  /** Connections to one origin. */
  readonly connections: number
  /** How many requests that began lately an origin has at once, see `Admission`. */
  readonly burst: number
  readonly burstMs: number
  readonly connectTimeoutMs: number
  /** From the request written to the head of the answer. */
  readonly headersTimeoutMs: number
  /** Between two pieces of the answer's body. */
  readonly bodyTimeoutMs: number
}

/** Where requests to one origin go: each first asks for admission, and leaves when it is over. */
export interface Origin {
  readonly pool: Pool
  readonly admission: Admission
}

/** One undici Pool for each origin, behind the address rules. */
export class GuardedPools {
  readonly #clock: Clock
  readonly #limits: GuardedPoolLimits
  readonly #connect: buildConnector.connector
  readonly #origins: Recent<string, Origin>
  readonly #closing = new Set<Pool>()

  constructor(clock: Clock, rules: AddressRules, limits: GuardedPoolLimits, resolve?: ResolveName) {
    this.#clock = clock
    this.#limits = limits
    const names = new NameLookup(clock, resolve)
    this.#connect = guardedConnector(rules, limits.connectTimeoutMs, (name, done) => names.resolve(name, done))
    this.#origins = new Recent(limits.origins, ({ pool }) => this.#retire(pool))
  }

  /** Ask after each wait anew: a pool that was not used for long is closed. */
  get(origin: string): Origin {
    return this.#origins.get(origin) ?? this.#add(origin)
  }

  #add(name: string): Origin {
    const pool = new Pool(name, {
      connect: this.#connect,
      connections: this.#limits.connections,
      headersTimeout: this.#limits.headersTimeoutMs,
      bodyTimeout: this.#limits.bodyTimeoutMs,
      pipelining: 1,
    })
    const origin = { pool, admission: new Admission(this.#clock, this.#limits.burst, this.#limits.burstMs) }
    this.#origins.set(name, origin)
    return origin
  }

  /** Ends every connection; what is under way fails. */
  async destroy(): Promise<void> {
    const pools = [...this.#origins.takeAll().map(({ pool }) => pool), ...this.#closing]
    await Promise.all(pools.map((pool) => pool.destroy()))
  }

  /** Requests under way end in peace. */
  #retire(pool: Pool): void {
    this.#closing.add(pool)
    const closed = (): void => {
      this.#closing.delete(pool)
    }
    pool.close().then(closed, closed)
  }
}
