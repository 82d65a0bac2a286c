import Type, { type Static, type TObject, type TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import { GROUP_RIGHTS } from '../model/chats.ts'
import { Address, Id, StoredFile } from './contents.ts'

/**
 * The questions that a linked device may ask of the network, and how each is answered. Addresses as everywhere on the link; files
 * are hashes of what was uploaded before. What `drivers/facets.ts` says of each question holds here.
 */

const Name = Type.String({ maxLength: 256 })
const Time = Type.Integer()
const Seconds = Type.Integer({ minimum: 0 })
const PartyType = Type.Enum(['user', 'group', 'supergroup', 'channel', 'bot'])
/** Digits; empty when hidden. */
const Phone = Type.String({ maxLength: 20 })
const Done = Type.Null()
const Chat = Type.Object({ chat: Address })
const Member = Type.Object({ group: Address, member: Address })

const ContactName = Type.Object({
  chat: Address,
  firstName: Name,
  lastName: Name,
  saveInAddressbook: Type.Boolean(),
})

const contact = {
  address: Address,
  name: Name,
  contactName: Name,
  type: PartyType,
  phone: Phone,
}

const Picture = Type.Union([
  Type.Object({ kind: Type.Literal('shown'), file: StoredFile }),
  Type.Object({ kind: Type.Enum(['none', 'hidden']) }),
])

const Rights = Type.Object(
  Object.fromEntries(GROUP_RIGHTS.map((right) => [right, Type.Boolean()])) as Record<
    (typeof GROUP_RIGHTS)[number],
    ReturnType<typeof Type.Boolean>
  >,
)

export const ASKS = {
  'contacts.find': {
    ask: Type.Object({
      phone: Type.Optional(Phone),
      chat: Type.Optional(Address),
      username: Type.Optional(Name),
    }),
    answer: Type.Union([
      Type.Object({ address: Address, phoneAddress: Type.Union([Address, Type.Null()]), phone: Phone, username: Name }),
      Type.Null(),
    ]),
  },
  'contacts.list': { ask: Type.Object({}), answer: Type.Array(Type.Object(contact)) },
  'contacts.info': {
    ask: Chat,
    answer: Type.Object({
      ...contact,
      picture: Type.Union([StoredFile, Type.Null()]),
      email: Name,
      category: Name,
      description: Type.String({ maxLength: 4096 }),
      lastSeen: Type.Union([Time, Type.Null()]),
      isArchived: Type.Boolean(),
      isMuted: Type.Boolean(),
      mutedUntil: Type.Union([Time, Type.Null()]),
      isBusiness: Type.Boolean(),
      ephemeralS: Seconds,
      products: Type.Array(
        Type.Object({
          id: Name,
          name: Name,
          description: Type.String({ maxLength: 4096 }),
          price: Type.Union([Name, Type.Null()]),
          imageUrl: Type.String({ maxLength: 4096 }),
          isAvailable: Type.Boolean(),
          isHidden: Type.Boolean(),
        }),
      ),
    }),
  },
  'contacts.picture': { ask: Chat, answer: Picture },
  'contacts.add': { ask: ContactName, answer: Done },
  'contacts.edit': { ask: ContactName, answer: Done },
  'contacts.remove': { ask: Chat, answer: Done },
  'chats.list': {
    ask: Type.Object({}),
    answer: Type.Array(
      Type.Object({
        address: Address,
        name: Name,
        type: PartyType,
        phone: Phone,
        username: Name,
        isArchived: Type.Boolean(),
        ephemeralS: Seconds,
        ephemeralSetAt: Time,
        unread: Type.Integer({ minimum: 0 }),
      }),
    ),
  },
  'chats.read': { ask: Type.Object({ chat: Address, upTo: Type.Optional(Id) }), answer: Type.Boolean() },
  'chats.archive': { ask: Type.Object({ chat: Address, isArchived: Type.Boolean() }), answer: Done },
  'chats.ephemeral': { ask: Type.Object({ chat: Address, seconds: Seconds }), answer: Done },
  'groups.create': {
    ask: Type.Object({
      name: Name,
      members: Type.Array(Address, { maxItems: 1024 }),
      isSupergroup: Type.Boolean(),
      autoDeleteDays: Type.Integer({ minimum: 0, maximum: 365 }),
    }),
    answer: Type.Object({ address: Address, inviteLink: Name }),
  },
  'groups.data': {
    ask: Type.Object({ group: Address }),
    answer: Type.Object({
      address: Address,
      owner: Address,
      subject: Name,
      subjectOwner: Address,
      subjectAt: Time,
      createdAt: Time,
      description: Type.String({ maxLength: 4096 }),
      inviteLink: Name,
      members: Type.Array(
        Type.Object({ address: Address, name: Name, phone: Phone, isAdmin: Type.Boolean(), isOwner: Type.Boolean() }),
      ),
      rights: Rights,
      ephemeralS: Seconds,
      type: Type.Enum(['group', 'supergroup']),
    }),
  },
  'groups.rename': { ask: Type.Object({ group: Address, name: Name }), answer: Done },
  'groups.add': { ask: Member, answer: Done },
  'groups.remove': { ask: Member, answer: Done },
  'groups.admin': { ask: Type.Object({ group: Address, member: Address, isAdmin: Type.Boolean() }), answer: Done },
  'groups.rights': { ask: Type.Object({ group: Address, rights: Type.Partial(Rights) }), answer: Done },
  'groups.picture': { ask: Type.Object({ group: Address, file: StoredFile }), answer: Done },
  'groups.leave': { ask: Type.Object({ group: Address }), answer: Done },
  'profile.picture': { ask: Type.Object({}), answer: Picture },
  'profile.setPicture': { ask: Type.Object({ file: StoredFile }), answer: Done },
  'profile.presence': { ask: Type.Object({ isOnline: Type.Boolean() }), answer: Done },
} as const satisfies Readonly<Record<string, { readonly ask: TObject; readonly answer: TSchema }>>

export type AskName = keyof typeof ASKS
export const ASK_NAMES = Object.keys(ASKS) as readonly AskName[]
export type AskOf<Name extends AskName> = Static<(typeof ASKS)[Name]['ask']>
export type AnswerOf<Name extends AskName> = Static<(typeof ASKS)[Name]['answer']>

/** Why a question got no answer; the codes are those of `model/fault.ts`. */
export const ASK_FAULTS = [
  'refused',
  'notFound',
  'forbidden',
  'conflict',
  'noAccount',
  'rateLimited',
  'unsupported',
  'invalid',
] as const
export type AskFault = (typeof ASK_FAULTS)[number]

const asks = new Map<string, Validator>()
const answers = new Map<string, Validator>()
for (const name of ASK_NAMES) {
  asks.set(name, Compile(ASKS[name].ask))
  answers.set(name, Compile(ASKS[name].answer))
}

/** Whether this is the question that its name promises. */
export function isAsk<Name extends AskName>(name: Name, value: unknown): value is AskOf<Name> {
  return asks.get(name)?.Check(value) === true
}

/** Whether this answers the question of this name. */
export function isAnswer<Name extends AskName>(name: Name, value: unknown): value is AnswerOf<Name> {
  return answers.get(name)?.Check(value) === true
}
