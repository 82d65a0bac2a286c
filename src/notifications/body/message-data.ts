import {
  byKind,
  quoteOf,
  type ButtonsContent,
  type ByKind,
  type ChoiceContent,
  type ContactsContent,
  type Content,
  type FileContent,
  type OrderContent,
  type ProductContent,
} from '../../model/content.ts'
import type { MessageEvent, Rendering } from '../event.ts'
import { forwarding } from './forwarding.ts'
import * as parts from './parts.ts'
import { quotedMessage } from './quoted.ts'
import { textData } from './text.ts'

/** The wire's `messageData`. A reply that is no text keeps its own type and gains `quotedMessage`. */
export function messageData(rendering: Rendering, flow: MessageEvent['flow'], content: Content): object {
  const data = byKind(DATA, content, rendering, flow)
  const quote = quoteOf(content)
  return quote === undefined || content.kind === 'text'
    ? data
    : { ...data, quotedMessage: quotedMessage(quote, rendering.linkOf) }
}

const DATA: ByKind<[Rendering, MessageEvent['flow']], object> = {
  text: (content, { linkOf }) => textData(content, linkOf),
  unreadable: (content) => plainText(parts.unreadableText(content)),
  statusText: ({ text }) => plainText(text),
  file: fileData,
  location: (content) => ({
    typeMessage: 'locationMessage',
    locationMessageData: { ...parts.locationParts(content), ...forwarding(content) },
  }),
  contacts: contactsData,
  poll: (content) => ({ typeMessage: 'pollMessage', pollMessageData: parts.pollParts(content) }),
  vote: (content) => ({ typeMessage: 'pollUpdateMessage', pollMessageData: parts.voteParts(content) }),
  reaction: ({ emoji, target, participant }) => ({
    typeMessage: 'reactionMessage',
    extendedTextMessageData: { text: emoji },
    quotedMessage: { stanzaId: target, participant },
  }),
  edit: ({ isCaption, text, target }) => ({
    typeMessage: 'editedMessage',
    editedMessageData: { [isCaption ? 'caption' : 'textMessage']: text, stanzaId: target },
  }),
  deletion: ({ target }) => ({ typeMessage: 'deletedMessage', deletedMessageData: { stanzaId: target } }),
  buttons: buttonsData,
  list: (content) => ({
    typeMessage: 'listMessage',
    listMessage: { ...parts.listParts(content), ...forwarding(content) },
  }),
  choice: choiceData,
  groupInvite: (content) => ({
    typeMessage: 'groupInviteMessage',
    groupInviteMessageData: parts.inviteParts(content),
  }),
  product: productData,
  order: orderData,
}

function plainText(textMessage: string): object {
  return { typeMessage: 'textMessage', textMessageData: { textMessage } }
}

/** A sticker has an object of its own name on Telegram. */
function fileData(content: FileContent, { instance, linkOf }: Rendering): object {
  const data = { ...parts.fileParts(content, linkOf), ...forwarding(content) }
  const isTelegramSticker = content.type === 'sticker' && instance.typeInstance === 'telegram'
  return {
    typeMessage: parts.TYPE_OF_FILE[content.type],
    [isTelegramSticker ? 'stickerMessageData' : 'fileMessageData']: data,
  }
}

/** Several cards are nested once more, as the vendor sends them. */
function contactsData(content: ContactsContent): object {
  const [first, ...others] = content.contacts
  if (first !== undefined && others.length === 0) {
    return {
      typeMessage: 'contactMessage',
      contactMessageData: { ...parts.contactParts(first), ...forwarding(content) },
    }
  }
  return {
    typeMessage: 'contactsArrayMessage',
    messageData: { contacts: content.contacts.map(parts.contactParts), ...forwarding(content) },
  }
}

function buttonsData(content: ButtonsContent): object {
  switch (content.style) {
    case 'plain':
      return {
        typeMessage: 'buttonsMessage',
        buttonsMessage: { ...parts.plainButtonsParts(content), ...forwarding(content) },
      }
    case 'template':
      return {
        typeMessage: 'templateMessage',
        templateMessage: { ...parts.templateParts(content), ...forwarding(content) },
      }
    case 'interactive':
      return {
        typeMessage: 'interactiveButtons',
        interactiveButtons: {
          ...parts.interactiveParts(content),
          buttons: parts.interactiveButtons(content.buttons),
        },
      }
    default:
      return content.style satisfies never
  }
}

/** What was tapped; the owner's own tap on the phone has a name of its own. */
function choiceData(content: ChoiceContent, _rendering: Rendering, flow: MessageEvent['flow']): object {
  const { target: stanzaId, index: selectedIndex, id: selectedId, text: selectedDisplayText } = content
  const selected = { stanzaId, selectedIndex, selectedId, selectedDisplayText }
  switch (content.of) {
    case 'plain':
      return {
        typeMessage: 'buttonsResponseMessage',
        buttonsResponseMessage: { stanzaId, selectedButtonId: selectedId, selectedButtonText: selectedDisplayText },
      }
    case 'list':
      return {
        typeMessage: 'listResponseMessage',
        listResponseMessage: { stanzaId, title: selectedDisplayText, listType: 1, singleSelectReply: selectedId },
      }
    case 'interactive':
      if (flow !== 'incoming')
        return { typeMessage: 'interactiveButtonsResponse', interactiveButtonsResponse: selected }
      return { typeMessage: 'templateButtonsReplyMessage', templateButtonReplyMessage: selected }
    case 'template':
      return { typeMessage: 'templateButtonsReplyMessage', templateButtonReplyMessage: selected }
    default:
      return content.of satisfies never
  }
}

function productData(content: ProductContent, { linkOf }: Rendering): object {
  const { image } = content
  return {
    typeMessage: 'productMessage',
    productMessage: {
      ...parts.productParts(content),
      ...(image !== undefined && { fileMessageData: { ...parts.fileParts(image, linkOf), ...forwarding(content) } }),
    },
  }
}

function orderData(content: OrderContent): object {
  return { typeMessage: 'orderMessage', orderMessage: parts.orderParts(content) }
}
