import type { RawData, WebSocket } from 'ws'
import { isGroup } from './addresses.ts'
import { answerTo } from './answers.ts'
import type { AskParts } from './asking.ts'
import { isLookupNumber } from './asks-contacts.ts'
import type { DeviceChannels, OpenDevice, Wire } from './device-channels.ts'
import type { Device } from './devices.ts'
import type { ExchangeParts, Exchange } from './exchange.ts'
import type { Log } from '../lib/log.ts'
import type { Pairing, Pairings } from './pairing.ts'
import { parsePhone } from './phone-number.ts'
import { framesOf, readToNetwork, type FromNetwork, type ToNetwork } from './protocol.ts'
import { Trouble } from './trouble.ts'

export interface ConnectionParts extends ExchangeParts, AskParts {
  readonly log: Log
  readonly channels: DeviceChannels
  readonly exchange: Exchange
  readonly pairings: Pairings
}

type ChannelState =
  { readonly kind: 'device'; readonly open: OpenDevice } | { readonly kind: 'pairing'; readonly pairing: Pairing }
type PairingEnd = Extract<FromNetwork, { t: 'pairingEnded' }>['reason']
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
    if (message.t === 'closed' || message.t === 'pairingEnded') {
      this.#notOnline(this.#channels.get(message.channel))
      this.#channels.delete(message.channel)
    }
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
      this.#notOnline(state)
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
      case 'reply':
        return this.#reply(message)
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
      case 'ask':
        return this.#onDevice(message.channel, (open) => this.#answer(open, message))
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
    this.#notOnline(state)
    this.#channels.delete(channel)
    if (state?.kind === 'device') this.#parts.channels.forget(state.open)
    if (state?.kind === 'pairing') this.#parts.pairings.cancelled(state.pairing)
  }

  #pair({ channel, messenger, way, phone, hidesNumbers }: Message<'pair'>): void {
    const { pairings, faults, feed } = this.#parts
    const end = (reason: PairingEnd) => this.send({ t: 'pairingEnded', channel, reason })
    if (faults.find('refuseConnections', messenger, phone ?? '') !== null) return end('unavailable')
    const applicant = { wire: this, channel, messenger, hidesNumbers }
    if (way === 'qr') {
      this.#channels.set(channel, { kind: 'pairing', pairing: pairings.startQr(applicant) })
      return
    }
    const known = this.#accountFor(messenger, way, phone)
    if ('refused' in known) return end(known.refused)
    const pairing =
      way === 'sms' ? pairings.startSms(applicant, known.phone) : pairings.startCode(applicant, known.phone)
    this.#channels.set(channel, { kind: 'pairing', pairing })
    feed.publish(messenger, known.phone, () => ({ kind: 'phone' }))
  }

  /** The number that a code is for; a messenger sends none to an account that it has banned. */
  #accountFor(
    messenger: Device['messenger'],
    way: 'code' | 'sms',
    given: string | null,
  ): { readonly phone: string } | { readonly refused: PairingEnd } {
    const { faults, phones } = this.#parts
    const phone = given === null ? null : parsePhone(given)
    if (phone === null || !isLookupNumber(messenger, phone)) return { refused: 'invalidPhone' }
    if (way === (messenger === 'whatsapp' ? 'sms' : 'code')) return { refused: 'unavailable' }
    if (!phones.get(messenger, phone).exists) return { refused: 'noAccount' }
    return faults.find('block', messenger, phone) === null ? { phone } : { refused: 'unavailable' }
  }

  #reply({ channel, value }: Message<'reply'>): void {
    const state = this.#channels.get(channel)
    if (state?.kind === 'pairing') this.#parts.pairings.replied(state.pairing, value)
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

  /** In a group everybody else sees it. */
  #typing(device: Device, { to, durationMs }: Message<'typing'>): void {
    const { addresses, groups, feed } = this.#parts
    const { messenger, phone } = device
    const chat = addresses.fromDevice(device, to)
    if (chat === null) return
    const members = isGroup(chat) ? (groups.members(messenger, chat) ?? []) : null
    if (members?.includes(phone) === false) return
    for (const reader of members ?? [chat]) {
      if (reader === phone) continue
      feed.publish(messenger, reader, () => ({ kind: 'typing', chat: members === null ? phone : chat, durationMs }))
    }
  }

  /** What was done is stored before it is answered. */
  #answer(open: OpenDevice, { channel, no, name, value }: Message<'ask'>): void {
    const found = answerTo(name, value, open, this.#parts)
    const answer: FromNetwork =
      found instanceof Trouble
        ? { t: 'unanswered', channel, no, fault: found.fault, message: found.message }
        : { t: 'answer', channel, no, value: found }
    this.#parts.file.afterCommit(() => this.send(answer))
  }

  #notOnline(state: ChannelState | undefined): void {
    if (state?.kind === 'device') this.#parts.presence.set(state.open, false)
  }
}
