import type { Clock } from '../lib/clock.ts'
import type { Random } from '../lib/random.ts'
import type { Messenger } from '../model/messenger.ts'
import type { DeviceEvents } from './device-events.ts'
import type { Addresses } from './addresses.ts'
import type { Contacts } from './contacts.ts'
import type { Device, Devices } from './devices.ts'
import type { Faults } from './faults.ts'
import type { Feed } from './feed.ts'
import type { Groups } from './groups.ts'
import { STATUS, type MessageRow, type Messages } from './messages.ts'
import type { NetworkFile } from './network-file.ts'
import { parsePhone } from './phone-number.ts'
import type { Phones } from './phones.ts'
import type { Content, SendFault } from './protocol.ts'
import { statusName, viewOf } from './views.ts'

export interface ExchangeParts {
  readonly file: NetworkFile
  readonly clock: Clock
  readonly random: Random
  readonly phones: Phones
  readonly devices: Devices
  readonly messages: Messages
  readonly events: DeviceEvents
  readonly faults: Faults
  readonly feed: Feed
  readonly addresses: Addresses
  readonly groups: Groups
  readonly contacts: Contacts
}

/** What a linked device offers. */
export interface Offer {
  readonly id: string
  readonly to: string
  readonly content: Content
}

interface Judgement {
  readonly verdict: 'sent' | SendFault
  readonly description: string
}

/** Null for a verdict that is not kept, so that the same id may succeed later. */
export type Judged = Judgement & { readonly row: MessageRow | null }

/**
 * The life of a message: accepted (once per account and id) → handed to every other device of both sides → delivered when the
 * recipient's phone is online → read. Each step is stored before anyone hears of it; receipts go to all devices of the sender.
 */
export class Exchange {
  readonly #parts: ExchangeParts
  #stopped = false

  constructor(parts: ExchangeParts) {
    this.#parts = parts
  }

  /** No delayed receipt is written any more. */
  stop(): void {
    this.#stopped = true
  }

  /** The same id from the same account gets the verdict that it got before, and is counted. */
  fromDevice(device: Device, offer: Offer): Judged {
    const { messages, faults } = this.#parts
    const { messenger, phone } = device
    const before = messages.find(messenger, phone, offer.id)
    if (before !== null) {
      messages.offeredAgain(before)
      return { verdict: before.verdict, description: before.description, row: before }
    }
    if (faults.find('suspend', messenger, phone) !== null)
      return { verdict: 'suspended', description: 'the account is suspended', row: null }
    const recipient = parsePhone(offer.to) ?? offer.to
    const judgement = this.#judge(device, recipient)
    const row = this.#accept(messenger, phone, recipient, offer, judgement, device.no)
    return { ...judgement, row }
  }

  /** A phone writes to another; both are known to exist. */
  fromPhone(messenger: Messenger, from: string, to: string, content: Content): MessageRow {
    const id = `3EB0${this.#parts.random.bytes(9).toString('hex').toUpperCase()}`
    return this.#accept(messenger, from, to, { id, to, content }, { verdict: 'sent', description: '' }, null)
  }

  /** Delivers what waited for this phone, if it is online. */
  deliverWaiting(messenger: Messenger, phone: string): void {
    for (const row of this.#parts.messages.undelivered(messenger, phone)) this.#arrive(row)
  }

  /** After a start, and whenever receipts were let go again. */
  deliverAllWaiting(): void {
    for (const { messenger, recipient } of this.#parts.messages.recipientsWaiting())
      this.deliverWaiting(messenger, recipient)
  }

  /** The phone looked at a chat. Returns how many messages it had not seen before. */
  read(messenger: Messenger, phone: string, peer: string): number {
    const { messages, feed } = this.#parts
    const rows = messages.unread(messenger, phone, peer)
    const fresh = rows.filter((row) => row.seen === 0)
    for (const row of fresh) messages.markSeen(row)
    for (const row of rows) this.#receipts(row, STATUS.read)
    if (fresh.length > 0) feed.publish(messenger, phone, () => ({ kind: 'seen', chat: peer }))
    return fresh.length
  }

  #judge(device: Device, recipient: string): Judgement {
    const { faults, phones } = this.#parts
    const { messenger, phone } = device
    const failing = faults.take('failSends', messenger, phone)
    if (failing !== null) return { verdict: 'refused', description: failing.reason }
    const outside = { verdict: 'notInGroup', description: 'the account is not in this group' } as const
    if (faults.take('notInGroup', messenger, phone) !== null || recipient.endsWith('@g.us')) return outside
    if (parsePhone(recipient) === null || !phones.get(messenger, recipient).exists)
      return { verdict: 'noAccount', description: 'the number has no account' }
    return { verdict: 'sent', description: '' }
  }

  #accept(
    messenger: Messenger,
    sender: string,
    recipient: string,
    offer: Offer,
    judgement: Judgement,
    device: number | null,
  ): MessageRow {
    const { file, messages, clock, feed } = this.#parts
    return file.change(() => {
      const { id, content } = offer
      const row = messages.add({ messenger, id, sender, recipient, content, ...judgement, device, at: clock.now() })
      if (row.verdict !== 'sent') return row
      this.#handOut(row, device)
      feed.publish(messenger, sender, () => ({ kind: 'message', message: viewOf(row, sender) }))
      if (recipient !== sender)
        feed.publish(messenger, recipient, () => ({ kind: 'message', message: viewOf(row, recipient) }))
      this.#arrive(row)
      return row
    })
  }

  /** Every device of both sides hears of it, but for the one that sent it. */
  #handOut(row: MessageRow, origin: number | null): void {
    const { devices, events } = this.#parts
    for (const device of devices.ofPhone(row.messenger, row.sender))
      if (device.no !== origin) events.add(device, { kind: 'message', detail: 'out', message: row.seq })
    if (row.recipient === row.sender) return
    for (const device of devices.ofPhone(row.messenger, row.recipient))
      events.add(device, { kind: 'message', detail: 'in', message: row.seq })
  }

  /** A delayed receipt that a restart forgets is made up for by `deliverAllWaiting`. */
  #arrive(row: MessageRow): void {
    const delay = this.#faultOfEither('delayReceipts', row)
    if (delay === null) this.#deliver(row)
    else
      this.#parts.clock.after(delay.value, () => {
        if (!this.#stopped) this.#deliver(row)
      })
  }

  #deliver(row: MessageRow): void {
    const { phones, messages } = this.#parts
    const phone = phones.get(row.messenger, row.recipient)
    if (!phone.online) return
    if (phone.autoRead) messages.markSeen(row)
    this.#receipts(row, phone.autoRead || row.seen === 1 ? STATUS.read : STATUS.delivered)
  }

  /** Tells the sender how far the message came; a message is never read before it was delivered. */
  #receipts(row: MessageRow, upTo: number): void {
    if (this.#faultOfEither('noReceipts', row) !== null) return
    for (const status of [STATUS.delivered, STATUS.read]) if (status <= upTo) this.#receipt(row, status)
  }

  #receipt(row: MessageRow, status: typeof STATUS.delivered | typeof STATUS.read): void {
    const { file, messages, devices, events, feed } = this.#parts
    file.change(() => {
      if (!messages.raiseStatus(row, status)) return
      const detail = status === STATUS.read ? 'read' : 'delivered'
      for (const device of devices.ofPhone(row.messenger, row.sender))
        events.add(device, { kind: 'status', detail, message: row.seq })
      const told = { kind: 'status', id: row.id, chat: row.recipient, status: statusName(status) } as const
      feed.publish(row.messenger, row.sender, () => told)
    })
  }

  /** A fault about receipts may name the one that sends the message or the one that would send the receipt. */
  #faultOfEither(kind: 'noReceipts' | 'delayReceipts', row: MessageRow) {
    const { faults } = this.#parts
    return faults.find(kind, row.messenger, row.sender) ?? faults.find(kind, row.messenger, row.recipient)
  }
}
