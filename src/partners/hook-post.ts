import type { AddressRules } from '../lib/address-rules.ts'
import type { Clock } from '../lib/clock.ts'
import type { ResolveName } from '../lib/name-lookup.ts'
import type { AccountHook, LifecycleEvent } from '../model/account.ts'
import { readEndpoint } from '../notifications/post/endpoint.ts'
import { Post, type Verdict } from '../notifications/post/post.ts'
import { Receivers } from '../notifications/post/receivers.ts'
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

type HookEvent = Pick<LifecycleEvent, 'id' | 'body'>
type HookTarget = Pick<AccountHook, 'url' | 'secret'>

/** Posts events, each once and signed for that moment. Redirects are answers like any other. */
export class HookPost {
  readonly #clock: Clock
  readonly #receivers: Receivers

  constructor(clock: Clock, allow: AddressRules, resolve?: ResolveName) {
    this.#clock = clock
    this.#receivers = new Receivers(
      clock,
      allow,
      {
        origins: ORIGINS,
        connections: CONNECTIONS_PER_ORIGIN,
        burst: BURST,
        burstMs: BURST_MS,
        connectMs: TIMEOUT_MS,
        headMs: TIMEOUT_MS,
        restMs: TIMEOUT_MS,
      },
      resolve,
    )
  }

  /** Never rejects. Once `signal` is aborted nothing is sent any more, and what is under way ends without a verdict. */
  async send(event: HookEvent, hook: HookTarget, signal: AbortSignal): Promise<HookVerdict> {
    const endpoint = readEndpoint(hook.url, '')
    if (typeof endpoint === 'string') return { status: 0, code: endpoint, origin: '' }
    const { origin } = endpoint
    const { admission } = this.#receivers.get(origin)
    const ticket = await admission.enter()
    try {
      if (signal.aborted) return { status: 0, code: 'STOPPED', origin }
      return { ...(await this.#attempt(event, hook, signal)), origin }
    } finally {
      admission.leave(ticket)
    }
  }

  /** Ends every connection. */
  close(): Promise<void> {
    return this.#receivers.destroy()
  }

  #attempt({ id, body }: HookEvent, hook: HookTarget, signal: AbortSignal): Promise<Verdict> {
    const endpoint = readEndpoint(hook.url, '', signedHeaders(hook.secret, id, body, this.#clock.now()))
    if (typeof endpoint === 'string') return Promise.resolve({ status: 0, code: endpoint })
    return new Promise((resolve) => {
      let isLate = false
      const post = new Post(endpoint.head, body, (verdict) => {
        timer.cancel()
        signal.removeEventListener('abort', stop)
        resolve(isLate && verdict.status === 0 ? { status: 0, code: 'TIMEOUT' } : verdict)
      })
      const stop = (): void => post.abort()
      const timer = this.#clock.after(TIMEOUT_MS, () => {
        isLate = true
        post.abort()
      })
      signal.addEventListener('abort', stop)
      // Asked for anew: it may have been closed for disuse while this one waited for admission.
      this.#receivers.get(endpoint.origin).send(post)
    })
  }
}
