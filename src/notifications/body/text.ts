import type { Quote, TextContent } from '../../model/content.ts'

/**
 * `messageData` of a text: a reply is a `quotedMessage` whatever else it is; a text with a preview or a forwarded one is an
 * `extendedTextMessage`; anything else a `textMessage`.
 */
export function textData(content: TextContent): object {
  if (content.quote !== undefined) return replyData(content, content.quote)
  if (content.preview !== undefined || isForwarded(content)) return extendedData(content)
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

function replyData(content: TextContent, quote: Quote): object {
  return {
    typeMessage: 'quotedMessage',
    extendedTextMessageData: {
      text: content.text,
      stanzaId: quote.id,
      participant: quote.participant,
      ...(isForwarded(content) ? forwarding(content) : {}),
    },
    quotedMessage: {
      stanzaId: quote.id,
      participant: quote.participant,
      // Receivers pick the reader of a quote by its type, so an unknown text is an empty one rather than no type at all.
      typeMessage: 'textMessage',
      textMessage: quote.text ?? '',
    },
  }
}

function isForwarded(content: TextContent): boolean {
  return (content.forwardingScore ?? 0) > 0
}

function forwarding(content: TextContent): { forwardingScore: number; isForwarded: boolean } {
  return { forwardingScore: content.forwardingScore ?? 0, isForwarded: isForwarded(content) }
}
