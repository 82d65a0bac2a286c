import type { WebSocket } from 'ws'

import type { Codec } from './codec.ts'
import { SocketConnection } from './connection.ts'
import { acknowledge, acknowledgeMessages } from './delivery.ts'
import { server } from './jid.ts'
import { failLogin, logIn } from './login.ts'
import type { Answer, Node, Part, QueryHandler, StanzaHandler } from './network.ts'
import { otherDevices } from './participants.ts'
import { idsOf } from './receipt-routing.ts'
import type { Registration } from './registration.ts'
import { seconds } from './stanza.ts'
import type { LinkedDevice } from './linked-device.ts'
import type { WhatsAppNetwork } from './whatsapp-network.ts'

/** Where connections come in, and what they send is given to whom it concerns. */
export class Desk {
  readonly #codec: Codec
  readonly #network: WhatsAppNetwork
  readonly #registration: Registration
  readonly #minimumRevision: number
  readonly #queries = new Map<string, QueryHandler>()
  readonly #stanzas = new Map<string, StanzaHandler>()
  readonly #connections = new Set<SocketConnection>()

  constructor(
    codec: Codec,
    network: WhatsAppNetwork,
    registration: Registration,
    parts: readonly Part[],
    minimumRevision: number,
  ) {
    this.#codec = codec
    this.#network = network
    this.#registration = registration
    this.#minimumRevision = minimumRevision
    for (const part of parts) {
      for (const handler of part.queries ?? []) this.#queries.set(handler.xmlns, handler)
      for (const handler of part.stanzas ?? []) this.#stanzas.set(handler.tag, handler)
      if (part.refuses !== undefined) network.refusals.push((message, sender) => part.refuses?.(message, sender))
    }
  }

  welcome(socket: WebSocket): void {
    const connection = new SocketConnection(socket, this.#codec, this.#network.faults, {
      onHello: (from, payload, noiseKey) => this.#meet(from, payload, noiseKey),
      onStanza: (from, stanza) => this.#take(from, stanza),
      onTrouble: (error) => this.#tell(error),
      onGone: (gone) => this.#leave(gone),
    })
    this.#connections.add(connection)
  }

  close(): void {
    for (const connection of [...this.#connections]) connection.cut()
  }

  #meet(connection: SocketConnection, payload: Buffer, noiseKey: Buffer): void {
    const claim = this.#codec.proto.ClientPayload.decode(payload) as {
      username?: { toString(): string }
      device?: number
      devicePairingData?: { eIdent?: Uint8Array }
      userAgent?: { appVersion?: { tertiary?: number } }
    }
    const { devicePairingData, userAgent } = claim
    if ((userAgent?.appVersion?.tertiary ?? 0) < this.#minimumRevision) return failLogin(connection, '405')
    if (devicePairingData?.eIdent instanceof Uint8Array) {
      const reason = this.#network.takeFailure()
      if (reason !== null) return failLogin(connection, reason)
      return this.#registration.begin(connection, Buffer.from(devicePairingData.eIdent), noiseKey)
    }
    const phone = claim.username?.toString() ?? ''
    logIn(this.#network, connection, { phone, device: claim.device ?? 0, noiseKey })
  }

  /** A mistake of the fake's own must not go unseen. */
  #tell(error: unknown): void {
    if (this.#network.listenerCount('trouble') > 0) return void this.#network.emit('trouble', error)
    queueMicrotask(() => {
      throw error
    })
  }

  #leave(connection: SocketConnection): void {
    this.#connections.delete(connection)
    this.#registration.gone(connection)
    const { device } = connection
    if (device?.connection !== connection) return
    device.connection = null
    this.#network.emit('gone', device)
  }

  #take(connection: SocketConnection, stanza: Node): void {
    const { device } = connection
    if (device === null) return this.#registration.take(connection, stanza)
    this.#network.emit('stanza', device, stanza)
    switch (stanza.tag) {
      case 'message':
        return this.#takeMessage(connection, device, stanza)
      case 'receipt':
        return this.#takeReceipt(connection, device, stanza)
      case 'ack':
        return acknowledge(device, stanza)
      case 'iq':
        return this.#takeQuery(connection, device, stanza)
      default:
        this.#stanzas.get(stanza.tag)?.take(stanza, device)
    }
  }

  #takeMessage(connection: SocketConnection, device: LinkedDevice, stanza: Node): void {
    const { id = '', to = '' } = stanza.attrs
    const forced = this.#network.takeAckError(to)
    const error = forced ?? this.#network.route(device.account, device.id, stanza).error
    const others = error === undefined ? otherDevices(this.#network, device, stanza) : undefined
    const { faults } = this.#network
    if (faults.loseAcks > 0) {
      faults.loseAcks -= 1
      return
    }
    const attrs: Record<string, string> = { class: 'message', id, from: to, t: seconds(this.#network.now()) }
    if (stanza.attrs['participant'] !== undefined) attrs['participant'] = stanza.attrs['participant']
    if (error !== undefined) attrs['error'] = error
    if (others !== undefined) attrs['phash'] = others
    connection.send({ tag: 'ack', attrs })
  }

  #takeReceipt(connection: SocketConnection, device: LinkedDevice, receipt: Node): void {
    const { id = '', to = '', type, participant } = receipt.attrs
    // One that shall be sent again is acknowledged by an ack of its own.
    if (type !== 'retry') acknowledgeMessages(device, idsOf(receipt))
    const attrs: Record<string, string> = { class: 'receipt', id, from: to }
    if (type !== undefined) attrs['type'] = type
    if (participant !== undefined) attrs['participant'] = participant
    connection.send({ tag: 'ack', attrs })
    this.#network.route(device.account, device.id, receipt)
  }

  #takeQuery(connection: SocketConnection, device: LinkedDevice, query: Node): void {
    const { type } = query.attrs
    if (type === 'result' || type === 'error') return
    const handler = this.#queries.get(query.attrs['xmlns'] ?? '')
    if (handler === undefined) return answerQuery(connection, query, notImplemented)
    let answer: Answer | Promise<Answer>
    try {
      answer = handler.handle(query, device)
    } catch {
      answer = badRequest
    }
    if (!(answer instanceof Promise)) return answerQuery(connection, query, answer)
    answer.then(
      (made) => answerQuery(connection, query, made),
      () => answerQuery(connection, query, badRequest),
    )
  }
}

const notImplemented: Answer = { error: { code: 501, text: 'feature-not-implemented' } }
const badRequest: Answer = { error: { code: 400, text: 'bad-request' } }

function answerQuery(connection: SocketConnection, query: Node, answer: Answer): void {
  if (answer === 'silence') return
  const attrs = { from: query.attrs['to'] ?? server, id: query.attrs['id'] ?? '' }
  if ('error' in answer) {
    const error = { tag: 'error', attrs: { code: String(answer.error.code), text: answer.error.text } }
    return connection.send({ tag: 'iq', attrs: { ...attrs, type: 'error' }, content: [error] })
  }
  const result = { tag: 'iq', attrs: { ...attrs, type: 'result' } }
  connection.send(answer.length === 0 ? result : { ...result, content: [...answer] })
}
