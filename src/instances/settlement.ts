import type { KnownChat } from '../drivers/driver.ts'
import { recordStatus } from '../journal/record.ts'
import type { Content } from '../model/content.ts'
import type { Fault } from '../model/fault.ts'
import type { ChatId, EpochMs, MessageId } from '../model/ids.ts'
import type { MessageStatus, NetworkMessage, OutgoingMessage } from '../model/message.ts'
import type { NotificationEvent } from '../notifications/event.ts'
import { removeWrite } from '../queue/outbox.ts'
import type { Write } from '../storage/store.ts'
import type { InstanceRecord } from './record.ts'

/** How a queued message ended. */
export interface Outcome {
  readonly status: Exclude<MessageStatus, 'pending' | 'delivered' | 'read'>
  readonly description: string
  readonly at: EpochMs
  /** What the driver knows of the chat of a message that was sent. */
  readonly chat?: KnownChat
}

/** The end of a message that the network refused for good. */
export function refused({ fault, message }: Fault, at: EpochMs): Outcome {
  if (fault === 'noAccount' || fault === 'notInGroup') return { status: fault, description: '', at }
  return { status: 'failed', description: message, at }
}

/** A queued message whose end is being stored. */
export interface Unsettled {
  readonly position: number
  readonly id: MessageId
  readonly message: OutgoingMessage
}

/** What ends a queued message: its status, its notifications in the order the contract wants, and its place in the queue. */
export interface Settlement {
  /** As it is told: `delivered` for `sent` on a messenger that doesn't tell `sent`. */
  readonly status: Exclude<MessageStatus, 'pending' | 'read'>
  readonly writes: readonly Write[]
  readonly events: readonly NotificationEvent[]
}

/** `original`: the chat in which the journal has what it edits or takes back. */
export function settle(record: InstanceRecord, item: Unsettled, outcome: Outcome, original?: ChatId): Settlement {
  const isSent = outcome.status === 'sent'
  const status = isSent && record.capabilities?.tellsSent === false ? 'delivered' : outcome.status
  const { description, at } = outcome
  return {
    status,
    writes: [
      recordStatus(record.id, { chat: item.message.chat, id: item.id }, status, description, at),
      removeWrite(record.id, item.position),
      ...(isSent ? marks(record, item, original) : []),
    ],
    events: eventsOf(record, item, { ...outcome, status }, isSent),
  }
}

/** outgoingAPIMessageReceived before sent; a message that did not leave has only its status. */
function eventsOf(
  record: InstanceRecord,
  item: Unsettled,
  { status, description, at, chat: about }: Pick<Settlement, 'status'> & Omit<Outcome, 'status'>,
  isSent: boolean,
): readonly NotificationEvent[] {
  const { chat, content } = item.message
  const told: NotificationEvent = { kind: 'status', id: item.id, chat, status, description, byApi: true, at }
  if (!isSent) return [told]
  const announced = announcement(record, item, at, about)
  return changesAnother(content) ? [announced] : [announced, told]
}

/** Whether it is about an earlier message and no message of its own: then nobody waits for its receipts. */
export function changesAnother(content: Content): boolean {
  return content.kind === 'edit' || content.kind === 'deletion' || content.kind === 'reaction'
}

/** What the journal says of the message that this one edited or took back. */
function marks(
  record: InstanceRecord,
  { message: { content } }: Unsettled,
  chat: ChatId | undefined,
): readonly Write[] {
  if (chat === undefined || (content.kind !== 'edit' && content.kind !== 'deletion')) return []
  const mark = content.kind === 'edit' ? 'edited' : 'deleted'
  return [{ kind: 'message.mark', instance: record.id, id: content.target, chat, mark }]
}

function announcement(record: InstanceRecord, item: Unsettled, at: EpochMs, about?: KnownChat): NotificationEvent {
  const linked = record.row.linked
  const message: NetworkMessage = {
    id: item.id,
    direction: 'out',
    chat: { id: item.message.chat, name: about?.name ?? '', contactName: about?.contactName ?? '' },
    author: { id: record.ownChat, name: linked?.pushName ?? '', contactName: '' },
    at,
    content: item.message.content,
  }
  return { kind: 'message', flow: 'outgoingApi', message }
}
