import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../lib/clock.ts'
import { hasBody } from './body.ts'

const EVERY_MS = 5000

/**
 * Cuts off requests whose body takes too long. The server's own limit is one for all requests, and has to leave room for files over slow
 * lines; everything else ends here, long before it.
 */
export class SlowBodies {
  readonly #clock: Pick<Clock, 'after'>
  readonly #limitMs: number
  /** Of this turn of the event loop: nearly all bodies come with their head, and are there at its end. Only for the others it is noted. */
  #fresh: { readonly request: IncomingMessage; readonly response: ServerResponse }[] = []
  /** Oldest first. */
  readonly #coming = new Map<IncomingMessage, { readonly response: ServerResponse; readonly since: number }>()
  /** By which time goes on here: the time of day may be set meanwhile. */
  #looks = 0
  /** One for all requests: it is called with the request as `this`. */
  readonly #over: (this: IncomingMessage) => void
  #isWatching = false

  constructor(clock: Pick<Clock, 'after'>, limitMs: number) {
    this.#clock = clock
    this.#limitMs = limitMs
    const coming = this.#coming
    this.#over = function (this: IncomingMessage) {
      coming.delete(this)
    }
  }

  /** For every request, before anything reads its body. */
  watch(request: IncomingMessage, response: ServerResponse): void {
    if (!hasBody(request)) return
    if (this.#fresh.push({ request, response }) === 1) setImmediate(() => this.#note())
  }

  /** This one brings a file, for somebody who may bring one: the server's own limit is enough. */
  mayTakeLong(request: IncomingMessage): void {
    this.#coming.delete(request)
    this.#fresh = this.#fresh.filter((one) => one.request !== request)
  }

  #note(): void {
    const fresh = this.#fresh
    this.#fresh = []
    for (const { request, response } of fresh) {
      if (request.complete || request.destroyed) continue
      this.#coming.set(request, { response, since: this.#looks })
      request.on('end', this.#over).on('close', this.#over)
    }
    if (this.#coming.size > 0 && !this.#isWatching) this.#look()
  }

  #look(): void {
    this.#looks += 1
    // The first look after it came was perhaps at once.
    const before = this.#looks - 1 - Math.ceil(this.#limitMs / EVERY_MS)
    for (const [request, { response, since }] of this.#coming) {
      if (since > before) break
      this.#coming.delete(request)
      // Answered already: it was refused before its body had come.
      if (response.headersSent) request.destroy()
      else response.writeHead(408, { Connection: 'close', 'Content-Length': 0 }).end()
    }
    this.#isWatching = this.#coming.size > 0
    if (this.#isWatching) this.#clock.after(EVERY_MS, () => this.#look())
  }
}
