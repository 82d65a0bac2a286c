import type { ChatId } from '../../../model/ids.ts'
import type { Party } from '../../../model/message.ts'
import { isGroup, isPerson } from '../jids.ts'
import type { Draft } from '../life.ts'
import { chatIdOf } from '../people.ts'
import type { Envelope, InboundParts } from './reading.ts'

type Parts = Pick<InboundParts, 'people' | 'directory'>

export interface Parties {
  readonly chat: Party
  readonly author: Party
}

/** Who a message is from and where, with the names that are known; what the message itself tells of its author is kept. */
export async function partiesOf(parts: Parts, envelope: Envelope, draft: Draft): Promise<Parties> {
  const { chat, chatAlt, author, authorAlt, authorName, fromMe } = envelope
  if (!fromMe) await parts.directory.noteName(author, authorName, draft)
  const known = await personOf(parts, author, authorAlt)
  // The account itself is nobody's contact, and its own devices tell its name as well.
  const from = known.name === '' ? { ...known, name: authorName } : known
  if (chat === author) return { chat: from, author: from }
  return { chat: await partyOf(parts, chat, chatAlt), author: from }
}

/** A person, a group or the statuses. */
export async function partyOf(parts: Parts, jid: string, alt = ''): Promise<Party> {
  if (isPerson(jid)) return await personOf(parts, jid, alt)
  const name = isGroup(jid) ? await groupName(parts, jid) : ''
  return { id: jid as ChatId, name, contactName: '' }
}

/** The other names of a chat that the API calls `id`; the journal may have been told of it by them. */
export async function aliasesOf(
  { people }: Pick<Parts, 'people'>,
  { chat, chatAlt }: Pick<Envelope, 'chat' | 'chatAlt'>,
  id: ChatId,
): Promise<readonly ChatId[]> {
  if (!isPerson(chat)) return []
  // Mostly the network tells both names, and nothing need be looked up.
  const names = isPerson(chatAlt) ? [chat, chatAlt] : await people.namesOf(chat)
  return names.length === 1 ? [] : names.map(chatIdOf).filter((name) => name !== id)
}

async function personOf({ people, directory }: Parts, jid: string, alt: string): Promise<Party> {
  const id = await people.chatOf(jid, alt)
  const { name = '', contactName = '' } = (await directory.contact(jid)) ?? {}
  return { id, name, contactName }
}

async function groupName({ directory }: Parts, jid: string): Promise<string> {
  const { name } = (await directory.chat(jid)) ?? {}
  return (await directory.group(jid))?.subject ?? name ?? ''
}
