import type { Content } from '../../../../model/content.ts'
import type { ChatId, MessageId } from '../../../../model/ids.ts'
import { line, text } from '../../../network/bounded.ts'
import type { MessageKey, WaMessage } from '../../engine/proto.ts'
import type { SessionEvent } from '../../../driver.ts'
import { isGroup, plainJid } from '../../jids.ts'
import { count, messageId } from '../bounded.ts'
import { aliasesOf } from '../parties.ts'
import type { Reading } from '../reading.ts'
import { unwrap } from '../unwrap.ts'

type Reaction = NonNullable<WaMessage['reactionMessage']>
type Original = NonNullable<Extract<SessionEvent, { kind: 'message' }>['original']>
type Protocol = NonNullable<WaMessage['protocolMessage']>

const REVOKE = 0
const EPHEMERAL_SETTING = 3
const MESSAGE_EDIT = 14
const LONGEST_TIMER_S = 10 * 365 * 86_400

export async function reaction({ key, text: emoji }: Reaction, reading: Reading): Promise<Content | undefined> {
  const target = messageId(key?.id) as MessageId
  if (target === '') return undefined
  const participant = await targetsAuthor(key ?? {}, reading)
  return { kind: 'reaction', target, participant, emoji: line(emoji).slice(0, 64).toWellFormed() }
}

/** Whose message a key names, which is written as its sender sees it. */
async function targetsAuthor(key: MessageKey, reading: Reading): Promise<ChatId> {
  const { parts, envelope, author, chat } = reading
  if (key.fromMe === true) return author
  const participant = plainJid(key.participant)
  if (participant !== '') return await parts.people.chatOf(participant)
  if (isGroup(envelope.chat)) return '' as ChatId
  return envelope.fromMe ? chat : await parts.people.chatOf(parts.own.pn, parts.own.lid)
}

/** Edits and deletions are messages; what sets a chat's timer changes its record; the rest is between devices. */
export async function protocol(message: Protocol, reading: Reading): Promise<Content | undefined> {
  switch (message.type) {
    case REVOKE:
      return await deletion(message, reading)
    case MESSAGE_EDIT:
      return await edit(message, reading)
    case EPHEMERAL_SETTING: {
      const ephemeralS = count(message.ephemeralExpiration, LONGEST_TIMER_S)
      const change = { ephemeralS, ephemeralSetAt: reading.envelope.at }
      await reading.parts.directory.noteChat(reading.envelope.chat, change, reading.draft)
      return undefined
    }
    default:
      return undefined
  }
}

async function deletion({ key }: Protocol, reading: Reading): Promise<Content | undefined> {
  const target = messageId(key?.id) as MessageId
  if (target === '' || !((await isAuthors(target, reading)) || (await isAdmin(reading)))) return undefined
  return { kind: 'deletion', target, forEveryone: true }
}

/** In a group an admin may delete what others wrote. The network does not see who did: each client looks for itself. */
async function isAdmin({ parts, envelope }: Reading): Promise<boolean> {
  if (!isGroup(envelope.chat)) return false
  const group = await parts.directory.group(envelope.chat)
  // Where nobody tells who is one, it is believed.
  if (group === null) return true
  const names = [...(await parts.people.namesOf(envelope.author)), envelope.authorAlt]
  return group.participants.some(
    ({ id, phoneNumber, admin }) => typeof admin === 'string' && [id, phoneNumber].some((name) => isOneOf(name, names)),
  )
}

function isOneOf(jid: string | undefined, names: readonly string[]): boolean {
  const plain = plainJid(jid)
  return plain !== '' && names.includes(plain)
}

async function edit({ key, editedMessage }: Protocol, reading: Reading): Promise<Content | undefined> {
  const target = messageId(key?.id) as MessageId
  if (target === '' || !editedMessage || !(await isAuthors(target, reading))) return undefined
  const { message } = unwrap(editedMessage)
  const said = text(message.conversation ?? message.extendedTextMessage?.text)
  if (said !== '') return { kind: 'edit', target, text: said, isCaption: false }
  const file = message.imageMessage ?? message.videoMessage ?? message.documentMessage
  return file ? { kind: 'edit', target, text: text(file.caption), isCaption: true } : undefined
}

/** What an edit or a deletion that was let through is about, by the name of the chat under which the journal has it. */
export async function originalOf(content: Content, reading: Reading): Promise<Original | undefined> {
  if (content.kind !== 'edit' && content.kind !== 'deletion') return undefined
  const found = await find(content.target, reading)
  return found === null ? undefined : { chat: found.chat, id: content.target, isAllowed: true }
}

/** The person's number may have become known since, or been hidden. */
async function find(target: MessageId, { parts, chat, envelope }: Reading) {
  for (const name of [chat, ...(await aliasesOf(parts, envelope, chat))]) {
    const known = await parts.host.message(name, target)
    if (known !== null) return { chat: name, known }
  }
  return null
}

/** Nobody edits or takes back what somebody else said; of what this service has not seen nothing can be said. */
async function isAuthors(target: MessageId, reading: Reading): Promise<boolean> {
  const { parts, author, envelope } = reading
  const found = await find(target, reading)
  if (found === null) return true
  const { known } = found
  if (envelope.fromMe || known.direction === 'out') return envelope.fromMe && known.direction === 'out'
  if (known.author === '' || known.author === author) return true
  return (await parts.people.namesOf(known.author)).includes(envelope.author)
}
