import type { Dispatcher } from 'undici'
import type { Endpoint } from './endpoint.ts'

/** An answer is ignored but read to its end, so that its connection can be used again: up to so much of it. */
const ANSWER_BYTES = 65_536
const ANSWER_PIECES = 64

/** The status that the receiver answered with, or 0 and the code of what came between. */
export interface Verdict {
  readonly status: number
  /** For the operator's log. */
  readonly code: string
}

/**
 * One POST of one notification. Written against undici's `dispatch`, whose handler this object is: a delivery is the hot path,
 * and neither the answer's headers nor its body are wanted. Redirects are answers like any other.
 */
export class Attempt implements Dispatcher.DispatchHandler {
  readonly #done: (verdict: Verdict) => void
  #abort: ((error?: Error) => void) | undefined
  #aborted = false
  #status = 0
  #bytes = 0
  #pieces = 0

  private constructor(done: (verdict: Verdict) => void) {
    this.#done = done
  }

  /** `started` gets the attempt before anything is sent, to be able to abort it. Never rejects. */
  static make(
    pool: Dispatcher,
    endpoint: Endpoint,
    body: string,
    started: (attempt: Attempt) => void,
  ): Promise<Verdict> {
    return new Promise((resolve) => {
      const attempt = new Attempt(resolve)
      started(attempt)
      pool.dispatch({ method: 'POST', path: endpoint.path, headers: endpoint.headers, body }, attempt)
    })
  }

  abort(): void {
    this.#aborted = true
    this.#abort?.(new Error('aborted'))
  }

  onConnect(abort: (error?: Error) => void): void {
    this.#abort = abort
    if (this.#aborted) abort(new Error('aborted'))
  }

  onHeaders(status: number): boolean {
    // Interim answers (1xx) come before the one that counts.
    if (status >= 200) this.#status = status
    return true
  }

  onData(piece: Buffer): boolean {
    this.#bytes += piece.length
    this.#pieces += 1
    if (this.#bytes > ANSWER_BYTES || this.#pieces > ANSWER_PIECES) this.#abort?.(new Error('answer too long'))
    return true
  }

  onComplete(): void {
    this.#done({ status: this.#status, code: '' })
  }

  /** What goes wrong after the head of the answer changes nothing: the receiver has spoken. */
  onError(error: Error): void {
    this.#done({ status: this.#status, code: codeOf(error) })
  }
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
