import type { AccountId, ChatId, Epoch, InstanceId, MessageId } from '../../src/model/ids.ts'
import type { InstanceRow } from '../../src/model/instance.ts'
import type { OutgoingMessage } from '../../src/model/message.ts'
import { DEFAULT_SETTINGS } from '../../src/model/settings.ts'
import type { Batch, Guard, MessageRow, Store, Write } from '../../src/storage/store.ts'

/** Rows and writes for the suites of the storage port; each takes what a test cares about and fills in the rest. */

export const KEY = Buffer.alloc(32, 7)
export const OTHER_KEY = Buffer.alloc(32, 8)
export const EPOCH = 1 as Epoch
export const FIRST = 1_101_000_001 as InstanceId
export const SECOND = 1_101_000_002 as InstanceId
export const CHAT = '79001234567@c.us' as ChatId

export const messageId = (id: string): MessageId => id as MessageId
export const accountId = (id: string): AccountId => id as AccountId

export function instance(id: InstanceId, rest: Partial<InstanceRow> = {}): InstanceRow {
  return {
    id,
    account: accountId('account-1'),
    messenger: 'whatsapp',
    name: `name of ${id}`,
    token: `token-of-${id}`,
    settings: DEFAULT_SETTINGS,
    state: 'notAuthorized',
    linked: null,
    createdAt: 1000,
    deletedAt: null,
    receiptsUpTo: 0,
    lastSentAt: 0,
    ...rest,
  }
}

export function addInstance(id: InstanceId, rest: Partial<InstanceRow> = {}): Write {
  return { kind: 'instance.add', row: instance(id, rest), owner: 'node-1', epoch: EPOCH }
}

export function outgoing(text: string): OutgoingMessage {
  return { chat: CHAT, content: { kind: 'text', text } }
}

/** A message sent by the API, as the journal keeps it. */
export function message(on: InstanceId, id: string, rest: Partial<MessageRow> = {}): MessageRow {
  return {
    instance: on,
    id: messageId(id),
    chat: CHAT,
    direction: 'out',
    shelf: 'message',
    byApi: true,
    status: 'pending',
    description: '',
    at: 2000,
    body: JSON.stringify(outgoing(`text of ${id}`)),
    isEdited: false,
    isDeleted: false,
    ...rest,
  }
}

export function addMessage(on: InstanceId, id: string, rest: Partial<MessageRow> = {}): Write {
  return { kind: 'message.add', row: message(on, id, rest) }
}

/** The two writes of a send. */
export function enqueue(on: InstanceId, position: number, id: string, at = 2000): readonly Write[] {
  return [addMessage(on, id, { at }), { kind: 'outbox.add', instance: on, position, id: messageId(id), at }]
}

export function notify(on: InstanceId, receiptId: number, at = 3000): Write {
  return { kind: 'mailbox.add', instance: on, receiptId, body: `{"receipt":${receiptId}}`, at }
}

export function owns(on: InstanceId, epoch: Epoch = EPOCH): Guard {
  return { kind: 'owns', instance: on, epoch }
}

export function once(key: string, rest: Partial<Extract<Guard, { kind: 'once' }>> = {}): Guard {
  return { kind: 'once', scope: 'scope-1', key, bodyHash: 'hash', answer: `answer to ${key}`, at: 4000, ...rest }
}

export function batch(writes: readonly Write[], guards: readonly Guard[] = []): Batch {
  return { guards, writes }
}

/** Commits what must not be refused. */
export async function commit(store: Store, ...writes: readonly Write[]): Promise<void> {
  const committed = await store.commit(batch(writes))
  if (!committed.ok) throw new Error('refused without a guard')
}
