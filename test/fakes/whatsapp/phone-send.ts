import { randomBytes } from 'node:crypto'
import type { StatusFont, StatusTextContent } from '../../../src/model/content.ts'
import { sealFile, type MediaKind } from './media-crypto.ts'
import type { MediaStore } from './media.ts'
import { sealVote } from './phone-votes.ts'
import { MESSAGE_EDIT, REVOKE, unwrap } from './proto-message.ts'
import type { ContextInfo, MediaFields, MediaMessage, MessageKey, ProtoMessage, TextMessage } from './proto-message.ts'
import type { PhoneContent, PhoneFile, PhoneText, Sayable, Seen } from './virtual-phone.ts'

/** What a person says, as a phone puts it into the protocol. */

/** What composing needs to know of the chat and the phone. */
export interface Desk {
  /** The chat's jid, and a person's, in the form that is used in this chat. */
  readonly chat: string
  jidOf(phone: string): string
  /** The number of the phone itself. */
  readonly own: string
  readonly media: MediaStore
  /** Throws when this phone has not seen it. */
  known(id: string): Seen
  readonly now: number
}

export interface Composed {
  readonly message: ProtoMessage
  /** Of the stanza. */
  readonly type: 'text' | 'media' | 'poll' | 'reaction'
  /** Of the encrypted parts. */
  readonly mediaType?: string
  readonly edit?: '1' | '7' | '8'
  readonly meta?: Readonly<Record<string, string>>
}

type ContentOf<Kind extends PhoneContent['kind']> = Extract<PhoneContent, { kind: Kind }>
type Table = { readonly [Kind in PhoneContent['kind']]: (content: ContentOf<Kind>, desk: Desk) => Composed }

export function compose(what: Sayable, desk: Desk): Composed {
  if (typeof what === 'string') return withSecret(TABLE.text({ kind: 'text', text: what }, desk))
  if (what.kind === 'raw') return { message: what.message as ProtoMessage, type: 'text' }
  // The key is the content's own kind, so the function takes it; the compiler can't follow the two together.
  const row = TABLE[what.kind] as (content: PhoneContent, desk: Desk) => Composed
  return withSecret(row(what, desk))
}

/** Every message that can be voted on, or answered unseen, carries a secret. */
function withSecret(composed: Composed): Composed {
  const { message } = composed
  if (composed.edit !== undefined || composed.type === 'reaction' || message.pollUpdateMessage !== undefined)
    return composed
  return { ...composed, message: { ...message, messageContextInfo: { messageSecret: randomBytes(32) } } }
}

const TABLE: Table = {
  text: (content, desk) => {
    const contextInfo = contextOf(content, desk)
    if (contextInfo === undefined && content.preview === undefined) return text({ conversation: content.text })
    return text({ extendedTextMessage: { text: content.text, ...inContext(contextInfo), ...previewOf(content, desk) } })
  },
  file: (content, desk) => composeFile(content, desk),
  vote: ({ poll, choices }, desk) => {
    const { raw, author } = desk.known(poll)
    const secret = (raw as ProtoMessage).messageContextInfo?.messageSecret
    if (secret === undefined) throw new Error(`the phone knows no secret of the poll ${poll}`)
    const names = { poll, creator: desk.jidOf(author), voter: desk.jidOf(desk.own) }
    const pollUpdateMessage = {
      pollCreationMessageKey: keyOf(poll, desk),
      vote: sealVote(choices, secret, names),
      senderTimestampMs: desk.now,
    }
    return { message: { pollUpdateMessage }, type: 'poll', meta: { polltype: 'vote' } }
  },
  reaction: ({ target, emoji }, desk) => ({
    message: { reactionMessage: { key: keyOf(target, desk), text: emoji, senderTimestampMs: desk.now } },
    type: 'reaction',
  }),
  edit: ({ target, text: words }, desk) => {
    const before = unwrap(desk.known(target).raw as ProtoMessage)
    const protocolMessage = {
      type: MESSAGE_EDIT,
      key: keyOf(target, desk),
      editedMessage: edited(before, words),
      timestampMs: desk.now,
    }
    return { message: { editedMessage: { message: { protocolMessage } } }, type: 'text', edit: '1' }
  },
  deletion: ({ target }, desk) => ({
    message: { protocolMessage: { type: REVOKE, key: keyOf(target, desk) } },
    type: 'text',
    edit: desk.known(target).isOwn ? '7' : '8',
  }),
  location: (content, desk) =>
    media('location', {
      locationMessage: {
        degreesLatitude: content.latitude,
        degreesLongitude: content.longitude,
        name: content.name,
        address: content.address,
        ...thumbnailOf(content.jpegThumbnail),
        ...inContext(contextOf(content, desk)),
      },
    }),
  contacts: (content, desk) => {
    const cards = content.contacts.map(({ displayName, vcard }) => ({ displayName, vcard }))
    const context = inContext(contextOf(content, desk))
    const [first, ...more] = cards
    if (more.length === 0) return media('vcard', { contactMessage: { ...first, ...context } })
    const displayName = `${cards.length} contacts`
    return media('contact_array', { contactsArrayMessage: { displayName, contacts: cards, ...context } })
  },
  poll: (content, desk) => {
    const poll = {
      name: content.question,
      options: content.options.map((optionName) => ({ optionName })),
      selectableOptionsCount: content.multipleAnswers ? 0 : 1,
      ...inContext(contextOf(content, desk)),
    }
    const message = content.multipleAnswers ? { pollCreationMessage: poll } : { pollCreationMessageV3: poll }
    return { message, type: 'poll', meta: { polltype: 'creation' } }
  },
  buttons: (content, desk) => composeButtons(content, desk),
  list: (content, desk) =>
    media('list', {
      listMessage: {
        title: content.title,
        description: content.body,
        footerText: content.footer,
        buttonText: content.buttonText,
        listType: 1,
        sections: content.sections.map(({ title, rows }) => ({
          title,
          rows: rows.map((row) => ({ rowId: row.id, title: row.title, description: row.description })),
        })),
        ...inContext(contextOf(content, desk)),
      },
    }),
  choice: (content, desk) => composeChoice(content, desk),
  groupInvite: (content, desk) =>
    media('url', {
      groupInviteMessage: {
        groupJid: content.group,
        groupName: content.groupName,
        inviteCode: content.code,
        inviteExpiration: Math.floor(content.expiresAt / 1000),
        caption: content.caption,
        ...thumbnailOf(content.jpegThumbnail),
        ...inContext(contextOf(content, desk)),
      },
    }),
  product: (content, desk) =>
    media('product', {
      productMessage: {
        businessOwnerJid: desk.jidOf(desk.own),
        product: {
          productId: content.productId,
          title: content.title,
          description: content.description,
          currencyCode: content.currency,
          priceAmount1000: Math.round(Number(content.price) * 1000),
          url: content.url,
          productImageCount: content.imageCount,
          ...(content.image !== undefined && { productImage: imageOf(content.image, desk) }),
        },
        ...inContext(contextOf(content, desk)),
      },
    }),
  order: (content, desk) =>
    media('order', {
      orderMessage: {
        orderId: content.orderId,
        token: content.token,
        orderTitle: content.title,
        itemCount: content.itemCount,
        totalAmount1000: Number(content.total) * 10,
        totalCurrencyCode: content.currency,
        sellerJid: content.seller.includes('@') ? content.seller : desk.jidOf(content.seller),
        status: 1,
        surface: 1,
        ...inContext(contextOf(content, desk)),
      },
    }),
  statusText: (content) => text({ extendedTextMessage: statusOf(content) }),
}

function text(message: ProtoMessage): Composed {
  return { message, type: 'text' }
}

function media(mediaType: string, message: ProtoMessage): Composed {
  return { message, type: 'media', mediaType }
}

function inContext(contextInfo: ContextInfo | undefined): { contextInfo?: ContextInfo } {
  return contextInfo === undefined ? {} : { contextInfo }
}

function thumbnailOf(base64: string | undefined): { jpegThumbnail?: Buffer } {
  return base64 === undefined || base64 === '' ? {} : { jpegThumbnail: Buffer.from(base64, 'base64') }
}

/** How a phone names a message to others: from its own view. */
function keyOf(id: string, desk: Desk): MessageKey {
  const { isOwn, author } = desk.known(id)
  const isOneToOne = !desk.chat.endsWith('@g.us') && !desk.chat.endsWith('@broadcast')
  const key: MessageKey = { remoteJid: desk.chat, fromMe: isOwn, id }
  return isOneToOne ? key : { ...key, participant: desk.jidOf(author) }
}

function contextOf(
  { quote, forwardingScore = 0 }: { readonly quote?: string; readonly forwardingScore?: number },
  desk: Desk,
): ContextInfo | undefined {
  const forwarded = forwardingScore === 0 ? {} : { isForwarded: true, forwardingScore }
  if (quote === undefined) return forwardingScore === 0 ? undefined : forwarded
  return { ...quoteOf(quote, desk), ...forwarded }
}

function quoteOf(id: string, desk: Desk): ContextInfo {
  const { author, raw } = desk.known(id)
  const quotedMessage = { ...(raw as ProtoMessage) }
  // The secret stays with the message itself.
  delete quotedMessage.messageContextInfo
  return { stanzaId: id, participant: desk.jidOf(author), quotedMessage }
}

function previewOf({ preview }: PhoneText, desk: Desk): Partial<TextMessage> {
  if (preview === undefined) return {}
  const small = {
    matchedText: preview.link,
    title: preview.title,
    description: preview.description,
    previewType: 0,
    ...thumbnailOf(preview.jpegThumbnail),
  }
  if (preview.size === 'small' || preview.jpegThumbnail === '') return small
  const sealed = sealFile(Buffer.from(preview.jpegThumbnail, 'base64'), 'thumbnail-link')
  return {
    ...small,
    thumbnailDirectPath: desk.media.put(sealed.body).directPath,
    thumbnailSha256: sealed.fileSha256,
    thumbnailEncSha256: sealed.fileEncSha256,
    mediaKey: sealed.mediaKey,
    mediaKeyTimestamp: Math.floor(desk.now / 1000),
    thumbnailWidth: 1200,
    thumbnailHeight: 630,
  }
}

/** The colour is `#RRGGBB`; the fonts are numbered as the oldest phones did. */
function statusOf({ text: words, backgroundColor, font }: StatusTextContent): TextMessage {
  const backgroundArgb = (0xff000000 | Number.parseInt(backgroundColor.slice(1), 16)) >>> 0
  return { text: words, backgroundArgb, textArgb: 0xffffffff, font: FONT_NUMBERS[font] }
}

export const FONT_NUMBERS: Readonly<Record<StatusFont, number>> = {
  SANS_SERIF: 0,
  SERIF: 1,
  NORICAN_REGULAR: 2,
  BRYNDAN_WRITE: 3,
  OSWALD_HEAVY: 5,
}

/** The text or the caption of what was said before, in new words. */
function edited(before: ProtoMessage, words: string): ProtoMessage {
  for (const field of ['imageMessage', 'videoMessage', 'documentMessage'] as const)
    if (before[field] !== undefined) return { [field]: { ...before[field], caption: words } }
  return before.conversation !== undefined
    ? { conversation: words }
    : { extendedTextMessage: { ...before.extendedTextMessage, text: words } }
}

export const FILE_KINDS: Readonly<Record<PhoneFile['type'], MediaKind>> = {
  image: 'image',
  video: 'video',
  audio: 'audio',
  document: 'document',
  sticker: 'image',
}

function composeFile(content: PhoneFile, desk: Desk): Composed {
  const { message, mediaType } = fileMessage(content, desk)
  if (content.isViewOnce !== true) return media(mediaType, message)
  return content.type === 'audio'
    ? media(mediaType, { viewOnceMessageV2Extension: { message } })
    : media(mediaType, { viewOnceMessageV2: { message } })
}

function fileMessage(content: PhoneFile, desk: Desk): { message: ProtoMessage; mediaType: string } {
  const context = inContext(contextOf(content, desk))
  const length = { ...(content.durationS !== undefined && { seconds: content.durationS }) }
  switch (content.type) {
    case 'image':
      return { message: { imageMessage: { ...imageOf(content, desk), ...context } }, mediaType: 'image' }
    case 'video': {
      const video = { ...pictureFields(content, desk), ...length, ...context }
      if (content.isVideoNote === true) return { message: { ptvMessage: video }, mediaType: 'ptv' }
      if (content.isAnimated !== true) return { message: { videoMessage: video }, mediaType: 'video' }
      return { message: { videoMessage: { ...video, gifPlayback: true } }, mediaType: 'gif' }
    }
    case 'audio': {
      const ptt = content.isVoice === true
      const waveform = content.waveform === undefined ? {} : { waveform: content.waveform }
      const audioMessage = { ...upload(content, desk), ptt, ...length, ...waveform, ...context }
      return { message: { audioMessage }, mediaType: ptt ? 'ptt' : 'audio' }
    }
    case 'document':
      return { message: documentOf(content, desk, context), mediaType: 'document' }
    case 'sticker': {
      const isAnimated = content.isAnimated === true
      const pngThumbnail = thumbnailOf(content.jpegThumbnail).jpegThumbnail
      const sticker = { ...upload(content, desk), isAnimated, ...(pngThumbnail !== undefined && { pngThumbnail }) }
      return { message: { stickerMessage: { ...sticker, ...context } }, mediaType: 'sticker' }
    }
    default:
      return content.type satisfies never
  }
}

function documentOf(content: PhoneFile, desk: Desk, context: { contextInfo?: ContextInfo }): ProtoMessage {
  const name = content.name ?? ''
  const documentMessage = { ...pictureFields(content, desk), fileName: name, title: name, ...context }
  return documentMessage.caption === undefined
    ? { documentMessage }
    : { documentWithCaptionMessage: { message: { documentMessage } } }
}

function imageOf(content: PhoneFile, desk: Desk): MediaMessage {
  return { ...pictureFields(content, desk), width: 640, height: 480 }
}

function pictureFields(content: PhoneFile, desk: Desk): MediaMessage {
  const caption = content.caption === undefined || content.caption === '' ? {} : { caption: content.caption }
  return { ...upload(content, desk), ...caption, ...thumbnailOf(content.jpegThumbnail) }
}

function upload({ bytes, mimeType, type }: PhoneFile, desk: Desk): MediaFields {
  const { body, ...fields } = sealFile(bytes, FILE_KINDS[type])
  return { ...desk.media.put(body), ...fields, mimetype: mimeType, mediaKeyTimestamp: Math.floor(desk.now / 1000) }
}

function composeButtons(content: ContentOf<'buttons'>, desk: Desk): Composed {
  const context = inContext(contextOf(content, desk))
  const { header, body, footer, buttons } = content
  switch (content.style) {
    case 'plain': {
      const plain = buttons.map(({ id, text: displayText }) => ({ buttonId: id, buttonText: { displayText }, type: 1 }))
      const head = header === '' ? { headerType: 1 } : { headerType: 2, text: header }
      return text({
        buttonsMessage: { ...head, contentText: body, footerText: footer, buttons: plain, ...context },
      })
    }
    case 'template': {
      const hydratedTemplate = {
        ...{ hydratedTitleText: header, hydratedContentText: body, hydratedFooterText: footer },
        hydratedButtons: buttons.map((button, index) => ({ index, ...templateButton(button) })),
      }
      return text({ templateMessage: { hydratedTemplate, hydratedFourRowTemplate: hydratedTemplate, ...context } })
    }
    case 'interactive': {
      const interactiveMessage = {
        ...{ header: { title: header, hasMediaAttachment: false }, body: { text: body }, footer: { text: footer } },
        nativeFlowMessage: { buttons: buttons.map(nativeButton), messageVersion: 1 },
        ...context,
      }
      return text({ viewOnceMessage: { message: { interactiveMessage } } })
    }
    default:
      return content.style satisfies never
  }
}

type Button = ContentOf<'buttons'>['buttons'][number]

function templateButton({ id, text: displayText, action, value }: Button): object {
  switch (action) {
    case 'url':
      return { urlButton: { displayText, url: value } }
    case 'call':
      return { callButton: { displayText, phoneNumber: value } }
    // Templates are older than buttons that copy.
    case 'copy':
    case 'reply':
      return { quickReplyButton: { displayText, id } }
    default:
      return action satisfies never
  }
}

const NATIVE = {
  reply: ['quick_reply', ''],
  url: ['cta_url', 'url'],
  copy: ['cta_copy', 'copy_code'],
  call: ['cta_call', 'phone_number'],
} as const

function nativeButton({ id, text: display_text, action, value }: Button): { name: string; buttonParamsJson: string } {
  const [name, field] = NATIVE[action]
  const params = field === '' ? { display_text, id } : { display_text, id, [field]: value }
  return { name, buttonParamsJson: JSON.stringify(params) }
}

function composeChoice(content: ContentOf<'choice'>, desk: Desk): Composed {
  const contextInfo = quoteOf(content.target, desk)
  const { id, index, text: words } = content
  switch (content.of) {
    case 'plain':
      return media('buttons_response', {
        buttonsResponseMessage: { selectedButtonId: id, selectedDisplayText: words, type: 1, contextInfo },
      })
    case 'template':
      return text({
        templateButtonReplyMessage: { selectedId: id, selectedDisplayText: words, selectedIndex: index, contextInfo },
      })
    case 'list':
      return media('list_response', {
        listResponseMessage: { title: words, listType: 1, singleSelectReply: { selectedRowId: id }, contextInfo },
      })
    case 'interactive': {
      const nativeFlowResponseMessage = { name: 'quick_reply', paramsJson: JSON.stringify({ id }), version: 3 }
      return media('native_flow_response', {
        interactiveResponseMessage: { body: { text: words }, nativeFlowResponseMessage, contextInfo },
      })
    }
    default:
      return content.of satisfies never
  }
}
