import type { Contact, ContactInfo, LookUp, Picture } from '../../../model/chats.ts'
import { isNumberAlias } from '../../../model/decimal-chats.ts'
import { fault, isFault, type Fault } from '../../../model/fault.ts'
import type { ChatId, EpochMs } from '../../../model/ids.ts'
import { within } from '../../network/within.ts'
import type { ContactName, Contacts } from '../../facets.ts'
import { keep, type Life, type PersonRecord } from '../life.ts'
import { CHANGE_CONTACT, CHAT_INFO, PRESENCE } from '../wire/opcodes.ts'
import { answerTo, ask, told, type Current } from './asking.ts'
import { contactOf, isGroupId, lookUp, personBehind, phoneIn } from './persons.ts'
import { pictureAt } from './pictures.ts'

const NOBODY = fault('noAccount', 'nobody with a MAX account is behind it')
const NO_PERSON = fault('notFound', 'it is no chat with a person')
const NO_CONTACT = fault('notFound', 'it is not in the address book')
const NO_CHAT = fault('notFound', 'there is no such chat')
const ALREADY = fault('conflict', 'it is in the address book already')
const STRANGER: PersonRecord = { name: '', contactName: '', phone: '', pictureUrl: '' }
/** Nobody has written down in which unit it is told: what would be long before there was such a network is in seconds. */
const FIRST_IN_MS = 100_000_000_000
/** How long the network may take to say when somebody was there. */
const SEEN_MS = 3_000

export function contactsOf(current: Current): Contacts {
  return {
    find: (who, isAnew = false) => ask(current, (life) => find(life, who, isAnew)),
    list: () => ask(current, list),
    info: (chat) => ask(current, (life) => info(life, chat)),
    picture: (chat) => ask(current, (life) => picture(life, chat)),
    add: (chat, name) => told(current, (life) => add(life, chat, name)),
    edit: (chat, name) => told(current, (life) => edit(life, chat, name)),
    remove: (chat) => told(current, (life) => remove(life, chat)),
  }
}

async function find(life: Life, who: Parameters<Contacts['find']>[0], isAnew: boolean): Promise<LookUp | Fault> {
  if ('username' in who) return { account: null, isRemembered: false }
  const found = 'phone' in who ? await life.finder.lookUp(who.phone, isAnew) : await lookUp(life, who.chat, isAnew)
  if (isFault(found)) return found
  const { user, isRemembered } = found
  if (user === null) return { account: null, isRemembered }
  // Who asked by the number knows it, whether or not it is shown.
  const asked = 'phone' in who ? who.phone : isNumberAlias(who.chat) ? phoneIn(who.chat) : ''
  const shown = (await life.directory.person(user))?.phone ?? ''
  const account = { chat: user as ChatId, phoneChat: null, phone: shown === '' ? asked : shown, username: '' }
  return { account, isRemembered }
}

/** Everybody in the address book, and everybody with whom there is a dialog. */
async function list(life: Life): Promise<readonly Contact[]> {
  const [persons, chats] = await Promise.all([life.directory.persons(), life.directory.chats()])
  const known = new Set([...persons].flatMap(([id, { contactName }]) => (contactName === '' ? [] : [id])))
  for (const [network, { type }] of chats) if (type === 'DIALOG') known.add(await life.addresses.chatIdOf(network))
  known.delete(life.self)
  return [...known].map((id) => shownAs(id, persons.get(id) ?? STRANGER))
}

function shownAs(id: string, { name, contactName, phone }: PersonRecord): Contact {
  return { id: id as ChatId, name, contactName, type: 'user', phone }
}

async function info(life: Life, chat: ChatId): Promise<ContactInfo | Fault> {
  if (isGroupId(chat)) return NO_PERSON
  const person = await personBehind(life, chat)
  if (isFault(person)) return person
  const contact = person === null ? null : await contactOf(life, person)
  if (contact === null || isFault(contact)) return contact ?? NOBODY
  const [record, shown, seen] = await Promise.all([
    life.directory.person(contact.id),
    pictureAt(life, contact.baseUrl),
    lastSeen(life, contact.id),
  ])
  return {
    ...shownAs(contact.id, record ?? STRANGER),
    // One that can't be fetched now takes nothing from what else is known.
    picture: !isFault(shown) && shown.kind === 'shown' ? shown.file : null,
    ...{ email: '', category: '', description: contact.description ?? '', lastSeen: seen, isBusiness: false },
    ...{ isArchived: false, isMuted: false, mutedUntil: null, ephemeralS: 0, products: [] },
  }
}

/** Null where it is hidden, or nobody says. */
async function lastSeen(life: Life, person: string): Promise<EpochMs | null> {
  const answer = await within(life, SEEN_MS, answerTo(life, {}, PRESENCE, [person]))
  if (answer === undefined || isFault(answer)) return null
  const at = answer.presence[person]?.seen ?? 0
  if (at <= 0) return null
  return at < FIRST_IN_MS ? at * 1_000 : at
}

async function picture(life: Life, chat: ChatId): Promise<Picture | Fault> {
  if (isGroupId(chat)) {
    const answer = await answerTo(life, {}, CHAT_INFO, [chat])
    if (isFault(answer)) return answer
    const group = answer.chats.find(({ id }) => id === chat)
    return group === undefined ? NO_CHAT : pictureAt(life, group.baseIconUrl)
  }
  const person = await personBehind(life, chat)
  if (isFault(person)) return person
  const contact = person === null ? null : await contactOf(life, person)
  if (isFault(contact)) return contact
  return contact === null ? { kind: 'none' } : pictureAt(life, contact.baseUrl)
}

async function add(life: Life, chat: ChatId, name: ContactName): Promise<Fault | undefined> {
  const person = await personBehind(life, chat)
  if (isFault(person)) return person
  if (person === null) return NOBODY
  return (await isContact(life, person)) ? ALREADY : write(life, person, 'ADD', name)
}

async function edit(life: Life, chat: ChatId, name: ContactName): Promise<Fault | undefined> {
  const person = await personBehind(life, chat)
  if (isFault(person)) return person
  return person !== null && (await isContact(life, person)) ? write(life, person, 'UPDATE', name) : NO_CONTACT
}

async function remove(life: Life, chat: ChatId): Promise<Fault | undefined> {
  const person = await personBehind(life, chat)
  if (isFault(person)) return person
  if (person === null || !(await isContact(life, person))) return NO_CONTACT
  const answer = await answerTo(life, {}, CHANGE_CONTACT, person, 'REMOVE')
  if (isFault(answer)) return answer
  await keep(life, (draft) => life.directory.noteContactName(person, null, draft))
  return undefined
}

async function isContact({ directory }: Life, person: string): Promise<boolean> {
  return ((await directory.person(person))?.contactName ?? '') !== ''
}

/** MAX has one address book, its own: there is no other to save it in. */
async function write(
  life: Life,
  person: string,
  action: 'ADD' | 'UPDATE',
  { firstName, lastName }: ContactName,
): Promise<Fault | undefined> {
  const answer = await answerTo(life, {}, CHANGE_CONTACT, person, action, { firstName, lastName })
  if (isFault(answer)) return answer
  const fullName = [firstName, lastName].filter((part) => part !== '').join(' ')
  await keep(life, async (draft) => {
    if (answer.contact !== undefined) await life.directory.noteContact(answer.contact, draft)
    await life.directory.noteContactName(person, fullName, draft)
  })
  return undefined
}
