import Type from 'typebox'
import { attachOf, elementsOf, messageOf, type Outgoing, type OutgoingAttach, type OutgoingText } from './contents.ts'
import { ById, Id, Whole } from './fields.ts'
import { operation } from './operation.ts'
import { Aside, Chat, Contact, ListOf, Linked, Message, Profile, Reactions, TokenAttrs } from './shapes.ts'
import { wireId, type WireMap } from './values.ts'

/**
 * What we ask of the network, as our notes of its protocol have it. All ids that go in are decimal digits.
 *
 * Not here, and never to be sent: 36, of which nobody knows what it does; 92, after which messages were lost; 290, which is the phone's; and
 * those of the login by SMS, which the web is not offered any more.
 */

const nothing = () => ({})
const Anything = Type.Object({})
const text = Type.Optional(Type.String())
const Messages = Type.Object({ messages: ListOf(Message) })
const Chats = Type.Object({ chats: ListOf(Chat) })
const OneChat = Type.Object({ chat: Aside(Chat) })
const Contacts = Type.Object({ contacts: ListOf(Contact) })
const ids = (digits: readonly string[]) => digits.map(wireId)

/** Before everything else: what this device is. */
export const HELLO = operation(
  6,
  (userAgent: WireMap, deviceId: string) => ({ userAgent, deviceId }),
  Type.Object({ location: text, 'phone-auth-enabled': Type.Optional(Type.Boolean()) }),
)
/** `isSeen`: as a tab does that somebody looks at. The network asks it of us too. */
export const PING = operation(1, (isSeen: boolean) => ({ interactive: isSeen }), Anything)

// Linking. The track belongs to the connection that began it.
export const GET_QR = operation(
  288,
  nothing,
  Type.Object({
    qrLink: Type.String({ minLength: 1 }),
    trackId: Type.String({ minLength: 1 }),
    pollingInterval: Type.Optional(Whole),
    ttl: Type.Optional(Whole),
    expiresAt: Type.Optional(Whole),
  }),
)
export const QR_STATUS = operation(
  289,
  (trackId: string) => ({ trackId }),
  Type.Object({
    status: Type.Object({ expiresAt: Type.Optional(Whole), loginAvailable: Type.Optional(Type.Boolean()) }),
  }),
)
export const LOGIN_BY_QR = operation(291, (trackId: string) => ({ trackId }), Linked)
export const CHECK_PASSWORD = operation(
  115,
  (trackId: string, password: string) => ({ trackId, password }),
  Type.Object({ tokenAttrs: Type.Optional(TokenAttrs), error: text }),
)

/** What a login brings is what changed since `sync`, a `time` of an earlier one; 0: everything. */
export interface LoginRequest {
  readonly token: string
  readonly chatsCount: number
  readonly sync: number
  readonly isSeen: boolean
  readonly configHash?: string
}
export const LOGIN = operation(
  19,
  ({ token, chatsCount, sync, isSeen, configHash }: LoginRequest) => ({
    ...{ token, interactive: isSeen, chatsCount, chatsSync: sync, contactsSync: sync },
    ...{ presenceSync: sync === 0 ? 0 : -1, draftsSync: sync, configHash },
  }),
  Type.Object({
    profile: Profile,
    chats: Aside(ListOf(Chat)),
    contacts: Aside(ListOf(Contact)),
    config: Aside(Type.Object({ hash: text })),
    time: Type.Optional(Whole),
    chatMarker: Aside(Whole),
    /** In the place of an aged one. */
    token: text,
  }),
)
export type LoginAnswer = NonNullable<ReturnType<typeof LOGIN.read>>
export const LOGOUT = operation(20, nothing, Anything)

// Messages.
/** To a chat, or to none where it makes a group. */
export const SEND = operation(
  64,
  (chatId: string | null, message: Outgoing) => ({
    chatId: chatId === null ? undefined : wireId(chatId),
    message: messageOf(message),
    notify: true,
  }),
  Type.Object({ chatId: Type.Optional(Id), chat: Aside(Chat), message: Message }),
)
/** What is attached must be given again: without it is removed. */
export const EDIT = operation(
  67,
  (chatId: string, messageId: string, { text, formats }: OutgoingText, attaches: readonly OutgoingAttach[]) => ({
    ...{ chatId: wireId(chatId), messageId: wireId(messageId), text, elements: elementsOf(formats) },
    attachments: attaches.map(attachOf),
  }),
  Type.Object({ message: Aside(Message) }),
)
export const DELETE = operation(
  66,
  (chatId: string, messageIds: readonly string[], forMe: boolean) => ({
    ...{ chatId: wireId(chatId), messageIds: ids(messageIds), forMe },
  }),
  Anything,
)
/** Its answer says nothing: it always succeeds. */
export const TYPING = operation(65, (chatId: string, type?: string) => ({ chatId: wireId(chatId), type }), Anything)
const Reacted = Type.Object({ reactionInfo: Aside(Reactions) })
export const REACT = operation(
  178,
  (chatId: string, messageId: string, emoji: string) => ({
    ...{ chatId: wireId(chatId), messageId: wireId(messageId), reaction: { reactionType: 'EMOJI', id: emoji } },
  }),
  Reacted,
)
export const UNREACT = operation(
  179,
  (chatId: string, messageId: string) => ({ chatId: wireId(chatId), messageId: wireId(messageId) }),
  Reacted,
)
/** Who gave which; of many not all. */
export const WHO_REACTED = operation(
  181,
  (chatId: string, messageId: string) => ({ chatId: wireId(chatId), messageId: wireId(messageId) }),
  Type.Object({
    ...Reactions.properties,
    reactions: Type.Array(Type.Object({ userId: Id, reaction: Type.String() })),
  }),
)
/** `mark`: the time of that message; a later one would mark newer ones as well. */
export const MARK_READ = operation(
  50,
  (chatId: string, messageId: string, mark: number) => ({
    ...{ type: 'READ_MESSAGE', chatId: wireId(chatId), messageId: wireId(messageId), mark },
  }),
  Type.Object({ unread: Type.Optional(Whole), mark: Type.Optional(Whole) }),
)
/** The messages before a time, and none after it; nothing becomes read by it. */
export const HISTORY = operation(
  49,
  (chatId: string, from: number, count: number) => ({
    ...{ chatId: wireId(chatId), from, forward: 0, backward: count, getMessages: true },
  }),
  Messages,
)
export const GET_MESSAGES = operation(
  71,
  (chatId: string, messageIds: readonly string[]) => ({ chatId: wireId(chatId), messageIds: ids(messageIds) }),
  Messages,
)

// Chats and persons.
/** `marker`: a time, or what the answer before had. */
export const GET_CHATS = operation(
  53,
  (marker: number, count?: number) => ({ marker, count }),
  Type.Object({ chats: ListOf(Chat), marker: Type.Optional(Whole) }),
)
export const CHAT_INFO = operation(48, (chatIds: readonly string[]) => ({ chatIds: ids(chatIds) }), Chats)
/** A hundred at most. */
export const CONTACTS = operation(32, (contactIds: readonly string[]) => ({ contactIds: ids(contactIds) }), Contacts)
/** `phone` as digits. Asked often it looks like a spammer's doing. */
export const BY_PHONE = operation(
  46,
  (phone: string) => ({ phone: `+${phone}` }),
  Type.Object({ contact: Type.Optional(Contact) }),
)
export const CHANGE_CONTACT = operation(
  34,
  (
    contactId: string,
    action: 'ADD' | 'REMOVE' | 'BLOCK' | 'UNBLOCK' | 'UPDATE',
    names?: { readonly firstName: string; readonly lastName?: string },
  ) => ({ contactId: wireId(contactId), action, ...names }),
  Type.Object({ contact: Type.Optional(Contact) }),
)
export const PRESENCE = operation(
  35,
  (contactIds: readonly string[]) => ({ contactIds: ids(contactIds) }),
  Type.Object({ presence: ById(Type.Object({ seen: Type.Optional(Whole) })) }),
)
export const CHANGE_PROFILE = operation(
  16,
  (profile: { readonly firstName: string; readonly lastName?: string; readonly photoToken?: string }) => ({
    ...profile,
    avatarType: 'USER_AVATAR',
  }),
  Type.Object({ profile: Type.Optional(Profile) }),
)

// Files: where to hand them over, and where to have them.
const UPLOAD = { count: 1, type: 0, uploaderType: 0, profile: false }
const url = Type.String({ minLength: 1 })
export const PHOTO_UPLOAD = operation(80, (profile: boolean) => ({ ...UPLOAD, profile }), Type.Object({ url }))
export const FILE_UPLOAD = operation(
  87,
  () => UPLOAD,
  Type.Object({ info: Type.Array(Type.Object({ url, fileId: Id, token: text }), { minItems: 1 }) }),
)
export const VIDEO_UPLOAD = operation(
  82,
  () => UPLOAD,
  Type.Object({ info: Type.Array(Type.Object({ url, videoId: Id, token: Type.String() }), { minItems: 1 }) }),
)
export const VOICE_UPLOAD = operation(
  82,
  () => ({ ...UPLOAD, type: 2, uploaderType: 1 }),
  Type.Object({
    info: Type.Array(
      Type.Object({ url, audioId: Type.Optional(Id), videoId: Type.Optional(Id), token: Type.String() }),
      { minItems: 1 },
    ),
  }),
)
export const FILE_LINK = operation(
  88,
  (chatId: string, messageId: string, fileId: string) => ({
    ...{ chatId: wireId(chatId), messageId: wireId(messageId), fileId: wireId(fileId) },
  }),
  Type.Object({ url, unsafe: Type.Optional(Type.Boolean()) }),
)
/** By the name of its form, as `MP4_720`, to its address. */
export const VIDEO_LINKS = operation(
  83,
  (chatId: string, messageId: string, videoId: string) => ({
    ...{ chatId: wireId(chatId), messageId: wireId(messageId), videoId: wireId(videoId) },
  }),
  Type.Record(Type.String(), Type.Unknown()),
)

// Groups.
export interface MembersChange {
  readonly chatId: string
  readonly userIds: readonly string[]
  readonly operation: 'add' | 'remove'
  /** It is about their rights, of which `permissions` is the sum. */
  readonly isAdmin?: boolean
  readonly permissions?: number
}
/** What a right counts in the sum of an administrator's. */
export const PERMISSION = { members: 2, admins: 4, info: 8, pin: 16, post: 256, edit: 512, remove: 1024 } as const
export const CHANGE_MEMBERS = operation(
  77,
  ({ chatId, userIds, operation: what, isAdmin = false, permissions }: MembersChange) => ({
    ...{ chatId: wireId(chatId), userIds: ids(userIds), operation: what, type: isAdmin ? 'ADMIN' : undefined },
    ...{ showHistory: !isAdmin && what === 'add' ? true : undefined, cleanMsgPeriod: 0, permissions },
  }),
  OneChat,
)
export const MEMBERS = operation(
  59,
  (chatId: string, count: number, marker?: number) => ({ chatId: wireId(chatId), type: 'MEMBER', marker, count }),
  Type.Object({ members: ListOf(Type.Object({ contact: Contact })), marker: Type.Optional(Whole) }),
)
export interface GroupChange {
  readonly theme?: string
  readonly description?: string
  readonly photoToken?: string
  readonly options?: Readonly<Partial<Record<GroupOption, boolean>>>
  readonly revokePrivateLink?: true
}
export type GroupOption =
  | 'ONLY_OWNER_CAN_CHANGE_ICON_TITLE'
  | 'ALL_CAN_PIN_MESSAGE'
  | 'ONLY_ADMIN_CAN_ADD_MEMBER'
  | 'ONLY_ADMIN_CAN_CALL'
  | 'MEMBERS_CAN_SEE_PRIVATE_LINK'
export const CHANGE_GROUP = operation(
  55,
  (chatId: string, change: GroupChange) => ({ chatId: wireId(chatId), ...change }),
  OneChat,
)
export const LEAVE_GROUP = operation(58, (chatId: string) => ({ chatId: wireId(chatId) }), Anything)
