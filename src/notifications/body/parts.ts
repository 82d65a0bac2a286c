import mime from 'mime'
import type {
  Button,
  ButtonsContent,
  ContactCard,
  FileContent,
  FileSource,
  FileType,
  GroupInviteContent,
  ListContent,
  LocationContent,
  OrderContent,
  PollContent,
  ProductContent,
  UnreadableContent,
  VoteContent,
} from '../../model/content.ts'
import { unixSeconds } from './envelope.ts'
import { forwarding } from './forwarding.ts'

/** Makes the link of a file that is kept; see `Rendering`. */
export type LinkOf = (file: Extract<FileSource, { at: 'here' }>, name: string) => string

/** Parts of the wire's messages that notifications, quotes and journals have in common, keys in the vendor's order. */

export const TYPE_OF_FILE: Readonly<Record<FileType, string>> = {
  image: 'imageMessage',
  video: 'videoMessage',
  audio: 'audioMessage',
  document: 'documentMessage',
  sticker: 'stickerMessage',
}

/** What clients know of a text that could not be read. */
export function unreadableText({ why }: UnreadableContent): string {
  switch (why) {
    case 'undecrypted':
      return '{{SWE001}}'
    case 'keysLost':
      return '{{SWE003}}'
    default:
      return why satisfies never
  }
}

/** Where a file can be fetched; for one that was too large to be taken in, the marker that clients know. */
function downloadUrl(content: FileContent, linkOf: LinkOf): string {
  const { file } = content
  switch (file.at) {
    case 'here':
      return linkOf(file, fileName(content))
    case 'url':
      return file.url
    case 'nowhere':
      return file.why === 'tooLarge' ? '{{SWE002}}' : ''
    default:
      return file satisfies never
  }
}

/** Documents alone have names of their own on some messengers; any other file gets one that fits its bytes and its type. */
function fileName({ name, file, mimeType }: FileContent): string {
  if (name !== '') return name
  const stem = file.at === 'here' ? file.sha256.slice(0, STEM_LENGTH) : 'file'
  return `${stem}.${mime.getExtension(mimeType) ?? 'bin'}`
}

const STEM_LENGTH = 32

export function fileParts(content: FileContent, linkOf: LinkOf) {
  return {
    downloadUrl: downloadUrl(content, linkOf),
    caption: content.caption,
    fileName: fileName(content),
    jpegThumbnail: content.jpegThumbnail,
    mimeType: content.mimeType,
    isAnimated: content.isAnimated ?? false,
    ...(content.isVideoNote === true && { videoNote: true }),
  }
}

export function locationParts({ name, address, jpegThumbnail, latitude, longitude }: LocationContent) {
  return { nameLocation: name, address, jpegThumbnail, latitude, longitude }
}

export function contactParts({ displayName, vcard }: ContactCard) {
  return { displayName, vcard }
}

export function pollParts({ question, options, multipleAnswers }: PollContent) {
  return { name: question, options: options.map((optionName) => ({ optionName })), multipleAnswers }
}

/** Who chose what, by the poll that it is about. */
export function voteParts(content: VoteContent) {
  return {
    stanzaId: content.poll,
    name: content.question,
    votes: content.options.map(({ name, voters }) => ({ optionName: name, optionVoters: voters })),
    multipleAnswers: content.multipleAnswers,
  }
}

export function productParts({ productId, title, description, currency, price, url, imageCount }: ProductContent) {
  return { productId, title, description, currencyCode: currency, price, url, productImageCount: imageCount }
}

export function orderParts({ orderId, token, total, currency, itemCount, title, seller }: OrderContent) {
  return {
    orderId,
    token,
    totalPrice: total,
    currencyCode: currency,
    itemCount,
    orderTitle: title,
    sellerJid: seller,
  }
}

export function inviteParts(content: GroupInviteContent) {
  return {
    groupJid: content.group,
    inviteCode: content.code,
    // A 64-bit number as the vendor's own samples write it.
    inviteExpiration: { low: unixSeconds(content.expiresAt) | 0, high: 0, unsigned: false },
    groupName: content.groupName,
    caption: content.caption,
    jpegThumbnail: content.jpegThumbnail,
  }
}

function plainButtons(buttons: readonly Button[]) {
  return buttons.map(({ id, text }) => ({ buttonId: id, buttonText: text }))
}

/** A button of a template names what it does by the object that it has. */
function templateButtons(buttons: readonly Button[]) {
  return buttons.map(({ id, text, action, value }, index) => {
    switch (action) {
      case 'url':
        return { index, urlButton: { displayText: text, url: value } }
      case 'call':
        return { index, callButton: { displayText: text, phoneNumber: value } }
      case 'copy':
      case 'reply':
        return { index, quickReplyButton: { displayText: text, id } }
      default:
        return action satisfies never
    }
  })
}

/** Each with the one key that its action needs. */
export function interactiveButtons(buttons: readonly Button[]) {
  return buttons.map(({ id, text, action, value }) => ({
    type: action,
    buttonId: id,
    buttonText: text,
    ...(action === 'copy' && { copyCode: value }),
    ...(action === 'call' && { phoneNumber: value }),
    ...(action === 'url' && { url: value }),
  }))
}

export function plainButtonsParts(content: ButtonsContent) {
  return { contentText: content.body, footer: content.footer, buttons: plainButtons(content.buttons) }
}

export function templateParts(content: ButtonsContent) {
  return { contentText: content.body, footer: content.footer, buttons: templateButtons(content.buttons) }
}

export function interactiveParts(content: ButtonsContent) {
  return { titleText: content.header, contentText: content.body, footerText: content.footer }
}

export function listParts(content: ListContent) {
  return {
    contentText: content.body,
    title: content.title,
    footer: content.footer,
    buttonText: content.buttonText,
    sections: content.sections.map(({ title, rows }) => ({
      title,
      rows: rows.map((row) => ({ title: row.title, rowId: row.id, description: row.description })),
    })),
  }
}

/** The forwarding keys where they have something to say. */
export function forwardingIfAny(content: { readonly forwardingScore?: number }) {
  const said = forwarding(content)
  return said.isForwarded ? said : {}
}
