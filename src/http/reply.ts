import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Log } from '../lib/log.ts'
import { isFault, UNAVAILABLE, UNCONFIRMED, type Fault } from '../model/fault.ts'
import { isRepeated } from '../model/once.ts'
import { answer } from './answer.ts'
import { statusText, type Refusal } from './errors.ts'
import type { Family } from './family.ts'
import { Replay } from './idempotency.ts'
import { maskPath } from './mask.ts'
import { RawJson, type Outcome, type Upload } from './method.ts'
import type { RequestCounter } from './request-counter.ts'

export interface ReplyDeps {
  readonly counter: RequestCounter
  readonly log: Log
  readonly family: Pick<Family<never>, 'refuse' | 'refuseStatus'>
}

/** The answer to one request of the contract, in the shape of its family. */
export class Reply {
  readonly #deps: ReplyDeps
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  /** As it is counted. */
  method = 'none'
  /** Names and values of the headers that tell the budget left. */
  budget: readonly string[] = []
  /** What the handler does not keep of it is not wanted. */
  upload: Upload | undefined

  constructor(deps: ReplyDeps, request: IncomingMessage, response: ServerResponse) {
    this.#deps = deps
    this.#request = request
    this.#response = response
  }

  outcome(outcome: Outcome | Replay): void {
    if (outcome instanceof RawJson) this.#done(outcome.text)
    else if (outcome instanceof Replay) this.#done(outcome.text, ['Idempotency-Replayed', 'true'])
    else if (isFault(outcome)) this.fault(outcome)
    else if (isRepeated(outcome)) throw new Error('a repeated outcome of a call without a key')
    else this.#done(JSON.stringify(outcome))
  }

  /** That it exists and is allowed. */
  head(): void {
    this.#done('')
  }

  fault(trouble: Fault, headers?: readonly string[]): void {
    this.refuse(this.#deps.family.refuse(trouble, this.#url, headers))
  }

  status(status: number, message = statusText(status), headers: readonly string[] = []): void {
    this.refuse(this.#deps.family.refuseStatus(status, message, this.#url, headers))
  }

  refuse({ status, text, headers }: Refusal): void {
    this.discard()
    this.#write(status, text, headers.length === 0 ? this.budget : headers)
  }

  /** Nothing was done, and asking again may help. */
  forNow(): void {
    this.fault(UNAVAILABLE, ['Retry-After', '1'])
  }

  /** Nobody waits any longer; what was begun goes on with its file, and is heard by nobody. */
  unconfirmed(): void {
    const { status, text } = this.#deps.family.refuse(UNCONFIRMED, this.#url)
    this.#write(status, text, this.budget)
  }

  discard(): void {
    this.upload?.draft.discard().catch((error: unknown) => {
      this.#deps.log.error({ error }, 'a file that was not wanted could not be removed')
    })
  }

  /** Nothing of what went wrong is told to the caller. */
  log(error: unknown): void {
    const { method } = this
    this.#deps.log.error({ error, method, path: maskPath(this.#url) }, 'a request failed unexpectedly')
  }

  get #url(): string {
    return this.#request.url ?? ''
  }

  #done(text: string | Buffer, headers: readonly string[] = []): void {
    this.discard()
    this.#write(200, text, headers.length === 0 ? this.budget : [...this.budget, ...headers])
  }

  #write(status: number, text: string | Buffer, headers: readonly string[]): void {
    this.#deps.counter.count(this.method, status)
    answer(this.#request, this.#response, status, text, headers)
  }
}
