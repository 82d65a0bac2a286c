import type { RawData, WebSocket } from 'ws'
import type { DeviceChannels, OpenDevice, Wire } from './device-channels.ts'
import type { Device } from './devices.ts'
import type { ExchangeParts, Exchange } from './exchange.ts'
import type { Log } from '../lib/log.ts'
import type { Pairing, Pairings } from './pairing.ts'
import { parsePhone } from './phone-number.ts'
import { framesOf, readToNetwork, type FromNetwork, type ToNetwork } from './protocol.ts'

export interface ConnectionParts extends ExchangeParts {
  readonly log: Log
  readonly channels: DeviceChannels
  readonly exchange: Exchange
  readonly pairings: Pairings
}

type ChannelState =
  { readonly kind: 'device'; readonly open: OpenDevice } | { readonly kind: 'pairing'; readonly pairing: Pairing }
type Message<T extends ToNetwork['t']> = Extract<ToNetwork, { t: T }>

/** The socket of one server process and the channels on it. */
export class Connection implements Wire {
  readonly #socket: WebSocket
  readonly #parts: ConnectionParts
  readonly #channels = new Map<number, ChannelState>()
  #outgoing: string[] = []
  #flushing = false
  #gone = false

  constructor(socket: WebSocket, parts: ConnectionParts) {
    this.#socket = socket
    this.#parts = parts
    socket.on('message', (data, binary) => this.#received(data, binary))
    socket.on('error', (error) => parts.log.debug({ error: error.message }, 'a connection failed'))
    socket.on('close', () => this.#lost())
  }

  send(message: FromNetwork): void {
    if (message.t === 'closed' || message.t === 'pairingEnded') this.#channels.delete(message.channel)
    this.#outgoing.push(JSON.stringify(message))
    if (this.#flushing) return
    this.#flushing = true
    setImmediate(() => this.flush())
  }

  /** Writes what waits; called by itself once per turn. */
  flush(): void {
    this.#flushing = false
    const outgoing = this.#outgoing
    this.#outgoing = []
    for (const frame of framesOf(outgoing)) if (this.#socket.readyState === 1) this.#socket.send(frame)
  }

  /** Cuts the line without a word. */
  cut(): void {
    this.#lost()
    this.#socket.terminate()
  }

  #lost(): void {
    this.#gone = true
    for (const state of this.#channels.values()) {
      if (state.kind === 'device') this.#parts.channels.forget(state.open)
      else this.#parts.pairings.lost(state.pairing)
    }
    this.#channels.clear()
  }

  #received(data: RawData, binary: boolean): void {
    const messages = binary || !Buffer.isBuffer(data) ? null : readToNetwork(data.toString('utf8'))
    if (messages === null) {
      this.#parts.log.warn({}, 'a frame on the link is none of the protocol; the connection is closed')
      this.#socket.close(1008)
      return
    }
    try {
      for (const message of messages) this.#handle(message)
    } catch (error) {
      this.#parts.log.error({ error: String(error) }, 'a frame could not be handled; the connection is closed')
      this.cut()
    }
  }

  #handle(message: ToNetwork): void {
    switch (message.t) {
      case 'open':
        return this.#open(message)
      case 'close':
        return this.#close(message.channel)
      case 'pair':
        return this.#pair(message)
      case 'paired':
        return this.#paired(message.channel)
      case 'logout':
        return this.#logout(message)
      case 'ack':
        return this.#onDevice(message.channel, (open) => this.#parts.channels.acknowledge(open, message.ids))
      case 'send':
        return this.#onDevice(message.channel, (open) => this.#sendOffer(open, message))
      case 'lookup':
        return this.#onDevice(message.channel, (open) => this.#lookup(open, message.id))
      case 'typing':
        return this.#onDevice(message.channel, (open) => this.#typing(open.device, message))
      default: {
        const unknown: never = message
        throw new Error(`unknown message ${String(unknown)}`)
      }
    }
  }

  /** What comes on a channel that was replaced or closed meanwhile is dropped: its device has a newer channel or none. */
  #onDevice(channel: number, act: (open: OpenDevice) => void): void {
    const state = this.#channels.get(channel)
    if (state?.kind === 'device' && this.#parts.channels.isCurrent(state.open)) act(state.open)
  }

  #open({ channel, device: id, key }: Message<'open'>): void {
    const { devices, faults } = this.#parts
    const device = devices.authenticate(id, key)
    if (device === null) return this.send({ t: 'refused', channel, reason: 'unlinked' })
    const { messenger, phone } = device
    if (faults.find('block', messenger, phone) !== null) return this.send({ t: 'refused', channel, reason: 'blocked' })
    if (faults.find('refuseConnections', messenger, phone) !== null)
      return this.send({ t: 'refused', channel, reason: 'unavailable' })
    if (!device.confirmed) devices.confirm(device)
    this.#attach(channel, device)
  }

  #attach(channel: number, device: Device): void {
    if (this.#gone) return
    this.#channels.set(channel, { kind: 'device', open: this.#parts.channels.open(this, channel, device) })
    this.#parts.feed.publish(device.messenger, device.phone, () => ({ kind: 'phone' }))
  }

  #close(channel: number): void {
    const state = this.#channels.get(channel)
    this.#channels.delete(channel)
    if (state?.kind === 'device') this.#parts.channels.forget(state.open)
    if (state?.kind === 'pairing') this.#parts.pairings.cancelled(state.pairing)
  }

  #pair({ channel, messenger, phone }: Message<'pair'>): void {
    const { pairings, faults, phones } = this.#parts
    const end = (reason: Extract<FromNetwork, { t: 'pairingEnded' }>['reason']) =>
      this.send({ t: 'pairingEnded', channel, reason })
    if (faults.find('refuseConnections', messenger, phone ?? '') !== null) return end('unavailable')
    if (phone === null) {
      this.#channels.set(channel, { kind: 'pairing', pairing: pairings.startQr(this, channel, messenger) })
      return
    }
    if (parsePhone(phone) !== phone) return end('invalidPhone')
    if (!phones.get(messenger, phone).exists) return end('noAccount')
    const pairing = pairings.startCode(this, channel, messenger, phone)
    this.#channels.set(channel, { kind: 'pairing', pairing })
  }

  #paired(channel: number): void {
    const state = this.#channels.get(channel)
    if (state?.kind !== 'pairing') return
    const device = this.#parts.pairings.confirmed(state.pairing)
    if (device === null) return
    this.#parts.file.afterCommit(() => {
      if (this.#channels.get(channel) === state) this.#attach(channel, device)
    })
  }

  #logout({ channel, device: id, key }: Message<'logout'>): void {
    const { devices, channels, file, feed } = this.#parts
    const device = devices.authenticate(id, key)
    if (device !== null) {
      devices.remove(device)
      channels.close(device, 'unlinked')
      feed.publish(device.messenger, device.phone, () => ({ kind: 'phone' }))
    }
    file.afterCommit(() => this.send({ t: 'closed', channel, reason: 'loggedOut' }))
  }

  #sendOffer(open: OpenDevice, offer: Message<'send'>): void {
    const { exchange, faults, clock, file } = this.#parts
    const { messenger, phone } = open.device
    const judged = exchange.fromDevice(open.device, offer)
    if (faults.take('loseVerdicts', messenger, phone) !== null) return
    const { channel, id } = offer
    const answer: FromNetwork =
      judged.verdict === 'sent'
        ? { t: 'accepted', channel, id, at: judged.row?.at ?? clock.now() }
        : { t: 'rejected', channel, id, fault: judged.verdict, message: judged.description }
    const delay = faults.find('delayVerdicts', messenger, phone)
    file.afterCommit(() => {
      if (delay === null) this.send(answer)
      else clock.after(delay.value, () => this.#onDevice(channel, () => this.send(answer)))
    })
  }

  #lookup({ device, channel }: OpenDevice, id: string): void {
    const { messages, file } = this.#parts
    const sent = messages.find(device.messenger, device.phone, id)?.verdict === 'sent'
    file.afterCommit(() => this.send({ t: 'found', channel, id, sent }))
  }

  #typing({ messenger, phone }: Device, { to, durationMs }: Message<'typing'>): void {
    this.#parts.feed.publish(messenger, to, () => ({ kind: 'typing', chat: phone, durationMs }))
  }
}
