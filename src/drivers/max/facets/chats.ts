import type { ChatSummary } from '../../../model/chats.ts'
import { isNumberAlias } from '../../../model/decimal-chats.ts'
import { fault, isFault, type Fault } from '../../../model/fault.ts'
import type { ChatId, EpochMs, MessageId } from '../../../model/ids.ts'
import type { Chats } from '../../facets.ts'
import { keep, type ChatRecord, type Life } from '../life.ts'
import { HISTORY, MARK_READ } from '../wire/opcodes.ts'
import { learnAllChats } from './all-chats.ts'
import { answerTo, ask, type Current } from './asking.ts'
import { personBehind } from './persons.ts'
import { NOT_CONNECTED } from '../../network/asking.ts'

const NO_ARCHIVE = fault('unsupported', 'MAX has no archive of chats that a web client knows of')
const NO_VANISHING = fault('unsupported', 'messages do not vanish by themselves on MAX')
/** Ids are the time in ms, and what tells apart those of the same one. */
const TIME_SHIFT = 16n
/** Before there was such a network. */
const OLDEST = Date.UTC(2010)
const TYPES = { DIALOG: 'user', CHAT: 'group', CHANNEL: 'channel' } as const

/** A message up to which a chat is read. */
interface Last {
  readonly message: string
  readonly at: EpochMs
}

export function chatsOf(current: Current): Chats {
  const cannot = (why: Fault) => Promise.resolve(current() === null ? NOT_CONNECTED : why)
  return {
    list: () => ask(current, list),
    read: (chat, upTo) => ask(current, (life) => read(life, chat, upTo)),
    archive: () => cannot(NO_ARCHIVE),
    setEphemeral: () => cannot(NO_VANISHING),
  }
}

async function list(life: Life): Promise<readonly ChatSummary[]> {
  await learnAllChats(life)
  const records = [...(await life.directory.chats())].sort(([, a], [, b]) => b.at - a.at)
  const all: ChatSummary[] = []
  for (const [network, record] of records) all.push(await summaryOf(life, network, record))
  return all
}

async function summaryOf(life: Life, network: string, record: ChatRecord): Promise<ChatSummary> {
  const id = await life.addresses.chatIdOf(network)
  const person = record.type === 'DIALOG' ? await life.directory.person(id) : null
  const named = [person?.contactName, person?.name].find((name) => name !== undefined && name !== '')
  return {
    ...{ id, name: named ?? record.title, type: TYPES[record.type], phone: person?.phone ?? '', username: '' },
    ...{ isArchived: false, ephemeralS: 0, ephemeralSetAt: 0, unread: record.unread },
  }
}

/** False: nothing was unread. */
async function read(life: Life, chat: ChatId, upTo: MessageId | undefined): Promise<boolean | Fault> {
  const id = isNumberAlias(chat) ? await personBehind(life, chat) : chat
  if (isFault(id)) return id
  const network = id === null ? null : await life.addresses.networkIdOf(id as ChatId)
  const record = network === null ? null : await life.directory.chat(network)
  if (network === null || record === null) return false
  const last = upTo === undefined ? await lastUnread(life, network, record) : await unreadUpTo(life, record, upTo)
  if (last === null || isFault(last)) return last ?? false
  return mark(life, network, last, upTo === undefined ? 0 : record.unread)
}

/** The mark is the time of the last message that is read: the time of now would mark what comes meanwhile. */
async function mark(life: Life, network: string, { message, at }: Last, left: number): Promise<true | Fault> {
  const answer = await answerTo(life, {}, MARK_READ, network, message, at)
  if (isFault(answer)) return answer
  const change = { unread: answer.unread ?? left, readTo: answer.mark ?? at }
  await keep(life, (draft) => life.directory.noteChange(network, change, draft))
  return true
}

async function unreadUpTo({ messageIds }: Life, { readTo }: ChatRecord, id: MessageId): Promise<Last | null> {
  const message = await messageIds.networkIdOf(id)
  const at = message === null ? null : timeIn(message)
  return message === null || at === null || at <= readTo ? null : { message, at }
}

/** The newest that is known, or that the network has where there is more unread than came here. */
async function lastUnread(life: Life, network: string, record: ChatRecord): Promise<Last | null | Fault> {
  const { last, at, unread } = record
  if (unread === 0) return null
  if (last !== undefined && last.at >= at) return last
  const history = await answerTo(life, {}, HISTORY, network, life.host.clock.now(), 1)
  if (isFault(history)) return history
  const newest = history.messages.at(-1)
  return newest === undefined ? (last ?? null) : { message: newest.id, at: newest.time }
}

/** When a message was sent: the network counts its ids by it. Null for what is none of them. */
function timeIn(message: string): EpochMs | null {
  const at = Number(BigInt(message) >> TIME_SHIFT)
  return at > OLDEST ? at : null
}
