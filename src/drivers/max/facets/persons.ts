import { isFault, type Fault } from '../../../model/fault.ts'
import type { ChatId } from '../../../model/ids.ts'
import { isNumberAlias } from '../../../model/decimal-chats.ts'
import { keep, type Life, type PersonLookUp } from '../life.ts'
import { CONTACTS } from '../wire/opcodes.ts'
import type { Contact } from '../wire/shapes.ts'
import { answerTo } from './asking.ts'

/** As long as an id may be that surely has room in 64 bits. */
const PERSON = /^[1-9]\d{0,17}$/
const GROUP = /^-[1-9]\d{0,17}$/

function isPersonId(chat: string): boolean {
  return PERSON.test(chat)
}

export function isGroupId(chat: string): boolean {
  return GROUP.test(chat)
}

/** The id of the person whom a chat id names, by whatever name; null when nobody is behind it, or when it is a group. */
export async function personBehind(life: Life, chat: ChatId): Promise<string | null | Fault> {
  const found = await lookUp(life, chat, false)
  return isFault(found) ? found : found.user
}

/** The same, and whether it was known. `isAnew`: the network is asked even so. */
export async function lookUp(life: Life, chat: ChatId, isAnew: boolean): Promise<PersonLookUp | Fault> {
  if (isNumberAlias(chat)) return life.finder.lookUp(phoneIn(chat), isAnew)
  if (!isPersonId(chat)) return { user: null, isRemembered: true }
  const isKnown = chat === life.self || (!isAnew && (await life.directory.person(chat)) !== null)
  if (isKnown) return { user: chat, isRemembered: true }
  const contact = await contactOf(life, chat)
  return isFault(contact) ? contact : { user: contact?.id ?? null, isRemembered: false }
}

/** What the network shows of a person now; null when there is nobody of this id. It is kept. */
export async function contactOf(life: Life, person: string): Promise<Contact | null | Fault> {
  const answer = await answerTo(life, {}, CONTACTS, [person])
  if (isFault(answer)) return answer.fault === 'notFound' ? null : answer
  const contact = answer.contacts.find(({ id }) => id === person)
  if (contact === undefined) return null
  await keep(life, (draft) => life.directory.noteContact(contact, draft))
  return contact
}

/** The number that such an alias tells. */
export function phoneIn(alias: ChatId): string {
  return alias.slice(0, alias.indexOf('@'))
}
