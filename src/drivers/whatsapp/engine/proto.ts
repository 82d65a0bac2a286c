/**
 * Messages of the protocol as far as we read and write them. Decoded by the engine's generated code, which is the schema of what comes
 * from outside: a field has its type or is not there. Extend it by what is needed; names are the protocol's own.
 */

type Num = number | { toNumber(): number }
type Opt<T> = T | null

export interface ContextInfo {
  stanzaId?: Opt<string>
  participant?: Opt<string>
  remoteJid?: Opt<string>
  quotedMessage?: Opt<WaMessage>
  mentionedJid?: Opt<string[]>
  isForwarded?: Opt<boolean>
  forwardingScore?: Opt<number>
  expiration?: Opt<number>
}

interface WithContext {
  contextInfo?: Opt<ContextInfo>
}

export interface FileMessage extends WithContext {
  url?: Opt<string>
  directPath?: Opt<string>
  mediaKey?: Opt<Uint8Array>
  fileSha256?: Opt<Uint8Array>
  fileEncSha256?: Opt<Uint8Array>
  fileLength?: Opt<Num>
  mimetype?: Opt<string>
  caption?: Opt<string>
  fileName?: Opt<string>
  title?: Opt<string>
  seconds?: Opt<number>
  ptt?: Opt<boolean>
  gifPlayback?: Opt<boolean>
  isAnimated?: Opt<boolean>
  jpegThumbnail?: Opt<Uint8Array>
  /** Of a sticker. */
  pngThumbnail?: Opt<Uint8Array>
  width?: Opt<number>
  height?: Opt<number>
  mediaKeyTimestamp?: Opt<Num>
  waveform?: Opt<Uint8Array>
}

export interface MessageKey {
  remoteJid?: Opt<string>
  fromMe?: Opt<boolean>
  id?: Opt<string>
  participant?: Opt<string>
}

interface Wrapped {
  message?: Opt<WaMessage>
}

export interface PollCreation extends WithContext {
  name?: Opt<string>
  options?: Opt<{ optionName?: Opt<string>; optionHash?: Opt<string> }[]>
  selectableOptionsCount?: Opt<number>
  encKey?: Opt<Uint8Array>
}

/** Where our phone has put a piece of its past: on the media servers, or here. */
export interface HistoryNotification {
  fileSha256?: Opt<Uint8Array>
  fileLength?: Opt<Num>
  mediaKey?: Opt<Uint8Array>
  directPath?: Opt<string>
  /** 0 INITIAL_BOOTSTRAP, 1 INITIAL_STATUS_V3, 2 FULL, 3 RECENT, 4 PUSH_NAME, 5 NON_BLOCKING_DATA, 6 ON_DEMAND. */
  syncType?: Opt<number>
  chunkOrder?: Opt<number>
  progress?: Opt<number>
  initialHistBootstrapInlinePayload?: Opt<Uint8Array>
}

/** `proto.IMessage`. */
export interface WaMessage {
  conversation?: Opt<string>
  extendedTextMessage?: Opt<
    WithContext & {
      text?: Opt<string>
      matchedText?: Opt<string>
      title?: Opt<string>
      description?: Opt<string>
      jpegThumbnail?: Opt<Uint8Array>
      previewType?: Opt<number>
      backgroundArgb?: Opt<number>
      textArgb?: Opt<number>
      font?: Opt<number>
      thumbnailWidth?: Opt<number>
      thumbnailDirectPath?: Opt<string>
      thumbnailSha256?: Opt<Uint8Array>
      thumbnailEncSha256?: Opt<Uint8Array>
      mediaKey?: Opt<Uint8Array>
      mediaKeyTimestamp?: Opt<Num>
      thumbnailHeight?: Opt<number>
      inviteLinkGroupTypeV2?: Opt<number>
    }
  >
  imageMessage?: Opt<FileMessage>
  videoMessage?: Opt<FileMessage>
  ptvMessage?: Opt<FileMessage>
  audioMessage?: Opt<FileMessage>
  documentMessage?: Opt<FileMessage>
  stickerMessage?: Opt<FileMessage>
  documentWithCaptionMessage?: Opt<Wrapped>
  locationMessage?: Opt<
    WithContext & {
      degreesLatitude?: Opt<number>
      degreesLongitude?: Opt<number>
      name?: Opt<string>
      address?: Opt<string>
      url?: Opt<string>
      jpegThumbnail?: Opt<Uint8Array>
    }
  >
  liveLocationMessage?: Opt<
    WithContext & {
      degreesLatitude?: Opt<number>
      degreesLongitude?: Opt<number>
      caption?: Opt<string>
      jpegThumbnail?: Opt<Uint8Array>
    }
  >
  /** The protocol's own spelling. A call that is over, told by the phone. */
  callLogMesssage?: Opt<{
    isVideo?: Opt<boolean>
    /** 0 CONNECTED, 1 MISSED, 2 FAILED, 3 REJECTED, 4 ACCEPTED_ELSEWHERE, 5 ONGOING. */
    callOutcome?: Opt<number>
    durationSecs?: Opt<Num>
    participants?: Opt<{ jid?: Opt<string>; callOutcome?: Opt<number> }[]>
  }>
  contactMessage?: Opt<WithContext & { displayName?: Opt<string>; vcard?: Opt<string> }>
  contactsArrayMessage?: Opt<
    WithContext & {
      displayName?: Opt<string>
      contacts?: Opt<{ displayName?: Opt<string>; vcard?: Opt<string> }[]>
    }
  >
  pollCreationMessage?: Opt<PollCreation>
  pollCreationMessageV2?: Opt<PollCreation>
  pollCreationMessageV3?: Opt<PollCreation>
  pollCreationMessageV4?: Opt<Wrapped>
  pollCreationMessageV5?: Opt<PollCreation>
  pollUpdateMessage?: Opt<{
    pollCreationMessageKey?: Opt<MessageKey>
    vote?: Opt<{ encPayload?: Opt<Uint8Array>; encIv?: Opt<Uint8Array> }>
    senderTimestampMs?: Opt<Num>
  }>
  reactionMessage?: Opt<{ key?: Opt<MessageKey>; text?: Opt<string>; senderTimestampMs?: Opt<Num> }>
  protocolMessage?: Opt<{
    key?: Opt<MessageKey>
    /** 0 REVOKE, 3 EPHEMERAL_SETTING, 5 HISTORY_SYNC_NOTIFICATION, 6 APP_STATE_SYNC_KEY_SHARE, 14 MESSAGE_EDIT. */
    type?: Opt<number>
    editedMessage?: Opt<WaMessage>
    ephemeralExpiration?: Opt<number>
    timestampMs?: Opt<Num>
    historySyncNotification?: Opt<HistoryNotification>
    appStateSyncKeyShare?: Opt<{ keys?: Opt<{ keyId?: Opt<{ keyId?: Opt<Uint8Array> }>; keyData?: Opt<object> }[]> }>
    /** 17 PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE: what our phone answers to questions of ours. */
    peerDataOperationRequestResponseMessage?: Opt<{
      peerDataOperationResult?: Opt<
        { placeholderMessageResendResponse?: Opt<{ webMessageInfoBytes?: Opt<Uint8Array> }> }[]
      >
    }>
  }>
  editedMessage?: Opt<Wrapped>
  ephemeralMessage?: Opt<Wrapped>
  viewOnceMessage?: Opt<Wrapped>
  viewOnceMessageV2?: Opt<Wrapped>
  viewOnceMessageV2Extension?: Opt<Wrapped>
  lottieStickerMessage?: Opt<Wrapped>
  groupMentionedMessage?: Opt<Wrapped>
  botInvokeMessage?: Opt<Wrapped>
  associatedChildMessage?: Opt<Wrapped>
  groupStatusMessage?: Opt<Wrapped>
  groupStatusMessageV2?: Opt<Wrapped>
  statusMentionMessage?: Opt<Wrapped>
  deviceSentMessage?: Opt<{ destinationJid?: Opt<string>; message?: Opt<WaMessage> }>
  senderKeyDistributionMessage?: Opt<object>
  messageContextInfo?: Opt<{ messageSecret?: Opt<Uint8Array> }>
  buttonsMessage?: Opt<
    WithContext & {
      contentText?: Opt<string>
      footerText?: Opt<string>
      text?: Opt<string>
      headerType?: Opt<number>
      buttons?: Opt<
        {
          buttonId?: Opt<string>
          buttonText?: Opt<{ displayText?: Opt<string> }>
          nativeFlowInfo?: Opt<{ name?: Opt<string>; paramsJson?: Opt<string> }>
          type?: Opt<number>
        }[]
      >
    }
  >
  buttonsResponseMessage?: Opt<
    WithContext & { selectedButtonId?: Opt<string>; selectedDisplayText?: Opt<string>; type?: Opt<number> }
  >
  listMessage?: Opt<
    WithContext & {
      title?: Opt<string>
      description?: Opt<string>
      buttonText?: Opt<string>
      footerText?: Opt<string>
      listType?: Opt<number>
      sections?: Opt<
        {
          title?: Opt<string>
          rows?: Opt<{ rowId?: Opt<string>; title?: Opt<string>; description?: Opt<string> }[]>
        }[]
      >
    }
  >
  listResponseMessage?: Opt<
    WithContext & {
      title?: Opt<string>
      description?: Opt<string>
      singleSelectReply?: Opt<{ selectedRowId?: Opt<string> }>
    }
  >
  templateMessage?: Opt<
    WithContext & {
      hydratedTemplate?: Opt<HydratedTemplate>
      hydratedFourRowTemplate?: Opt<HydratedTemplate>
      interactiveMessageTemplate?: WaMessage['interactiveMessage']
    }
  >
  templateButtonReplyMessage?: Opt<
    WithContext & { selectedId?: Opt<string>; selectedDisplayText?: Opt<string>; selectedIndex?: Opt<number> }
  >
  interactiveMessage?: Opt<
    WithContext & {
      header?: Opt<{ title?: Opt<string>; subtitle?: Opt<string>; hasMediaAttachment?: Opt<boolean> }>
      body?: Opt<{ text?: Opt<string> }>
      footer?: Opt<{ text?: Opt<string> }>
      nativeFlowMessage?: Opt<{
        buttons?: Opt<{ name?: Opt<string>; buttonParamsJson?: Opt<string> }[]>
        messageParamsJson?: Opt<string>
        messageVersion?: Opt<number>
      }>
    }
  >
  interactiveResponseMessage?: Opt<
    WithContext & {
      body?: Opt<{ text?: Opt<string> }>
      nativeFlowResponseMessage?: Opt<{ name?: Opt<string>; paramsJson?: Opt<string>; version?: Opt<number> }>
    }
  >
  groupInviteMessage?: Opt<
    WithContext & {
      groupJid?: Opt<string>
      groupName?: Opt<string>
      inviteCode?: Opt<string>
      inviteExpiration?: Opt<Num>
      caption?: Opt<string>
      jpegThumbnail?: Opt<Uint8Array>
    }
  >
  productMessage?: Opt<
    WithContext & {
      businessOwnerJid?: Opt<string>
      product?: Opt<{
        productId?: Opt<string>
        title?: Opt<string>
        description?: Opt<string>
        currencyCode?: Opt<string>
        priceAmount1000?: Opt<Num>
        url?: Opt<string>
        productImageCount?: Opt<number>
        productImage?: Opt<FileMessage>
      }>
    }
  >
  orderMessage?: Opt<
    WithContext & {
      orderId?: Opt<string>
      token?: Opt<string>
      orderTitle?: Opt<string>
      itemCount?: Opt<number>
      totalCurrencyCode?: Opt<string>
      totalAmount1000?: Opt<Num>
      sellerJid?: Opt<string>
    }
  >
}

interface HydratedTemplate {
  hydratedTitleText?: Opt<string>
  hydratedContentText?: Opt<string>
  hydratedFooterText?: Opt<string>
  hydratedButtons?: Opt<
    {
      index?: Opt<number>
      quickReplyButton?: Opt<{ displayText?: Opt<string>; id?: Opt<string> }>
      urlButton?: Opt<{ displayText?: Opt<string>; url?: Opt<string> }>
      callButton?: Opt<{ displayText?: Opt<string>; phoneNumber?: Opt<string> }>
    }[]
  >
}
