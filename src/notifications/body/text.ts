import type { Quote, TextContent } from '../../model/content.ts'
import { forwarding } from './forwarding.ts'
import { forwardingIfAny, type LinkOf } from './parts.ts'
import { quotedMessage } from './quoted.ts'

/**
 * `messageData` of a text: a reply is a `quotedMessage` whatever else it is; a text with a preview or a forwarded one is an
 * `extendedTextMessage`; anything else a `textMessage`.
 */
export function textData(content: TextContent, linkOf: LinkOf): object {
  if (content.quote !== undefined) return replyData(content, content.quote, linkOf)
  if (content.preview !== undefined || forwarding(content).isForwarded) return extendedData(content)
  return { typeMessage: 'textMessage', textMessageData: { textMessage: content.text } }
}

function extendedData(content: TextContent): object {
  return {
    typeMessage: 'extendedTextMessage',
    extendedTextMessageData: {
      text: content.text,
      description: content.preview?.description ?? '',
      title: content.preview?.title ?? '',
      previewType: 'None',
      jpegThumbnail: content.preview?.jpegThumbnail ?? '',
      ...forwarding(content),
    },
  }
}

function replyData(content: TextContent, quote: Quote, linkOf: LinkOf): object {
  return {
    typeMessage: 'quotedMessage',
    extendedTextMessageData: {
      text: content.text,
      stanzaId: quote.id,
      participant: quote.participant,
      ...forwardingIfAny(content),
    },
    quotedMessage: quotedMessage(quote, linkOf),
  }
}
