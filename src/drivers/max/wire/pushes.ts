import Type, { type StaticDecode } from 'typebox'
import { Id, Whole } from './fields.ts'
import { Aside, Chat, Linked, Message, Profile, Reactions, readAs } from './shapes.ts'
import { wireId, type WireMap } from './values.ts'

/** What the network tells without being asked, by its number. */
const PUSHES = {
  /** It asks for the same without a body. */
  ping: { opcode: 1, says: Type.Object({}) },
  /** By one source a login by QR comes to its token so as well. */
  linked: { opcode: 18, says: Linked },
  /** This device was unlinked. */
  loggedOut: { opcode: 20, says: Type.Object({}) },
  /** A new, a changed or a removed one, of this account's other devices too. It must be answered, see `messageTaken`. */
  message: {
    opcode: 128,
    says: Type.Object({ chatId: Id, chat: Aside(Chat), message: Message, unread: Aside(Whole) }),
  },
  typing: { opcode: 129, says: Type.Object({ chatId: Id, userId: Id }) },
  /** `mark`: the time up to which somebody has read. */
  read: {
    opcode: 130,
    says: Type.Object({ chatId: Id, userId: Id, mark: Whole, setAsUnread: Type.Optional(Type.Boolean()) }),
  },
  chat: { opcode: 135, says: Type.Object({ chat: Chat }) },
  /** What was handed over may be sent. */
  uploaded: {
    opcode: 136,
    says: Type.Object({ fileId: Type.Optional(Id), videoId: Type.Optional(Id), audioId: Type.Optional(Id) }),
  },
  deleted: { opcode: 140, says: Type.Object({ chatId: Id, messageIds: Type.Array(Id) }) },
  deletedToo: { opcode: 142, says: Type.Object({ chatId: Id, messageIds: Type.Array(Id) }) },
  reactions: { opcode: 155, says: Type.Object({ chatId: Id, messageId: Id, ...Reactions.properties }) },
  /** Another device of the account reacted. */
  ownReaction: { opcode: 156, says: Type.Object({ chatId: Id, messageId: Id, ...Reactions.properties }) },
  profile: { opcode: 159, says: Type.Object({ profile: Type.Optional(Profile) }) },
} as const

type PushKind = keyof typeof PUSHES
type Known = {
  [Kind in PushKind]: { readonly kind: Kind; readonly says: StaticDecode<(typeof PUSHES)[Kind]['says']> }
}[PushKind]

/** other: one that the driver does nothing about. unreadable: one that it knows, and that is not as it knows it. */
export type Told = Known | { readonly kind: 'other' | 'unreadable'; readonly opcode: number }

export const PING_OPCODE = PUSHES.ping.opcode
export const LINKED_OPCODE = PUSHES.linked.opcode
export const LOGGED_OUT_OPCODE = PUSHES.loggedOut.opcode
const KINDS = new Map(Object.entries(PUSHES).map(([kind, { opcode }]) => [opcode as number, kind as PushKind]))

/** What a push says. The payload is used up. */
export function readPush(opcode: number, payload: unknown): Told {
  const kind = KINDS.get(opcode)
  if (kind === undefined) return { kind: 'other', opcode }
  const says = readAs(PUSHES[kind].says, payload ?? {})
  return says === null ? { kind: 'unreadable', opcode } : ({ kind, says } as Known)
}

/** What a push of a message is answered with, once it is kept. */
export function messageTaken(chatId: string, messageId: string): WireMap {
  return { chatId: wireId(chatId), messageId: wireId(messageId) }
}
