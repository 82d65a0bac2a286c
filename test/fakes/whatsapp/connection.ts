import type { WebSocket } from 'ws'

import type { Codec } from './codec.ts'
import type { Connection, Faults, Node } from './network.ts'
import { header, NoiseResponder } from './noise.ts'
import type { LinkedDevice } from './linked-device.ts'

/** What a connection tells the server. */
export interface ConnectionEvents {
  /** The handshake is done; what the client wants (an encoded ClientPayload), and the static key that it proved to have. */
  onHello(connection: SocketConnection, payload: Buffer, noiseKey: Buffer): void
  onStanza(connection: SocketConnection, stanza: Node): void
  onGone(connection: SocketConnection): void
  /** What threw while a stanza was dealt with. */
  onTrouble(error: unknown): void
}

const sizeLength = 3
/** Until what was sent has been read on the other side, on the same machine. */
const arrivalMs = 30
const routingMark = Buffer.from('ED')
/** `ED`, two bytes of versions, three of length; the routing information follows. */
const routingHeadLength = 7

/** One web socket: frames, the handshake, stanzas both ways, and the faults of the wire. */
export class SocketConnection implements Connection {
  device: LinkedDevice | null = null
  /** It wants what waits for it. */
  isActive = false
  readonly #socket: WebSocket
  readonly #codec: Codec
  readonly #faults: Faults
  readonly #events: ConnectionEvents
  readonly #noise: NoiseResponder
  #stage: 'intro' | 'hello' | 'finish' | 'open' | 'closed' = 'intro'
  #received: Buffer = Buffer.alloc(0)
  /** What is said now is lost with the connection. */
  #isMute = false

  constructor(socket: WebSocket, codec: Codec, faults: Faults, events: ConnectionEvents) {
    this.#socket = socket
    this.#codec = codec
    this.#faults = faults
    this.#events = events
    this.#noise = new NoiseResponder(codec)
    socket.on('message', (data: Buffer) => this.#receive(data))
    // A broken socket closes right after; that is what counts.
    socket.on('error', () => undefined)
    socket.on('close', () => this.#gone())
  }

  get isOpen(): boolean {
    return this.#stage === 'open'
  }

  send(node: Node): void {
    if (this.#stage !== 'open' || this.#isMute || this.#faults.silent) return
    const cut = this.#cutAt(node)
    if (cut === 'before') return this.cut()
    const sealed = this.#noise.seal(this.#codec.encode(node))
    this.#socket.send(framed(sealed))
    if (cut !== 'after') return
    this.#stop()
    // Not at once: it shall have arrived.
    setTimeout(() => this.#socket.terminate(), arrivalMs)
  }

  close(error?: { readonly code?: string; readonly child?: Node }): void {
    if (error !== undefined) {
      const attrs: Record<string, string> = error.code === undefined ? {} : { code: error.code }
      this.send({ tag: 'stream:error', attrs, content: error.child === undefined ? undefined : [error.child] })
    }
    this.#stop()
    this.#socket.close()
  }

  /** Ends it as a broken network does. */
  cut(): void {
    this.#stop()
    this.#socket.terminate()
  }

  #stop(): void {
    if (this.#stage === 'closed') return
    this.#stage = 'closed'
    this.isActive = false
    this.#events.onGone(this)
  }

  #gone(): void {
    this.#stop()
    this.#received = Buffer.alloc(0)
  }

  #receive(data: Buffer): void {
    this.#received = this.#received.length === 0 ? data : Buffer.concat([this.#received, data])
    try {
      if (this.#stage === 'intro' && !this.#takeIntro()) return
      for (let frame = this.#nextFrame(); frame !== null; frame = this.#nextFrame()) this.#take(frame)
    } catch {
      // Not what a client of this protocol sends: the real server hangs up as well.
      this.cut()
    }
  }

  #takeIntro(): boolean {
    let start = 0
    if (this.#received.subarray(0, routingMark.length).equals(routingMark)) {
      if (this.#received.length < routingHeadLength) return false
      start = routingHeadLength + this.#received.readUIntBE(4, sizeLength)
    }
    if (this.#received.length < start + header.length) return false
    if (!this.#received.subarray(start, start + header.length).equals(header)) throw new Error('not our protocol')
    this.#received = this.#received.subarray(start + header.length)
    this.#stage = 'hello'
    return true
  }

  #nextFrame(): Buffer | null {
    if (this.#stage === 'closed' || this.#received.length < sizeLength) return null
    const end = sizeLength + this.#received.readUIntBE(0, sizeLength)
    if (this.#received.length < end) return null
    const frame = this.#received.subarray(sizeLength, end)
    this.#received = this.#received.subarray(end)
    return frame
  }

  #take(frame: Buffer): void {
    if (this.#stage === 'open') return this.#takeStanza(this.#codec.decode(this.#noise.open(frame)))
    if (this.#faults.silent) return
    if (this.#stage === 'hello') {
      this.#stage = 'finish'
      this.#socket.send(framed(this.#noise.hello(frame)))
    } else {
      const { noiseKey, payload } = this.#noise.finish(frame)
      this.#stage = 'open'
      this.#events.onHello(this, payload, noiseKey)
    }
  }

  #takeStanza(stanza: Node): void {
    if (this.#faults.silent) return
    const cut = this.#cutAt(stanza)
    if (cut === 'before') return this.cut()
    // Taken, but the answer does not get out any more.
    this.#isMute = cut === 'after'
    try {
      this.#events.onStanza(this, stanza)
    } catch (error) {
      this.#events.onTrouble(error)
    }
    if (cut === 'after') this.cut()
  }

  #cutAt(stanza: Node): 'before' | 'after' | null {
    const { cut } = this.#faults
    if (cut?.matches(stanza) !== true) return null
    cut.times -= 1
    if (cut.times > 0) return null
    this.#faults.cut = null
    return cut.when
  }
}

function framed(bytes: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(sizeLength + bytes.length)
  frame.writeUIntBE(bytes.length, 0, sizeLength)
  frame.set(bytes, sizeLength)
  return frame
}
