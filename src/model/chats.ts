import type { KeptFile } from './content.ts'
import type { ChatId, EpochMs } from './ids.ts'
import type { PartyType } from './message.ts'

/** A chat of the account, as its network lists it. Empty strings where nothing is known. */
export interface ChatSummary {
  readonly id: ChatId
  readonly name: string
  readonly type: PartyType
  /** Digits; empty when hidden or a group. */
  readonly phone: string
  readonly username: string
  readonly isArchived: boolean
  /** Seconds after which messages vanish; 0: never. */
  readonly ephemeralS: number
  readonly ephemeralSetAt: EpochMs
  readonly unread: number
}

/** Somebody the account knows: in its address book or by a chat. */
export interface Contact {
  readonly id: ChatId
  /** The profile's name. */
  readonly name: string
  /** The name in the address book; empty when it is not there. */
  readonly contactName: string
  readonly type: PartyType
  readonly phone: string
}

export interface ContactInfo extends Contact {
  readonly picture: KeptFile | null
  readonly email: string
  readonly category: string
  readonly description: string
  readonly lastSeen: EpochMs | null
  readonly isArchived: boolean
  readonly isMuted: boolean
  readonly mutedUntil: EpochMs | null
  readonly isBusiness: boolean
  /** Seconds; 0: messages stay. */
  readonly ephemeralS: number
  readonly products: readonly CatalogProduct[]
}

export interface CatalogProduct {
  readonly id: string
  readonly name: string
  readonly description: string
  /** As its seller wrote it; null when there is none. */
  readonly price: string | null
  readonly imageUrl: string
  readonly isAvailable: boolean
  readonly isHidden: boolean
}

/** Somebody who was looked up. */
export interface FoundAccount {
  /** By which the person is written to. */
  readonly chat: ChatId
  /** The chat id that tells the number, where the messenger has such ids. */
  readonly phoneChat: ChatId | null
  /** Digits. */
  readonly phone: string
  readonly username: string
}

/** What a look-up came to. */
export interface LookUp {
  /** Null: there is no such account. */
  readonly account: FoundAccount | null
  /** It was known without asking the network. */
  readonly isRemembered: boolean
}

/** A profile's or group's picture. */
export type Picture =
  | { readonly kind: 'shown'; readonly file: KeptFile }
  | { readonly kind: 'none' }
  /** There is one, and its owner doesn't show it. */
  | { readonly kind: 'hidden' }

export interface GroupMember {
  readonly id: ChatId
  readonly name: string
  readonly phone: string
  readonly isAdmin: boolean
  readonly isOwner: boolean
}

/** What members who are no admins may do; the wire's own names. */
export const GROUP_RIGHTS = [
  'allowParticipantsEditGroupSettings',
  'allowParticipantsSendMessages',
  'allowParticipantsAddMembers',
  'allowParticipantsPinMessages',
] as const
export type GroupRight = (typeof GROUP_RIGHTS)[number]
export type GroupRights = Readonly<Record<GroupRight, boolean>>

export interface GroupData {
  readonly id: ChatId
  readonly owner: ChatId
  readonly subject: string
  readonly subjectOwner: ChatId
  readonly subjectAt: EpochMs
  readonly createdAt: EpochMs
  readonly description: string
  /** Empty unless the account may invite. */
  readonly inviteLink: string
  readonly members: readonly GroupMember[]
  readonly rights: GroupRights
  readonly ephemeralS: number
  readonly type: Extract<PartyType, 'group' | 'supergroup'>
}
