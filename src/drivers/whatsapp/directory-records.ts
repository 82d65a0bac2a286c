import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { checkedJson } from '../../lib/checked-json.ts'
import { packed, type RecordKind } from '../network/record-kind.ts'
import type { GroupMetadata } from './engine/engine.ts'
import type { ChatRecord, ContactRecord } from './life.ts'

const Text = Type.String()
const Maybe = Type.Optional(Text)
const Time = Type.Number()

const Contact = Type.Object({ n: Maybe, c: Maybe, b: Type.Optional(Type.Boolean()) })
const contact = Compile(Contact)

export const CONTACTS: RecordKind<ContactRecord> = {
  prefix: 'contact|',
  encode: ({ name, contactName, isBusiness }) => packed({ n: name, c: contactName, b: isBusiness }),
  decode: (bytes) => {
    const value = checkedJson(contact, bytes)
    if (value === null) return null
    const { n, c, b } = value
    return {
      ...(n !== undefined && { name: n }),
      ...(c !== undefined && { contactName: c }),
      ...(b !== undefined && { isBusiness: b }),
    }
  },
}

const Chat = Type.Object({
  n: Maybe,
  a: Type.Optional(Type.Boolean()),
  m: Type.Optional(Time),
  e: Type.Optional(Type.Number()),
  s: Type.Optional(Time),
  t: Time,
  /** Each the id, or the id, a space and the participant. */
  u: Type.Array(Text),
  c: Type.Number(),
  l: Type.Optional(Type.Object({ i: Text, f: Type.Boolean(), p: Maybe, t: Time })),
})
const chat = Compile(Chat)

export const CHATS: RecordKind<ChatRecord> = {
  prefix: 'chat|',
  encode: ({ name, isArchived, mutedUntil, ephemeralS, ephemeralSetAt, at, unread, unreadCount, last }) =>
    packed({
      ...{ n: name, a: isArchived, m: mutedUntil, e: ephemeralS, s: ephemeralSetAt, t: at, c: unreadCount },
      u: unread.map(({ id, participant }) => (participant === undefined ? id : `${id} ${participant}`)),
      l: last && { i: last.id, f: last.fromMe, p: last.participant, t: last.at },
    }),
  decode: (bytes) => {
    const value = checkedJson(chat, bytes)
    return value === null ? null : chatIn(value)
  },
}

function chatIn({ n, a, m, e, s, t, u, c, l }: Static<typeof Chat>): ChatRecord {
  return {
    ...(n !== undefined && { name: n }),
    ...(a !== undefined && { isArchived: a }),
    ...(m !== undefined && { mutedUntil: m }),
    ...(e !== undefined && { ephemeralS: e }),
    ...(s !== undefined && { ephemeralSetAt: s }),
    ...{ at: t, unreadCount: c },
    unread: u.map((one) => {
      const [id = '', participant] = one.split(' ')
      return { id, ...(participant !== undefined && { participant }) }
    }),
    ...(l !== undefined && {
      last: { id: l.i, fromMe: l.f, ...(l.p !== undefined && { participant: l.p }), at: l.t },
    }),
  }
}

const Group = Type.Object({
  id: Text,
  addressingMode: Maybe,
  owner: Maybe,
  ownerPn: Maybe,
  subject: Text,
  subjectOwner: Maybe,
  subjectOwnerPn: Maybe,
  subjectTime: Type.Optional(Type.Number()),
  creation: Type.Optional(Type.Number()),
  desc: Maybe,
  restrict: Type.Optional(Type.Boolean()),
  announce: Type.Optional(Type.Boolean()),
  memberAddMode: Type.Optional(Type.Boolean()),
  participants: Type.Array(
    Type.Object({
      id: Text,
      lid: Maybe,
      phoneNumber: Maybe,
      admin: Type.Optional(Type.Union([Type.Literal('admin'), Type.Literal('superadmin'), Type.Null()])),
    }),
  ),
  ephemeralDuration: Type.Optional(Type.Number()),
})
const group = Compile(Group)
const GROUP_FIELDS = Object.keys(Group.properties)

interface GroupKind extends RecordKind<GroupMetadata> {
  /** From the engine; null for what is none. */
  read(told: unknown): GroupMetadata | null
}

export const GROUPS: GroupKind = {
  prefix: 'group|',
  encode: (value) => packed(value),
  decode: (bytes) => checkedJson(group, bytes),
  read: (told) => {
    if (typeof told !== 'object' || told === null) return null
    const fields = Object.entries(told).filter(([name, value]) => GROUP_FIELDS.includes(name) && value !== undefined)
    const value: unknown = JSON.parse(JSON.stringify(Object.fromEntries(fields)))
    return group.Check(value) ? value : null
  },
}
