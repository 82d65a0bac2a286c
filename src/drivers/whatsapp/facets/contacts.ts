import type { Contact, ContactInfo, FoundAccount, LookUp, Picture } from '../../../model/chats.ts'
import { fault, isFault, type Fault } from '../../../model/fault.ts'
import type { KeptFile } from '../../../model/content.ts'
import type { ChatId, EpochMs } from '../../../model/ids.ts'
import type { ContactName, Contacts } from '../../facets.ts'
import { isGroup, isNumber, isPerson, plainJid } from '../jids.ts'
import type { ChatRecord, ContactRecord, Life } from '../life.ts'
import { ask, keep, told, type Current } from './asking.ts'
import { changeShared } from './app-state.ts'
import { aboutPerson } from './business.ts'
import { checkOf, checkOfJid, personJid, phoneChat, phoneShown, type TakeCheck } from './persons.ts'
import { pictureOf } from './pictures.ts'
import { lastSeen } from './presence.ts'

const NOBODY = fault('noAccount', 'nobody with a WhatsApp account is behind it')
const NO_PERSON = fault('notFound', 'it is no chat with a person')
const NO_CONTACT = fault('notFound', 'it is not in the address book')

export function contactsOf(current: Current, takeCheck: TakeCheck): Contacts {
  return {
    find: (who, isAnew = false) => ask(current, (life) => find(life, who, takeCheck, isAnew)),
    list: () => ask(current, list),
    info: (chat) => ask(current, (life) => info(life, chat, takeCheck)),
    picture: (chat) => ask(current, (life) => picture(life, chat, takeCheck)),
    add: (chat, name) => told(current, (life) => add(life, chat, name, takeCheck)),
    edit: (chat, name) => told(current, (life) => edit(life, chat, name)),
    remove: (chat) => told(current, (life) => remove(life, chat)),
  }
}

async function find(
  life: Life,
  who: Parameters<Contacts['find']>[0],
  takeCheck: TakeCheck,
  isAnew: boolean,
): Promise<LookUp | Fault> {
  if ('username' in who) return { account: null, isRemembered: false }
  const jid = 'phone' in who ? `${who.phone}@s.whatsapp.net` : await life.people.jidOf(who.chat)
  const check =
    'phone' in who ? await checkOf(life, who.phone, takeCheck, isAnew) : await checkOfJid(life, jid, takeCheck, isAnew)
  if (isFault(check)) return check
  const { exists, isRemembered } = check
  return { account: exists ? await found(life, jid) : null, isRemembered }
}

async function found({ people }: Life, jid: string): Promise<FoundAccount> {
  const phone = await people.phoneOf(jid)
  return { chat: await people.chatOf(jid), phoneChat: phoneChat(phone), phone, username: '' }
}

/** Everybody in the address book, everybody who ever wrote, and the groups. */
async function list(life: Life): Promise<readonly Contact[]> {
  const [records, chats] = await Promise.all([life.directory.contacts(), life.directory.chats()])
  const all = new Map<ChatId, Contact>()
  for (const jid of new Set([...records.keys(), ...chats.keys()])) {
    if (isGroup(jid)) {
      const name = chats.get(jid)?.name ?? ''
      all.set(jid as ChatId, { id: jid as ChatId, name, contactName: '', type: 'group', phone: '' })
    }
    if (!isPerson(jid) || life.people.isOwn(jid)) continue
    const contact = await contactOf(life, jid, records.get(jid) ?? (await life.directory.contact(jid)))
    all.set(contact.id, contact)
  }
  return [...all.values()]
}

async function contactOf(life: Life, jid: string, record: ContactRecord | null): Promise<Contact> {
  const { name = '', contactName = '' } = record ?? {}
  const [id, phone] = await Promise.all([life.people.chatOf(jid), phoneShown(life, jid)])
  return { id, name, contactName, type: 'user', phone }
}

async function info(life: Life, chat: ChatId, takeCheck: TakeCheck): Promise<ContactInfo | Fault> {
  const jid = await personJid(life, chat, takeCheck)
  if (isFault(jid)) return jid
  if (jid === null) return isPerson(plainJid(chat)) ? NOBODY : NO_PERSON
  const [record, kept] = await Promise.all([life.directory.contact(jid), life.directory.chat(jid)])
  const [contact, about, picture, seen] = await Promise.all([
    contactOf(life, jid, record),
    aboutPerson(life, jid, record?.isBusiness),
    pictureShown(life, jid),
    lastSeen(life, jid).catch(() => null),
  ])
  return { ...contact, ...about, picture, lastSeen: seen, ...standing(kept, life.host.clock.now()) }
}

/** Who asks for pictures of numbers that are none of its own probes them, as by a check. */
async function picture(life: Life, chat: ChatId, takeCheck: TakeCheck): Promise<Picture | Fault> {
  const jid = await life.people.jidOf(chat)
  if (isNumber(jid)) {
    const known = await personJid(life, chat, takeCheck)
    if (isFault(known)) return known
    if (known === null) return { kind: 'none' }
  }
  return pictureOf(life, jid)
}

async function pictureShown(life: Life, jid: string): Promise<KeptFile | null> {
  const picture = await pictureOf(life, jid).catch(() => null)
  return picture?.kind === 'shown' ? picture.file : null
}

/** What was done with the chat. */
function standing(kept: ChatRecord | null, now: EpochMs) {
  const { isArchived = false, mutedUntil = 0, ephemeralS = 0 } = kept ?? {}
  // Below zero: for ever.
  const isMuted = mutedUntil < 0 || mutedUntil > now
  return { isArchived, isMuted, mutedUntil: isMuted && mutedUntil > 0 ? mutedUntil : null, ephemeralS }
}

async function add(life: Life, chat: ChatId, name: ContactName, takeCheck: TakeCheck): Promise<Fault | undefined> {
  const jid = await personJid(life, chat, takeCheck)
  if (isFault(jid)) return jid
  if (jid === null) return NOBODY
  if (await isContact(life, jid)) return fault('conflict', 'it is in the address book already')
  return write(life, jid, name)
}

async function edit(life: Life, chat: ChatId, name: ContactName): Promise<Fault | undefined> {
  const jid = await life.people.jidOf(chat)
  return (await isContact(life, jid)) ? write(life, jid, name) : NO_CONTACT
}

async function remove(life: Life, chat: ChatId): Promise<Fault | undefined> {
  const jid = await life.people.jidOf(chat)
  if (!(await isContact(life, jid))) return NO_CONTACT
  const trouble = await changeShared(life, () => life.socket.removeContact(jid))
  if (trouble !== undefined) return trouble
  await keep(life, (draft) => life.directory.noteContact(jid, { contactName: '' }, draft))
  return undefined
}

async function isContact({ directory }: Life, jid: string): Promise<boolean> {
  return ((await directory.contact(jid))?.contactName ?? '') !== ''
}

async function write(life: Life, jid: string, name: ContactName): Promise<Fault | undefined> {
  const { firstName, lastName, saveInAddressbook } = name
  const fullName = [firstName, lastName].filter((part) => part !== '').join(' ')
  const names = await life.people.namesOf(jid)
  const lid = names.find((one) => one.endsWith('@lid'))
  const pn = names.find((one) => one.endsWith('@s.whatsapp.net'))
  const contact = {
    ...{ fullName, firstName, saveOnPrimaryAddressbook: saveInAddressbook },
    ...(lid !== undefined && { lidJid: lid }),
    ...(pn !== undefined && { pnJid: pn }),
  }
  const trouble = await changeShared(life, () => life.socket.addOrEditContact(pn ?? jid, contact))
  if (trouble !== undefined) return trouble
  await keep(life, (draft) => life.directory.noteContact(jid, { contactName: fullName }, draft))
  return undefined
}
