import { STATUS_FONTS, type Button } from '../../../src/model/content.ts'
import { openFile } from './media-crypto.ts'
import type { MediaStore } from './media.ts'
import { FILE_KINDS, FONT_NUMBERS } from './phone-send.ts'
import { MESSAGE_EDIT, REVOKE, unwrap } from './proto-message.ts'
import type {
  ButtonsMessage,
  ContextInfo,
  InteractiveMessage,
  MediaMessage,
  MessageKey,
  ProtoMessage,
  TextMessage,
} from './proto-message.ts'
import type { PhoneContent, PhoneFile, SeenContent } from './virtual-phone.ts'

/** What a message of the protocol says, as a person reads it. */

export interface Glasses {
  readonly media: MediaStore
  readonly fetchesFiles: boolean
  /** The chosen options of a vote; undefined when it can't be opened. */
  openVote(poll: string, vote: { encPayload?: Uint8Array; encIv?: Uint8Array }): readonly string[] | undefined
}

type Reader = (message: ProtoMessage, glasses: Glasses) => SeenContent | undefined

/** Undefined for what is no message to a person: keys, and other talk among devices. */
export function readContent(message: ProtoMessage, glasses: Glasses): SeenContent | undefined {
  const inner = unwrap(message)
  for (const reader of READERS) {
    const content = reader(inner, glasses)
    if (content !== undefined)
      return isOnceOnly(message) && content.kind === 'file' ? { ...content, isViewOnce: true } : content
  }
  if (inner.protocolMessage !== undefined) return undefined
  const fields = Object.keys(inner).filter((name) => !NOT_SHOWN.has(name))
  return fields.length === 0 ? undefined : { kind: 'other' }
}

const NOT_SHOWN: ReadonlySet<string> = new Set(['senderKeyDistributionMessage', 'messageContextInfo'])

const READERS: readonly Reader[] = [
  ({ conversation }) => (conversation === undefined ? undefined : { kind: 'text', text: conversation }),
  ({ extendedTextMessage: text }) => (text === undefined ? undefined : readText(text)),
  (message, glasses) => readFile(message, glasses),
  ({ locationMessage, liveLocationMessage }) => {
    const place = locationMessage ?? liveLocationMessage
    if (place === undefined) return undefined
    return {
      ...{ kind: 'location', latitude: place.degreesLatitude ?? 0, longitude: place.degreesLongitude ?? 0 },
      ...{ name: place.name ?? '', address: place.address ?? '', jpegThumbnail: base64(place.jpegThumbnail) },
      ...said(place.contextInfo),
    }
  },
  ({ contactMessage, contactsArrayMessage }) => {
    const cards = contactsArrayMessage?.contacts ?? (contactMessage === undefined ? undefined : [contactMessage])
    if (cards === undefined) return undefined
    const contacts = cards.map(({ displayName = '', vcard = '' }) => ({ displayName, vcard }))
    return { kind: 'contacts', contacts, ...said((contactsArrayMessage ?? contactMessage)?.contextInfo) }
  },
  (message) => {
    const poll = pollIn(message)
    if (poll === undefined) return undefined
    const options = optionsOf(message)
    const multipleAnswers = poll.selectableOptionsCount !== 1
    return { kind: 'poll', question: poll.name ?? '', options, multipleAnswers, ...said(poll.contextInfo) }
  },
  ({ pollUpdateMessage: update }, glasses) => {
    if (update === undefined) return undefined
    const poll = update.pollCreationMessageKey?.id ?? ''
    const choices = glasses.openVote(poll, update.vote ?? {})
    return choices === undefined ? { kind: 'other' } : { kind: 'vote', poll, choices }
  },
  ({ reactionMessage: reaction }) =>
    reaction === undefined ? undefined : { kind: 'reaction', target: idOf(reaction.key), emoji: reaction.text ?? '' },
  ({ protocolMessage: told }) => {
    if (told?.type === MESSAGE_EDIT)
      return { kind: 'edit', target: idOf(told.key), text: wordsOf(unwrap(told.editedMessage ?? {})) }
    // The number of a deletion is 0, which the wire may leave out; a key alone is one.
    const isDeletion = told?.key !== undefined && (told.type ?? REVOKE) === REVOKE
    return isDeletion ? { kind: 'deletion', target: idOf(told.key) } : undefined
  },
  (message) => readButtons(message),
  ({ listMessage: list }) => {
    if (list === undefined) return undefined
    const { title = '', description: body = '', footerText: footer = '', buttonText = '' } = list
    const sections = (list.sections ?? []).map((section) => ({
      title: section.title ?? '',
      rows: (section.rows ?? []).map((row) => ({
        ...{ id: row.rowId ?? '', title: row.title ?? '', description: row.description ?? '' },
      })),
    }))
    return { kind: 'list', title, body, footer, buttonText, sections, ...said(list.contextInfo) }
  },
  (message) => readChoice(message),
  ({ groupInviteMessage: invite }) => {
    if (invite === undefined) return undefined
    return {
      ...{ kind: 'groupInvite', group: invite.groupJid ?? '', groupName: invite.groupName ?? '' },
      ...{ code: invite.inviteCode ?? '', expiresAt: (invite.inviteExpiration ?? 0) * 1000 },
      ...{ caption: invite.caption ?? '', jpegThumbnail: base64(invite.jpegThumbnail) },
      ...said(invite.contextInfo),
    }
  },
  ({ productMessage }, glasses) => {
    const product = productMessage?.product
    if (product === undefined) return undefined
    const image = product.productImage === undefined ? undefined : fileOf('image', product.productImage, glasses)
    if (image?.kind === 'brokenFile') return image
    return {
      ...{ kind: 'product', productId: str(product.productId), title: str(product.title) },
      ...{ description: str(product.description), currency: str(product.currencyCode), url: str(product.url) },
      price: ((product.priceAmount1000 ?? 0) / 1000).toFixed(2),
      imageCount: product.productImageCount ?? 0,
      ...(image !== undefined && { image }),
      ...said(productMessage?.contextInfo),
    }
  },
  ({ orderMessage: order }) => {
    if (order === undefined) return undefined
    return {
      ...{ kind: 'order', orderId: order.orderId ?? '', token: order.token ?? '', title: order.orderTitle ?? '' },
      ...{ itemCount: order.itemCount ?? 0, currency: order.totalCurrencyCode ?? '' },
      total: String((order.totalAmount1000 ?? 0) / 10),
      seller: order.sellerJid ?? '',
      ...said(order.contextInfo),
    }
  },
]

function isOnceOnly(message: ProtoMessage): boolean {
  return message.viewOnceMessageV2 !== undefined || message.viewOnceMessageV2Extension !== undefined
}

function str(text: string | undefined): string {
  return text ?? ''
}

function idOf(key: MessageKey | undefined): string {
  return key?.id ?? ''
}

function base64(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : Buffer.from(bytes).toString('base64')
}

/** The id of what is quoted, and how often it was forwarded. */
function said(context: ContextInfo | undefined): { quote?: string; forwardingScore?: number } {
  const { stanzaId, forwardingScore, isForwarded } = context ?? {}
  const score = forwardingScore ?? (isForwarded === true ? 1 : 0)
  return {
    ...(stanzaId !== undefined && stanzaId !== '' && { quote: stanzaId }),
    ...(score > 0 && { forwardingScore: score }),
  }
}

function readText(message: TextMessage): PhoneContent {
  const { text = '', backgroundArgb, font = 0, contextInfo, matchedText } = message
  if (backgroundArgb !== undefined && backgroundArgb !== 0) {
    const backgroundColor = `#${(backgroundArgb & 0xffffff).toString(16).padStart(6, '0').toUpperCase()}`
    const name = STATUS_FONTS.find((one) => FONT_NUMBERS[one] === font) ?? 'SANS_SERIF'
    return { kind: 'statusText', text, backgroundColor, font: name }
  }
  if (matchedText === undefined || matchedText === '') return { kind: 'text', text, ...said(contextInfo) }
  const preview = {
    ...{ title: message.title ?? '', description: message.description ?? '', link: matchedText, urlFile: '' },
    jpegThumbnail: base64(message.jpegThumbnail),
    size: message.thumbnailDirectPath === undefined ? ('small' as const) : ('large' as const),
  }
  return { kind: 'text', text, preview, ...said(contextInfo) }
}

/** The words of a text, or the caption of a file. */
export function wordsOf(message: ProtoMessage): string {
  const { imageMessage, videoMessage, documentMessage } = message
  const caption = (imageMessage ?? videoMessage ?? documentMessage)?.caption
  return message.conversation ?? message.extendedTextMessage?.text ?? caption ?? ''
}

export function pollIn(message: ProtoMessage): ProtoMessage['pollCreationMessage'] {
  return message.pollCreationMessage ?? message.pollCreationMessageV2 ?? message.pollCreationMessageV3
}

export function optionsOf(message: ProtoMessage): readonly string[] {
  return (pollIn(message)?.options ?? []).map(({ optionName = '' }) => optionName)
}

function readFile(message: ProtoMessage, glasses: Glasses): SeenContent | undefined {
  const { imageMessage, videoMessage, ptvMessage, audioMessage, documentMessage, stickerMessage } = message
  if (imageMessage !== undefined) return fileOf('image', imageMessage, glasses)
  if (videoMessage !== undefined) return fileOf('video', videoMessage, glasses)
  if (ptvMessage !== undefined) {
    const file = fileOf('video', ptvMessage, glasses)
    return file.kind === 'file' ? { ...file, isVideoNote: true } : file
  }
  if (audioMessage !== undefined) return fileOf('audio', audioMessage, glasses)
  if (documentMessage !== undefined) return fileOf('document', documentMessage, glasses)
  return stickerMessage === undefined ? undefined : fileOf('sticker', stickerMessage, glasses)
}

type Fetched = PhoneFile | Extract<SeenContent, { kind: 'brokenFile' }>

function fileOf(type: PhoneFile['type'], file: MediaMessage, glasses: Glasses): Fetched {
  const bytes = glasses.fetchesFiles ? bytesOf(type, file, glasses.media) : new Uint8Array()
  if (typeof bytes === 'string') return { kind: 'brokenFile', why: bytes }
  const thumbnail = base64(file.jpegThumbnail ?? file.pngThumbnail)
  return {
    ...{ kind: 'file', type, bytes, mimeType: file.mimetype ?? '' },
    ...(file.fileName !== undefined && { name: file.fileName }),
    ...(str(file.caption) !== '' && { caption: str(file.caption) }),
    ...(thumbnail !== '' && { jpegThumbnail: thumbnail }),
    ...motionOf(file),
    ...said(file.contextInfo),
  }
}

/** Of what moves or sounds. */
function motionOf({ isAnimated, gifPlayback, ptt, seconds, waveform }: MediaMessage): Partial<PhoneFile> {
  return {
    ...((isAnimated === true || gifPlayback === true) && { isAnimated: true }),
    ...(ptt === true && { isVoice: true }),
    ...(seconds !== undefined && { durationS: seconds }),
    ...(waveform !== undefined && { waveform }),
  }
}

/** The bytes, held against both hashes and the length; what is wrong with them otherwise. */
function bytesOf(type: PhoneFile['type'], file: MediaMessage, media: MediaStore): Uint8Array | string {
  const { mediaKey, fileSha256: plain, fileEncSha256: sealed, fileLength } = file
  const body = media.get(file.directPath ?? '')
  if (body === undefined) return `there is nothing at ${file.directPath ?? 'no path'}`
  if (mediaKey === undefined || plain === undefined || sealed === undefined) return 'a key or hash is missing'
  try {
    const bytes = openFile(body, mediaKey, FILE_KINDS[type], { plain, sealed })
    return bytes.length === fileLength ? bytes : `the length is ${bytes.length}, not ${fileLength ?? 'given'}`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function readButtons(message: ProtoMessage): SeenContent | undefined {
  const { buttonsMessage, templateMessage, interactiveMessage } = message
  if (buttonsMessage !== undefined) return plainButtons(buttonsMessage)
  if (templateMessage !== undefined) return templateButtons(templateMessage)
  return interactiveMessage === undefined ? undefined : interactiveButtons(interactiveMessage)
}

function plainButtons(message: ButtonsMessage): PhoneContent {
  const { text: header = '', contentText: body = '', footerText: footer = '', contextInfo } = message
  const buttons = (message.buttons ?? []).map((button) => reply(button.buttonId, button.buttonText?.displayText))
  return { kind: 'buttons', style: 'plain', header, body, footer, buttons, ...said(contextInfo) }
}

function templateButtons(message: NonNullable<ProtoMessage['templateMessage']>): PhoneContent {
  const template = message.hydratedTemplate ?? message.hydratedFourRowTemplate ?? {}
  const { hydratedTitleText: header = '', hydratedContentText: body = '', hydratedFooterText: footer = '' } = template
  const buttons = (template.hydratedButtons ?? []).map(templateButton)
  return { kind: 'buttons', style: 'template', header, body, footer, buttons, ...said(message.contextInfo) }
}

function interactiveButtons({
  header,
  body,
  footer,
  nativeFlowMessage,
  contextInfo,
}: InteractiveMessage): PhoneContent {
  return {
    ...{ kind: 'buttons', style: 'interactive', header: str(header?.title) },
    ...{ body: str(body?.text), footer: str(footer?.text) },
    buttons: (nativeFlowMessage?.buttons ?? []).map(nativeButton),
    ...said(contextInfo),
  }
}

function reply(id = '', text = ''): Button {
  return { id, text, action: 'reply', value: '' }
}

type TemplateButton = NonNullable<
  NonNullable<NonNullable<ProtoMessage['templateMessage']>['hydratedTemplate']>['hydratedButtons']
>[number]

function templateButton({ index = 0, quickReplyButton, urlButton, callButton }: TemplateButton): Button {
  const id = String(index)
  if (urlButton !== undefined)
    return { id, text: urlButton.displayText ?? '', action: 'url', value: urlButton.url ?? '' }
  if (callButton !== undefined)
    return { id, text: callButton.displayText ?? '', action: 'call', value: callButton.phoneNumber ?? '' }
  return reply(quickReplyButton?.id, quickReplyButton?.displayText)
}

const ACTIONS = {
  cta_url: ['url', 'url'],
  cta_copy: ['copy', 'copy_code'],
  cta_call: ['call', 'phone_number'],
} as const

function nativeButton({ name = '', buttonParamsJson = '{}' }: { name?: string; buttonParamsJson?: string }): Button {
  const params = JSON.parse(buttonParamsJson) as Record<string, string>
  const { id = '', display_text: text = '' } = params
  if (!(name in ACTIONS)) return reply(id, text)
  const [action, field] = ACTIONS[name as keyof typeof ACTIONS]
  return { id, text, action, value: params[field] ?? '' }
}

function readChoice(message: ProtoMessage): SeenContent | undefined {
  const { buttonsResponseMessage: plain, listResponseMessage: list, templateButtonReplyMessage: template } = message
  if (plain !== undefined) return choice('plain', plain.contextInfo, plain.selectedButtonId, plain.selectedDisplayText)
  if (list !== undefined) return choice('list', list.contextInfo, list.singleSelectReply?.selectedRowId, list.title)
  if (template !== undefined) {
    const { contextInfo, selectedId, selectedDisplayText, selectedIndex } = template
    return { ...choice('template', contextInfo, selectedId, selectedDisplayText), index: selectedIndex ?? 0 }
  }
  const { interactiveResponseMessage: answer } = message
  if (answer === undefined) return undefined
  const { id } = JSON.parse(answer.nativeFlowResponseMessage?.paramsJson ?? '{}') as { id?: string }
  return choice('interactive', answer.contextInfo, id, answer.body?.text)
}

function choice(
  of: Extract<PhoneContent, { kind: 'choice' }>['of'],
  context: ContextInfo | undefined,
  id = '',
  text = '',
): Extract<PhoneContent, { kind: 'choice' }> {
  return { kind: 'choice', of, target: context?.stanzaId ?? '', id, index: 0, text }
}
