import type { Content } from '../../../../model/content.ts'
import type { WaMessage } from '../../engine/proto.ts'
import { fieldsOf } from '../bounded.ts'
import type { Reading } from '../reading.ts'
import { interactive, list, plainButtons, template } from './buttons.ts'
import { contact, contacts, groupInvite, liveLocation, location } from './cards.ts'
import { protocol, reaction } from './changes.ts'
import { interactiveChoice, listChoice, plainChoice, templateChoice } from './choices.ts'
import { audio, document, image, sticker, video, videoNote } from './files.ts'
import { poll, vote } from './polls.ts'
import { order, product } from './shop.ts'
import { extendedText, plainText } from './texts.ts'

type Read = Content | undefined | Promise<Content | undefined>
type Table = { readonly [Name in keyof WaMessage]?: (said: NonNullable<WaMessage[Name]>, reading: Reading) => Read }

/** What says something of its own, and so may be quoted. */
const SAYINGS = {
  conversation: plainText,
  extendedTextMessage: extendedText,
  imageMessage: image,
  videoMessage: video,
  ptvMessage: videoNote,
  audioMessage: audio,
  documentMessage: document,
  stickerMessage: sticker,
  locationMessage: location,
  liveLocationMessage: liveLocation,
  contactMessage: contact,
  contactsArrayMessage: contacts,
  pollCreationMessage: poll,
  pollCreationMessageV2: poll,
  pollCreationMessageV3: poll,
  pollCreationMessageV5: poll,
  buttonsMessage: plainButtons,
  templateMessage: template,
  interactiveMessage: interactive,
  listMessage: list,
  groupInviteMessage: groupInvite,
  productMessage: product,
  orderMessage: order,
} satisfies Table

/** What is about an earlier message or chat. */
const DEEDS = {
  pollUpdateMessage: vote,
  reactionMessage: reaction,
  protocolMessage: protocol,
  buttonsResponseMessage: plainChoice,
  templateButtonReplyMessage: templateChoice,
  listResponseMessage: listChoice,
  interactiveResponseMessage: interactiveChoice,
} satisfies Table

const ALL: Table = { ...SAYINGS, ...DEEDS }

/** What goes along with a message and is none. */
const ACCOMPANYING: ReadonlySet<keyof WaMessage> = new Set(['messageContextInfo', 'senderKeyDistributionMessage'])

/** What an unwrapped message says, without what it replies to; undefined for nothing that the contract has. */
export async function contentOf(message: WaMessage, reading: Reading): Promise<Content | undefined> {
  const table: Table = reading.isQuote ? SAYINGS : ALL
  const unknown: string[] = []
  for (const name of fieldsOf(message)) {
    // The row is of the field's own name, so it takes the field; the compiler can't follow the two together.
    const row = table[name] as ((said: unknown, reading: Reading) => Read) | undefined
    if (row !== undefined) return await row(message[name], reading)
    if (!ACCOMPANYING.has(name)) unknown.push(name)
  }
  if (unknown.length > 0 && !reading.isQuote)
    reading.log.info({ id: reading.envelope.id, kinds: unknown.slice(0, 8) }, 'a message of a kind that is not told')
  return undefined
}
