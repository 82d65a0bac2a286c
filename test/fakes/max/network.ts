import { createHmac, randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'
import type { Clock } from '../../../src/lib/clock.ts'
import type { Chat, Device, Line, Member, Message, Person } from './model.ts'
import type { Fields } from './msgpack.ts'
import { TELL } from './opcodes.ts'
import { Recording } from './record.ts'
import { Refusal } from './refusal.ts'
import { noFaults, usualSettings, type Faults, type Settings } from './settings.ts'
import { chatFields, messageFields, wrapped } from './shown.ts'
import { lastEvent, unreadOf } from './standing.ts'

export interface Typing {
  readonly from: Person
  readonly chat: Chat
  readonly type: string
  readonly at: number
}

/**
 * The accounts, their devices, the chats, and the ways between them. Emits `changed` after whatever happened, `login` (device) and `gone`
 * (device). What persons do by themselves is in `VirtualPerson`; both end in the same deeds.
 */
export class MaxNetwork extends EventEmitter {
  readonly clock: Clock
  readonly settings: Settings
  readonly faults: Faults = noFaults()
  readonly recording: Recording
  readonly persons = new Map<bigint, Person>()
  readonly chats = new Map<string, Chat>()
  /** By token; an aged token that was replaced is here too. */
  readonly tokens = new Map<string, Device>()
  /** Ids of devices that logged in too often. */
  readonly barred = new Set<string>()
  /** Who typed where, oldest first. */
  readonly typings: Typing[] = []
  readonly #byPhone = new Map<string, Person>()
  #lastTime = 0
  #lastGroup = 0n

  constructor(clock: Clock, settings: Partial<Settings>, recordPath?: string) {
    super()
    this.setMaxListeners(0)
    this.clock = clock
    this.settings = { ...usualSettings(), ...settings }
    this.recording = new Recording(recordPath)
  }

  /** Makes the account if there is none. */
  person(phone: string): Person {
    const known = this.#byPhone.get(phone)
    if (known !== undefined) return known
    const person: Person = {
      ...{ id: this.#idOf(phone), phone, firstName: `Person ${phone.slice(-4)}`, lastName: '', description: '' },
      ...{ pictureUrl: null, hidesPicture: false, hidesPhone: false, password: null, passwordHint: '' },
      ...{ book: new Map(), blocked: new Set(), seenAt: this.clock.now(), isOnline: false, devices: new Map() },
    }
    this.#byPhone.set(phone, person)
    this.persons.set(person.id, person)
    return person
  }

  byPhone(phone: string): Person | undefined {
    return this.#byPhone.get(phone)
  }

  /** A chat of somebody by the id that it has for this person; a dialog begins to be when somebody looks. */
  chat(person: Person, id: bigint): Chat {
    const found = id > 0n ? this.#dialog(person, id) : id === 0n ? this.#saved(person) : this.chats.get(String(id))
    if (found?.members.has(person.id) !== true) throw new Refusal('chat.not.found')
    return found
  }

  dialog(one: Person, other: Person): Chat {
    return this.chat(one, one.id ^ other.id)
  }

  newGroup(owner: Person, title: string, type: 'CHAT' | 'CHANNEL'): Chat {
    this.#lastGroup += 7_919n
    const id = -68_900_000_000_000n - this.#lastGroup
    const chat = this.#newChat(String(id), id, type, [owner])
    chat.owner = owner.id
    chat.title = title
    chat.link = `https://max.ru/join/${randomBytes(18).toString('base64url')}`
    for (const [option, isOn] of Object.entries(this.settings.groupOptions)) chat.options.set(option, isOn)
    return chat
  }

  newMember(seesFrom = 0): Member {
    return { readMark: 0, isMarkedUnread: false, permissions: null, seesFrom }
  }

  /** Those of a chat that this person is in, the latest first. */
  chatsOf(person: Person): Chat[] {
    const own = [...this.chats.values()].filter(
      ({ members, messages, type }) => members.has(person.id) && (type !== 'DIALOG' || messages.length > 0),
    )
    return own.sort((one, other) => lastEvent(other) - lastEvent(one))
  }

  /** Later than every time before, so that no two messages have the same. */
  newMessageId(): { readonly id: bigint; readonly time: number } {
    const time = Math.max(this.clock.now(), this.#lastTime + 1)
    this.#lastTime = time
    return { id: (BigInt(time) << 16n) | BigInt(time % 251), time }
  }

  membersOf(chat: Chat): Person[] {
    return [...chat.members.keys()].flatMap((id) => this.persons.get(id) ?? [])
  }

  /** Pushes to the devices of a person that are connected. */
  tell(person: Person, opcode: number, payload: Fields, except?: Device | null): void {
    for (const device of person.devices.values()) {
      if (device === except) continue
      for (const line of device.sockets) line.push(opcode, payload)
    }
  }

  /** A message, new or changed, to all who see it but the device that made it so. */
  tellMessage(chat: Chat, message: Message, except?: Device | null): void {
    for (const person of this.membersOf(chat)) {
      const member = chat.members.get(person.id)
      if (member === undefined || message.time < member.seesFrom || message.hiddenFrom.has(person.id)) continue
      for (const device of person.devices.values()) {
        if (device !== except) this.#bring(device, chat, message)
      }
    }
    this.emit('changed')
  }

  tellChat(chat: Chat, except?: Device | null): void {
    for (const person of this.membersOf(chat)) this.tell(person, TELL.chat, { chat: chatFields(chat, person) }, except)
    this.emit('changed')
  }

  /** What waits for a device, to a socket on which it has just logged in. */
  bringWaiting(device: Device, line: Line): void {
    if (this.settings.redelivers === 'none') device.waiting.length = 0
    for (const waiting of device.waiting) {
      waiting.told += 1
      line.push(TELL.message, waiting.payload)
    }
  }

  acknowledge(device: Device, chat: bigint, message: bigint): boolean {
    const index = device.waiting.findIndex((one) => one.chat === chat && one.message === message)
    if (index >= 0) device.waiting.splice(index, 1)
    this.emit('changed')
    return index >= 0
  }

  /** Takes a device off; its sockets hear it unless it is to learn it at its next login. */
  unlink(device: Device, how: 'told' | 'silently' = 'told'): void {
    for (const [token, one] of this.tokens) if (one === device) this.tokens.delete(token)
    for (const [token, one] of device.person.devices) if (one === device) device.person.devices.delete(token)
    for (const line of [...device.sockets]) {
      if (how === 'told') line.push(TELL.loggedOut, {})
      line.close()
    }
    this.emit('gone', device)
    this.emit('changed')
  }

  #bring(device: Device, chat: Chat, message: Message): void {
    const { redelivers } = this.settings
    if (device.sockets.size === 0 && redelivers !== 'all') return
    const payload = messagePush(chat, message, device.person)
    device.waiting.push({ chat: chat.id, message: message.id, payload, told: device.sockets.size })
    for (const line of device.sockets) line.push(TELL.message, payload)
  }

  #dialog(person: Person, id: bigint): Chat | undefined {
    const peer = this.persons.get(person.id ^ id)
    if (peer === undefined) return undefined
    return this.chats.get(String(id)) ?? this.#newChat(String(id), id, 'DIALOG', [person, peer])
  }

  #saved(person: Person): Chat {
    const key = `0 of ${String(person.id)}`
    return this.chats.get(key) ?? this.#newChat(key, 0n, 'DIALOG', [person])
  }

  #newChat(key: string, id: bigint, type: Chat['type'], persons: readonly Person[]): Chat {
    const now = this.clock.now()
    const chat: Chat = {
      ...{ key, id, type, members: new Map(), owner: persons[0]?.id ?? 0n, title: '', description: '', link: '' },
      ...{ pictureUrl: null, options: new Map(), createdAt: now, modifiedAt: now, pinned: null, messages: [] },
    }
    for (const person of persons) chat.members.set(person.id, this.newMember())
    this.chats.set(key, chat)
    return chat
  }

  /** The same for a number at each start, and of no pattern. */
  #idOf(phone: string): bigint {
    const digest = createHmac('sha256', 'the ids of the fake MAX').update(phone).digest()
    let id = 10_000_000n + BigInt(digest.readUInt32BE() % 300_000_000)
    while (this.persons.has(id)) id += 1n
    return id
  }
}

function messagePush(chat: Chat, message: Message, viewer: Person): Fields {
  const isFirst = chat.messages.length === 1
  return {
    chatId: wrapped(chat.id),
    ...(isFirst && { chat: chatFields(chat, viewer) }),
    message: messageFields(chat, message, viewer),
    unread: unreadOf(chat, viewer),
    mark: chat.members.get(viewer.id)?.readMark ?? 0,
  }
}
