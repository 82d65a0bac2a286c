import type { Clock } from '../../lib/clock.ts'
import type { ChatId } from '../../model/ids.ts'
import type { Party } from '../../model/message.ts'
import type { SessionHost } from '../driver.ts'
import type { AskTrouble } from './questions.ts'
import { CHATS, PERSONS, Records } from './directory-records.ts'
import { Inquiry } from './inquiry.ts'
import { newDraft, type ChatRecord, type Directory, type Draft, type Life, type PersonRecord } from './life.ts'
import { OF_BOOK, wholeName } from './names.ts'
import { CHAT_INFO, CONTACTS } from './wire/opcodes.ts'
import type { Chat, Contact } from './wire/shapes.ts'

interface Parts {
  readonly host: Pick<SessionHost, 'secret' | 'secrets' | 'commit'> & { readonly clock: Clock }
  readonly connection: Life['connection']
  /** The account's own id. */
  readonly self: string
}

/** Records of one sort that a session holds in memory. */
const CACHED = 128
/** Of one question, as the network takes them. */
const MOST_AT_ONCE = 100
/** What is longer is cut: it is somebody else's to choose. */
const NAME_LENGTH = 256
const URL_LENGTH = 2_048
const ID = /^[1-9]\d{0,18}$/
const PHONE = /^\d{5,16}$/
const NOBODY: PersonRecord = { name: '', contactName: '', phone: '', pictureUrl: '' }
/** States of a chat that the account is in no more. */
const GONE: ReadonlySet<string> = new Set(['REMOVED', 'LEFT', 'CLOSED'])

/** Where the network's id of a dialog is kept by its person, when it is not the one that their ids make. */
export const ODD_DIALOG = (user: string) => `odd-dialog|${user}`

export function openDirectory(parts: Parts): Directory {
  return new KeptDirectory(parts)
}

class KeptDirectory implements Directory {
  readonly #host: Parts['host']
  readonly #self: string
  readonly #connection: Parts['connection']
  readonly #persons: Records<PersonRecord>
  readonly #chats: Records<ChatRecord>
  readonly #askPersons: Inquiry
  readonly #askChats: Inquiry

  constructor({ host, connection, self }: Parts) {
    this.#host = host
    this.#self = self
    this.#connection = connection
    this.#persons = new Records(PERSONS, host, CACHED)
    this.#chats = new Records(CHATS, host, CACHED)
    this.#askPersons = new Inquiry(host.clock, MOST_AT_ONCE, (ids) => this.#learnPersons(ids))
    this.#askChats = new Inquiry(host.clock, MOST_AT_ONCE, (ids) => this.#learnChats(ids))
  }

  person(user: string): Promise<PersonRecord | null> {
    return this.#persons.get(user)
  }

  persons(): Promise<ReadonlyMap<string, PersonRecord>> {
    return this.#persons.all()
  }

  chat(network: string): Promise<ChatRecord | null> {
    return this.#chats.get(network)
  }

  chats(): Promise<ReadonlyMap<string, ChatRecord>> {
    return this.#chats.all()
  }

  async meet(users: readonly string[]): Promise<void> {
    const strangers: string[] = []
    for (const user of new Set(users)) if ((await this.#persons.get(user)) === null) strangers.push(user)
    if (strangers.length > 0) await this.#askPersons.about(strangers)
  }

  async party(chat: ChatId): Promise<Party> {
    if (chat.startsWith('-')) return { id: chat, name: await this.#titleOf(chat), contactName: '' }
    await this.meet([chat])
    const { name = '', contactName = '', phone = '' } = (await this.#persons.get(chat)) ?? {}
    return { id: chat, name, contactName, ...(phone !== '' && { phone }) }
  }

  async noteContact({ id, names, phone, baseUrl }: Contact, draft: Draft): Promise<void> {
    const kept = await this.#persons.get(id)
    const { phone: knownPhone, ...known } = kept ?? NOBODY
    const next: PersonRecord = {
      ...(names === undefined ? known : namesIn(names)),
      phone: phone !== undefined && PHONE.test(phone) ? phone : knownPhone,
      pictureUrl: isUrl(baseUrl) ? baseUrl : '',
    }
    this.#keepPerson(id, kept, next, draft)
  }

  async noteContactName(user: string, name: string | null, draft: Draft): Promise<void> {
    const kept = await this.#persons.get(user)
    this.#keepPerson(user, kept, { ...(kept ?? NOBODY), contactName: short(name ?? '') }, draft)
  }

  async noteChat(chat: Chat, draft: Draft): Promise<void> {
    if (GONE.has(chat.status ?? '')) {
      await this.forgetChat(chat.id, draft)
      return
    }
    const kept = (await this.#chats.get(chat.id)) ?? newChat(chat.id)
    const type = typeIn(chat) ?? kept.type
    const user = type === 'DIALOG' ? (this.#otherOf(chat) ?? kept.user) : undefined
    const next: ChatRecord = {
      ...{ ...kept, type, title: chat.title === undefined ? kept.title : short(chat.title) },
      ...{ at: Math.max(lastEventOf(chat), kept.at), unread: chat.newMessages ?? kept.unread },
      ...{ readTo: chat.participants?.[this.#self] ?? kept.readTo, ...(user !== undefined && { user }) },
    }
    this.#noteOddDialog(chat.id, next, draft)
    await this.#keepChat(chat.id, next, draft)
  }

  async noteChange(network: string, change: Partial<ChatRecord>, draft: Draft): Promise<void> {
    const next = { ...((await this.#chats.get(network)) ?? newChat(network)), ...change }
    await this.#keepChat(network, { ...next, title: short(next.title) }, draft)
  }

  async forgetChat(network: string, draft: Draft): Promise<void> {
    if ((await this.#chats.get(network)) !== null) this.#chats.set(network, null, draft)
  }

  #keepPerson(user: string, kept: PersonRecord | null, next: PersonRecord, draft: Draft): void {
    if (kept === null || !isSame(PERSONS.encode(kept), PERSONS.encode(next))) this.#persons.set(user, next, draft)
  }

  async #keepChat(network: string, next: ChatRecord, draft: Draft): Promise<void> {
    const kept = await this.#chats.get(network)
    if (kept === null || !isSame(CHATS.encode(kept), CHATS.encode(next))) this.#chats.set(network, next, draft)
  }

  /** Null where nobody else is in it, or the network does not say who. */
  #otherOf({ participants = {} }: Chat): string | undefined {
    const others = Object.keys(participants).filter((id) => id !== this.#self && ID.test(id))
    return others.length === 1 ? others[0] : undefined
  }

  #noteOddDialog(network: string, { user }: ChatRecord, draft: Draft): void {
    if (user === undefined || dialogOf(this.#self, user) === network) return
    draft.secrets.set(ODD_DIALOG(user), Buffer.from(network))
  }

  async #titleOf(network: string): Promise<string> {
    const known = await this.#chats.get(network)
    if (known !== null && known.title !== '') return known.title
    await this.#askChats.about([network])
    return (await this.#chats.get(network))?.title ?? ''
  }

  async #learnPersons(ids: readonly string[]): Promise<'answered' | 'silent'> {
    const asked = await this.#connection.ask(CONTACTS, ids)
    if (!asked.ok) return endOf(asked.trouble)
    const draft = newDraft()
    for (const contact of asked.answer.contacts) await this.noteContact(contact, draft)
    this.#commit(draft)
    return 'answered'
  }

  async #learnChats(ids: readonly string[]): Promise<'answered' | 'silent'> {
    const asked = await this.#connection.ask(CHAT_INFO, ids)
    if (!asked.ok) return endOf(asked.trouble)
    const draft = newDraft()
    for (const chat of asked.answer.chats) await this.noteChat(chat, draft)
    this.#commit(draft)
    return 'answered'
  }

  /** Not waited for: who asks may be among what runs alone, for which this commit would wait. What is not kept is asked for again. */
  #commit({ secrets }: Draft): void {
    if (secrets.size > 0) this.#host.commit({ secrets }).catch(() => undefined)
  }
}

/** The dialog of two persons as the network calls it; with oneself it is the chat of what was saved. */
export function dialogOf(self: string, user: string): string {
  return String(BigInt(self) ^ BigInt(user))
}

function newChat(network: string): ChatRecord {
  return { type: network.startsWith('-') ? 'CHAT' : 'DIALOG', title: '', at: 0, unread: 0, readTo: 0 }
}

function lastEventOf({ lastEventTime, lastMessage }: Chat): number {
  return lastEventTime ?? lastMessage?.time ?? 0
}

function typeIn({ type }: Chat): ChatRecord['type'] | undefined {
  return type === 'DIALOG' || type === 'CHAT' || type === 'CHANNEL' ? type : undefined
}

function namesIn(names: NonNullable<Contact['names']>): Pick<PersonRecord, 'name' | 'contactName'> {
  const own = names.find(({ type }) => type !== OF_BOOK)
  const inBook = names.find(({ type }) => type === OF_BOOK)
  return { name: short(wholeName(own)), contactName: short(wholeName(inBook)) }
}

function short(name: string): string {
  return name.replaceAll('\0', '').slice(0, NAME_LENGTH).toWellFormed()
}

function isUrl(url: string | undefined): url is string {
  return url !== undefined && url.length <= URL_LENGTH && /^https?:\/\//.test(url)
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0
}

function endOf({ why }: AskTrouble): 'answered' | 'silent' {
  return why === 'refused' || why === 'unreadable' ? 'answered' : 'silent'
}
