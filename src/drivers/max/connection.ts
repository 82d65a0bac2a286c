import type { Agent } from 'node:http'
import { WebSocket, type RawData } from 'ws'
import type { Clock, Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { within } from '../../lib/within.ts'
import type { Ending, EndReason } from './ending.ts'
import { greetingOf, headersOf, type Identity } from './identity.ts'
import { Intake } from './intake.ts'
import { maskedTrouble } from './masked-trouble.ts'
import { Questions, type Answered, type AskTrouble } from './questions.ts'
import { CMD, decodeFrame, encodeFrame, LARGEST_FRAME_BYTES, type Frame } from './wire/frame.ts'
import { isOutdated } from './wire/network-error.ts'
import { HELLO, PING } from './wire/opcodes.ts'
import type { Operation } from './wire/operation.ts'
import { PING_OPCODE } from './wire/pushes.ts'
import type { WireMap, WireValue } from './wire/values.ts'
import { WireError } from './wire/wire-error.ts'

/** Of the web client's socket. */
export const MAX_URL = 'wss://api.oneme.ru/websocket'

/** Something that the network tells without being asked. */
export interface Push {
  readonly opcode: number
  /** The network's own count of them. */
  readonly seq: number
  readonly payload: WireValue
  /** Answers it, once: to be called when what it says is kept. After the connection's end it does nothing. */
  readonly acknowledge: (answer: WireMap) => void
}

/** What the network says of us when it greets back. */
export interface Greeting {
  /** Where it takes us to be, as the code of a country. */
  readonly location?: string | undefined
  readonly 'phone-auth-enabled'?: boolean | undefined
}

export interface ConnectionListener {
  /** One after the other, in the order in which they came. Where it rejects the connection is ended, and nothing more is answered. */
  pushed(push: Push): Promise<void>
  /** It ended by itself, once; what had come before was handed on. Not told after `close`. */
  ended(ending: Ending): void
}

export interface ConnectionParts {
  /** The real network's without. */
  readonly url?: string | undefined
  /** Of a proxy. */
  readonly agent?: Agent | undefined
  readonly identity: Identity
  readonly deviceId: string
  /** Whether its tab looks now as if somebody had it open; one that nobody looks at is closed by the network after some minutes. */
  readonly seemsSeen?: () => boolean
  readonly clock: Clock
  readonly log: Log
  readonly listener: ConnectionListener
}

/** For the connection to open, and then for the network to greet back. */
const OPEN_MS = 20_000
const PING_EVERY_MS = 30_000
/** What had come before the end is given so long to be dealt with before the end is told. */
const DRAIN_MS = 2_000
/** The network is given so long to close its side. */
const CLOSE_MS = 2_000
/** Of what is handed over and has not left: whoever reads so little does not read. */
const MOST_UNSENT_BYTES = 1024 * 1024
const LONGEST_TEXT = 200
const NORMAL = 1000

/**
 * One connection to the network, from its opening to its end: it greets, asks, is asked and keeps itself alive. It knows nothing of accounts and
 * never connects again.
 */
export class Connection {
  /** Resolves with the network's greeting back, or with false when the connection ended before it. */
  readonly opened: Promise<boolean>
  readonly #parts: ConnectionParts
  readonly #socket: WebSocket
  readonly #questions: Questions
  readonly #intake: Intake<Push>
  #phase: 'opening' | 'open' | 'over' = 'opening'
  #greeting: Greeting = {}
  #isClosed = false
  #timer: Timer
  #trouble = ''
  #isUnreadable = false
  /** The web socket was open, whether or not the network greeted back. */
  #isReached = false
  #told: (isOpen: boolean) => void = () => undefined

  constructor(parts: ConnectionParts) {
    this.#parts = parts
    this.opened = new Promise((resolve) => (this.#told = resolve))
    this.#questions = new Questions(parts.clock, (frame) => this.#send(frame))
    this.#socket = this.#openSocket()
    this.#intake = new Intake<Push>({
      deal: (push) => parts.listener.pushed(push),
      failed: (error) => this.#notKept(error),
      pause: () => this.#socket.pause(),
      resume: () => this.#socket.resume(),
    })
    this.#timer = parts.clock.after(OPEN_MS, () => this.#end('late', 'the connection did not open in time'))
  }

  /** Empty until it is open. */
  get greeting(): Greeting {
    return this.#greeting
  }

  /** Never rejects. */
  ask<Asked extends readonly unknown[], Answer>(
    operation: Operation<Asked, Answer>,
    ...asked: Asked
  ): Promise<Answered<Answer>> {
    if (this.#phase === 'open') return this.#questions.ask(operation, asked)
    return Promise.resolve({ ok: false, trouble: { why: 'notSent', says: 'the connection is not open' } })
  }

  /** Ends it, and resolves when nothing more is sent, handed on or dealt with. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#over()
    this.#intake.stop()
    const { clock } = this.#parts
    const gone = new Promise<void>((resolve) => {
      if (this.#socket.readyState === WebSocket.CLOSED) resolve()
      else this.#socket.once('close', () => resolve())
    })
    // What is paused would never see the other side close.
    this.#socket.resume()
    this.#socket.close(NORMAL)
    await within(clock, CLOSE_MS, gone, undefined)
    this.#socket.terminate()
    await this.#intake.idle()
  }

  #openSocket(): WebSocket {
    const { url = MAX_URL, agent, identity } = this.#parts
    const socket = new WebSocket(url, {
      headers: headersOf(identity),
      maxPayload: LARGEST_FRAME_BYTES,
      // Bodies are packed already; an unpacker for each connection would be most of its memory.
      perMessageDeflate: false,
      followRedirects: false,
      ...(agent !== undefined && { agent }),
    })
    socket.on('open', () => void this.#greet())
    socket.on('message', (data, isBinary) => this.#came(data, isBinary))
    socket.on('error', (error) => {
      this.#trouble = error.message
      // Those are about frames that are none, or too large.
      this.#isUnreadable = 'code' in error && String(error.code).startsWith('WS_ERR_')
    })
    socket.on('close', (code, reason) => this.#closedBy(code, reason.toString()))
    return socket
  }

  async #greet(): Promise<void> {
    if (this.#isOver()) return
    this.#isReached = true
    this.#timer.cancel()
    const { identity, deviceId } = this.#parts
    const greeted = await this.#questions.ask(HELLO, [greetingOf(identity), deviceId], OPEN_MS)
    if (this.#isOver()) return
    if (!greeted.ok) {
      this.#notGreeted(greeted.trouble)
      return
    }
    this.#phase = 'open'
    this.#greeting = greeted.answer
    this.#keepAlive()
    this.#told(true)
  }

  #notGreeted(trouble: AskTrouble): void {
    if (trouble.why !== 'refused') return this.#end(trouble.why === 'late' ? 'late' : 'unreadable', trouble.says)
    const { error } = trouble
    const said = error.message === '' ? error.code : error.message
    if (!isOutdated(error)) return this.#end('refused', `MAX does not let this device in: ${said}`)
    this.#end('outdated', `MAX does not take version ${this.#parts.identity.appVersion} of its web client any more`)
  }

  #keepAlive(): void {
    this.#timer = this.#parts.clock.after(PING_EVERY_MS, () => {
      void this.#questions.ask(PING, [this.#parts.seemsSeen?.() === true]).then((answered) => {
        // While too much waits nothing is read, so that the answer may well be there.
        if (answered.ok || answered.trouble.why !== 'late' || this.#intake.isFull) return
        this.#end('silent', 'the network does not answer any more')
      })
      this.#keepAlive()
    })
  }

  #came(data: RawData, isBinary: boolean): void {
    if (this.#isOver()) return
    if (!isBinary || !Buffer.isBuffer(data)) return this.#end('unreadable', 'the network sent a text')
    try {
      this.#deal(decodeFrame(data), data.length)
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      this.#end('unreadable', `the network sent a frame that can't be read: ${error.message}`)
    }
  }

  #deal(frame: Frame, bytes: number): void {
    const { cmd, seq, opcode, payload } = frame
    if (cmd === CMD.ask) {
      if (opcode === PING_OPCODE) this.#answer(seq, opcode, null)
      else this.#intake.take(this.#pushOf(seq, opcode, payload), bytes)
    } else if ((cmd !== CMD.answer && cmd !== CMD.error) || !this.#questions.answered(frame)) {
      this.#parts.log.debug({ cmd, opcode }, 'a frame answers nothing that was asked')
    }
  }

  #pushOf(seq: number, opcode: number, payload: WireValue): Push {
    let isAnswered = false
    return {
      ...{ opcode, seq, payload },
      acknowledge: (answer) => {
        if (isAnswered) return
        isAnswered = true
        this.#answer(seq, opcode, answer)
      },
    }
  }

  #answer(seq: number, opcode: number, payload: WireValue): void {
    if (this.#isOver()) return
    try {
      this.#send(encodeFrame({ cmd: CMD.answer, seq, opcode, payload }))
    } catch (error) {
      if (!(error instanceof WireError)) throw error
      this.#end('notKept', `a push could not be answered: ${error.message}`)
    }
  }

  /** @throws WireError when so much waits already that nothing more is taken */
  #send(frame: Buffer): void {
    if (this.#socket.bufferedAmount > MOST_UNSENT_BYTES) throw new WireError('tooLarge', 'too much waits to be sent')
    // What goes wrong with it ends the socket, which tells of it by itself.
    this.#socket.send(frame, () => undefined)
  }

  #notKept(error: unknown): void {
    const { log } = this.#parts
    log.warn({ error: maskedTrouble(error) }, 'what the network told could not be kept')
    this.#end('notKept', 'what the network told could not be kept')
  }

  #closedBy(code: number, said: string): void {
    const text = (said === '' ? this.#trouble : said).slice(0, LONGEST_TEXT)
    const says = text === '' ? `the network closed the connection (${code})` : `the connection ended: ${text} (${code})`
    if (this.#isUnreadable) return this.#end('unreadable', says)
    this.#end(this.#isReached ? 'closed' : 'unreachable', says, code)
  }

  /** Told when what had come is dealt with, or has had its time. */
  #end(reason: EndReason, says: string, code?: number): void {
    if (this.#isOver()) return
    const wasOpen = this.#phase === 'open'
    this.#over()
    this.#socket.terminate()
    const { clock, listener } = this.#parts
    void within(clock, DRAIN_MS, this.#intake.idle(), undefined).then(() => {
      this.#intake.stop()
      if (!this.#isClosed) listener.ended({ reason, says, wasOpen, ...(code !== undefined && { code }) })
    })
  }

  /** Asked anew each time: a frame that was waited for may have been the last. */
  #isOver(): boolean {
    return this.#phase === 'over'
  }

  #over(): void {
    if (this.#isOver()) return
    this.#phase = 'over'
    this.#timer.cancel()
    this.#questions.end()
    this.#told(false)
  }
}
