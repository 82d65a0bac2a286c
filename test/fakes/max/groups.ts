import type { Messages, Actor } from './messages.ts'
import { ALL_RIGHTS, RIGHT, type Chat, type Message, type Person } from './model.ts'
import type { Fields } from './msgpack.ts'
import type { MaxNetwork } from './network.ts'
import { TELL } from './opcodes.ts'
import { Refusal, wrong } from './refusal.ts'
import { mustMay } from './rights.ts'
import { chatFields, wrapped } from './shown.ts'

const LONGEST_TITLE = 200

export interface Founded {
  readonly chat: Chat
  readonly message: Message
}

/** What is done with groups and channels, by whomever. What others are to read of it is a message with a control. */
export class Groups {
  readonly #network: MaxNetwork
  readonly #messages: Messages

  constructor(network: MaxNetwork, messages: Messages) {
    this.#network = network
    this.#messages = messages
  }

  /** `cid`: who asks again with the same gets the same group. */
  create(by: Actor, title: string, userIds: readonly bigint[], type: 'CHAT' | 'CHANNEL', cid?: string): Founded {
    const earlier = cid === undefined ? undefined : this.#messages.repeated(by, 'new', cid)
    if (earlier !== undefined) return { message: earlier, chat: this.#chatOf(earlier) }
    const people = userIds.map((id) => this.#person(id))
    if (title === '' || title.length > LONGEST_TITLE) throw wrong('a title has 1 to 200 characters')
    const chat = this.#network.newGroup(by.person, title, type)
    for (const person of people)
      if (!chat.members.has(person.id)) chat.members.set(person.id, this.#network.newMember())
    const control = { event: 'new', chatType: type, title, userIds: userIds.map(wrapped) }
    const message = this.#say(chat, by, control)
    if (cid !== undefined) this.#messages.remember(by, 'new', cid, message)
    return { chat, message }
  }

  add(by: Actor, chat: Chat, userIds: readonly bigint[], showsHistory: boolean): void {
    mustMay(chat, by.person, RIGHT.members, chat.options.get('ONLY_ADMIN_CAN_ADD_MEMBER') === false)
    const people = userIds.map((id) => this.#person(id))
    const fresh = people.filter(({ id, blocked }) => !chat.members.has(id) && !blocked.has(by.person.id))
    if (fresh.length === 0) throw new Refusal('participants.filter.out')
    const from = showsHistory ? 0 : this.#network.clock.now()
    for (const { id } of fresh) chat.members.set(id, this.#network.newMember(from))
    this.#change(chat, by, { event: 'add', userIds: fresh.map(({ id }) => wrapped(id)) })
  }

  remove(by: Actor, chat: Chat, userIds: readonly bigint[]): void {
    mustMay(chat, by.person, RIGHT.members)
    const gone = userIds.filter((id) => chat.members.has(id) && id !== chat.owner && id !== by.person.id)
    if (gone.length === 0) throw new Refusal('participants.filter.out')
    for (const id of gone) this.#takeOut(chat, id)
    for (const id of gone) this.#change(chat, by, { event: 'remove', userId: wrapped(id) })
  }

  /** Null makes no admin of them any more. */
  setAdmins(by: Actor, chat: Chat, userIds: readonly bigint[], permissions: number | null): void {
    mustMay(chat, by.person, RIGHT.admins)
    if (permissions !== null && (permissions & ~ALL_RIGHTS) !== 0) throw wrong('there are no such permissions')
    for (const id of userIds) {
      const member = chat.members.get(id)
      if (member === undefined || id === chat.owner) throw new Refusal('participants.filter.out')
      member.permissions = permissions
    }
    this.#touch(chat, by)
  }

  rename(by: Actor, chat: Chat, title: string): void {
    this.#mayInform(by, chat)
    if (title === '' || title.length > LONGEST_TITLE) throw wrong('a title has 1 to 200 characters')
    chat.title = title
    this.#change(chat, by, { event: 'title', title })
  }

  describe(by: Actor, chat: Chat, description: string): void {
    this.#mayInform(by, chat)
    chat.description = description
    this.#touch(chat, by)
  }

  setPicture(by: Actor, chat: Chat, pictureUrl: string): void {
    this.#mayInform(by, chat)
    chat.pictureUrl = pictureUrl
    this.#change(chat, by, { event: 'icon', url: pictureUrl })
  }

  setOptions(by: Actor, chat: Chat, options: Readonly<Record<string, boolean>>): void {
    mustMay(chat, by.person, RIGHT.info)
    for (const [option, isOn] of Object.entries(options)) {
      if (!(option in this.#network.settings.groupOptions)) throw wrong(`there is no option ${option}`)
      chat.options.set(option, isOn)
    }
    this.#touch(chat, by)
  }

  pin(by: Actor, chat: Chat, message: bigint): void {
    const isForAll = chat.type === 'DIALOG' || chat.options.get('ALL_CAN_PIN_MESSAGE') === true
    mustMay(chat, by.person, RIGHT.pin, isForAll)
    const { id } = this.#messages.seen(by.person, chat, message)
    chat.pinned = id
    this.#change(chat, by, { event: 'pin', pinnedMessageId: wrapped(id) })
  }

  revokeLink(by: Actor, chat: Chat): void {
    mustMay(chat, by.person, RIGHT.info)
    chat.link = `${chat.link.slice(0, -6)}${String(this.#network.clock.now()).slice(-6)}`
    this.#touch(chat, by)
  }

  byLink(link: string): Chat {
    const found = [...this.#network.chats.values()].find((chat) => chat.link !== '' && chat.link === link)
    if (found === undefined) throw new Refusal('not.found', 'this link leads nowhere')
    return found
  }

  join(by: Actor, link: string): Chat {
    const chat = this.byLink(link)
    if (chat.members.has(by.person.id)) return chat
    chat.members.set(by.person.id, this.#network.newMember())
    this.#change(chat, by, { event: 'joinByLink', userId: wrapped(by.person.id) })
    return chat
  }

  leave(by: Actor, chat: Chat): void {
    if (chat.type === 'DIALOG') throw wrong('nobody leaves a dialog')
    this.#takeOut(chat, by.person.id)
    this.#change(chat, by, { event: 'leave', userId: wrapped(by.person.id) })
  }

  #chatOf(message: Message): Chat {
    const found = [...this.#network.chats.values()].find(({ messages }) => messages.includes(message))
    if (found === undefined) throw new Refusal('chat.not.found')
    return found
  }

  #mayInform(by: Actor, chat: Chat): void {
    if (chat.type === 'DIALOG') throw wrong('a dialog has no title and no picture of its own')
    mustMay(chat, by.person, RIGHT.info, chat.options.get('ONLY_OWNER_CAN_CHANGE_ICON_TITLE') === false)
  }

  #person(id: bigint): Person {
    const found = this.#network.persons.get(id)
    if (found === undefined) throw new Refusal('not.found', 'there is no such person')
    return found
  }

  /** Who is taken out hears so: the chat is his no longer. */
  #takeOut(chat: Chat, id: bigint): void {
    chat.members.delete(id)
    const person = this.#network.persons.get(id)
    if (person !== undefined) this.#network.tell(person, TELL.chat, { chat: chatFields(chat, person) })
  }

  #change(chat: Chat, by: Actor, control: Fields): void {
    this.#touch(chat, by)
    this.#say(chat, by, control)
  }

  #touch(chat: Chat, by: Actor): void {
    chat.modifiedAt = this.#network.clock.now()
    this.#network.tellChat(chat, by.device)
  }

  #say(chat: Chat, by: Actor, control: Fields): Message {
    return this.#messages.add(chat, by, { attaches: [{ _type: 'CONTROL', ...control }] })
  }
}
