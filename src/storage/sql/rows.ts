import type { Seal } from '../../lib/seal.ts'
import type { KeptFile } from '../../model/content.ts'
import type { AccountId, ChatId, Epoch, InstanceId, MessageId } from '../../model/ids.ts'
import type { InstanceRow, LinkedAccount } from '../../model/instance.ts'
import { MESSAGE_STATUSES, type OutgoingMessage } from '../../model/message.ts'
import { MESSENGERS } from '../../model/messenger.ts'
import type { StateChange, StoredState } from '../../model/state.ts'
import type {
  ClaimedMessage,
  JournalEntry,
  MessageRow,
  Notification,
  QueuedMessage,
  QueueSize,
  Receipt,
  Shelf,
} from '../store.ts'
import { integer, integerOrNull, text, textOrNull, word } from './columns.ts'
import { settingsFromJson } from './settings-json.ts'
import { places, type Row } from './statement.ts'

/** Rows of the database to what the port speaks of. */
const STATES = ['notAuthorized', 'authorized', 'blocked', 'suspended'] as const satisfies readonly StoredState[]
const SHELVES = ['message', 'call', 'status'] as const satisfies readonly Shelf[]

export const instanceId = (row: Row, column = 'instance_id'): InstanceId => integer(row, column) as InstanceId
export const epoch = (row: Row, column = 'epoch'): Epoch => integer(row, column) as Epoch

export function instanceRow(row: Row, seal: Seal): InstanceRow {
  const id = instanceId(row, 'id')
  return {
    id,
    account: text(row, 'account_id') as AccountId,
    messenger: word(row, 'messenger', MESSENGERS),
    name: text(row, 'name'),
    token: seal.open(text(row, 'token'), places.instanceToken(id)),
    settings: settingsFromJson(text(row, 'settings'), id, seal),
    state: word(row, 'state', STATES),
    linked: linkedAccount(textOrNull(row, 'linked')),
    createdAt: integer(row, 'created_at'),
    deletedAt: integerOrNull(row, 'deleted_at'),
    receiptsUpTo: integer(row, 'receipts_up_to'),
    lastSentAt: integer(row, 'last_sent_at'),
    tariff: text(row, 'tariff'),
    paidUntil: integerOrNull(row, 'paid_until'),
  }
}

function linkedAccount(json: string | null): LinkedAccount | null {
  if (json === null) return null
  const stored = JSON.parse(json) as Row
  const chat = stored['chat']
  return {
    wid: text(stored, 'wid'),
    pushName: text(stored, 'pushName'),
    phone: text(stored, 'phone'),
    deviceId: text(stored, 'deviceId'),
    ...(typeof chat === 'string' && { chat: chat as ChatId }),
    ...(stored['hidesNumbers'] === true && { hidesNumbers: true }),
  }
}

export function stateChange(row: Row): StateChange {
  return { state: word(row, 'state', STATES), wid: text(row, 'wid'), at: integer(row, 'at') }
}

export function messageRow(row: Row): MessageRow {
  return {
    instance: instanceId(row),
    id: text(row, 'id') as MessageId,
    chat: text(row, 'chat_id') as ChatId,
    direction: word(row, 'direction', ['in', 'out']),
    byApi: integer(row, 'by_api') === 1,
    status: word(row, 'status', MESSAGE_STATUSES),
    description: text(row, 'description'),
    at: integer(row, 'at'),
    body: text(row, 'body'),
    shelf: word(row, 'shelf', SHELVES),
    isEdited: integer(row, 'is_edited') === 1,
    isDeleted: integer(row, 'is_deleted') === 1,
  }
}

export function journalEntry(row: Row): JournalEntry {
  return { ...messageRow(row), seq: integer(row, 'seq') }
}

export function receipt(row: Row): Receipt {
  return {
    participant: text(row, 'participant') as ChatId,
    status: word(row, 'status', ['delivered', 'read']),
    at: integer(row, 'at'),
  }
}

export function keptFile(row: Row): KeptFile {
  const remote = textOrNull(row, 'remote')
  return {
    at: 'here',
    sha256: text(row, 'sha256'),
    size: integer(row, 'size'),
    ...(remote !== null && { remote }),
  }
}

/** The body of a message that the API sent is the `OutgoingMessage` itself, as it was journalled. */
export function queuedMessage(row: Row): QueuedMessage {
  return {
    position: integer(row, 'position'),
    id: text(row, 'message_id') as MessageId,
    enqueuedAt: integer(row, 'at'),
    message: JSON.parse(text(row, 'body')) as OutgoingMessage,
  }
}

export function claimedMessage(row: Row): ClaimedMessage {
  return { ...queuedMessage(row), epoch: epoch(row, 'claim_epoch'), deadline: integer(row, 'claim_deadline') }
}

export function notification(row: Row): Notification {
  return { receiptId: integer(row, 'receipt_id'), body: text(row, 'body'), at: integer(row, 'at') }
}

export function queueSize(row: Row): QueueSize {
  return { instance: instanceId(row), count: integer(row, 'count'), last: integer(row, 'last') }
}
