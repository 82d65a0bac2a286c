import type { Content, Quote, TextContent } from '../../model/content.ts'
import { pollOptions, type LinkOf } from './parts.ts'
import * as parts from './parts.ts'

/**
 * The `quotedMessage` object: what a message replies to, flat. Of a message that is not known it says an empty text, since receivers pick the
 * reader of a quote by its type.
 */
export function quotedMessage(quote: Quote, linkOf: LinkOf): object {
  return {
    stanzaId: quote.id,
    participant: quote.participant,
    ...(quote.content === null ? UNKNOWN : quotedContent(quote.content, linkOf)),
  }
}

const UNKNOWN = { typeMessage: 'textMessage', textMessage: '' }

function quotedContent(content: Content, linkOf: LinkOf): object {
  switch (content.kind) {
    case 'text':
      return quotedText(content)
    case 'unreadable':
      return { typeMessage: 'textMessage', textMessage: parts.unreadableText(content) }
    case 'statusText':
      return { typeMessage: 'textMessage', textMessage: content.text }
    case 'file':
      return { typeMessage: parts.TYPE_OF_FILE[content.type], ...parts.fileParts(content, linkOf) }
    case 'location':
      return { typeMessage: 'locationMessage', location: parts.locationParts(content) }
    case 'contacts':
      return quotedContacts(content.contacts.map(parts.contactParts))
    case 'poll': {
      const { question, options, multipleAnswers } = content
      return {
        typeMessage: 'pollMessage',
        pollMessageData: { name: question, options: pollOptions(options), multipleAnswers },
      }
    }
    case 'buttons':
      return quotedButtons(content)
    case 'list':
      return { typeMessage: 'listMessage', ...parts.listParts(content) }
    case 'choice':
      return { typeMessage: 'templateButtonsReplyMessage', selectedDisplayText: content.text, selectedId: content.id }
    case 'groupInvite':
      return { typeMessage: 'groupInviteMessage', groupInviteMessageData: parts.inviteParts(content) }
    case 'product':
      return { typeMessage: 'productMessage', title: content.title, description: content.description }
    case 'order':
      return { typeMessage: 'orderMessage', orderId: content.orderId }
    case 'edit':
      return { typeMessage: 'textMessage', textMessage: content.text }
    case 'vote':
    case 'reaction':
    case 'deletion':
      // No phone lets one reply to these.
      return UNKNOWN
    default:
      return content satisfies never
  }
}

function quotedText({ text, preview }: TextContent): object {
  if (preview === undefined) return { typeMessage: 'textMessage', textMessage: text }
  const { description, title, jpegThumbnail } = preview
  return {
    typeMessage: 'extendedTextMessage',
    textMessage: text,
    extendedTextMessage: { description, title, previewType: 'None', jpegThumbnail },
  }
}

function quotedContacts(contacts: readonly ReturnType<typeof parts.contactParts>[]): object {
  return contacts.length === 1
    ? { typeMessage: 'contactMessage', contact: contacts[0] }
    : { typeMessage: 'contactsArrayMessage', contacts }
}

function quotedButtons(content: Extract<Content, { kind: 'buttons' }>): object {
  switch (content.style) {
    case 'plain':
      return { typeMessage: 'buttonsMessage', ...parts.plainButtonsParts(content) }
    case 'template':
      return { typeMessage: 'templateMessage', ...parts.templateParts(content) }
    case 'interactive':
      return {
        typeMessage: 'interactiveButtons',
        ...parts.interactiveParts(content),
        buttons: parts.interactiveButtons(content.buttons),
      }
    default:
      return content.style satisfies never
  }
}
