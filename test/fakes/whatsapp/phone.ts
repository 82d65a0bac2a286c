import { randomBytes } from 'node:crypto'
import { formOf, jidOf, statusChat, type Form } from './jid.ts'
import type { Account, Device, KeyBundle, KeyPair, Network, Node } from './network.ts'
import { children } from './nodes.ts'
import { isForMany } from './phone-groups.ts'
import { Inbox } from './phone-inbox.ts'
import { answerMediaRetry } from './phone-media-retry.ts'
import { PhonePost, type Incoming } from './phone-messages.ts'
import { compose, type Desk } from './phone-send.ts'
import { idsOf } from './receipt-routing.ts'
import type { ProtoMessage } from './proto-message.ts'
import { PhoneSignal } from './signal.ts'
import { seconds } from './stanza.ts'
import type {
  PhoneSettings,
  Progress,
  Sayable,
  SayOptions,
  Seen,
  TypingSeen,
  TypingState,
  VirtualPhone,
} from './virtual-phone.ts'

/** A person's phone: cheap until somebody talks to it, since its keys are made then. */
export function makePhone(account: Account, network: Network): VirtualPhone {
  return new PersonsPhone(account, network)
}

const TYPING_KEPT = 1000

class PersonsPhone implements VirtualPhone {
  readonly account: Account
  readonly settings: PhoneSettings = {
    addressing: 'pn',
    answersReceipts: true,
    answersRetries: true,
    asksAgain: true,
    failsToRead: 0,
    spoils: 0,
    fetchesFiles: true,
    keepsMessages: true,
    keeps: 10_000,
  }
  readonly tally = { sent: 0, received: 0, unreadable: 0, retriesAsked: 0, retriesAnswered: 0 }
  readonly typingSeen: TypingSeen[] = []
  readonly troubles: string[] = []
  readonly #network: Network
  readonly #signal: PhoneSignal
  readonly #post: PhonePost
  readonly #inbox: Inbox
  readonly #typingListeners = new Set<(typing: TypingSeen) => void>()
  readonly #peerListeners = new Set<(device: Device, message: object) => void>()
  readonly #linkedListeners = new Set<(device: Device) => void>()
  readonly #otherListeners = new Set<(stanza: Node) => void>()
  /** One thing after the other: sessions are read and written in turn, and messages keep their order. */
  #work: Promise<unknown> = Promise.resolve()

  constructor(account: Account, network: Network) {
    this.account = account
    this.#network = network
    this.#signal = new PhoneSignal(jidOf(account, 'lid'))
    this.#post = new PhonePost(account, network, this.#signal, this.settings, this.tally)
    this.#inbox = new Inbox(network, this.settings)
  }

  get identity(): KeyPair {
    return this.#signal.identity
  }

  bundle(): KeyBundle {
    return this.#signal.bundle()
  }

  receive(stanza: Node): void {
    switch (stanza.tag) {
      case 'message':
        return this.#serve(() => this.#read(stanza))
      case 'receipt':
        return this.#serve(() => this.#takeReceipt(stanza))
      case 'chatstate':
        return this.#takeTyping(stanza)
      default:
        for (const listener of this.#otherListeners) listener(stanza)
    }
  }

  deviceLinked(device: Device): void {
    for (const listener of this.#linkedListeners) listener(device)
  }

  async say(to: string, what: Sayable, options: SayOptions = {}): Promise<string> {
    const id = options.id ?? newId(this.account.phone)
    await this.#inTurn(() => this.#say(id, to, what, options))
    return id
  }

  messages(chat?: string): readonly Seen[] {
    return this.#inbox.messages(chat === undefined ? undefined : this.#plainName(chat))
  }

  message(id: string): Seen | undefined {
    return this.#inbox.get(id)
  }

  sees(fits: (message: Seen) => boolean, timeoutMs?: number): Promise<Seen> {
    return this.#inbox.sees(fits, timeoutMs)
  }

  read(chat: string, upTo?: string): Promise<number> {
    return this.#inTurn(() => {
      const seen = this.#inbox.takeUnread(this.#plainName(chat), upTo)
      this.#tellProgress(seen, 'read')
      return Promise.resolve(seen.length)
    })
  }

  play(id: string): Promise<void> {
    return this.#inTurn(() => {
      this.#tellProgress([this.#known(id)], 'played')
      return Promise.resolve()
    })
  }

  type(chat: string, state: TypingState): void {
    const name = this.#plainName(chat)
    const form = this.settings.addressing
    const attrs = isForMany(name)
      ? { from: name, participant: jidOf(this.account, 'lid') }
      : { from: jidOf(this.account, form) }
    const media: Record<string, string> = state === 'recording' ? { media: 'audio' } : {}
    const child = state === 'paused' ? { tag: 'paused', attrs: {} } : { tag: 'composing', attrs: media }
    // Nobody acknowledges these: who is away never hears of it.
    for (const reader of this.#readersOf(name))
      if (reader !== this.account)
        for (const device of reader.devices.values())
          device.connection?.send({ tag: 'chatstate', attrs, content: [child] })
  }

  onMessage(listener: (message: Seen) => void): () => void {
    return this.#inbox.onMessage(listener)
  }

  onTyping(listener: (typing: TypingSeen) => void): () => void {
    return added(this.#typingListeners, listener)
  }

  onPeerMessage(listener: (device: Device, message: object) => void): () => void {
    return added(this.#peerListeners, listener)
  }

  onDeviceLinked(listener: (device: Device) => void): () => void {
    return added(this.#linkedListeners, listener)
  }

  onOther(listener: (stanza: Node) => void): () => void {
    return added(this.#otherListeners, listener)
  }

  async tellDevice(device: Device, message: object, { id }: { readonly id?: string } = {}): Promise<string> {
    const name = id ?? newId(this.account.phone)
    await this.#inTurn(() => this.#post.tell(name, device, message as ProtoMessage))
    return name
  }

  forgetSessions(who?: string): void {
    this.#post.forget(who === undefined ? undefined : this.#person(who))
  }

  /** What another phone said; phones need no ciphers among themselves. */
  hear(seen: {
    readonly id: string
    readonly chat: string
    readonly author: Account
    readonly message: ProtoMessage
  }): void {
    const { id, chat, author, message } = seen
    this.tally.received += 1
    const facts = { isOwn: false, device: 0, at: this.#network.now(), attrs: {} }
    this.#inbox.add({ id, chat, author: author.phone, message, ...facts })
    if (this.settings.answersReceipts) this.#tellReceived(id, chat, author)
  }

  async #say(id: string, to: string, what: Sayable, { audience }: SayOptions): Promise<void> {
    const chat = this.#plainName(to)
    const readers = this.#readersOf(chat, audience)
    const form = this.#formFor(chat, to)
    const jid = isForMany(chat) ? chat : jidOf(this.#person(chat), form)
    const composed = compose(what, this.#desk(jid, form))
    await this.#post.send({ id, to: jid, composed, readers })
    const { message } = composed
    const author = this.account
    const facts = { isOwn: true, device: 0, at: this.#network.now(), attrs: {} }
    this.#inbox.add({ id, chat, author: author.phone, message, ...facts })
    for (const reader of readers) {
      const { phoneDevice } = reader
      if (reader === author || reader.blocked.has(jidOf(author, 'lid'))) continue
      if (phoneDevice instanceof PersonsPhone) {
        const name = isForMany(chat) ? chat : author.phone
        queueMicrotask(() => phoneDevice.hear({ id, chat: name, author, message }))
      }
    }
  }

  async #read(stanza: Node): Promise<void> {
    const read = await this.#post.read(stanza)
    if (read === undefined) return
    this.tally.received += 1
    const { author, device, message } = read
    const { id = '', category, from = '', recipient, t = '0' } = stanza.attrs
    if (category === 'peer') {
      for (const listener of this.#peerListeners) listener(device, message)
      this.#receipt({ id, to: from, type: 'peer_msg' })
      return
    }
    const isOwn = author === this.account
    const chat = this.#plainName(recipient ?? from)
    const facts = { isOwn, device: device.id, at: Number(t) * 1000, attrs: stanza.attrs }
    this.#inbox.add({ id, chat, author: author.phone, message, ...facts })
    if (this.settings.answersReceipts) this.#confirm(read)
  }

  /** As a phone does at once, in the form in which it was written to. */
  #confirm({ stanza, author }: Incoming): void {
    const { id = '', from = '', participant, recipient } = stanza.attrs
    if (author === this.account) {
      if (recipient !== undefined) this.#receipt({ id, to: from, recipient, type: 'sender' })
      return
    }
    if (participant !== undefined) this.#receipt({ id, to: from, participant })
    else this.#receipt({ id, to: jidOf(author, formOf(from)) })
  }

  #tellReceived(id: string, chat: string, author: Account): void {
    const form = this.settings.addressing
    if (isForMany(chat)) this.#receipt({ id, to: chat, participant: jidOf(author, 'lid') })
    else this.#receipt({ id, to: jidOf(author, form) })
  }

  /** One receipt for all messages of one author in one chat. */
  #tellProgress(seen: readonly Seen[], type: 'read' | 'played'): void {
    const byAuthor = new Map<string, Seen[]>()
    for (const message of seen) {
      const form = message.attrs['participant'] ?? message.attrs['from'] ?? ''
      const key = `${message.author} ${form === '' ? this.settings.addressing : formOf(form)}`
      byAuthor.set(key, [...(byAuthor.get(key) ?? []), message])
    }
    for (const [key, messages] of byAuthor) {
      const [phone = '', form] = key.split(' ')
      const [{ id, chat } = { id: '', chat: '' }, ...more] = messages
      const author = jidOf(this.#person(phone), form as Form)
      const attrs = { id, type, t: seconds(this.#network.now()) }
      const items = more.map((message) => ({ tag: 'item', attrs: { id: message.id } }))
      const content = items.length === 0 ? {} : { content: [{ tag: 'list', attrs: {}, content: items }] }
      const address = isForMany(chat) ? { to: chat, participant: author } : { to: author }
      this.#network.route(this.account, 0, { tag: 'receipt', attrs: { ...attrs, ...address }, ...content })
    }
  }

  #receipt(attrs: Record<string, string>): void {
    this.#network.route(this.account, 0, { tag: 'receipt', attrs })
  }

  async #takeReceipt(receipt: Node): Promise<void> {
    const { type, from = '', participant } = receipt.attrs
    if (type === 'retry') return this.#post.answerRetry(receipt)
    if (type === 'server-error') {
      answerMediaRetry(receipt, this.account, this.#network, this.#inbox)
      return
    }
    const who = this.#network.find(participant ?? from)
    if (who === undefined || who === this.account) {
      this.#takeOwnReceipt(receipt)
      return
    }
    const progress = progressOf(type)
    if (progress !== undefined) for (const id of idsOf(receipt)) this.#inbox.mark(id, who.phone, progress)
  }

  /** Something was read on another device of the person. */
  #takeOwnReceipt(receipt: Node): void {
    const { type, recipient, from = '' } = receipt.attrs
    if (type !== 'read-self' && type !== 'read') return
    const ids = idsOf(receipt)
    this.#inbox.takeUnread(this.#plainName(recipient ?? from), ids.at(-1))
  }

  #takeTyping(stanza: Node): void {
    const { from = '', participant } = stanza.attrs
    const [state] = children(stanza)
    const author = this.#network.find(participant ?? from)
    if (state === undefined || author === undefined) return
    const composing = state.attrs['media'] === 'audio' ? 'recording' : 'composing'
    const typing: TypingSeen = {
      chat: this.#plainName(from),
      author: author.phone,
      state: state.tag === 'paused' ? 'paused' : composing,
      at: this.#network.now(),
    }
    this.typingSeen.push(typing)
    if (this.typingSeen.length > TYPING_KEPT) this.typingSeen.shift()
    for (const listener of this.#typingListeners) listener(typing)
  }

  #desk(jid: string, form: Form): Desk {
    return {
      chat: jid,
      jidOf: (phone) => jidOf(this.#person(phone), form),
      own: this.account.phone,
      media: this.#network.media,
      known: (id) => this.#known(id),
      now: this.#network.now(),
    }
  }

  #known(id: string): Seen {
    const seen = this.#inbox.get(id)
    if (seen === undefined) throw new Error(`the phone of ${this.account.phone} has not seen the message ${id}`)
    return seen
  }

  /** A lid is answered by lid, whatever the setting; groups are by lid. */
  #formFor(chat: string, to: string): Form {
    if (chat.endsWith('@g.us') || to.endsWith('@lid')) return 'lid'
    return this.settings.addressing
  }

  #readersOf(chat: string, audience?: readonly string[]): readonly Account[] {
    if (chat === statusChat)
      return audience?.map((phone) => this.#person(phone)) ?? [...this.#network.accounts.values()]
    if (!chat.endsWith('@g.us')) return [this.#person(chat)]
    const group = this.#network.groups.get(chat)
    if (group === undefined) throw new Error(`there is no group ${chat}`)
    return [...group.members.keys()].map((phone) => this.#person(phone))
  }

  #plainName(chat: string): string {
    return isForMany(chat) ? chat : this.#person(chat).phone
  }

  #person(who: string): Account {
    const account = this.#network.find(who)
    if (account === undefined) throw new Error(`there is no account ${who}`)
    return account
  }

  /** What is nobody's to await. */
  #serve(work: () => Promise<void>): void {
    this.#inTurn(work).catch((error: unknown) => {
      this.troubles.push(error instanceof Error ? (error.stack ?? error.message) : String(error))
    })
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#work.then(work)
    this.#work = done.catch(() => undefined)
    return done
  }
}

function added<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

function progressOf(type: string | undefined): Progress | undefined {
  switch (type) {
    case undefined:
      return 'delivered'
    case 'read':
    case 'played':
      return type
    default:
      return undefined
  }
}

/** As phones make them: half of the people have one kind, half the other. */
function newId(phone: string): string {
  return Number(phone.at(-1)) % 2 === 0
    ? `3A${randomBytes(9).toString('hex').toUpperCase()}`
    : `AC${randomBytes(15).toString('hex').toUpperCase()}`
}
