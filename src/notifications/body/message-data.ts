import {
  quoteOf,
  type ButtonsContent,
  type ChoiceContent,
  type Content,
  type FileContent,
} from '../../model/content.ts'
import type { MessageEvent, Rendering } from '../event.ts'
import { forwarding } from './forwarding.ts'
import { pollOptions } from './parts.ts'
import * as parts from './parts.ts'
import { quotedMessage } from './quoted.ts'
import { textData } from './text.ts'

/** The wire's `messageData`. A reply that is no text keeps its own type and gains `quotedMessage`. */
export function messageData(rendering: Rendering, flow: MessageEvent['flow'], content: Content): object {
  if (content.kind === 'text') return textData(content, rendering.linkOf)
  const data = dataOf(rendering, flow, content)
  const quote = quoteOf(content)
  return quote === undefined ? data : { ...data, quotedMessage: quotedMessage(quote, rendering.linkOf) }
}

function dataOf(rendering: Rendering, flow: MessageEvent['flow'], content: Exclude<Content, { kind: 'text' }>): object {
  switch (content.kind) {
    case 'unreadable':
      return { typeMessage: 'textMessage', textMessageData: { textMessage: parts.unreadableText(content) } }
    case 'statusText':
      return { typeMessage: 'textMessage', textMessageData: { textMessage: content.text } }
    case 'file':
      return fileData(rendering, content)
    case 'location':
      return {
        typeMessage: 'locationMessage',
        locationMessageData: { ...parts.locationParts(content), ...forwarding(content) },
      }
    case 'contacts':
      return contactsData(content)
    case 'poll': {
      const { question, options, multipleAnswers } = content
      return {
        typeMessage: 'pollMessage',
        pollMessageData: { name: question, options: pollOptions(options), multipleAnswers },
      }
    }
    case 'vote':
      return voteData(content)
    case 'reaction':
      return {
        typeMessage: 'reactionMessage',
        extendedTextMessageData: { text: content.emoji },
        quotedMessage: { stanzaId: content.target, participant: content.participant },
      }
    case 'edit':
      return {
        typeMessage: 'editedMessage',
        editedMessageData: {
          [content.isCaption ? 'caption' : 'textMessage']: content.text,
          stanzaId: content.target,
        },
      }
    case 'deletion':
      return { typeMessage: 'deletedMessage', deletedMessageData: { stanzaId: content.target } }
    case 'buttons':
      return buttonsData(content)
    case 'list':
      return { typeMessage: 'listMessage', listMessage: { ...parts.listParts(content), ...forwarding(content) } }
    case 'choice':
      return choiceData(flow, content)
    case 'groupInvite':
      return { typeMessage: 'groupInviteMessage', groupInviteMessageData: parts.inviteParts(content) }
    case 'product':
      return productData(rendering, content)
    case 'order':
      return orderData(content)
    default:
      return content satisfies never
  }
}

/** A sticker has an object of its own name on Telegram. */
function fileData({ instance, linkOf }: Rendering, content: FileContent): object {
  const data = { ...parts.fileParts(content, linkOf), ...forwarding(content) }
  const isTelegramSticker = content.type === 'sticker' && instance.typeInstance === 'telegram'
  return {
    typeMessage: parts.TYPE_OF_FILE[content.type],
    [isTelegramSticker ? 'stickerMessageData' : 'fileMessageData']: data,
  }
}

/** Several cards are nested once more, as the vendor sends them. */
function contactsData(content: Extract<Content, { kind: 'contacts' }>): object {
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

function voteData(content: Extract<Content, { kind: 'vote' }>): object {
  return { typeMessage: 'pollUpdateMessage', pollMessageData: voteParts(content) }
}

export function voteParts(content: Extract<Content, { kind: 'vote' }>) {
  return {
    stanzaId: content.poll,
    name: content.question,
    votes: content.options.map(({ name, voters }) => ({ optionName: name, optionVoters: voters })),
    multipleAnswers: content.multipleAnswers,
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
function choiceData(flow: MessageEvent['flow'], content: ChoiceContent): object {
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

function productData({ linkOf }: Rendering, content: Extract<Content, { kind: 'product' }>): object {
  const { productId, title, description, currency, price, url, imageCount, image } = content
  return {
    typeMessage: 'productMessage',
    productMessage: {
      productId,
      title,
      description,
      currencyCode: currency,
      price,
      url,
      productImageCount: imageCount,
      ...(image !== undefined && { fileMessageData: { ...parts.fileParts(image, linkOf), ...forwarding(content) } }),
    },
  }
}

function orderData(content: Extract<Content, { kind: 'order' }>): object {
  const { orderId, token, total, currency, itemCount, title, seller } = content
  return {
    typeMessage: 'orderMessage',
    orderMessage: {
      orderId,
      token,
      totalPrice: total,
      currencyCode: currency,
      itemCount,
      orderTitle: title,
      sellerJid: seller,
    },
  }
}
