import { readCall, readRecord, type JournalRecord } from '../../journal/record.ts'
import {
  byKind,
  quoteOf,
  type Button,
  type ButtonsContent,
  type ByKind,
  type ChoiceContent,
  type ContactsContent,
  type TextContent,
} from '../../model/content.ts'
import type { Messenger } from '../../model/messenger.ts'
import { forwarding } from '../../notifications/body/forwarding.ts'
import type { LinkOf } from '../../notifications/body/parts.ts'
import * as parts from '../../notifications/body/parts.ts'
import { quotedMessage } from '../../notifications/body/quoted.ts'
import { typeOfChat } from '../../notifications/body/type-of-chat.ts'
import type { MessageRow } from '../../storage/store.ts'
import { wireSeconds } from '../wire-time.ts'

/** What an item needs besides its row. */
export interface ItemContext {
  readonly messenger: Messenger
  readonly linkOf: LinkOf
  /** Digits of the account's own number; empty while nothing is linked. */
  readonly ownPhone: string
}

/** A message as the journals show it, keys in the vendor's order. A reply that is no text gains `quotedMessage`. */
export function journalItem(row: MessageRow, context: ItemContext): object {
  const record = readRecord(row)
  const { content } = record
  const quote = quoteOf(content)
  return {
    type: row.direction === 'in' ? 'incoming' : 'outgoing',
    idMessage: row.id,
    timestamp: wireSeconds(row.at),
    ...byKind(ITEMS, content, context, row),
    ...(quote !== undefined && content.kind !== 'text' && { quotedMessage: quotedMessage(quote, context.linkOf) }),
    ...sideKeys(row, record, context),
    deletedMessageId: content.kind === 'deletion' ? content.target : '',
    editedMessageId: content.kind === 'edit' ? content.target : '',
    isEdited: row.isEdited,
    isDeleted: row.isDeleted,
  }
}

/** What only one direction has, and what MAX and Telegram add. What was sent by the API has no parties: its author is the account. */
function sideKeys(row: MessageRow, { parties }: JournalRecord, { messenger, ownPhone }: ItemContext): object {
  const own = row.direction === 'out' ? { statusMessage: row.status, sendByApi: row.byApi } : senderKeys(parties)
  if (messenger === 'whatsapp') return own
  return {
    ...own,
    chatType: parties?.chat.type ?? typeOfChat(row.chat),
    senderType: parties?.author.type ?? 'user',
    senderPhoneNumber: Number(parties === undefined ? ownPhone : (parties.author.phone ?? 0)),
  }
}

function senderKeys(parties: JournalRecord['parties']): object {
  return {
    senderId: parties?.author.id ?? '',
    senderName: parties?.author.name ?? '',
    senderContactName: parties?.author.contactName ?? '',
  }
}

type Item = [ItemContext, MessageRow]

/** `typeMessage`, `chatId`, and what the type adds. */
function typed(typeMessage: string, row: MessageRow, added: object): object {
  return { typeMessage, chatId: row.chat, ...added }
}

const ITEMS: ByKind<Item, object> = {
  text: textItem,
  unreadable: (content, _context, row) => typed('textMessage', row, { textMessage: parts.unreadableText(content) }),
  statusText: ({ text }, _context, row) => typed('textMessage', row, { textMessage: text }),
  file: (content, { linkOf }, row) => {
    const { downloadUrl, caption, fileName, jpegThumbnail, mimeType, isAnimated } = parts.fileParts(content, linkOf)
    const { forwardingScore, isForwarded } = forwarding(content)
    const flat = { downloadUrl, caption, fileName, jpegThumbnail, mimeType, isAnimated, isForwarded, forwardingScore }
    return typed(parts.TYPE_OF_FILE[content.type], row, flat)
  },
  location: (content, _context, row) =>
    typed('locationMessage', row, { location: { ...parts.locationParts(content), ...forwarding(content) } }),
  contacts: contactsItem,
  poll: (content, _context, row) => typed('pollMessage', row, { pollMessageData: parts.pollParts(content) }),
  vote: (content, _context, row) => {
    const { name, stanzaId, votes, multipleAnswers } = parts.voteParts(content)
    return typed('pollUpdateMessage', row, { pollMessageData: { name, stanzaId, votes, multipleAnswers } })
  },
  reaction: ({ emoji, target, participant }, _context, row) =>
    typed('reactionMessage', row, {
      extendedTextMessageData: { text: emoji },
      quotedMessage: { stanzaId: target, participant },
    }),
  edit: ({ isCaption, text }, _context, row) =>
    typed('editedMessage', row, { [isCaption ? 'caption' : 'textMessage']: text }),
  deletion: (_content, _context, row) => typed('deletedMessage', row, {}),
  buttons: buttonsItem,
  list: (content, _context, row) =>
    typed('listMessage', row, { listMessage: { ...parts.listParts(content), ...forwarding(content) } }),
  choice: choiceItem,
  groupInvite: (content, _context, row) =>
    typed('groupInviteMessage', row, { groupInviteMessageData: parts.inviteParts(content) }),
  product: (content, _context, row) => typed('productMessage', row, { productMessage: parts.productParts(content) }),
  order: (content, _context, row) => typed('orderMessage', row, { orderMessage: parts.orderParts(content) }),
}

function textItem(content: TextContent, { linkOf }: ItemContext, row: MessageRow): object {
  const { text, quote, preview } = content
  if (quote !== undefined) {
    return typed('quotedMessage', row, {
      extendedTextMessage: { text, stanzaId: quote.id, participant: quote.participant },
      quotedMessage: quotedMessage(quote, linkOf),
    })
  }
  if (preview === undefined && !forwarding(content).isForwarded) return typed('textMessage', row, { textMessage: text })
  return typed('extendedTextMessage', row, {
    textMessage: text,
    extendedTextMessage: {
      text,
      description: preview?.description ?? '',
      title: preview?.title ?? '',
      previewType: 'None',
      jpegThumbnail: preview?.jpegThumbnail ?? '',
      ...forwarding(content),
    },
  })
}

function contactsItem(content: ContactsContent, _context: ItemContext, row: MessageRow): object {
  const [first, ...others] = content.contacts.map(parts.contactParts)
  return first !== undefined && others.length === 0
    ? typed('contactMessage', row, { contact: { ...first, ...forwarding(content) } })
    : typed('contactsArrayMessage', row, {
        messageData: { contacts: content.contacts.map(parts.contactParts), ...forwarding(content) },
      })
}

function buttonsItem(content: ButtonsContent, _context: ItemContext, row: MessageRow): object {
  switch (content.style) {
    case 'plain':
      return typed('buttonsMessage', row, {
        buttonsMessage: { ...parts.plainButtonsParts(content), ...forwarding(content) },
      })
    case 'template':
      return typed('templateMessage', row, {
        templateMessage: { ...parts.templateParts(content), ...forwarding(content) },
      })
    case 'interactive':
      return typed('interactiveButtons', row, {
        interactiveButtons: { ...parts.interactiveParts(content), buttons: content.buttons.map(sixKeys) },
      })
    default:
      return content.style satisfies never
  }
}

/** Journals show every key of a button, those of other types empty. */
function sixKeys({ id, text, action, value }: Button): object {
  return {
    type: action,
    buttonId: id,
    buttonText: text,
    copyCode: action === 'copy' ? value : '',
    phoneNumber: action === 'call' ? value : '',
    url: action === 'url' ? value : '',
  }
}

function choiceItem(content: ChoiceContent, _context: ItemContext, row: MessageRow): object {
  const { target: stanzaId, index: selectedIndex, id: selectedId, text: selectedDisplayText } = content
  switch (content.of) {
    case 'plain':
      return typed('buttonsResponseMessage', row, {
        buttonsResponseMessage: { stanzaId, selectedButtonId: selectedId, selectedButtonText: selectedDisplayText },
      })
    case 'list':
      return typed('listResponseMessage', row, {
        listResponseMessage: { stanzaId, title: selectedDisplayText, listType: 1, singleSelectReply: selectedId },
      })
    case 'interactive':
    case 'template':
      return typed('templateButtonsReplyMessage', row, {
        templateButtonReplyMessage: { stanzaId, selectedIndex, selectedId, selectedDisplayText },
      })
    default:
      return content.of satisfies never
  }
}

/** A call as its journals show it. */
export function callItem(row: MessageRow): object {
  const call = readCall(row)
  const isIn = call.direction === 'in'
  return {
    type: isIn ? 'incoming' : 'outgoing',
    idMessage: call.id,
    timestamp: wireSeconds(row.at),
    typeMessage: isIn ? 'incomingCall' : 'outgoingCall',
    chatId: call.chat.id,
    duration: call.durationS,
    isVideo: call.isVideo,
    ...(isIn && { isGroup: call.isGroup }),
    status: call.status,
    ...(!isIn && { participants: call.participants.map(({ id, status }) => ({ id, status })) }),
  }
}

/** A status (a story) as its journals show it. */
export function statusItem(row: MessageRow, context: ItemContext): object {
  const { parties, ...record } = readRecord(row)
  return {
    type: row.direction === 'in' ? 'incoming' : 'outgoing',
    idMessage: row.id,
    timestamp: wireSeconds(row.at),
    // What was taken back is shown to nobody any more.
    ...(row.isDeleted ? typed('deletedMessage', row, {}) : statusContent(row, record, context)),
    ...(row.direction === 'out' ? { statusMessage: row.status, sendByApi: row.byApi } : senderKeys(parties)),
  }
}

/** Of an own one, for whom it is: inside what a text has, beside the keys of anything else. */
function statusContent(row: MessageRow, { content, sent }: JournalRecord, context: ItemContext): object {
  const audience = row.direction === 'out' ? { participants: sent?.audience ?? [] } : {}
  if (content.kind !== 'statusText') return { ...byKind(ITEMS, content, context, row), ...audience }
  const { text, backgroundColor, font } = content
  return typed('extendedTextMessage', row, {
    textMessage: text,
    extendedTextMessage: { text, backgroundColor, font, ...audience },
  })
}
