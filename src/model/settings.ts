/** A flag of the wire: the strings themselves, never booleans. */
export type Flag = 'yes' | 'no'

export const FLAGS = [
  'markIncomingMessagesReaded',
  'markIncomingMessagesReadedOnReply',
  'outgoingWebhook',
  'outgoingMessageWebhook',
  'outgoingAPIMessageWebhook',
  'incomingWebhook',
  'stateWebhook',
  'deviceWebhook',
  'keepOnlineStatus',
  'pollMessageWebhook',
  'incomingBlockWebhook',
  'incomingCallWebhook',
  'outgoingCallWebhook',
  'editedMessageWebhook',
  'deletedMessageWebhook',
  'catalogWebhook',
  'incomingMessageStatusWebhook',
  'avatarInfoWebhook',
  'linkPreview',
  'enableLidMode',
] as const
export type FlagName = (typeof FLAGS)[number]

/** What `setSettings` and `createInstance` may set; names are the wire's own. */
export interface Settings extends Readonly<Record<FlagName, Flag>> {
  readonly webhookUrl: string
  readonly webhookUrlToken: string
  /** Ours: the proxy of a live messenger, `http://`, `https://` or `socks5://`, credentials in it; empty: none. */
  readonly proxyUrl: string
  /** Milliseconds between two sends, 500 to 600000. */
  readonly delaySendMessagesMilliseconds: number
  /** Seconds of "typing" before each send, 0 to 10. */
  readonly autoTyping: number
}

const DELAY_DEFAULT_MS = 3000
export const DELAY_MAX_MS = 600_000

/** A new instance: every flag off but the link preview, which the vendor has on. */
export const DEFAULT_SETTINGS: Settings = {
  webhookUrl: '',
  webhookUrlToken: '',
  proxyUrl: '',
  delaySendMessagesMilliseconds: DELAY_DEFAULT_MS,
  autoTyping: 0,
  markIncomingMessagesReaded: 'no',
  markIncomingMessagesReadedOnReply: 'no',
  outgoingWebhook: 'no',
  outgoingMessageWebhook: 'no',
  outgoingAPIMessageWebhook: 'no',
  incomingWebhook: 'no',
  stateWebhook: 'no',
  deviceWebhook: 'no',
  keepOnlineStatus: 'no',
  pollMessageWebhook: 'no',
  incomingBlockWebhook: 'no',
  incomingCallWebhook: 'no',
  outgoingCallWebhook: 'no',
  editedMessageWebhook: 'no',
  deletedMessageWebhook: 'no',
  catalogWebhook: 'no',
  incomingMessageStatusWebhook: 'no',
  avatarInfoWebhook: 'no',
  linkPreview: 'yes',
  enableLidMode: 'no',
}
