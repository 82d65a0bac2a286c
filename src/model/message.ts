import type { ChatId, EpochMs, MessageId } from './ids.ts'

/** What a message may be before its end; order of the last four is their rank, see `statusRank`. */
export const MESSAGE_STATUSES = ['pending', 'sent', 'delivered', 'read', 'failed', 'noAccount', 'notInGroup'] as const
export type MessageStatus = (typeof MESSAGE_STATUSES)[number]

const RANKS: Readonly<Record<MessageStatus, number>> = {
  pending: 0,
  sent: 1,
  delivered: 2,
  read: 3,
  failed: 4,
  noAccount: 4,
  notInGroup: 4,
}

/** A status only ever replaces one of lower rank, so that `delivered` never follows `read`, and a settled failure stays. */
export function statusRank(status: MessageStatus): number {
  return RANKS[status]
}

/** What a link preview shows; empty strings where nothing is known. */
export interface LinkPreview {
  readonly title: string
  readonly description: string
  readonly link: string
  /** base64 */
  readonly jpegThumbnail: string
  readonly urlFile: string
  readonly size: 'large' | 'small'
}

/** The message that a reply refers to; `text` is null where this service has not seen it. */
export interface Quote {
  readonly id: MessageId
  readonly participant: ChatId
  readonly text: string | null
}

/** What a message says, free of any messenger's or wire's form. A closed union: a new kind is a new member here. */
export interface TextContent {
  readonly kind: 'text'
  /** UTF-16 code units count against the limits. */
  readonly text: string
  /** Present when the text goes out or came in with a preview; absent means none. */
  readonly preview?: LinkPreview
  readonly quote?: Quote
  /** How often it was forwarded; 0 or absent means never. */
  readonly forwardingScore?: number
}
export type Content = TextContent

/** What the API asked to send. Stored as it is in the journal, so every attempt sends the same. */
export interface OutgoingMessage {
  readonly chat: ChatId
  readonly content: Content
  /** Show "typing" for so long before sending; 0 or absent: not at all. */
  readonly typingTimeMs?: number
  readonly archiveChat?: boolean
  /** What the caller said of link previews, where it said anything; only shown again, `content.preview` is what counts. */
  readonly linkPreview?: boolean
}

/** Who a chat or an author is, as far as the network told. Empty string where unknown. */
export interface Party {
  readonly id: ChatId
  readonly name: string
  /** The name in the account's own address book. */
  readonly contactName: string
}

/** A message that the network brought: from somebody else (`in`) or from another device of the same account (`out`). */
export interface NetworkMessage {
  readonly id: MessageId
  readonly direction: 'in' | 'out'
  readonly chat: Party
  readonly author: Party
  readonly at: EpochMs
  readonly content: Content
}
