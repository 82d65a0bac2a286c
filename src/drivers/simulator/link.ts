import { WebSocket, type RawData } from 'ws'
import { backoffMs } from '../../lib/backoff.ts'
import type { Clock, Timer } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Random } from '../../lib/random.ts'
import {
  framesOf,
  FRAME_LIMIT_BYTES,
  readFromNetwork,
  type FromNetwork,
  type ToNetwork,
} from '../../simulator/protocol.ts'
import { NetworkFiles } from './network-files.ts'

/** One user of the link: a session, or an attempt to log out. */
export interface ChannelListener {
  received(message: FromNetwork): void
  /** The link broke, or could not be made; the channel is gone. */
  lost(): void
}

export interface LinkOptions {
  /** `http://host:port` of the network. */
  readonly url: string
  readonly token?: string
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

const RECONNECT = { firstMs: 100, longestMs: 5_000 }
const HANDSHAKE_MS = 10_000
const PING_MS = 30_000

/**
 * The one socket from this process to a network; all sessions are channels on it. It is made when the first channel needs it and
 * made again, with back-off, when one does after it broke. What is sent within one turn of the event loop travels in one frame,
 * and an idle session costs an entry in a map: no socket, no timer, no promise.
 */
export class Link {
  /** The network's files, which don't travel over the socket. */
  readonly files: NetworkFiles
  readonly #options: LinkOptions
  readonly #listeners = new Map<number, ChannelListener>()
  #socket: WebSocket | null = null
  #up = false
  #outgoing: string[] = []
  #flushing = false
  #lastChannel = 0
  #failures = 0
  #notBefore = 0
  #retry: Timer | null = null
  #ping: Timer | null = null
  #closed = false

  constructor(options: LinkOptions) {
    this.#options = options
    this.files = new NetworkFiles(options.url, options.token)
  }

  /** A channel number, never used again. What is sent on it waits for the link; if that can't be made, `lost` is called. */
  attach(listener: ChannelListener): number {
    this.#lastChannel += 1
    this.#listeners.set(this.#lastChannel, listener)
    this.#connect()
    return this.#lastChannel
  }

  /** Nothing comes on this channel any more. */
  detach(channel: number): void {
    this.#listeners.delete(channel)
  }

  send(message: ToNetwork): void {
    if (this.#closed || (!this.#up && !this.#listeners.has(message.channel))) return
    this.#outgoing.push(JSON.stringify(message))
    this.#flushSoon()
  }

  /** Writes what waits and ends the connections; channels that are still there are lost. */
  async close(): Promise<void> {
    this.#closed = true
    this.#retry?.cancel()
    await Promise.all([this.files.close(), this.#hangUp()])
  }

  #hangUp(): Promise<void> {
    this.#flush()
    const socket = this.#socket
    if (socket === null) return Promise.resolve()
    return new Promise((resolve) => {
      const impatient = this.#options.clock.after(1_000, () => socket.terminate())
      socket.once('close', () => {
        impatient.cancel()
        resolve()
      })
      socket.close()
    })
  }

  #flushSoon(): void {
    if (this.#flushing || !this.#up) return
    this.#flushing = true
    setImmediate(() => this.#flush())
  }

  #flush(): void {
    this.#flushing = false
    const socket = this.#socket
    if (!this.#up || socket === null) return
    const outgoing = this.#outgoing
    this.#outgoing = []
    for (const frame of framesOf(outgoing)) socket.send(frame)
  }

  #connect(): void {
    if (this.#socket !== null || this.#retry !== null || this.#closed) return
    // A clock that was set back makes it wait no longer.
    const waitMs = Math.min(this.#notBefore - this.#options.clock.now(), RECONNECT.longestMs)
    if (waitMs <= 0) {
      this.#dial()
      return
    }
    this.#retry = this.#options.clock.after(waitMs, () => {
      this.#retry = null
      this.#dial()
    })
  }

  #dial(): void {
    const { url, token } = this.#options
    const socket = new WebSocket(`${url.replace(/^http/, 'ws').replace(/\/+$/, '')}/link`, {
      perMessageDeflate: false,
      handshakeTimeout: HANDSHAKE_MS,
      maxPayload: FRAME_LIMIT_BYTES,
      ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
    })
    this.#socket = socket
    socket.on('open', () => this.#opened(socket))
    socket.on('message', (data, binary) => this.#received(data, binary))
    socket.on('error', (error) => this.#report(error))
    socket.on('close', () => this.#broke())
  }

  /** Said once until the link is up again. */
  #report(error: Error): void {
    const { log, url } = this.#options
    const fields = { url, error: error.message }
    if (this.#failures === 0) log.warn(fields, 'the simulated network cannot be reached')
    else log.debug(fields, 'the simulated network still cannot be reached')
  }

  #opened(socket: WebSocket): void {
    this.#up = true
    this.#failures = 0
    this.#flush()
    this.#keepAlive(socket)
  }

  /** A peer that vanished without a word is noticed when a ping stays without its answer. */
  #keepAlive(socket: WebSocket): void {
    let answered = true
    socket.on('pong', () => {
      answered = true
    })
    const beat = () => {
      if (!answered) {
        socket.terminate()
        return
      }
      answered = false
      socket.ping()
      this.#ping = this.#options.clock.after(PING_MS, beat)
    }
    this.#ping = this.#options.clock.after(PING_MS, beat)
  }

  #broke(): void {
    this.#ping?.cancel()
    this.#ping = null
    this.#socket = null
    this.#up = false
    this.#outgoing = []
    this.#failures += 1
    const { clock, random } = this.#options
    this.#notBefore = clock.now() + backoffMs(RECONNECT, this.#failures, random)
    const listeners = [...this.#listeners.values()]
    this.#listeners.clear()
    for (const listener of listeners) listener.lost()
  }

  #received(data: RawData, binary: boolean): void {
    const messages = binary || !Buffer.isBuffer(data) ? null : readFromNetwork(data.toString('utf8'))
    if (messages === null) {
      this.#options.log.error({}, 'the network does not speak this protocol; the link is closed')
      this.#socket?.terminate()
      return
    }
    for (const message of messages) this.#listeners.get(message.channel)?.received(message)
  }
}

interface SharedLink {
  readonly link: Link
  users: number
}

/** The links of this process, by address and token. */
const shared = new Map<string, SharedLink>()

/** The link of this process to that network, made with the first user's options; give it back with `release`. */
export function shareLink(options: LinkOptions): { readonly link: Link; release(): Promise<void> } {
  const key = JSON.stringify([options.url, options.token ?? null])
  const entry = shared.get(key) ?? { link: new Link(options), users: 0 }
  shared.set(key, entry)
  entry.users += 1
  let released = false
  return {
    link: entry.link,
    release: async () => {
      if (released) return
      released = true
      entry.users -= 1
      if (entry.users > 0) return
      shared.delete(key)
      await entry.link.close()
    },
  }
}
