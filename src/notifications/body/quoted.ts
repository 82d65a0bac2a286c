import { byKind, type ButtonsContent, type ByKind, type Quote, type TextContent } from '../../model/content.ts'
import type { LinkOf } from './parts.ts'
import * as parts from './parts.ts'

/**
 * The `quotedMessage` object: what a message replies to, flat. Of a message that is not known it says an empty text, since receivers pick the
 * reader of a quote by its type.
 */
export function quotedMessage(quote: Quote, linkOf: LinkOf): object {
  return {
    stanzaId: quote.id,
    participant: quote.participant,
    ...(quote.content === null ? UNKNOWN : byKind(QUOTED, quote.content, linkOf)),
  }
}

const UNKNOWN = { typeMessage: 'textMessage', textMessage: '' }

/** No phone lets one reply to these. */
const unquotable = () => UNKNOWN

const QUOTED: ByKind<[LinkOf], object> = {
  text: quotedText,
  unreadable: (content) => ({ typeMessage: 'textMessage', textMessage: parts.unreadableText(content) }),
  statusText: ({ text }) => ({ typeMessage: 'textMessage', textMessage: text }),
  file: (content, linkOf) => ({
    typeMessage: parts.TYPE_OF_FILE[content.type],
    ...parts.fileParts(content, linkOf),
  }),
  location: (content) => ({ typeMessage: 'locationMessage', location: parts.locationParts(content) }),
  contacts: ({ contacts }) => quotedContacts(contacts.map(parts.contactParts)),
  poll: (content) => ({ typeMessage: 'pollMessage', pollMessageData: parts.pollParts(content) }),
  buttons: quotedButtons,
  list: (content) => ({ typeMessage: 'listMessage', ...parts.listParts(content) }),
  choice: ({ id, text }) => ({
    typeMessage: 'templateButtonsReplyMessage',
    selectedDisplayText: text,
    selectedId: id,
  }),
  groupInvite: (content) => ({
    typeMessage: 'groupInviteMessage',
    groupInviteMessageData: parts.inviteParts(content),
  }),
  product: ({ title, description }) => ({ typeMessage: 'productMessage', title, description }),
  order: ({ orderId }) => ({ typeMessage: 'orderMessage', orderId }),
  edit: ({ text }) => ({ typeMessage: 'textMessage', textMessage: text }),
  vote: unquotable,
  reaction: unquotable,
  deletion: unquotable,
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

function quotedButtons(content: ButtonsContent): object {
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
