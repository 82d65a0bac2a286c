import { Admission } from '../../lib/admission.ts'
import type { Closable } from '../../lib/by-origin.ts'
import type { Clock, Timer } from '../../lib/clock.ts'
import type { Connect } from '../../lib/guarded-connector.ts'
import { codeOf, Connection, type ConnectionHost } from './connection.ts'
import type { Post } from './post.ts'

export interface ReceiverLimits {
  /** Connections to one origin. */
  readonly connections: number
  /** How many posts that began lately an origin has at once, see `Admission`. */
  readonly burst: number
  readonly burstMs: number
  /** From the request written to the head of the answer. */
  readonly headMs: number
  /** From there to the end of the answer. */
  readonly restMs: number
}

/** Time is looked at so often. */
const TICK_MS = 500

/**
 * All connections to one origin. A post takes the one that was used last, or opens another; where there are as many as may be, it waits for one.
 * One timer watches them all, and there is none where nothing is open. It counts ticks: a clock that is set back makes no wait longer.
 */
export class Receiver implements ConnectionHost, Closable {
  readonly admission: Admission
  readonly headMs: number
  readonly restMs: number
  readonly #clock: Pick<Clock, 'after'>
  readonly #limit: number
  readonly #tickMs: number
  readonly #connect: (connected: Parameters<Connect>[1]) => void
  readonly #open = new Set<Connection>()
  /** The last one was used last. Some may have closed since. */
  #idle: Connection[] = []
  /** Whose connections are being opened. */
  readonly #opening = new Set<Post>()
  readonly #waiting: Post[] = []
  #tick: Timer | undefined
  #isClosing = false
  #emptied: (() => void) | undefined

  constructor(origin: string, connect: Connect, limits: ReceiverLimits, clock: Pick<Clock, 'after'>) {
    const { protocol, hostname, host, port } = new URL(origin)
    const to = { protocol, hostname: hostname.replace(/^\[|\]$/g, ''), host, port }
    this.#connect = (connected) => connect(to, connected)
    this.#limit = limits.connections
    this.#clock = clock
    this.admission = new Admission(clock, limits.burst, limits.burstMs)
    this.headMs = limits.headMs
    this.restMs = limits.restMs
    this.#tickMs = Math.min(TICK_MS, limits.headMs / 4)
  }

  send(post: Post): void {
    const idle = this.#takeIdle()
    if (idle !== undefined) idle.send(post)
    else if (this.#open.size + this.#opening.size < this.#limit) this.#openFor(post)
    else this.#waiting.push(post)
  }

  /** No further post may come. Resolves when those that are there have ended in peace. */
  async close(): Promise<void> {
    this.#isClosing = true
    for (const connection of this.#open) if (connection.isIdle) connection.close('')
    if (!this.#isEmpty) await new Promise<void>((resolve) => (this.#emptied = resolve))
  }

  destroy(): Promise<void> {
    this.#isClosing = true
    for (const post of [...this.#waiting, ...this.#opening]) post.abort()
    for (const connection of this.#open) connection.close('ABORTED')
    return Promise.resolve()
  }

  /** One more, as the tick under way has begun already. */
  ticksIn(ms: number): number {
    return Math.ceil(ms / this.#tickMs) + 1
  }

  freed(connection: Connection): void {
    const post = this.#nextWaiting()
    if (post !== undefined) connection.send(post)
    else if (this.#isClosing) connection.close('')
    else this.#idle.push(connection)
  }

  closed(connection: Connection): void {
    this.#open.delete(connection)
    this.#roomMade()
  }

  #takeIdle(): Connection | undefined {
    for (;;) {
      const connection = this.#idle.pop()
      if (connection === undefined || connection.isIdle) return connection
    }
  }

  #nextWaiting(): Post | undefined {
    for (;;) {
      const post = this.#waiting.shift()
      if (!post?.isOver) return post
    }
  }

  #openFor(post: Post): void {
    this.#opening.add(post)
    this.#connect((error, socket) => {
      this.#opening.delete(post)
      if (error === null) return this.#opened(new Connection(socket, this), post)
      post.settle({ status: 0, code: codeOf(error) })
      this.#roomMade()
    })
  }

  #opened(connection: Connection, post: Post): void {
    this.#open.add(connection)
    this.#tick ??= this.#startTick()
    if (post.isOver) this.freed(connection)
    else connection.send(post)
  }

  #roomMade(): void {
    const post = this.#nextWaiting()
    if (post !== undefined) return this.#openFor(post)
    if (this.#open.size > 0) return
    this.#tick?.cancel()
    this.#tick = undefined
    this.#idle = []
    if (this.#isEmpty) this.#emptied?.()
  }

  get #isEmpty(): boolean {
    return this.#open.size + this.#opening.size + this.#waiting.length === 0
  }

  #startTick(): Timer {
    return this.#clock.after(this.#tickMs, () => {
      this.#tick = this.#startTick()
      for (const connection of this.#open) connection.tick()
      if (this.#idle.length > this.#open.size) this.#idle = this.#idle.filter(({ isIdle }) => isIdle)
    })
  }
}
