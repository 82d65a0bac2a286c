import type { NetworkMessage } from '../../model/message.ts'
import type { InstanceData, MessageEvent, Rendering } from '../event.ts'
import { instanceData, unixSeconds } from './envelope.ts'
import { messageData } from './message-data.ts'

const TYPE_OF_FLOW: Readonly<Record<MessageEvent['flow'], string>> = {
  incoming: 'incomingMessageReceived',
  outgoing: 'outgoingMessageReceived',
  outgoingApi: 'outgoingAPIMessageReceived',
}

/** The three message notifications, which differ in nothing but their name. */
export function messageBody(rendering: Rendering, event: MessageEvent): object {
  const { message, flow } = event
  return {
    typeWebhook: TYPE_OF_FLOW[flow],
    instanceData: instanceData(rendering.instance),
    timestamp: unixSeconds(message.at),
    idMessage: message.id,
    senderData: senderData(rendering.instance, message),
    messageData: messageData(rendering, flow, message.content),
  }
}

function senderData(instance: InstanceData, message: NetworkMessage): object {
  const { chat, author } = message
  return {
    chatId: chat.id,
    sender: author.id,
    chatName: chat.name,
    senderName: author.name,
    senderContactName: author.contactName,
    ...(instance.typeInstance !== 'whatsapp' && otherMessengersData(instance, message)),
  }
}

/** Where ids are no numbers the number stands beside them, 0 when it is hidden; Telegram tells kinds of chats apart. */
function otherMessengersData(instance: InstanceData, { chat, author }: NetworkMessage): object {
  return {
    senderPhoneNumber: Number(author.phone ?? 0),
    ...(instance.typeInstance === 'telegram' && {
      chatType: chat.type ?? 'user',
      senderType: author.type ?? 'user',
    }),
  }
}
