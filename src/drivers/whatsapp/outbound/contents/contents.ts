import { byKind, type ByKind, type Content, type ContentKind } from '../../../../model/content.ts'
import { fault, type Fault } from '../../../../model/fault.ts'
import type { WaMessage } from '../../engine/proto.ts'
import { buttonsMessage, listMessage } from './buttons.ts'
import { contactsMessage, groupInviteMessage, locationMessage } from './cards.ts'
import { deletionMessage, editMessage, reactionMessage } from './changes.ts'
import { fileMessage } from './files.ts'
import type { Made, Making } from './making.ts'
import { pollMessage } from './polls.ts'
import { orderMessage, productMessage } from './shop.ts'
import { statusTextMessage, textMessage } from './texts.ts'

/** What a linked device can't send; quotes show the most of it. */
export const NOT_SENT: ReadonlySet<ContentKind> = new Set<ContentKind>([
  'vote',
  'choice',
  'list',
  'product',
  'order',
  'unreadable',
])

/** The longest text that phones take, UTF-16 code units. */
const TEXT_LENGTH = 65_536

/** Why a content can't be sent at all, whoever it is for. */
export function contentTrouble(content: Content): Fault | undefined {
  if (NOT_SENT.has(content.kind)) return fault('refused', `a linked device can send no ${content.kind}`)
  const text = 'text' in content ? content.text : 'caption' in content ? content.caption : ''
  return text.length > TEXT_LENGTH ? fault('refused', 'the text is too long for WhatsApp') : undefined
}

/** The protocol's form of a content, without the envelope that goes around each message. */
export function messageOf(content: Content, making: Making): Made {
  return byKind(MESSAGES, content, making)
}

/** In quotes there is nothing to show of these. */
const NOTHING: WaMessage = { conversation: '' }

const MESSAGES: ByKind<[Making], Made> = {
  text: textMessage,
  file: fileMessage,
  location: locationMessage,
  contacts: contactsMessage,
  poll: pollMessage,
  vote: ({ question }) => ({ conversation: question }),
  reaction: reactionMessage,
  edit: editMessage,
  deletion: deletionMessage,
  buttons: buttonsMessage,
  list: listMessage,
  choice: ({ text }) => ({ conversation: text }),
  groupInvite: groupInviteMessage,
  product: productMessage,
  order: orderMessage,
  statusText: statusTextMessage,
  unreadable: () => NOTHING,
}
