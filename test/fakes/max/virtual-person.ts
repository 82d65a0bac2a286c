import type { Actor } from './messages.ts'
import type { BookEntry, Chat, Message, Person } from './model.ts'
import type { Fields } from './msgpack.ts'
import { TELL } from './opcodes.ts'
import type { Service } from './service.ts'
import { presenceFields, visible, wrapped } from './shown.ts'
import type { UploadKind } from './uploads.ts'

/** What somebody sends beside a text. */
export interface SentFile {
  readonly kind: UploadKind
  readonly bytes: Uint8Array
  readonly name?: string
  readonly mimeType?: string
}

export interface Saying {
  readonly text?: string
  readonly elements?: readonly Fields[]
  /** Attachments as they are read, for kinds that have no helper here. */
  readonly attaches?: readonly Fields[]
  readonly file?: SentFile
  /** A message of the same chat that is answered. */
  readonly replyTo?: bigint
  readonly cid?: string
}

/**
 * A person with a phone. `to` is the other's number, or a group's id. What a phone does goes the way of what devices do: the person's own
 * linked devices hear of it too.
 */
export class VirtualPerson {
  readonly person: Person
  readonly #service: Service
  readonly #actor: Actor

  constructor(service: Service, person: Person) {
    this.person = person
    this.#service = service
    this.#actor = { person, device: null }
  }

  /** The chat with a number or of a group's id. */
  chat(to: string | bigint): Chat {
    const { network } = this.#service
    if (typeof to === 'bigint') return network.chat(this.person, to)
    if (to.startsWith('-')) return network.chat(this.person, BigInt(to))
    const other = network.byPhone(to)
    if (other === undefined) throw new Error(`nobody has the number ${to}`)
    return network.dialog(this.person, other)
  }

  say(to: string | bigint, what: string | Saying): Message {
    const chat = this.chat(to)
    const { file, replyTo, ...draft } = typeof what === 'string' ? { text: what } : what
    const attached = file === undefined ? {} : { attaches: [this.#attach(file)] }
    const link = replyTo === undefined ? null : this.#service.messages.link(this.#actor, 'REPLY', chat, replyTo)
    return this.#service.messages.send(this.#actor, chat, { ...draft, ...attached, link })
  }

  forward(from: string | bigint, id: bigint, to: string | bigint): Message {
    const link = this.#service.messages.link(this.#actor, 'FORWARD', this.chat(from), id)
    return this.#service.messages.send(this.#actor, this.chat(to), { link })
  }

  edit(to: string | bigint, id: bigint, text: string): Message {
    return this.#service.messages.edit(this.#actor, this.chat(to), id, { text })
  }

  remove(to: string | bigint, ids: readonly bigint[], isForMe = false): void {
    this.#service.messages.remove(this.#actor, this.chat(to), ids, isForMe)
  }

  /** Null takes it back. */
  react(to: string | bigint, id: bigint, emoji: string | null): void {
    this.#service.messages.react(this.#actor, this.chat(to), id, emoji)
  }

  vote(to: string | bigint, id: bigint, answers: readonly number[]): void {
    this.#service.messages.vote(this.#actor, this.chat(to), id, answers)
  }

  /** Up to a message; without one all. */
  read(to: string | bigint, id?: bigint): void {
    const chat = this.chat(to)
    const message = id === undefined ? chat.messages.at(-1) : this.#service.messages.seen(this.person, chat, id)
    if (message !== undefined) this.#service.messages.mark(this.#actor, chat, message.time)
  }

  type(to: string | bigint, how = ''): void {
    this.#service.messages.type(this.#actor, this.chat(to), how)
  }

  /** Makes a group; its id. */
  found(title: string, phones: readonly string[], type: 'CHAT' | 'CHANNEL' = 'CHAT'): bigint {
    return this.#service.groups.create(this.#actor, title, this.#ids(phones), type).chat.id
  }

  join(link: string): bigint {
    return this.#service.groups.join(this.#actor, link).id
  }

  leave(group: bigint): void {
    this.#service.groups.leave(this.#actor, this.chat(group))
  }

  add(group: bigint, phones: readonly string[]): void {
    this.#service.groups.add(this.#actor, this.chat(group), this.#ids(phones), true)
  }

  takeOut(group: bigint, phones: readonly string[]): void {
    this.#service.groups.remove(this.#actor, this.chat(group), this.#ids(phones))
  }

  /** A sum of rights; null for none. */
  setAdmin(group: bigint, phone: string, permissions: number | null): void {
    this.#service.groups.setAdmins(this.#actor, this.chat(group), this.#ids([phone]), permissions)
  }

  rename(group: bigint, title: string): void {
    this.#service.groups.rename(this.#actor, this.chat(group), title)
  }

  setOptions(group: bigint, options: Readonly<Record<string, boolean>>): void {
    this.#service.groups.setOptions(this.#actor, this.chat(group), options)
  }

  setName(firstName: string, lastName = ''): void {
    this.person.firstName = firstName
    this.person.lastName = lastName
  }

  /** From now on linking asks for it; null: no more. */
  setPassword(password: string | null, hint = ''): void {
    this.person.password = password
    this.person.passwordHint = hint
  }

  setPicture(bytes: Uint8Array | null): void {
    const { uploads } = this.#service
    this.person.pictureUrl = bytes === null ? null : uploads.url(uploads.keep('photo', this.person, { bytes }))
  }

  know(phone: string, name: BookEntry): void {
    this.person.book.set(this.#service.network.person(phone).id, name)
  }

  block(phone: string): void {
    this.person.blocked.add(this.#service.network.person(phone).id)
  }

  /** Comes or goes; whoever has a dialog with this person hears of it. */
  show(isOnline: boolean): void {
    const { network } = this.#service
    this.person.isOnline = isOnline
    this.person.seenAt = network.clock.now()
    const told = { userId: wrapped(this.person.id), presence: presenceFields(this.person) }
    for (const chat of network.chatsOf(this.person)) {
      if (chat.type !== 'DIALOG') continue
      for (const other of network.membersOf(chat)) if (other !== this.person) network.tell(other, TELL.presence, told)
    }
  }

  /** Calls: the other's devices hear that it rings, and read of it in the chat when it is over. */
  call(phone: string, isVideo = false): string {
    const { network } = this.#service
    const conversationId = `call-${String(network.newMessageId().id)}`
    const type = isVideo ? 'VIDEO' : 'AUDIO'
    const told = { conversationId, callerId: wrapped(this.person.id), type }
    network.tell(network.person(phone), TELL.call, told)
    return conversationId
  }

  hangUp(phone: string, conversationId: string, how: 'HUNGUP' | 'MISSED' | 'REJECTED', durationMs: number): void {
    const call = { _type: 'CALL', conversationId, hangupType: how, duration: durationMs }
    this.#service.messages.add(this.chat(phone), this.#actor, { attaches: [call] })
  }

  /** What this person sees of a chat, oldest first. */
  messages(to: string | bigint): Message[] {
    return visible(this.chat(to), this.person)
  }

  /** What others wrote to this person, in all chats, oldest first. */
  received(): Message[] {
    const all = this.#service.network.chatsOf(this.person).flatMap((chat) => visible(chat, this.person))
    const others = all.filter(({ sender }) => sender !== this.person.id)
    return others.sort((one, other) => one.time - other.time)
  }

  /** Messages that this person's devices were brought and did not acknowledge. */
  unacknowledged(): readonly bigint[] {
    return [...new Set(this.person.devices.values())].flatMap(({ waiting }) => waiting.map(({ message }) => message))
  }

  #attach({ kind, ...file }: SentFile): Fields {
    const upload = this.#service.uploads.keep(kind, this.person, file)
    return this.#service.attachments.of(upload)
  }

  #ids(phones: readonly string[]): bigint[] {
    return phones.map((phone) => this.#service.network.person(phone).id)
  }
}
