import Type from 'typebox'
import type { Instance } from '../../instances/instance.ts'
import { isFault } from '../../model/fault.ts'
import type { ChatId, MessageId } from '../../model/ids.ts'
import type { JournalEntry, MessageRow } from '../../storage/store.ts'
import { integer, optional, text } from '../fields.ts'
import { defineMethod, RawJson, type Row } from '../method.ts'
import { TEXT } from './answers.ts'
import { findChat, readChat } from './chat-id.ts'
import { callItem, journalItem, statusItem, type ItemContext } from './journal-item.ts'
import { UNKNOWN_MESSAGE } from './editing.ts'

const HISTORY_COUNT = 100
const DAY_MINUTES = 1440
/** Two thousand years: more than any journal holds, and a time that can still be counted with. */
const MOST_MINUTES = 1_000_000_000
/** So many items are written out before the process looks at anything else again. */
const PORTION = 200

/** The keys that every item has; the others depend on its type. */
export const ITEM = Type.Object({
  type: Type.Enum(['incoming', 'outgoing']),
  idMessage: TEXT,
  timestamp: Type.Integer(),
  typeMessage: TEXT,
  chatId: TEXT,
})
const ITEMS = Type.Array(ITEM)

/** What the items of an instance's journals need of it. */
export function contextOf(instance: Instance): ItemContext {
  return {
    messenger: instance.messenger,
    linkOf: (file, name) => instance.linkOf(file, name),
    ownPhone: instance.linked?.phone ?? '',
  }
}

/** A list that may be long, as JSON; the event loop is never held for long. */
async function listOf(rows: readonly JournalEntry[], itemOf: (row: MessageRow) => object): Promise<RawJson> {
  const texts: string[] = []
  for (const [index, row] of rows.entries()) {
    texts.push(JSON.stringify(itemOf(row)))
    if (index % PORTION === PORTION - 1) await new Promise((resolve) => setImmediate(resolve))
  }
  return new RawJson(`[${texts.join()}]`)
}

const EMPTY = new RawJson('[]')

const getChatHistory = defineMethod({
  name: 'getChatHistory',
  summary: 'Lists the messages of a chat, newest first.',
  verbs: ['POST'],
  reads: true,
  group: 'journals',
  perSecond: 1,
  hasQuota: true,
  fields: {
    chatId: optional(text({ empty: 'error', max: 64 })),
    count: optional(integer({ empty: 'error', minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
  },
  atLeast: 1,
  answer: ITEMS,
  async handle(instance: Instance, fields) {
    // The vendor answers a count without a chat with an empty list.
    if (fields.chatId === undefined) return EMPTY
    const chat = await findChat(instance, fields.chatId)
    if (isFault(chat)) return chat
    const rows = await instance.journal.ofChat(chat, fields.count ?? HISTORY_COUNT)
    const context = contextOf(instance)
    return listOf(rows, (row) => journalItem(row, context))
  },
})

const getMessage = defineMethod({
  name: 'getMessage',
  summary: 'Gives one message of a chat.',
  verbs: ['POST'],
  reads: true,
  group: 'journals',
  perSecond: 10,
  hasQuota: true,
  fields: { chatId: text({ empty: 'error', max: 64 }), idMessage: text({ empty: 'error', max: 128 }) },
  answer: ITEM,
  async handle(instance: Instance, fields) {
    const chat = await findChat(instance, fields.chatId)
    if (isFault(chat)) return chat
    const id = fields.idMessage as MessageId
    // What was taken in while nobody could be asked who has the number is under the number itself.
    const row = (await instance.journal.message(chat, id)) ?? (await underAlias(instance, fields.chatId, chat, id))
    return row?.shelf === 'message' ? journalItem(row, contextOf(instance)) : UNKNOWN_MESSAGE
  },
})

async function underAlias(instance: Instance, raw: string, chat: ChatId, id: MessageId): Promise<MessageRow | null> {
  const named = readChat(instance, raw)
  return isFault(named) || named === chat ? null : instance.journal.message(named, id)
}

type Direction = MessageRow['direction']
type Read = (instance: Instance, minutes: number) => Promise<readonly JournalEntry[]>

/** A list of the last minutes; they come in the query, and from some clients in a body. */
function lastMethod(
  name: string,
  summary: string,
  read: Read,
  itemOf: (row: MessageRow, context: ItemContext) => object,
  more: Pick<Row<Instance>, 'group'> & { readonly hasQuota?: boolean; readonly messengers?: readonly ['whatsapp'] },
): Row<Instance> {
  return defineMethod({
    name,
    summary,
    verbs: ['GET'],
    reads: true,
    perSecond: 1,
    fields: {
      minutes: optional(integer({ empty: 'absent', digits: true, minimum: 0, maximum: MOST_MINUTES })),
    },
    answer: ITEMS,
    ...more,
    async handle(instance: Instance, fields) {
      const rows = await read(instance, fields.minutes ?? DAY_MINUTES)
      const context = contextOf(instance)
      return listOf(rows, (row) => itemOf(row, context))
    },
  })
}

const messages =
  (direction: Direction): Read =>
  (instance, minutes) =>
    instance.journal.last(direction, minutes)
const calls =
  (direction: Direction): Read =>
  (instance, minutes) =>
    instance.journal.calls(direction, minutes)
const statuses =
  (direction: Direction): Read =>
  (instance, minutes) =>
    instance.journal.statuses(direction, minutes)

const MESSAGES = { group: 'journals', hasQuota: true } as const
const CALLS = { group: 'journals', messengers: ['whatsapp'] } as const
const STATUSES = { group: 'statuses', messengers: ['whatsapp'] } as const

/** The methods that read what was sent and received, newest first. */
export const journalMethods: readonly Row<Instance>[] = [
  getChatHistory,
  getMessage,
  lastMethod('lastIncomingMessages', 'Lists what came in the last minutes.', messages('in'), journalItem, MESSAGES),
  lastMethod(
    'lastOutgoingMessages',
    'Lists what was sent in the last minutes.',
    messages('out'),
    journalItem,
    MESSAGES,
  ),
  lastMethod('lastIncomingCalls', 'Lists the calls that came in the last minutes.', calls('in'), callItem, CALLS),
  lastMethod('lastOutgoingCalls', 'Lists the calls made in the last minutes.', calls('out'), callItem, CALLS),
  lastMethod(
    'getIncomingStatuses',
    'Lists the statuses that came in the last minutes.',
    statuses('in'),
    statusItem,
    STATUSES,
  ),
  lastMethod(
    'getOutgoingStatuses',
    'Lists the own statuses of the last minutes.',
    statuses('out'),
    statusItem,
    STATUSES,
  ),
]
