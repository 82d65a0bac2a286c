import type { ServerResponse } from 'node:http'
import type { Dispatcher } from 'undici'
import { howItFailed, MISDIRECTED, type Passed } from './passed.ts'

/**
 * A call that another node answers: what comes is written to the caller as it comes. Written against undici's `dispatch`, whose handler this
 * object is: with several nodes most calls go this way, and an abort signal and two streams for each cost more than the answer.
 */
export class AnswerThrough implements Dispatcher.DispatchHandler {
  /** How it ended. Never rejects. */
  readonly passed: Promise<Passed>
  readonly #response: ServerResponse
  readonly #isPassed: (header: string) => boolean
  #resolve: (passed: Passed) => void = () => undefined
  #abort: ((error?: Error) => void) | undefined
  #state: 'open' | 'misdirected' | 'answering' | 'over' = 'open'

  /** `isPassed`: whether the caller gets a header, by its name in lower case. */
  constructor(response: ServerResponse, isPassed: (header: string) => boolean) {
    this.#response = response
    this.#isPassed = isPassed
    this.passed = new Promise((resolve) => (this.#resolve = resolve))
  }

  /** Nobody waits for it any more, or the node is gone. */
  readonly giveUp = (): void => {
    if (this.#state === 'over') return
    this.#fail('lost')
    this.#abort?.(new Error('given up'))
  }

  // What undici calls.

  onConnect(abort: (error?: Error) => void): void {
    this.#abort = abort
    if (this.#state === 'over') abort(new Error('given up'))
  }

  onHeaders(status: number, headers: Buffer[], resume: () => void): boolean {
    // Interim answers (1xx) come before the one that counts.
    if (status < 200 || this.#state !== 'open') return true
    if (status === MISDIRECTED) {
      this.#state = 'misdirected'
      return true
    }
    this.#state = 'answering'
    this.#response.on('drain', resume)
    this.#response.writeHead(status, this.#headersBack(headers))
    return true
  }

  onData(piece: Buffer): boolean {
    if (this.#state !== 'answering' || this.#response.destroyed) return true
    return this.#response.write(piece)
  }

  onComplete(): void {
    if (this.#state === 'answering') this.#response.end()
    this.#end(this.#state === 'misdirected' ? 'misdirected' : 'answered')
  }

  onError(error: Error): void {
    this.#fail(howItFailed(error))
  }

  /** One that breaks off in the middle breaks off for the caller too. */
  #fail(how: Passed): void {
    const state = this.#state
    this.#end(state === 'answering' ? 'answered' : state === 'misdirected' ? state : how)
    if (state === 'answering') this.#response.destroy()
  }

  #end(passed: Passed): void {
    this.#state = 'over'
    this.#resolve(passed)
  }

  /** Names and values in turn, as they came. */
  #headersBack(given: readonly Buffer[]): string[] {
    const headers: string[] = []
    for (let at = 0; at + 1 < given.length; at += 2) {
      const name = given[at]?.toString('latin1') ?? ''
      if (this.#isPassed(name.toLowerCase())) headers.push(name, given[at + 1]?.toString('latin1') ?? '')
    }
    return headers
  }
}
