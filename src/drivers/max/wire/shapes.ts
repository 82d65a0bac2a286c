import Type, { type StaticDecode } from 'typebox'
import { Compile } from 'typebox/compile'
import { DecodeUnsafe } from 'typebox/value'
import { ById, Id, Phone, Whole } from './fields.ts'

/**
 * What comes in of messages, chats and persons. Demanded is what nothing can be done without; a field that is not known is let through and not
 * looked at, for the network adds some with every version.
 */

const text = Type.Optional(Type.String())
const id = Type.Optional(Id)
const whole = Type.Optional(Whole)
const isSo = Type.Optional(Type.Boolean())
const bytes = Type.Optional(
  Type.Unsafe<Uint8Array>(Type.Refine(Type.Unknown(), (value) => value instanceof Uint8Array)),
)

/** What says something beside the rest: where it is odd it is as if it were not there, and costs nothing else. */
export function Aside<T extends Type.TSchema>(of: T) {
  return Type.Optional(Type.Decode(Type.Unknown(), (value) => readAs(of, value) ?? undefined))
}

/** Formatting of a stretch of a text, in UTF-16 units. */
export const Element = Type.Object({
  type: Type.String(),
  from: whole,
  length: Whole,
  attributes: Type.Optional(Type.Object({ url: text })),
})

export type Element = StaticDecode<typeof Element>

/** How often each reaction was given, and which one by this account. */
export const Reactions = Type.Object({
  counters: Type.Optional(Type.Array(Type.Object({ count: Whole, reaction: Type.String() }))),
  yourReaction: text,
  totalCount: whole,
})

export type Reactions = StaticDecode<typeof Reactions>

/** Without what it replies to or forwards. Attachments are read one by one, so that an odd one does not cost the message. */
const plain = {
  id: Id,
  time: Whole,
  updateTime: whole,
  sender: id,
  text,
  elements: Aside(ListOf(Element)),
  attaches: Aside(Type.Array(Type.Unknown())),
  /** EDITED or REMOVED. */
  status: text,
  type: text,
  cid: id,
  reactionInfo: Aside(Reactions),
}
export const Message = Type.Object({
  ...plain,
  link: Aside(Type.Object({ type: Type.String(), chatId: id, messageId: id, message: Aside(Type.Object(plain)) })),
})
export type Message = StaticDecode<typeof Message>
/** What a message says by itself. */
export type PlainMessage = Omit<Message, 'link'>

export const Chat = Type.Object({
  id: Id,
  /** DIALOG, CHAT or CHANNEL. */
  type: text,
  status: text,
  title: text,
  description: text,
  owner: id,
  /** Persons to how far each has read, as a time. */
  participants: Type.Optional(ById(Whole)),
  admins: Type.Optional(Type.Array(Id)),
  adminParticipants: Type.Optional(ById(Type.Object({ permissions: whole }))),
  participantsCount: whole,
  lastMessage: Aside(Message),
  newMessages: whole,
  link: text,
  access: text,
  options: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  created: whole,
  modified: whole,
  lastEventTime: whole,
  baseIconUrl: text,
})
export type Chat = StaticDecode<typeof Chat>

export const Contact = Type.Object({
  id: Id,
  names: Type.Optional(Type.Array(Type.Object({ name: text, firstName: text, lastName: text, type: text }))),
  phone: Type.Optional(Phone),
  baseUrl: text,
  description: text,
  status: text,
})
export type Contact = StaticDecode<typeof Contact>

export const Profile = Type.Object({ contact: Contact })

/** What a login comes to: a token, or the question for the password of the account. */
export const TokenAttrs = Type.Object({ LOGIN: Type.Optional(Type.Object({ token: Type.String({ minLength: 1 }) })) })

export const Linked = Type.Object({
  tokenAttrs: Type.Optional(TokenAttrs),
  passwordChallenge: Type.Optional(Type.Object({ trackId: Type.String(), hint: text })),
})
export type Linked = StaticDecode<typeof Linked>

/** Kinds of attachments that the driver knows, by their `_type`. */
export const ATTACHES = {
  PHOTO: Type.Object({
    _type: Type.Literal('PHOTO'),
    photoId: id,
    baseUrl: text,
    photoToken: text,
    width: whole,
    height: whole,
    previewData: bytes,
  }),
  VIDEO: Type.Object({
    _type: Type.Literal('VIDEO'),
    videoId: Id,
    token: text,
    duration: whole,
    width: whole,
    height: whole,
    thumbnail: text,
    videoType: whole,
  }),
  AUDIO: Type.Object({
    _type: Type.Literal('AUDIO'),
    audioId: id,
    url: text,
    token: text,
    duration: whole,
    wave: bytes,
  }),
  FILE: Type.Object({ _type: Type.Literal('FILE'), fileId: Id, name: text, size: whole, token: text }),
  CONTACT: Type.Object({
    _type: Type.Literal('CONTACT'),
    contactId: id,
    name: text,
    firstName: text,
    lastName: text,
    phone: Type.Optional(Phone),
    vcfBody: text,
  }),
  LOCATION: Type.Object({ _type: Type.Literal('LOCATION'), latitude: Type.Number(), longitude: Type.Number() }),
  SHARE: Type.Object({ _type: Type.Literal('SHARE'), url: text, title: text, description: text }),
  STICKER: Type.Object({ _type: Type.Literal('STICKER'), stickerId: id, url: text }),
  POLL: Type.Object({
    _type: Type.Literal('POLL'),
    title: Type.String(),
    answers: Type.Array(Type.Object({ text: Type.String() })),
    settings: whole,
  }),
  CONTROL: Type.Object({
    _type: Type.Literal('CONTROL'),
    event: Type.String(),
    title: text,
    userId: id,
    userIds: Type.Optional(Type.Array(Id)),
    chatType: text,
    isOwner: isSo,
  }),
} as const
type AttachKind = keyof typeof ATTACHES

/** One that the driver knows, or the name of one that it doesn't: also of one that is not as it knows it. */
export type Attach =
  | { readonly [Kind in AttachKind]: StaticDecode<(typeof ATTACHES)[Kind]> }[AttachKind]
  | { readonly _type: 'UNKNOWN'; readonly named: string }

const Named = Compile(Type.Object({ _type: Type.String() }))

/** Reads one attachment of a message, as often as it is asked to: other than a payload it is not used up. */
export function readAttach(value: unknown): Attach {
  const named = Named.Check(value) ? value._type : ''
  const unknown = { _type: 'UNKNOWN', named } as const
  return isKnown(named) ? (readAttachAs(named, structuredClone(value)) ?? unknown) : unknown
}

function isKnown(name: string): name is AttachKind {
  return Object.hasOwn(ATTACHES, name)
}

function readAttachAs<Kind extends AttachKind>(
  kind: Kind,
  value: unknown,
): StaticDecode<(typeof ATTACHES)[Kind]> | null {
  return readAs(ATTACHES[kind], value)
}

/** A list of which those are read that are as they should be: an odd one does not cost the others. */
export function ListOf<T extends Type.TSchema>(of: T) {
  return Type.Decode(Type.Array(Type.Unknown()), (items) =>
    items.flatMap((item) => {
      const read = readAs(of, item)
      return read === null ? [] : [read]
    }),
  )
}

const checks = new WeakMap<Type.TSchema, { Check(value: unknown): boolean }>()

/** What a payload says, with its ids as texts; null where it is not of the schema. The payload is used up. */
export function readAs<T extends Type.TSchema>(schema: T, payload: unknown): StaticDecode<T> | null {
  let check = checks.get(schema)
  if (check === undefined) checks.set(schema, (check = Compile(schema)))
  // Only what the check let through comes to be read, and reading is what its fields say.
  return check.Check(payload) ? (DecodeUnsafe({}, schema, payload) as StaticDecode<T>) : null
}
