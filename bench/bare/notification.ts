import type { Pushed } from '../../src/simulator/protocol.ts'

/** The body that the product would deliver for a text, written out by hand; nothing else is pushed to it. */
export function notificationOf(channel: number, event: Extract<Pushed, { kind: 'message' }>): string {
  const { id, at, chat, author, content } = event
  if (content.kind !== 'text') throw new Error(`no text but ${content.kind} was pushed`)
  return JSON.stringify({
    typeWebhook: 'incomingMessageReceived',
    instanceData: { idInstance: 1_101_000_000 + channel, wid: '79001234567@c.us', typeInstance: 'whatsapp' },
    timestamp: Math.floor(at / 1000),
    idMessage: id,
    senderData: {
      chatId: `${chat.address}@c.us`,
      sender: `${author.address}@c.us`,
      chatName: chat.name,
      senderName: author.name,
      senderContactName: author.contactName,
    },
    messageData: { typeMessage: 'textMessage', textMessageData: { textMessage: content.text } },
  })
}
