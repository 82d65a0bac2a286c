import type { ChatId, EpochMs, InstanceId, MessageId } from '../model/ids.ts'
import type { Content } from '../model/content.ts'
import type { MessageStatus, NetworkMessage, OutgoingMessage } from '../model/message.ts'
import type { MessageRow, Write } from '../storage/store.ts'

/** The journal row of a message that the API asked to send: the body is the request, so that every attempt sends the same. */
export function recordOutgoing(instance: InstanceId, id: MessageId, message: OutgoingMessage, at: EpochMs): Write {
  return {
    kind: 'message.add',
    row: {
      instance,
      id,
      chat: message.chat,
      direction: 'out',
      byApi: true,
      status: 'pending',
      description: '',
      at,
      body: JSON.stringify(message),
    },
  }
}

/** The journal row of a message that the network brought. One from our own phone has left it already: it is `sent`. */
export function recordNetwork(instance: InstanceId, message: NetworkMessage): Write {
  return {
    kind: 'message.add',
    row: {
      instance,
      id: message.id,
      chat: message.chat.id,
      direction: message.direction,
      byApi: false,
      status: message.direction === 'out' ? 'sent' : 'delivered',
      description: '',
      at: message.at,
      body: JSON.stringify(message),
    },
  }
}

export function recordStatus(
  instance: InstanceId,
  id: MessageId,
  status: MessageStatus,
  description: string,
  at: EpochMs,
): Write {
  return { kind: 'message.status', instance, id, status, description, at }
}

/** Who wrote a stored message (empty for our own account) and what it says. */
export function readRecord(row: MessageRow): { readonly author: ChatId | ''; readonly content: Content } {
  // Trusted: only the functions above write these bodies, in the same shape on every version.
  const body = JSON.parse(row.body) as OutgoingMessage | NetworkMessage
  return { author: 'author' in body && row.direction === 'in' ? body.author.id : '', content: body.content }
}
