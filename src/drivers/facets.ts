import type { Readable } from 'node:stream'
import type { ChatSummary, Contact, ContactInfo, GroupData, GroupRights, LookUp, Picture } from '../model/chats.ts'
import type { KeptFile } from '../model/content.ts'
import type { Fault } from '../model/fault.ts'
import type { ChatId, MessageId } from '../model/ids.ts'

/**
 * What a session may offer beyond sending and receiving, one facet per group of methods. A facet that a messenger lacks is absent,
 * and its methods answer "not supported" in one place. Every question goes to the network while the session is open; none rejects,
 * and each ends by itself: trouble is a `Fault`, `refused` when the network says no (not an admin, already a member, …),
 * `notFound` for a chat that the account doesn't have, `notConnected` and `unavailable` when it can't be asked now.
 */
type Asked<Value> = Promise<Value | Fault>
/** Done, or why not. */
type Done = Promise<Fault | undefined>

export interface Files {
  /** The bytes of a file that the network brought. */
  download(file: KeptFile, signal: AbortSignal): Asked<Readable>
}

export interface Contacts {
  /** `isAnew`: what is remembered does not count, as long as the messenger can be asked. */
  find(
    who: { readonly phone: string } | { readonly chat: ChatId } | { readonly username: string },
    isAnew?: boolean,
  ): Asked<LookUp>
  list(): Asked<readonly Contact[]>
  /** Persons only. */
  info(chat: ChatId): Asked<ContactInfo>
  /** Of a person or group. */
  picture(chat: ChatId): Asked<Picture>
  /** `conflict` when it is there already, `noAccount` when nobody is behind it. */
  add(chat: ChatId, name: ContactName): Done
  /** `notFound` when it isn't there. */
  edit(chat: ChatId, name: ContactName): Done
  remove(chat: ChatId): Done
}

export interface ContactName {
  readonly firstName: string
  readonly lastName: string
  /** Also on the phone, as against this service alone. */
  readonly saveInAddressbook: boolean
}

export interface Chats {
  /** Most recently active first. */
  list(): Asked<readonly ChatSummary[]>
  /** Marks what came up to a message as read, or everything; false when nothing was unread. */
  read(chat: ChatId, upTo?: MessageId): Asked<boolean>
  /** `notFound` when no message is known in the chat. */
  archive(chat: ChatId, isArchived: boolean): Done
  /** 0: messages stay. */
  setEphemeral(chat: ChatId, seconds: number): Done
}

export interface Groups {
  create(
    name: string,
    members: readonly ChatId[],
    options: GroupOptions,
  ): Asked<{ readonly id: ChatId; readonly inviteLink: string }>
  /** `notFound` for a group that doesn't exist or that the account is not in; `forbidden` where it may not look. */
  data(group: ChatId): Asked<GroupData>
  rename(group: ChatId, name: string): Done
  add(group: ChatId, member: ChatId): Done
  remove(group: ChatId, member: ChatId): Done
  setAdmin(group: ChatId, member: ChatId, isAdmin: boolean): Done
  setRights(group: ChatId, rights: Partial<GroupRights>): Done
  /** JPEG. */
  setPicture(group: ChatId, picture: KeptFile): Done
  leave(group: ChatId): Done
}

/** Telegram's alone; others ignore them. */
export interface GroupOptions {
  readonly isSupergroup?: boolean
  readonly autoDeleteDays?: number
}

export interface Profile {
  /** The account's own. */
  picture(): Asked<Picture>
  /** JPEG; `rateLimited` when the last change is too near. */
  setPicture(picture: KeptFile): Done
  /** Whether contacts see the account online; best effort, kept until the session ends. */
  setPresence(isOnline: boolean): void
}

export interface Facets {
  readonly files: Files
  readonly contacts: Contacts
  readonly chats: Chats
  readonly groups: Groups
  readonly profile: Profile
}
export type FacetName = keyof Facets
