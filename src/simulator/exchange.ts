import { STATUS_CHAT } from '../model/content.ts'
import type { Messenger } from '../model/messenger.ts'
import { rule, type Ruling } from './acts.ts'
import { isGroup, type Addresses } from './addresses.ts'
import type { Contacts } from './contacts.ts'
import { contentFromDevice } from './content-addresses.ts'
import type { Content } from './contents.ts'
import type { Device } from './devices.ts'
import type { Files } from './files.ts'
import type { Groups } from './groups.ts'
import type { MessageIds } from './message-ids.ts'
import { chatOf, isDirect, type MessageRow } from './messages.ts'
import type { SendFault } from './protocol.ts'
import { Receipts, type ReceiptsParts } from './receipts.ts'
import { viewOf } from './views.ts'

export interface ExchangeParts extends ReceiptsParts {
  readonly files: Files
  readonly ids: MessageIds
  readonly addresses: Addresses
  readonly groups: Groups
  readonly contacts: Contacts
}

/** What a linked device offers, persons named as it names them. */
export interface Offer {
  readonly id: string
  readonly to: string
  readonly content: Content
  /** Of a status: who may see it; absent or empty: all contacts. */
  readonly audience?: readonly string[]
}

interface Judgement {
  readonly verdict: 'sent' | SendFault
  readonly description: string
}

/** Null for a verdict that is not kept, so that the same id may succeed later. */
export type Judged = Judgement & { readonly row: MessageRow | null }

/** Somebody says something in a chat; persons and chats as the network names them. */
interface Utterance {
  readonly messenger: Messenger
  readonly sender: string
  readonly chat: string
  readonly id: string
  readonly content: Content
  readonly audience: readonly string[]
  /** The number of the device that says it; null for the phone. */
  readonly device: number | null
}

const SENT: Judgement = { verdict: 'sent', description: '' }

/**
 * What is said on the network: accepted once per account and id, then handed to the phones that it is for and to every other device
 * of both sides.
 */
export class Exchange {
  readonly #parts: ExchangeParts
  readonly #receipts: Receipts

  constructor(parts: ExchangeParts) {
    this.#parts = parts
    this.#receipts = new Receipts(parts)
  }

  /** No delayed receipt is written any more. */
  stop(): void {
    this.#receipts.stop()
  }

  /** The same id from the same account gets the verdict that it got before, and is counted. */
  fromDevice(device: Device, offer: Offer): Judged {
    const { messages, faults, addresses } = this.#parts
    const { messenger, phone } = device
    const before = messages.find(messenger, phone, offer.id)
    if (before !== null) {
      messages.offeredAgain(before)
      return { verdict: before.verdict, description: before.description, row: before }
    }
    if (faults.find('suspend', messenger, phone) !== null)
      return { verdict: 'suspended', description: 'the account is suspended', row: null }
    const chat = addresses.fromDevice(device, offer.to)
    const content = contentFromDevice(addresses, device, offer.content)
    const audience = (offer.audience ?? []).flatMap((one) => addresses.fromDevice(device, one) ?? [])
    const { id } = offer
    const said = { messenger, sender: phone, chat: chat ?? offer.to, id, content, audience, device: device.no }
    const judgement = this.#judge(said, chat !== null)
    if (judgement.verdict !== 'sent') return { ...judgement, row: this.#store(said, judgement, null) }
    const ruling = rule(this.#parts, said)
    if (typeof ruling !== 'string') return { ...SENT, row: this.#accept(said, ruling) }
    const refused = { verdict: 'refused', description: ruling } as const
    return { ...refused, row: this.#store(said, refused, null) }
  }

  /** A phone that has an account says something; or why it can't, in words. */
  fromPhone(
    messenger: Messenger,
    from: string,
    to: string,
    content: Content,
    audience: readonly string[] = [],
  ): MessageRow | string {
    const id = this.#parts.ids.next(messenger)
    const said = { messenger, sender: from, chat: to, id, content, audience, device: null }
    const trouble = this.#troubleWith(said)
    if (trouble !== null) return trouble.description
    const ruling = rule(this.#parts, said)
    return typeof ruling === 'string' ? ruling : this.#accept(said, ruling)
  }

  /** Delivers what waited for this phone, if it is online. */
  deliverWaiting(messenger: Messenger, phone: string): void {
    this.#receipts.arriveWaiting(messenger, phone)
  }

  /** After a start, and whenever receipts were let go again. */
  deliverAllWaiting(): void {
    this.#receipts.arriveAll()
  }

  /** The phone looked at a chat, up to a message or to its end. Returns how many messages it had not seen before. */
  read(messenger: Messenger, phone: string, chat: string, upTo?: string): number {
    const last = upTo === undefined ? null : this.#parts.messages.findAnywhere(messenger, phone, upTo)
    return upTo !== undefined && last === null ? 0 : this.#receipts.read(messenger, phone, chat, last)
  }

  /** The phone looked at a status; false when it had before, or may not. */
  viewStatus(row: MessageRow, phone: string): boolean {
    return this.#receipts.readOne(row, phone)
  }

  #judge(said: Utterance, isKnown: boolean): Judgement {
    const { faults } = this.#parts
    const failing = faults.take('failSends', said.messenger, said.sender)
    if (failing !== null) return { verdict: 'refused', description: failing.reason }
    if (faults.take('notInGroup', said.messenger, said.sender) !== null)
      return { verdict: 'notInGroup', description: 'the account is not in this group' }
    if (!isKnown) return { verdict: 'noAccount', description: 'the number has no account' }
    return this.#troubleWith(said) ?? SENT
  }

  /** Why the sender may say nothing in this chat. */
  #troubleWith({ messenger, sender, chat }: Utterance): Judgement | null {
    const { groups, phones } = this.#parts
    if (chat === STATUS_CHAT) return null
    if (!isGroup(chat))
      return phones.get(messenger, chat).exists
        ? null
        : { verdict: 'noAccount', description: 'the number has no account' }
    const member = groups.member(messenger, chat, sender)
    if (member === null) return { verdict: 'notInGroup', description: 'the account is not in this group' }
    const isOpen = groups.find(messenger, chat)?.rights.allowParticipantsSendMessages ?? false
    return isOpen || member.isAdmin ? null : { verdict: 'refused', description: 'only admins write in this group' }
  }

  #store(said: Utterance, judgement: Judgement, ruling: Ruling | null): MessageRow {
    const { messages, clock } = this.#parts
    const { messenger, sender, chat, id, device } = said
    const { content, target, isAct } = ruling ?? { content: said.content, target: null, isAct: false }
    return messages.add({
      ...{ messenger, id, sender, recipient: chat, content, ...judgement, device },
      ...{ target: target?.seq ?? null, isAct, at: clock.now() },
    })
  }

  #accept(said: Utterance, ruling: Ruling): MessageRow {
    const { file, messages, deliveries } = this.#parts
    return file.change(() => {
      const row = this.#store(said, SENT, ruling)
      const phones = this.#receivers(said, ruling)
      if (ruling.content.kind === 'deletion' && !ruling.content.forEveryone && ruling.target !== null)
        messages.hide(ruling.target, said.sender)
      if (!ruling.isAct) for (const phone of phones) deliveries.add(row, phone, chatOf(row, phone))
      this.#handOut(row, phones, said.device)
      this.#tellPages(row, [said.sender, ...phones], ruling)
      if (!ruling.isAct) for (const phone of phones) this.#receipts.arrive(row, phone)
      return row
    })
  }

  /** The phones that a message is for. */
  #receivers({ messenger, sender, chat, audience }: Utterance, { content, target }: Ruling): readonly string[] {
    const { groups, deliveries, phones } = this.#parts
    if (content.kind === 'deletion' && !content.forEveryone) return []
    if (isDirect(chat)) return [chat]
    if (isGroup(chat)) return (groups.members(messenger, chat) ?? []).filter((phone) => phone !== sender)
    if (target !== null) return deliveries.ofMessage(target.seq).map(({ phone }) => phone)
    const invited = audience.length === 0 ? this.#contactsOf(messenger, sender) : audience
    const isViewer = (phone: string) => phone !== sender && isDirect(phone) && phones.get(messenger, phone).exists
    return [...new Set(invited)].filter(isViewer)
  }

  /** In the address book, or in a chat with the phone. */
  #contactsOf(messenger: Messenger, phone: string): readonly string[] {
    const { contacts, messages } = this.#parts
    const known = contacts.list(messenger, phone).map(({ peer }) => peer)
    return [...known, ...messages.chats(messenger, phone).map(({ peer }) => peer)]
  }

  /** Every device of all sides hears of it, but for the one that sent it. */
  #handOut(row: MessageRow, phones: readonly string[], origin: number | null): void {
    const { devices, events } = this.#parts
    for (const device of devices.ofPhone(row.messenger, row.sender))
      if (device.no !== origin) events.add(device, { kind: 'message', detail: 'out', message: row.seq })
    for (const phone of phones)
      if (phone !== row.sender)
        for (const device of devices.ofPhone(row.messenger, phone))
          events.add(device, { kind: 'message', detail: 'in', message: row.seq })
  }

  #tellPages(row: MessageRow, phones: readonly string[], { isAct, target, content }: Ruling): void {
    const { feed, messages } = this.#parts
    const shown = isAct && target !== null ? target : row
    const isHidden = content.kind === 'deletion' && !content.forEveryone
    for (const phone of new Set(phones))
      feed.publish(row.messenger, phone, () => {
        if (row.recipient === STATUS_CHAT) return { kind: 'statuses' }
        if (isHidden) return { kind: 'hidden', id: shown.id, chat: chatOf(shown, phone) }
        return { kind: isAct ? 'changed' : 'message', message: viewOf(messages, shown, phone) }
      })
  }
}
