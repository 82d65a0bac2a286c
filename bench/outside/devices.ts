import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { WebSocketServer, type WebSocket } from 'ws'
import type { FromNetwork, Pushed, ToNetwork } from '../../src/simulator/protocol.ts'

/** An open device; events are pushed to it. */
export interface Device {
  readonly channel: number
  readonly phone: string
  readonly push: (messageId: string) => void
  /** The messenger limits its account, or lets it go again. */
  readonly restrict: (state: Restriction) => void
}

type Restriction = Extract<Pushed, { kind: 'restricted' }>['state']

/** One connection of a server. */
interface Line {
  readonly send: (message: FromNetwork) => void
  /** By channel, of those that are being linked. */
  readonly phones: Map<number, string>
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
    const line = { send, phones: new Map<number, string>() }
    socket.on('error', (error) => console.error(error.message))
    socket.on('message', (data: Buffer) => {
      for (const message of JSON.parse(data.toString('utf8')) as ToNetwork[]) this.#handle(message, line)
    })
  }

  #handle(message: ToNetwork, line: Line): void {
    const { channel } = message
    const { send, phones } = line
    switch (message.t) {
      case 'pair':
        return this.#pair(message, line)
      case 'paired':
        return this.#open(channel, send, phones.get(channel))
      case 'open':
        return this.#open(channel, send, message.device.slice(1))
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

  #open(channel: number, send: Line['send'], phone = ''): void {
    send({ t: 'opened', channel })
    this.list.push({
      channel,
      phone,
      push: (id) => this.#push(channel, messageEvent(id), send),
      restrict: (state) => this.#push(channel, { kind: 'restricted', state, at: Date.now() }, send),
    })
  }

  #pair({ channel, phone: asked }: Extract<ToNetwork, { t: 'pair' }>, { send, phones }: Line): void {
    const phone = asked ?? String(79_000_000_000 + channel)
    phones.set(channel, phone)
    send({ t: 'show', channel, what: 'code', value: '1234567A', until: Date.now() + 60_000 })
    const key = randomBytes(16).toString('hex')
    const account = { address: phone, phone, name: 'Bench', label: `${phone}:1` }
    const credentials = { device: `d${phone}`, key, ...account, at: Date.now() }
    // As a person does it: later than the code was shown.
    setTimeout(() => send({ t: 'credentials', channel, ...credentials }), 20)
  }

  #push(channel: number, event: Pushed, send: Line['send']): void {
    this.unacknowledged += 1
    send({ t: 'push', channel, id: ++this.#eventId, event })
  }
}

function messageEvent(id: string): Pushed {
  const from = { address: '79991234567', name: 'Anna Petrova', contactName: '' }
  const content = { kind: 'text', text: TEXT } as const
  return { kind: 'message', id, direction: 'in', chat: from, author: from, at: Date.now(), content }
}
