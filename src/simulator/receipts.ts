import type { Clock } from '../lib/clock.ts'
import { STATUS_CHAT } from '../model/content.ts'
import type { Messenger } from '../model/messenger.ts'
import type { Deliveries, Delivery } from './deliveries.ts'
import type { DeviceEvents } from './device-events.ts'
import type { Devices } from './devices.ts'
import type { Faults } from './faults.ts'
import type { Feed } from './feed.ts'
import { isDirect, STATUS, type MessageRow, type Messages } from './messages.ts'
import type { NetworkFile } from './network-file.ts'
import type { Phones } from './phones.ts'
import { statusName } from './views.ts'

export interface ReceiptsParts {
  readonly file: NetworkFile
  readonly clock: Clock
  readonly phones: Phones
  readonly devices: Devices
  readonly messages: Messages
  readonly deliveries: Deliveries
  readonly events: DeviceEvents
  readonly faults: Faults
  readonly feed: Feed
}

/**
 * How a message goes on once it was accepted: delivered when a phone that it is for is online, read when that phone shows it. Each
 * step is stored before anyone hears of it. The sender's devices are told when all members of a group have come so far, and of a
 * status how far each viewer came.
 */
export class Receipts {
  readonly #parts: ReceiptsParts
  #stopped = false

  constructor(parts: ReceiptsParts) {
    this.#parts = parts
  }

  /** No delayed receipt is written any more. */
  stop(): void {
    this.#stopped = true
  }

  /** A phone receives a message now, if it is online. A delayed receipt that a restart forgets is made up for by `arriveAll`. */
  arrive(row: MessageRow, phone: string): void {
    const delay = this.#faultOfEither('delayReceipts', row, phone)
    if (delay === null) this.#deliver(row, phone)
    else
      this.#parts.clock.after(delay.value, () => {
        if (!this.#stopped) this.#deliver(row, phone)
      })
  }

  /** Delivers what waited for this phone, if it is online. */
  arriveWaiting(messenger: Messenger, phone: string): void {
    for (const { message } of this.#parts.deliveries.waiting(messenger, phone)) {
      const row = this.#parts.messages.bySeq(message)
      if (row !== null) this.arrive(row, phone)
    }
  }

  /** After a start, and whenever receipts were let go again. */
  arriveAll(): void {
    for (const { messenger, phone } of this.#parts.deliveries.phonesWaiting()) this.arriveWaiting(messenger, phone)
  }

  /** The phone looked at a chat, up to a message or to its end. Returns how many messages it had not seen before. */
  read(messenger: Messenger, phone: string, chat: string, upTo: MessageRow | null): number {
    const { deliveries, feed } = this.#parts
    const unread = deliveries.unread(messenger, phone, chat, upTo?.seq ?? Number.MAX_SAFE_INTEGER)
    const fresh = unread.filter(({ seen }) => seen === 0).length
    for (const delivery of unread) this.#show(delivery)
    if (fresh > 0) feed.publish(messenger, phone, () => ({ kind: 'seen', chat }))
    return fresh
  }

  /** The phone looked at one message alone; false when it had before, or never received it. */
  readOne(row: MessageRow, phone: string): boolean {
    const delivery = this.#parts.deliveries.find(row.seq, phone)
    if (delivery === null) return false
    this.#show(delivery)
    return delivery.seen === 0
  }

  #show(delivery: Delivery): void {
    const { deliveries, messages } = this.#parts
    if (delivery.seen === 0) deliveries.markSeen(delivery)
    const row = messages.bySeq(delivery.message)
    if (row !== null) this.#raise(row, delivery, STATUS.read)
  }

  #deliver(row: MessageRow, to: string): void {
    const { phones, deliveries } = this.#parts
    const phone = phones.get(row.messenger, to)
    const delivery = deliveries.find(row.seq, to)
    if (!phone.online || delivery === null) return
    if (phone.autoRead) deliveries.markSeen(delivery)
    this.#raise(row, delivery, phone.autoRead || delivery.seen === 1 ? STATUS.read : STATUS.delivered)
  }

  /** A message is never read before it was delivered. */
  #raise(row: MessageRow, delivery: Delivery, upTo: number): void {
    if (this.#faultOfEither('noReceipts', row, delivery.phone) !== null) return
    for (const status of [STATUS.delivered, STATUS.read]) if (status <= upTo) this.#step(row, delivery, status)
  }

  #step(row: MessageRow, delivery: Delivery, status: typeof STATUS.delivered | typeof STATUS.read): void {
    const { file, clock, messages, deliveries, devices, events, feed } = this.#parts
    file.change(() => {
      if (!deliveries.raise(delivery, status, clock.now())) return
      const detail = status === STATUS.read ? 'read' : 'delivered'
      // What one writes to oneself stays at `sent`.
      if (row.recipient === row.sender) return
      const isStatus = row.recipient === STATUS_CHAT
      const own = devices.ofPhone(row.messenger, row.sender)
      if (isStatus)
        for (const device of own)
          events.add(device, { kind: 'receipt', detail, message: row.seq, actor: delivery.phone })
      const reached = isDirect(row.recipient) ? status : deliveries.lowest(row.seq)
      if (reached < status || !messages.raiseStatus(row, status)) return
      if (!isStatus) for (const device of own) events.add(device, { kind: 'status', detail, message: row.seq })
      const told = { kind: 'status', id: row.id, chat: row.recipient, status: statusName(status) } as const
      feed.publish(row.messenger, row.sender, () => told)
    })
  }

  /** A fault about receipts may name the one that sends the message or the one that would send the receipt. */
  #faultOfEither(kind: 'noReceipts' | 'delayReceipts', row: MessageRow, phone: string) {
    const { faults } = this.#parts
    return faults.find(kind, row.messenger, row.sender) ?? faults.find(kind, row.messenger, phone)
  }
}
