import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { WebSocketServer, type WebSocket } from 'ws'
import type { FromNetwork, ToNetwork } from '../../src/simulator/protocol.ts'

/** An open device; events are pushed to it. */
export interface Device {
  readonly channel: number
  readonly push: (messageId: string) => void
}

const TEXT = 'The parcel has arrived and waits for you at the counter until Friday evening, please bring your passport.'

/**
 * The network's end of the `/link` protocol with nothing behind it: any phone that asks for a code is linked at once, and events
 * are made up. It keeps no file, so that it costs little beside what it feeds; both sides of a comparison are fed by it.
 */
export class Devices {
  readonly list: Device[] = []
  readonly #server: Server
  /** Pushes that the other side has not called durable yet. */
  unacknowledged = 0
  #eventId = 0

  constructor() {
    this.#server = createServer()
    const sockets = new WebSocketServer({
      server: this.#server,
      perMessageDeflate: false,
      maxPayload: 64 * 1024 * 1024,
    })
    sockets.on('connection', (socket) => this.#serve(socket))
  }

  /** Resolves with the port. */
  listen(): Promise<number> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', () => {
        const address = this.#server.address()
        resolve(typeof address === 'object' && address !== null ? address.port : 0)
      })
    })
  }

  #serve(socket: WebSocket): void {
    let waiting: string[] = []
    const flush = (): void => {
      socket.send(`[${waiting.join(',')}]`)
      waiting = []
    }
    const send = (message: FromNetwork): void => {
      if (waiting.push(JSON.stringify(message)) === 1) setImmediate(flush)
    }
    socket.on('error', (error) => console.error(error.message))
    socket.on('message', (data: Buffer) => {
      for (const message of JSON.parse(data.toString('utf8')) as ToNetwork[]) this.#handle(message, send)
    })
  }

  #handle(message: ToNetwork, send: (message: FromNetwork) => void): void {
    const { channel } = message
    switch (message.t) {
      case 'pair':
        return this.#pair(message, send)
      case 'paired':
      case 'open':
        send({ t: 'opened', channel })
        this.list.push({ channel, push: (id) => this.#push(channel, id, send) })
        return
      case 'ack':
        this.unacknowledged -= message.ids.length
        return
      case 'send':
        send({ t: 'accepted', channel, id: message.id, at: Date.now() })
        return
      case 'lookup':
        send({ t: 'found', channel, id: message.id, sent: true })
        return
      case 'ask': {
        const { no } = message
        send({ t: 'unanswered', channel, no, fault: 'unsupported', message: 'this network answers nothing' })
        return
      }
      case 'logout':
        send({ t: 'closed', channel, reason: 'loggedOut' })
        return
      case 'close':
      case 'reply':
      case 'typing':
        return
      default:
        message satisfies never
    }
  }

  #pair({ channel, phone: asked }: Extract<ToNetwork, { t: 'pair' }>, send: (message: FromNetwork) => void): void {
    const phone = asked ?? String(79_000_000_000 + channel)
    send({ t: 'show', channel, what: 'code', value: '1234567A', until: Date.now() + 60_000 })
    const key = randomBytes(16).toString('hex')
    const account = { address: phone, phone, name: 'Bench', label: `${phone}:1` }
    const credentials = { device: `d${phone}`, key, ...account, at: Date.now() }
    // As a person does it: later than the code was shown.
    setTimeout(() => send({ t: 'credentials', channel, ...credentials }), 20)
  }

  #push(channel: number, id: string, send: (message: FromNetwork) => void): void {
    const from = { address: '79991234567', name: 'Anna Petrova', contactName: '' }
    this.unacknowledged += 1
    const content = { kind: 'text', text: TEXT } as const
    const event = { kind: 'message', id, direction: 'in', chat: from, author: from, at: Date.now(), content } as const
    send({ t: 'push', channel, id: ++this.#eventId, event })
  }
}
