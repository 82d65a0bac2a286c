import type { Content } from './content.ts'
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

/** What the API asked to send. Stored as it is in the journal, so every attempt sends the same. */
export interface OutgoingMessage {
  readonly chat: ChatId
  readonly content: Content
  /** Show "typing" for so long before sending; 0 or absent: not at all. */
  readonly typingTimeMs?: number
  /** What to show meanwhile, in the wire's words (`recording`, …); absent: typing. */
  readonly typingType?: string
  readonly archiveChat?: boolean
  /** What it says again, where it is a forwarded one: a messenger may point at it in the place of the content, which is a copy. */
  readonly forwards?: { readonly chat: ChatId; readonly id: MessageId }
  /** What the caller said of link previews, where it said anything; only shown again, `content.preview` is what counts. */
  readonly linkPreview?: boolean
  /** Of a status: who may see it; absent or empty: all contacts. */
  readonly audience?: readonly ChatId[]
  /** How the API was asked, where the content doesn't tell; only shown again, by `showMessagesQueue`. */
  readonly asked?: Asked
}

/** A request as it was made, defaults filled in. */
export interface Asked {
  /** The method's name as the contract writes it in the queue. */
  readonly method: string
  readonly body: object
}

/** What a chat or an author is, where its messenger tells kinds apart. */
export type PartyType = 'user' | 'group' | 'supergroup' | 'channel' | 'bot'

/** Who a chat or an author is, as far as the network told. Empty string where unknown. */
export interface Party {
  readonly id: ChatId
  readonly name: string
  /** The name in the account's own address book. */
  readonly contactName: string
  /** Digits, on messengers whose chat ids are not phone numbers and where it is not hidden. */
  readonly phone?: string
  /** On messengers that tell kinds apart. */
  readonly type?: PartyType
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
