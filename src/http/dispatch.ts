import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { Pace } from '../lib/pace.ts'
import type { Media } from '../media/media.ts'
import type { Store } from '../storage/store.ts'
import { answerPreflight } from './answer.ts'
import { Exchange, type Elsewhere, type Shared } from './exchange.ts'
import type { Family } from './family.ts'
import { Idempotency } from './idempotency.ts'
import { LateAnswers } from './late-answers.ts'
import type { RequestCounter } from './request-counter.ts'
import type { SlowBodies } from './slow-bodies.ts'
import { parseTarget, type Target } from './target.ts'
import { WaitingCalls } from './waiting-calls.ts'

export interface DispatcherDeps<Instance, Partner> {
  readonly instances: Family<Instance>
  readonly partners: Family<Partner>
  readonly answers: Store['answers']
  readonly clock: Clock
  readonly log: Log
  readonly counter: RequestCounter
  /** Multiplies every rate. */
  readonly rateLimitScale: number
  /** Told of the requests that bring a file. */
  readonly slowBodies: SlowBodies
  readonly media: Media
  /** The largest file that is taken. */
  readonly fileLimitBytes: number
  readonly elsewhere: Elsewhere
  /** Answers `GET /waInstance{id}/{token}`. */
  readonly page: (target: Target, request: IncomingMessage, response: ServerResponse) => void
}

/**
 * Serves the contract's methods directly on `node:http`: authenticate, find the row, count against its rate, read and check the
 * fields, handle, answer. Each step that refuses ends the request, so nothing is done or used up for a call that isn't good.
 */
export class Dispatcher<Instance, Partner> {
  readonly #deps: DispatcherDeps<Instance, Partner>
  readonly #shared: Shared

  constructor(deps: DispatcherDeps<Instance, Partner>) {
    const { clock, log, counter, rateLimitScale, answers, slowBodies, media, fileLimitBytes, elsewhere } = deps
    this.#deps = deps
    this.#shared = {
      clock,
      log,
      counter,
      rateLimitScale,
      slowBodies,
      media,
      fileLimitBytes,
      elsewhere,
      late: new LateAnswers(clock),
      pace: new Pace(),
      idempotency: new Idempotency(answers, () => clock.now()),
      waiting: new WaitingCalls(),
    }
  }

  /** True when the request is one of the contract's and has been, or will be, answered. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const target = parseTarget(request.url ?? '')
    if (target === null) return false
    if (request.method === 'OPTIONS') answerPreflight(response)
    else if (target.family === 'partner') {
      new Exchange(this.#shared, this.#deps.partners, target, request, response).start()
    } else if (target.method === '' && (request.method === 'GET' || request.method === 'HEAD')) {
      this.#deps.page(target, request, response)
    } else new Exchange(this.#shared, this.#deps.instances, target, request, response).start()
    return true
  }

  /** Ends every call that waits for something to happen; they answer as when nothing did. */
  endWaiting(): void {
    this.#shared.waiting.close()
  }
}
