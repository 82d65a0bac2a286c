import { recordStatus } from '../journal/record.ts'
import type { ChatId, EpochMs, MessageId } from '../model/ids.ts'
import type { MessageStatus, NetworkMessage, OutgoingMessage } from '../model/message.ts'
import type { NotificationEvent } from '../notifications/event.ts'
import { removeWrite } from '../queue/outbox.ts'
import type { InstanceRecord } from './record.ts'
import type { Write } from '../storage/store.ts'

/** How a queued message ended. */
export interface Outcome {
  readonly status: Exclude<MessageStatus, 'pending' | 'delivered' | 'read'>
  readonly description: string
  readonly at: EpochMs
}

/** A queued message whose end is being stored. */
export interface Unsettled {
  readonly position: number
  readonly id: MessageId
  readonly message: OutgoingMessage
}

/** What ends a queued message: its status, its notifications in the order the contract wants, and its place in the queue. */
export interface Settlement {
  readonly writes: readonly Write[]
  readonly events: readonly NotificationEvent[]
}

export function settle(record: InstanceRecord, item: Unsettled, outcome: Outcome): Settlement {
  const chat = item.message.chat
  const status: NotificationEvent = {
    kind: 'status',
    id: item.id,
    chat,
    status: outcome.status,
    description: outcome.description,
    byApi: true,
    at: outcome.at,
  }
  return {
    writes: [
      recordStatus(record.id, item.id, outcome.status, outcome.description, outcome.at),
      removeWrite(record.id, item.position),
    ],
    // DECISIONS B: outgoingAPIMessageReceived before sent; a message that did not leave has only its status.
    events: outcome.status === 'sent' ? [announcement(record, item, outcome.at), status] : [status],
  }
}

function announcement(record: InstanceRecord, item: Unsettled, at: EpochMs): NotificationEvent {
  const linked = record.row.linked
  const message: NetworkMessage = {
    id: item.id,
    direction: 'out',
    chat: { id: item.message.chat, name: '', contactName: '' },
    author: { id: (linked?.wid ?? '') as ChatId, name: linked?.pushName ?? '', contactName: '' },
    at,
    content: item.message.content,
  }
  return { kind: 'message', flow: 'outgoingApi', message }
}
