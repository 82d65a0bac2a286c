import type { Chat, Device, Draft, Message, MessageLink, Person } from './model.ts'
import { RIGHT } from './model.ts'
import type { Fields } from './msgpack.ts'
import type { MaxNetwork } from './network.ts'
import { TELL } from './opcodes.ts'
import { mayDo } from './rights.ts'
import { Refusal, wrong } from './refusal.ts'
import { reactionFields, visible, wrapped } from './shown.ts'

const LONGEST_TEXT = 4_000

/** Who does something, and on which device; null is the phone. */
export interface Actor {
  readonly person: Person
  readonly device: Device | null
}

/** What is done with messages, by whomever: each deed changes the chat and tells all who see it. */
export class Messages {
  readonly #network: MaxNetwork
  /** By sender, chat and `cid`. */
  readonly #byCid = new Map<string, { readonly message: Message; readonly at: number }>()

  constructor(network: MaxNetwork) {
    this.#network = network
  }

  /** The message that was sent with this `cid` before, if any. */
  repeated({ person }: Actor, chatKey: string, cid: string): Message | undefined {
    const found = this.#byCid.get(`${String(person.id)} ${chatKey} ${cid}`)
    const oldest = this.#network.clock.now() - this.#network.settings.cidMemoryMs
    return found === undefined || found.at < oldest ? undefined : found.message
  }

  remember({ person }: Actor, chatKey: string, cid: string, message: Message): void {
    this.#byCid.set(`${String(person.id)} ${chatKey} ${cid}`, { message, at: this.#network.clock.now() })
  }

  /** Sends once: a draft whose `cid` was sent before is that message. */
  send(by: Actor, chat: Chat, draft: Draft): Message {
    const { cid } = draft
    const earlier = cid === undefined ? undefined : this.repeated(by, chat.key, cid)
    if (earlier !== undefined) return earlier
    this.#mustBeAllowed(by.person, chat)
    const { text = '', attaches = [], link = null } = draft
    if (text.length > LONGEST_TEXT) throw wrong(`a text has at most ${LONGEST_TEXT} characters`)
    if (text === '' && attaches.length === 0 && link?.type !== 'FORWARD') throw wrong('there is nothing to send')
    const message = this.add(chat, by, draft)
    if (cid !== undefined) this.remember(by, chat.key, cid, message)
    return message
  }

  /** Puts a message into a chat whatever may be sent there, as the service does with its own. */
  add(chat: Chat, by: Actor, { text = '', elements = [], attaches = [], link = null, cid }: Draft): Message {
    const { id, time } = this.#network.newMessageId()
    const message: Message = {
      ...{ id, time, updatedAt: time, sender: by.person.id, text, elements, attaches, link, cid: cid ?? null },
      ...{ isEdited: false, isRemoved: false, hiddenFrom: new Set(), reactions: new Map(), votes: new Map() },
    }
    chat.messages.push(message)
    const own = chat.members.get(by.person.id)
    if (own !== undefined) own.readMark = time
    this.#network.tellMessage(chat, message, by.device)
    return message
  }

  /** One that this person sees. */
  seen(person: Person, chat: Chat, id: bigint): Message {
    const found = visible(chat, person).find((message) => message.id === id)
    if (found === undefined) throw new Refusal('not.found', 'there is no such message')
    return found
  }

  edit(by: Actor, chat: Chat, id: bigint, changed: Pick<Draft, 'text' | 'elements' | 'attaches'>): Message {
    const message = this.seen(by.person, chat, id)
    const { clock, settings } = this.#network
    const isOwn = message.sender === by.person.id
    if (!isOwn && !mayDo(chat, by.person, RIGHT.edit)) throw new Refusal('access.denied')
    if (clock.now() - message.time > settings.editableMs) throw new Refusal('message.edit.expired')
    message.text = changed.text ?? message.text
    message.elements = changed.elements ?? []
    message.attaches = changed.attaches ?? message.attaches
    message.isEdited = true
    message.updatedAt = Math.max(clock.now(), message.updatedAt + 1)
    this.#network.tellMessage(chat, message, by.device)
    return message
  }

  remove(by: Actor, chat: Chat, ids: readonly bigint[], isForMe: boolean): void {
    const messages = ids.map((id) => this.seen(by.person, chat, id))
    for (const message of messages) {
      if (isForMe) message.hiddenFrom.add(by.person.id)
      else if (message.sender === by.person.id || mayDo(chat, by.person, RIGHT.delete)) message.isRemoved = true
      else throw new Refusal('access.denied')
    }
    const { clock, settings } = this.#network
    for (const message of messages) message.updatedAt = Math.max(clock.now(), message.updatedAt + 1)
    if (isForMe) return
    if (settings.tellsRemovals === 'message')
      for (const message of messages) this.#network.tellMessage(chat, message, by.device)
    else this.#tellAll(chat, TELL.removed, () => ({ messageIds: ids.map(wrapped) }), by.device)
  }

  /** Null takes the reaction back. */
  react(by: Actor, chat: Chat, id: bigint, reaction: string | null): Message {
    const message = this.seen(by.person, chat, id)
    if (reaction === null) message.reactions.delete(by.person.id)
    else message.reactions.set(by.person.id, reaction)
    const messageId = wrapped(id)
    for (const person of this.#network.membersOf(chat)) {
      const opcode = person === by.person ? TELL.ownReaction : TELL.reactions
      const told = { chatId: wrapped(chat.id), messageId, ...reactionFields(message, person) }
      this.#network.tell(person, opcode, told, by.device)
    }
    this.#network.emit('changed')
    return message
  }

  /** All up to that time is read, or the chat is marked as unread from there. */
  mark(by: Actor, chat: Chat, mark: number, isUnread = false): void {
    const member = chat.members.get(by.person.id)
    if (member === undefined) throw new Refusal('chat.not.found')
    member.isMarkedUnread = isUnread
    member.readMark = isUnread ? Math.min(member.readMark, mark - 1) : Math.max(member.readMark, mark)
    const userId = wrapped(by.person.id)
    const told = (): Fields => ({ userId, mark: wrapped(BigInt(member.readMark)), setAsUnread: isUnread })
    const hearers = isUnread ? [by.person] : this.#network.membersOf(chat)
    for (const person of hearers)
      this.#network.tell(person, TELL.mark, { chatId: wrapped(chat.id), ...told() }, by.device)
    this.#network.emit('changed')
  }

  /** Only who is watching the chat hears of it. */
  type(by: Actor, chat: Chat, type: string): void {
    this.#network.typings.push({ from: by.person, chat, type, at: this.#network.clock.now() })
    const told = { chatId: wrapped(chat.id), userId: wrapped(by.person.id), ...(type !== '' && { type }) }
    for (const person of this.#network.membersOf(chat)) {
      if (person === by.person) continue
      for (const device of person.devices.values())
        for (const line of device.sockets) if (line.isWatching(chat)) line.push(TELL.typing, told)
    }
    this.#network.emit('changed')
  }

  vote(by: Actor, chat: Chat, id: bigint, answers: readonly number[]): Message {
    const message = this.seen(by.person, chat, id)
    const poll = message.attaches.find(({ _type }) => _type === 'POLL')
    if (poll === undefined) throw new Refusal('poll.denied')
    message.votes.set(by.person.id, answers)
    const counts = new Map<number, number>()
    for (const answer of [...message.votes.values()].flat()) counts.set(answer, (counts.get(answer) ?? 0) + 1)
    const counted = (poll['answers'] as readonly Fields[]).map((answer) => ({
      ...answer,
      votes: counts.get(Number(answer['id'])) ?? 0,
    }))
    message.attaches = [{ ...poll, answers: counted }]
    this.#network.tellMessage(chat, message, by.device)
    return message
  }

  /** Those from a time back, and those after it, oldest first. The message of that very time is in both. */
  history(person: Person, chat: Chat, from: number, counts: { backward: number; forward: number }): Message[] {
    const all = visible(chat, person)
    const before = counts.backward === 0 ? [] : all.filter(({ time }) => time <= from).slice(-counts.backward)
    const after = all.filter(({ time }) => time >= from && !before.some((one) => one.time === time))
    return [...before, ...after.slice(0, counts.forward)]
  }

  link(by: Actor, type: MessageLink['type'], chat: Chat, id: bigint): MessageLink {
    return { type, chat, message: this.seen(by.person, chat, id) }
  }

  #tellAll(chat: Chat, opcode: number, told: () => Fields, except: Device | null): void {
    for (const person of this.#network.membersOf(chat))
      this.#network.tell(person, opcode, { chatId: wrapped(chat.id), ...told() }, except)
    this.#network.emit('changed')
  }

  #mustBeAllowed(person: Person, chat: Chat): void {
    if (!chat.members.has(person.id)) throw new Refusal('chat.not.found')
    if (chat.type === 'CHANNEL' && !mayDo(chat, person, RIGHT.post)) throw new Refusal('access.denied')
    if (chat.type !== 'DIALOG') return
    for (const other of this.#network.membersOf(chat))
      if (other.blocked.has(person.id)) throw new Refusal('access.denied', 'this person hears nothing of you')
  }
}
