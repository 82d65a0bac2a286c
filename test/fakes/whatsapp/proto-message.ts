/** The parts of the protocol's `Message` that phones write and read; all optional, as on the wire. */

type Bytes = Uint8Array

export interface MessageKey {
  remoteJid?: string
  fromMe?: boolean
  id?: string
  participant?: string
}

export interface ContextInfo {
  stanzaId?: string
  participant?: string
  quotedMessage?: ProtoMessage
  remoteJid?: string
  forwardingScore?: number
  isForwarded?: boolean
  expiration?: number
}

interface WithContext {
  contextInfo?: ContextInfo
}

export interface MediaFields {
  url?: string
  directPath?: string
  mediaKey?: Bytes
  fileSha256?: Bytes
  fileEncSha256?: Bytes
  fileLength?: number
  mediaKeyTimestamp?: number
  mimetype?: string
}

export interface MediaMessage extends MediaFields, WithContext {
  caption?: string
  jpegThumbnail?: Bytes
  pngThumbnail?: Bytes
  viewOnce?: boolean
  height?: number
  width?: number
  seconds?: number
  gifPlayback?: boolean
  ptt?: boolean
  waveform?: Bytes
  fileName?: string
  title?: string
  isAnimated?: boolean
}

export interface TextMessage extends WithContext {
  text?: string
  matchedText?: string
  title?: string
  description?: string
  jpegThumbnail?: Bytes
  backgroundArgb?: number
  textArgb?: number
  font?: number
  previewType?: number
  thumbnailDirectPath?: string
  thumbnailSha256?: Bytes
  thumbnailEncSha256?: Bytes
  mediaKey?: Bytes
  mediaKeyTimestamp?: number
  thumbnailHeight?: number
  thumbnailWidth?: number
}

export interface LocationMessage extends WithContext {
  degreesLatitude?: number
  degreesLongitude?: number
  name?: string
  address?: string
  jpegThumbnail?: Bytes
}

export interface ContactMessage extends WithContext {
  displayName?: string
  vcard?: string
}

export interface PollMessage extends WithContext {
  name?: string
  options?: { optionName?: string }[]
  selectableOptionsCount?: number
}

export interface ButtonsMessage extends WithContext {
  text?: string
  contentText?: string
  footerText?: string
  headerType?: number
  buttons?: { buttonId?: string; buttonText?: { displayText?: string }; type?: number }[]
}

export interface HydratedTemplate {
  hydratedTitleText?: string
  hydratedContentText?: string
  hydratedFooterText?: string
  hydratedButtons?: {
    index?: number
    quickReplyButton?: { displayText?: string; id?: string }
    urlButton?: { displayText?: string; url?: string }
    callButton?: { displayText?: string; phoneNumber?: string }
  }[]
}

export interface InteractiveMessage extends WithContext {
  header?: { title?: string; hasMediaAttachment?: boolean }
  body?: { text?: string }
  footer?: { text?: string }
  nativeFlowMessage?: { buttons?: { name?: string; buttonParamsJson?: string }[]; messageVersion?: number }
}

export interface ListMessage extends WithContext {
  title?: string
  description?: string
  buttonText?: string
  footerText?: string
  listType?: number
  sections?: { title?: string; rows?: { rowId?: string; title?: string; description?: string }[] }[]
}

export interface ProtocolMessage {
  type?: number
  key?: MessageKey
  editedMessage?: ProtoMessage
  timestampMs?: number
  [more: string]: unknown
}

export interface SenderKeyDistribution {
  groupId?: string
  axolotlSenderKeyDistributionMessage?: Bytes
}

interface Wrapped {
  message?: ProtoMessage
}

export interface ProtoMessage {
  conversation?: string
  extendedTextMessage?: TextMessage
  imageMessage?: MediaMessage
  videoMessage?: MediaMessage
  ptvMessage?: MediaMessage
  audioMessage?: MediaMessage
  documentMessage?: MediaMessage
  stickerMessage?: MediaMessage
  locationMessage?: LocationMessage
  liveLocationMessage?: LocationMessage
  contactMessage?: ContactMessage
  contactsArrayMessage?: WithContext & { displayName?: string; contacts?: ContactMessage[] }
  pollCreationMessage?: PollMessage
  pollCreationMessageV2?: PollMessage
  pollCreationMessageV3?: PollMessage
  pollUpdateMessage?: {
    pollCreationMessageKey?: MessageKey
    vote?: { encPayload?: Bytes; encIv?: Bytes }
    senderTimestampMs?: number
  }
  reactionMessage?: { key?: MessageKey; text?: string; senderTimestampMs?: number }
  protocolMessage?: ProtocolMessage
  buttonsMessage?: ButtonsMessage
  templateMessage?: WithContext & { hydratedTemplate?: HydratedTemplate; hydratedFourRowTemplate?: HydratedTemplate }
  interactiveMessage?: InteractiveMessage
  listMessage?: ListMessage
  buttonsResponseMessage?: WithContext & { selectedButtonId?: string; selectedDisplayText?: string; type?: number }
  listResponseMessage?: WithContext & {
    title?: string
    listType?: number
    singleSelectReply?: { selectedRowId?: string }
  }
  templateButtonReplyMessage?: WithContext & {
    selectedId?: string
    selectedDisplayText?: string
    selectedIndex?: number
  }
  interactiveResponseMessage?: WithContext & {
    body?: { text?: string }
    nativeFlowResponseMessage?: { name?: string; paramsJson?: string; version?: number }
  }
  groupInviteMessage?: WithContext & {
    groupJid?: string
    groupName?: string
    inviteCode?: string
    inviteExpiration?: number
    caption?: string
    jpegThumbnail?: Bytes
  }
  productMessage?: WithContext & {
    businessOwnerJid?: string
    product?: {
      productImage?: MediaMessage
      productId?: string
      title?: string
      description?: string
      currencyCode?: string
      priceAmount1000?: number
      url?: string
      productImageCount?: number
    }
  }
  orderMessage?: WithContext & {
    orderId?: string
    token?: string
    orderTitle?: string
    itemCount?: number
    totalAmount1000?: number
    totalCurrencyCode?: string
    sellerJid?: string
    status?: number
    surface?: number
  }
  senderKeyDistributionMessage?: SenderKeyDistribution
  deviceSentMessage?: { destinationJid?: string; message?: ProtoMessage; phash?: string }
  messageContextInfo?: { messageSecret?: Bytes; deviceListMetadataVersion?: number }
  ephemeralMessage?: Wrapped
  viewOnceMessage?: Wrapped
  viewOnceMessageV2?: Wrapped
  viewOnceMessageV2Extension?: Wrapped
  documentWithCaptionMessage?: Wrapped
  editedMessage?: Wrapped
  [more: string]: unknown
}

export const REVOKE = 0
export const MESSAGE_EDIT = 14

const ENVELOPES = [
  'ephemeralMessage',
  'viewOnceMessage',
  'viewOnceMessageV2',
  'viewOnceMessageV2Extension',
  'documentWithCaptionMessage',
  'editedMessage',
] as const

/** What is inside of the envelopes that say how a message is to be shown. */
export function unwrap(message: ProtoMessage): ProtoMessage {
  let inner = message
  for (let depth = 0; depth < 5; depth += 1) {
    const envelope = ENVELOPES.find((name) => inner[name]?.message !== undefined)
    if (envelope === undefined) return inner
    inner = inner[envelope]?.message ?? inner
  }
  return inner
}
