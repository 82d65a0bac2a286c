import type { AddressRules } from '../lib/address-rules.ts'
import type { Clock } from '../lib/clock.ts'
import { GuardedPools } from '../lib/guarded-pool.ts'
import type { ResolveName } from '../lib/name-lookup.ts'
import type { AccountHook, LifecycleEvent } from '../model/account.ts'
import { Attempt, type Verdict } from '../notifications/attempt.ts'
import { readEndpoint, type Endpoint } from '../notifications/endpoint.ts'
import { signedHeaders } from './hook-signature.ts'

/** From the first byte of the connection to the end of the answer. */
const TIMEOUT_MS = 15_000
const ORIGINS = 1024
/** An account has one event under way at most; so many accounts of one receiver may hang there before the next one waits too. */
const CONNECTIONS_PER_ORIGIN = 4096
const BURST = 64
const BURST_MS = 10

export type HookVerdict = Verdict & {
  /** Scheme, host and port, fit for a log. */
  readonly origin: string
}

/** Posts events, each once and signed for that moment. Redirects are answers like any other. */
export class HookPost {
  readonly #clock: Clock
  readonly #pools: GuardedPools

  constructor(clock: Clock, allow: AddressRules, resolve?: ResolveName) {
    this.#clock = clock
    this.#pools = new GuardedPools(
      clock,
      allow,
      {
        origins: ORIGINS,
        connections: CONNECTIONS_PER_ORIGIN,
        burst: BURST,
        burstMs: BURST_MS,
        connectTimeoutMs: TIMEOUT_MS,
        headersTimeoutMs: TIMEOUT_MS,
        bodyTimeoutMs: TIMEOUT_MS,
      },
      resolve,
    )
  }

  /** Never rejects. Once `signal` is aborted nothing is sent any more, and what is under way ends without a verdict. */
  async send(event: LifecycleEvent, hook: AccountHook, signal: AbortSignal): Promise<HookVerdict> {
    const endpoint = readEndpoint(hook.url, '')
    if (endpoint === null) return { status: 0, code: 'INVALID_URL', origin: '' }
    const { origin } = endpoint
    const { admission } = this.#pools.get(origin)
    const ticket = await admission.enter()
    try {
      if (signal.aborted) return { status: 0, code: 'STOPPED', origin }
      return { ...(await this.#attempt(event, hook, endpoint, signal)), origin }
    } finally {
      admission.leave(ticket)
    }
  }

  /** Ends every connection. */
  close(): Promise<void> {
    return this.#pools.destroy()
  }

  async #attempt(
    { id, body }: LifecycleEvent,
    hook: AccountHook,
    endpoint: Endpoint,
    signal: AbortSignal,
  ): Promise<Verdict> {
    const headers = [...endpoint.headers, ...signedHeaders(hook.secret, id, body, this.#clock.now())]
    const late = new AbortController()
    const timer = this.#clock.after(TIMEOUT_MS, () => late.abort())
    const ends = AbortSignal.any([signal, late.signal])
    try {
      // Asked for anew: it may have been closed for disuse while this one waited for admission.
      const { pool } = this.#pools.get(endpoint.origin)
      const verdict = await Attempt.make(pool, { ...endpoint, headers }, body, (attempt) => {
        ends.addEventListener('abort', () => attempt.abort())
      })
      return late.signal.aborted && verdict.status === 0 ? { status: 0, code: 'TIMEOUT' } : verdict
    } finally {
      timer.cancel()
    }
  }
}
