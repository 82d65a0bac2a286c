import type { NetworkMessage } from '../../model/message.ts'
import type { InstanceData, MessageEvent } from '../event.ts'
import { instanceData, unixSeconds } from './envelope.ts'
import { textData } from './text.ts'

const TYPE_OF_FLOW: Readonly<Record<MessageEvent['flow'], string>> = {
  incoming: 'incomingMessageReceived',
  outgoing: 'outgoingMessageReceived',
  outgoingApi: 'outgoingAPIMessageReceived',
}

/** The three message notifications, which differ in nothing but their name. */
export function messageBody(instance: InstanceData, event: MessageEvent): object {
  const { message } = event
  return {
    typeWebhook: TYPE_OF_FLOW[event.flow],
    instanceData: instanceData(instance),
    timestamp: unixSeconds(message.at),
    idMessage: message.id,
    senderData: senderData(message),
    // With a second kind of content this stops compiling, and becomes a choice by kind.
    messageData: textData(message.content),
  }
}

function senderData({ chat, author }: NetworkMessage): object {
  return {
    chatId: chat.id,
    sender: author.id,
    chatName: chat.name,
    senderName: author.name,
    senderContactName: author.contactName,
  }
}
