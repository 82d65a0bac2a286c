import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { FILE_TYPES, STATUS_FONTS } from '../model/content.ts'

/**
 * What messages say on the link and in the network's own file: the contents of `model/content.ts` with the network's addresses in the
 * place of chat ids, and files as their hashes. A file's bytes travel over HTTP, see `file-exchange.ts`.
 */

const Text = Type.String({ maxLength: 65_536 })
const Line = Type.String({ maxLength: 4096 })
/** base64 of a small picture. */
const Thumbnail = Type.String({ maxLength: 200_000 })
export const Id = Type.String({ minLength: 1, maxLength: 128 })
/** The digits of a number or of a user id, or a group's, hidden person's or status chat's id as it is. */
export const Address = Type.String({ minLength: 1, maxLength: 64 })
/** Empty where nobody told. */
const MaybeAddress = Type.String({ maxLength: 64 })

export const StoredFile = Type.Object({
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  size: Type.Integer({ minimum: 0 }),
})
export type StoredFile = Type.Static<typeof StoredFile>

const FileContent = Type.Object({
  kind: Type.Literal('file'),
  type: Type.Enum([...FILE_TYPES]),
  /** Null: the network has it no more. */
  file: Type.Union([StoredFile, Type.Null()]),
  name: Line,
  mimeType: Type.String({ maxLength: 256 }),
  caption: Text,
  jpegThumbnail: Thumbnail,
  isAnimated: Type.Optional(Type.Boolean()),
  isVideoNote: Type.Optional(Type.Boolean()),
  isVoice: Type.Optional(Type.Boolean()),
})

const Contact = Type.Object({
  displayName: Line,
  vcard: Text,
  address: Type.Optional(Address),
})

const Button = Type.Object({
  id: Line,
  text: Line,
  action: Type.Enum(['reply', 'copy', 'call', 'url']),
  value: Line,
})

/** Every content but for what it replies to. */
const Plain = [
  Type.Object({
    kind: Type.Literal('text'),
    text: Text,
    preview: Type.Optional(
      Type.Object({
        title: Line,
        description: Line,
        link: Line,
        jpegThumbnail: Thumbnail,
        urlFile: Line,
        size: Type.Enum(['large', 'small']),
      }),
    ),
  }),
  FileContent,
  Type.Object({
    kind: Type.Literal('location'),
    latitude: Type.Number(),
    longitude: Type.Number(),
    name: Line,
    address: Line,
    jpegThumbnail: Thumbnail,
  }),
  Type.Object({ kind: Type.Literal('contacts'), contacts: Type.Array(Contact, { minItems: 1, maxItems: 256 }) }),
  Type.Object({
    kind: Type.Literal('poll'),
    question: Line,
    options: Type.Array(Line, { minItems: 2, maxItems: 12 }),
    multipleAnswers: Type.Boolean(),
    isAnonymous: Type.Optional(Type.Boolean()),
  }),
  Type.Object({
    kind: Type.Literal('vote'),
    poll: Id,
    question: Line,
    multipleAnswers: Type.Boolean(),
    options: Type.Array(Type.Object({ name: Line, voters: Type.Array(Address) })),
  }),
  Type.Object({
    kind: Type.Literal('reaction'),
    target: Id,
    participant: MaybeAddress,
    emoji: Type.String({ maxLength: 64 }),
  }),
  Type.Object({ kind: Type.Literal('edit'), target: Id, text: Text, isCaption: Type.Boolean() }),
  Type.Object({ kind: Type.Literal('deletion'), target: Id, forEveryone: Type.Boolean() }),
  Type.Object({
    kind: Type.Literal('buttons'),
    style: Type.Enum(['interactive', 'plain', 'template']),
    header: Text,
    body: Text,
    footer: Text,
    buttons: Type.Array(Button, { minItems: 1, maxItems: 12 }),
  }),
  Type.Object({
    kind: Type.Literal('list'),
    title: Line,
    body: Text,
    footer: Text,
    buttonText: Line,
    sections: Type.Array(
      Type.Object({
        title: Line,
        rows: Type.Array(Type.Object({ id: Line, title: Line, description: Line })),
      }),
    ),
  }),
  Type.Object({
    kind: Type.Literal('choice'),
    of: Type.Enum(['interactive', 'plain', 'template', 'list']),
    target: Id,
    id: Line,
    index: Type.Integer({ minimum: 0 }),
    text: Line,
  }),
  Type.Object({
    kind: Type.Literal('groupInvite'),
    group: Address,
    groupName: Line,
    code: Line,
    expiresAt: Type.Integer(),
    caption: Text,
    jpegThumbnail: Thumbnail,
  }),
  Type.Object({
    kind: Type.Literal('product'),
    productId: Line,
    title: Line,
    description: Text,
    currency: Line,
    price: Line,
    url: Line,
    imageCount: Type.Integer({ minimum: 0 }),
    image: Type.Optional(FileContent),
  }),
  Type.Object({
    kind: Type.Literal('order'),
    orderId: Line,
    token: Line,
    title: Line,
    itemCount: Type.Integer({ minimum: 0 }),
    currency: Line,
    total: Line,
    seller: Address,
  }),
  Type.Object({
    kind: Type.Literal('statusText'),
    text: Text,
    backgroundColor: Type.String({ maxLength: 16 }),
    font: Type.Enum([...STATUS_FONTS]),
  }),
  Type.Object({ kind: Type.Literal('unreadable'), why: Type.Enum(['undecrypted', 'keysLost']) }),
] as const

const PlainContent = Type.Union([...Plain])

const Said = Type.Object({
  quote: Type.Optional(
    Type.Object({
      id: Id,
      participant: MaybeAddress,
      /** Null where the one that replies does not know it. */
      content: Type.Union([PlainContent, Type.Null()]),
    }),
  ),
  forwardingScore: Type.Optional(Type.Integer({ minimum: 0 })),
})

export const Content = Type.Intersect([PlainContent, Said])
export type Content = Type.Static<typeof Content>
export type ContentOf<Kind extends Content['kind']> = Extract<Content, { kind: Kind }>

/** One function for each kind of content: the compiler misses none. */
export type ByKind<Args extends readonly unknown[], Result> = {
  readonly [Kind in Content['kind']]: (content: ContentOf<Kind>, ...args: Args) => Result
}

/** What the table says of a content. */
export function byKind<Args extends readonly unknown[], Result>(
  table: ByKind<Args, Result>,
  content: Content,
  ...args: Args
): Result {
  // The key is the content's own kind, so the function takes it; the compiler can't follow the two together.
  const row = table[content.kind] as (content: Content, ...args: Args) => Result
  return row(content, ...args)
}

const content = Compile(Content)

/** Whether the network takes a message that says this. A frame with any other costs all its senders the connection. */
export function isContent(value: unknown): value is Content {
  return content.Check(value)
}
