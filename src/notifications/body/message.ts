import type { NetworkMessage } from '../../model/message.ts'
import type { InstanceData, MessageEvent, Rendering } from '../event.ts'
import { instanceData, unixSeconds } from './envelope.ts'
import { messageData } from './message-data.ts'
import { typeOfChat } from './type-of-chat.ts'

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
    senderData: senderData(rendering.instance, flow, message),
    messageData: messageData(rendering, flow, message.content),
  }
}

function senderData(instance: InstanceData, flow: MessageEvent['flow'], message: NetworkMessage): object {
  const { chat, author } = message
  return {
    chatId: chat.id,
    sender: author.id,
    // As the account's own chat list shows it: what the address book says goes before what the person says.
    chatName: chat.contactName === '' ? chat.name : chat.contactName,
    senderName: author.name,
    senderContactName: author.contactName,
    ...(instance.typeInstance !== 'whatsapp' && otherMessengersData(instance, flow, message)),
  }
}

/** Where ids are no numbers the number stands beside them, 0 when it is hidden; Telegram tells kinds of chats apart. */
function otherMessengersData(
  instance: InstanceData,
  flow: MessageEvent['flow'],
  { chat, author }: NetworkMessage,
): object {
  // The network tells nothing of who sends through the API: that is the account itself.
  const phone = flow === 'outgoingApi' ? instance.wid.split('@', 1)[0] : author.phone
  return {
    senderPhoneNumber: Number(phone ?? 0),
    ...(instance.typeInstance === 'telegram' && {
      chatType: chat.type ?? typeOfChat(chat.id),
      senderType: author.type ?? 'user',
    }),
  }
}
