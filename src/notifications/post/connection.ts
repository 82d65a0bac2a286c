import type { Socket } from 'node:net'
import { errorCode } from '../../lib/error-code.ts'
import { AnswerReader } from './answer-reader.ts'
import type { Post } from './post.ts'

/** Where the receiver does not say how long it keeps an idle connection. */
const KEEP_MS = 4000
/** It is closed so much earlier than the receiver would, lest both do what they do at once. */
const KEEP_MARGIN_MS = 1000
const LONGEST_KEEP_MS = 60_000

/** Whom a connection belongs to. */
export interface ConnectionHost {
  /** From the request written to the head of the answer. */
  readonly headMs: number
  /** From there to the end of the answer. */
  readonly restMs: number
  /** How many ticks it takes until so much time has passed for certain. */
  ticksIn(ms: number): number
  /** It is fit for another post. */
  freed(connection: Connection): void
  /** It is no longer there. */
  closed(connection: Connection): void
}

/** One connection to a receiver: idle, or with one post under way. */
export class Connection {
  readonly #socket: Socket
  readonly #host: ConnectionHost
  readonly #reader = new AnswerReader()
  #post: Post | undefined
  #isClosed = false
  /** It was there after an answer. */
  #hasLasted = false
  /** Until what is waited for is given up: the head of the answer, its end, or another post. */
  #ticks: number

  constructor(socket: Socket, host: ConnectionHost) {
    this.#socket = socket
    this.#host = host
    this.#ticks = host.ticksIn(KEEP_MS)
    const lost = (): void => this.close(this.#reader.endsWithConnection ? '' : 'CONNECTION_CLOSED')
    socket.on('data', (piece: Buffer) => this.#read(piece))
    socket.on('error', (error: Error) => this.close(codeOf(error)))
    // Nothing can be sent from here on, though it takes a moment until all is closed.
    socket.on('end', lost)
    socket.on('close', lost)
  }

  get isIdle(): boolean {
    return this.#post === undefined && !this.#isClosed
  }

  /** Only while it is idle. */
  send(post: Post): void {
    this.#post = post
    post.isOn(this)
    this.#reader.restart()
    this.#ticks = this.#host.ticksIn(this.#host.headMs)
    this.#socket.write(post.text, post.encoding)
  }

  /** Time passes. */
  tick(): void {
    this.#ticks -= 1
    if (this.#ticks <= 0) this.close(this.#reader.status === 0 ? 'ANSWER_TIMEOUT' : 'ANSWER_UNFINISHED')
  }

  /** What is under way ends with this code, and the status if it came. */
  close(code: string): void {
    if (this.#isClosed) return
    this.#isClosed = true
    const post = this.#post
    this.#post = undefined
    this.#socket.destroy()
    this.#host.closed(this)
    post?.settle({ status: this.#reader.status, code })
  }

  #read(piece: Buffer): void {
    // Nobody asked: the receiver is out of step, or says goodbye.
    if (this.#post === undefined) return this.close('')
    const had = this.#reader.status
    let isOver
    try {
      isOver = this.#reader.read(piece.toString('latin1'))
    } catch (error) {
      return this.close(codeOf(error))
    }
    if (isOver) this.#finish(this.#post)
    else if (had !== this.#reader.status) this.#ticks = this.#host.ticksIn(this.#host.restMs)
  }

  #finish(post: Post): void {
    const { status, leavesOpen, keepMs } = this.#reader
    const idleMs = Math.min(keepMs === undefined ? KEEP_MS : keepMs - KEEP_MARGIN_MS, LONGEST_KEEP_MS)
    // An answer that came before all was sent leaves the rest of the request on the way.
    if (!leavesOpen || idleMs <= 0 || this.#socket.writableLength > 0) return this.close('')
    this.#post = undefined
    this.#ticks = this.#host.ticksIn(idleMs)
    if (this.#hasLasted) this.#host.freed(this)
    else this.#seeWhetherItLasts()
    post.settle({ status, code: '' })
  }

  /**
   * Some servers close behind an answer what they said they would keep: a post sent at once would be lost. So behind the first one the network
   * is listened to once more, which takes a whole turn of the event loop.
   */
  #seeWhetherItLasts(): void {
    const free = (): void => {
      this.#hasLasted = true
      if (this.isIdle) this.#host.freed(this)
    }
    setImmediate(() => setImmediate(free))
  }
}

/** What went wrong, for the ledger and the operator's log. */
export function codeOf(error: unknown): string {
  return errorCode(error) ?? (error instanceof Error ? error.name : 'UNKNOWN')
}
