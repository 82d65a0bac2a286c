import type { CallStatus, NetworkCall } from '../model/call.ts'
import { STATUS_CHAT, type Content } from '../model/content.ts'
import type { ChatId, EpochMs, InstanceId, MessageId } from '../model/ids.ts'
import type { MessageStatus, NetworkMessage, OutgoingMessage, Party } from '../model/message.ts'
import type { MessageRow, Shelf, Write } from '../storage/store.ts'

/** Statuses have a journal of their own, in whatever way they came. */
function shelfOf(chat: ChatId): Extract<Shelf, 'message' | 'status'> {
  return chat === STATUS_CHAT ? 'status' : 'message'
}

/** The journal row of a message that the API asked to send: the body is the request, so that every attempt sends the same. */
export function recordOutgoing(instance: InstanceId, id: MessageId, message: OutgoingMessage, at: EpochMs): Write {
  return {
    kind: 'message.add',
    row: {
      instance,
      id,
      chat: message.chat,
      direction: 'out',
      shelf: shelfOf(message.chat),
      byApi: true,
      status: 'pending',
      description: '',
      at,
      body: JSON.stringify(message),
      isEdited: false,
      isDeleted: false,
    },
  }
}

/** Adds `networkRow`. */
export function recordNetwork(instance: InstanceId, message: NetworkMessage, accepted: 'sent' | 'delivered'): Write {
  return { kind: 'message.add', row: networkRow(instance, message, accepted) }
}

/**
 * The journal row of a message that the network brought. One from our own phone has left it already: `accepted` is what its
 * messenger calls that.
 */
export function networkRow(instance: InstanceId, message: NetworkMessage, accepted: 'sent' | 'delivered'): MessageRow {
  return {
    instance,
    id: message.id,
    chat: message.chat.id,
    direction: message.direction,
    shelf: shelfOf(message.chat.id),
    byApi: false,
    status: message.direction === 'out' ? accepted : 'delivered',
    description: '',
    at: message.at,
    body: networkBody(message),
    isEdited: false,
    isDeleted: false,
  }
}

/** What could not be read when it came can be read now; `chat` is where it was put then. */
export function recordReadable(instance: InstanceId, message: NetworkMessage, chat: ChatId): Write {
  return { kind: 'message.body', instance, id: message.id, chat, body: networkBody(message) }
}

/** What the row's columns do not say. */
function networkBody({ chat, author, content }: NetworkMessage): string {
  return JSON.stringify({ chat, author, content })
}

/** The journal row of a call that begins; one row a call, its body is what is known of it now. */
export function recordCall(instance: InstanceId, call: NetworkCall): Write {
  return {
    kind: 'message.add',
    row: {
      instance,
      id: call.id,
      chat: call.chat.id,
      direction: call.direction,
      shelf: 'call',
      byApi: false,
      status: 'delivered',
      description: '',
      at: call.at,
      body: JSON.stringify(call),
      isEdited: false,
      isDeleted: false,
    },
  }
}

/** A call went on. */
export function recordCallProgress(instance: InstanceId, call: NetworkCall): Write {
  return { kind: 'message.body', instance, id: call.id, chat: call.chat.id, body: JSON.stringify(call) }
}

const CALL_RANKS: Readonly<Record<CallStatus, number>> = { offer: 0, pickUp: 1, hungUp: 1, declined: 1, invalid: 1 }

/** What a later word on a call tells: a status that counts more than the stored one, only how long was talked, or nothing. */
export function callProgress(stored: NetworkCall, now: NetworkCall): 'status' | 'duration' | 'nothing' {
  if (CALL_RANKS[now.status] > CALL_RANKS[stored.status]) return 'status'
  return now.status === stored.status && now.durationS > stored.durationS ? 'duration' : 'nothing'
}

export function recordStatus(
  instance: InstanceId,
  { chat, id }: { readonly chat: ChatId; readonly id: MessageId },
  status: MessageStatus,
  description: string,
  at: EpochMs,
): Write {
  return { kind: 'message.status', instance, id, chat, status, description, at }
}

/** What a stored message or status says, and to whom it belongs. */
export interface JournalRecord {
  /** Who wrote it; empty for our own account. */
  readonly author: ChatId | ''
  readonly content: Content
  /** The chat and the author with their names, as they were when the network brought it; absent for what the API sent. */
  readonly parties?: { readonly chat: Party; readonly author: Party }
  /** The request, of what the API sent. */
  readonly sent?: OutgoingMessage
}

/** Reads a row of the shelves `message` and `status`. */
export function readRecord(row: MessageRow): JournalRecord {
  // Trusted: only the functions above write these bodies, in the same shape on every version.
  if (row.byApi) {
    const sent = JSON.parse(row.body) as OutgoingMessage
    return { author: '', content: sent.content, sent }
  }
  const { chat, author, content } = JSON.parse(row.body) as Pick<NetworkMessage, 'chat' | 'author' | 'content'>
  return { author: row.direction === 'in' ? author.id : '', content, parties: { chat, author } }
}

/** Reads a row of the shelf `call`. */
export function readCall(row: MessageRow): NetworkCall {
  // Trusted, as above.
  return JSON.parse(row.body) as NetworkCall
}
