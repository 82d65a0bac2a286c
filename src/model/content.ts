import type { ChatId, EpochMs, MessageId } from './ids.ts'

/**
 * What a message says, free of any messenger's or wire's form. `Content` is a closed union: a new kind is a new member here, and
 * the compiler shows every place that must know it. Empty strings stand for what is not known.
 */

/** What any message may be besides what it says: a reply, and how often it was forwarded (0 or absent: never). */
interface Said {
  readonly quote?: Quote
  readonly forwardingScore?: number
}

/** The message that a reply refers to; `content` is null where this service has not seen it, and never has a quote itself. */
export interface Quote {
  readonly id: MessageId
  /** Whose message it was; empty where nobody told. */
  readonly participant: ChatId
  readonly content: Content | null
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

export interface TextContent extends Said {
  readonly kind: 'text'
  /** UTF-16 code units count against the limits. */
  readonly text: string
  /** Present when the text goes out or came in with a preview; absent means none. */
  readonly preview?: LinkPreview
}

export const FILE_TYPES = ['image', 'video', 'audio', 'document', 'sticker'] as const
export type FileType = (typeof FILE_TYPES)[number]

/** A file that is in this server's media store, or that its driver can bring there at any time. */
export interface KeptFile {
  readonly at: 'here'
  /** Hex; the file's name in the media store of its instance: its hash, or what stands for it, see `hashless-files.ts`. */
  readonly sha256: string
  /** Bytes; 0 also where the network did not tell it. */
  readonly size: number
  /** What the driver needs to fetch it from the network; opaque to everybody else. Absent for what the API uploaded. */
  readonly remote?: string
}

/** Where a file's bytes are. */
export type FileSource =
  | KeptFile
  /** To be fetched before it is sent. */
  | { readonly at: 'url'; readonly url: string }
  /** Larger than is taken in, or gone from the network. */
  | { readonly at: 'nowhere'; readonly why: 'tooLarge' | 'lost' }

export interface FileContent extends Said {
  readonly kind: 'file'
  readonly type: FileType
  readonly file: FileSource
  /** With its extension. */
  readonly name: string
  /** As its network says it; may carry parameters. */
  readonly mimeType: string
  readonly caption: string
  /** base64 */
  readonly jpegThumbnail: string
  /** A moving picture: a GIF or an animated sticker. */
  readonly isAnimated?: boolean
  /** A round video. */
  readonly isVideoNote?: boolean
  /** A voice message, as against a file that holds sound. */
  readonly isVoice?: boolean
}

export interface LocationContent extends Said {
  readonly kind: 'location'
  /** Degrees. */
  readonly latitude: number
  readonly longitude: number
  readonly name: string
  readonly address: string
  /** base64 */
  readonly jpegThumbnail: string
}

export interface ContactCard {
  readonly displayName: string
  /** vCard text with `\n` ends of line. */
  readonly vcard: string
  /** The card's own chat, on messengers whose cards refer to an account. */
  readonly chat?: ChatId
}

export interface ContactsContent extends Said {
  readonly kind: 'contacts'
  /** One or more. */
  readonly contacts: readonly ContactCard[]
}

export interface PollContent extends Said {
  readonly kind: 'poll'
  readonly question: string
  /** 2 to 12, all different. */
  readonly options: readonly string[]
  readonly multipleAnswers: boolean
  readonly isAnonymous?: boolean
}

/** What one voter's choice is now: every option of the poll, with that voter or with nobody. */
export interface VoteContent {
  readonly kind: 'vote'
  readonly poll: MessageId
  readonly question: string
  readonly multipleAnswers: boolean
  readonly options: readonly { readonly name: string; readonly voters: readonly ChatId[] }[]
}

export interface ReactionContent {
  readonly kind: 'reaction'
  readonly target: MessageId
  /** Whose message the target is. */
  readonly participant: ChatId
  /** Empty when the reaction was withdrawn. */
  readonly emoji: string
}

/** The new text or caption of an earlier message of the same author. */
export interface EditContent {
  readonly kind: 'edit'
  readonly target: MessageId
  readonly text: string
  readonly isCaption: boolean
}

export interface DeletionContent {
  readonly kind: 'deletion'
  readonly target: MessageId
  /** False: it is gone from the own devices alone. */
  readonly forEveryone: boolean
}

export interface Button {
  readonly id: string
  readonly text: string
  /** What a tap does; `value` is the text to copy, the number to call or the address to open, and empty for `reply`. */
  readonly action: 'reply' | 'copy' | 'call' | 'url'
  readonly value: string
}

export interface ButtonsContent extends Said {
  readonly kind: 'buttons'
  /** interactive: today's form. plain, template: what older clients still send and receive. */
  readonly style: 'interactive' | 'plain' | 'template'
  readonly header: string
  readonly body: string
  readonly footer: string
  readonly buttons: readonly Button[]
}

export interface ListContent extends Said {
  readonly kind: 'list'
  readonly title: string
  readonly body: string
  readonly footer: string
  readonly buttonText: string
  readonly sections: readonly {
    readonly title: string
    readonly rows: readonly { readonly id: string; readonly title: string; readonly description: string }[]
  }[]
}

/** Somebody tapped a button or chose from a list. */
export interface ChoiceContent {
  readonly kind: 'choice'
  /** The style of the message that was answered. */
  readonly of: 'interactive' | 'plain' | 'template' | 'list'
  readonly target: MessageId
  /** The button's or row's id, its place from 0, and its text. */
  readonly id: string
  readonly index: number
  readonly text: string
}

export interface GroupInviteContent extends Said {
  readonly kind: 'groupInvite'
  readonly group: ChatId
  readonly groupName: string
  readonly code: string
  readonly expiresAt: EpochMs
  readonly caption: string
  /** base64 */
  readonly jpegThumbnail: string
}

export interface ProductContent extends Said {
  readonly kind: 'product'
  readonly productId: string
  readonly title: string
  readonly description: string
  /** ISO 4217. */
  readonly currency: string
  /** As its seller wrote it. */
  readonly price: string
  readonly url: string
  readonly imageCount: number
  readonly image?: FileContent
}

export interface OrderContent extends Said {
  readonly kind: 'order'
  readonly orderId: string
  readonly token: string
  readonly title: string
  readonly itemCount: number
  /** ISO 4217. */
  readonly currency: string
  /** Minor units, as a decimal string. */
  readonly total: string
  readonly seller: ChatId
}

/** A status (a story) of words alone; one with a picture or sound is a file. Sent to and received from `STATUS_CHAT`. */
export interface StatusTextContent {
  readonly kind: 'statusText'
  readonly text: string
  /** `#RRGGBB` */
  readonly backgroundColor: string
  readonly font: StatusFont
}

export const STATUS_FONTS = ['SERIF', 'SANS_SERIF', 'NORICAN_REGULAR', 'BRYNDAN_WRITE', 'OSWALD_HEAVY'] as const
export type StatusFont = (typeof STATUS_FONTS)[number]

/** It arrived and could not be read. */
export interface UnreadableContent {
  readonly kind: 'unreadable'
  readonly why: 'undecrypted' | 'keysLost'
}

export type Content =
  | TextContent
  | FileContent
  | LocationContent
  | ContactsContent
  | PollContent
  | VoteContent
  | ReactionContent
  | EditContent
  | DeletionContent
  | ButtonsContent
  | ListContent
  | ChoiceContent
  | GroupInviteContent
  | ProductContent
  | OrderContent
  | StatusTextContent
  | UnreadableContent

export type ContentKind = Content['kind']

/** What says something by itself: it may be a reply, and may be said again. The others are about another message, or stand for one. */
const SAYINGS = [
  'text',
  'file',
  'location',
  'contacts',
  'poll',
  'buttons',
  'list',
  'groupInvite',
  'product',
  'order',
] as const satisfies readonly ContentKind[]
export type Saying = Extract<Content, { readonly kind: (typeof SAYINGS)[number] }>

export function isSaying(content: Content): content is Saying {
  return (SAYINGS as readonly ContentKind[]).includes(content.kind)
}

/** The chat of all statuses, one's own and others'. */
export const STATUS_CHAT = 'status@broadcast' as ChatId

/** What a content replies to; undefined for one that is no reply or can't be. */
export function quoteOf(content: Content): Quote | undefined {
  return 'quote' in content ? content.quote : undefined
}

/** The same without what it replies to; a quoted or forwarded content is no reply itself. */
export function withoutQuote(content: Content): Content {
  if (!('quote' in content)) return content
  const said = { ...content }
  delete said.quote
  return said
}

/** One function for each kind of content: the compiler misses none. */
export type ByKind<Args extends readonly unknown[], Result> = {
  readonly [Kind in ContentKind]: (content: Extract<Content, { kind: Kind }>, ...args: Args) => Result
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
