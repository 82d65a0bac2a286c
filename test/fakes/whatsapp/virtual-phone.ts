import type {
  ButtonsContent,
  ChoiceContent,
  ContactsContent,
  GroupInviteContent,
  LinkPreview,
  ListContent,
  LocationContent,
  OrderContent,
  PollContent,
  ProductContent,
  StatusTextContent,
  FileType,
} from '../../../src/model/content.ts'
import type { Device, Node, Phone } from './network.ts'

/**
 * What a person does with the phone, and sees on it. Chats and persons are named plainly: a person by the digits of the number, a group
 * by its jid, the statuses by `status@broadcast`.
 */

/** A quote is named by the id of a message that the phone knows. */
interface Said {
  readonly quote?: string
  readonly forwardingScore?: number
}
type Kind<Content> = Omit<Content, 'quote' | 'forwardingScore'> & Said

export interface PhoneText extends Said {
  readonly kind: 'text'
  readonly text: string
  readonly preview?: LinkPreview
}

export interface PhoneFile extends Said {
  readonly kind: 'file'
  readonly type: FileType
  readonly bytes: Uint8Array
  readonly mimeType: string
  readonly name?: string
  readonly caption?: string
  /** base64 */
  readonly jpegThumbnail?: string
  readonly isAnimated?: boolean
  readonly isVideoNote?: boolean
  readonly isVoice?: boolean
  /** Seconds, of sound and moving pictures. */
  readonly durationS?: number
  readonly waveform?: Uint8Array
  /** To be seen once. */
  readonly isViewOnce?: boolean
}

export interface PhoneVote {
  readonly kind: 'vote'
  readonly poll: string
  /** The names of the options that are chosen now. */
  readonly choices: readonly string[]
}

export interface PhoneReaction {
  readonly kind: 'reaction'
  readonly target: string
  /** Empty withdraws it. */
  readonly emoji: string
}

export interface PhoneEdit {
  readonly kind: 'edit'
  readonly target: string
  readonly text: string
}

export interface PhoneDeletion {
  readonly kind: 'deletion'
  readonly target: string
}

/** What a phone can say, and what it reads in what it was sent. */
export type PhoneContent =
  | PhoneText
  | PhoneFile
  | PhoneVote
  | PhoneReaction
  | PhoneEdit
  | PhoneDeletion
  | Kind<LocationContent>
  | (Omit<Kind<ContactsContent>, 'contacts'> & {
      readonly contacts: readonly { readonly displayName: string; readonly vcard: string }[]
    })
  | Kind<PollContent>
  | Kind<ButtonsContent>
  | Kind<ListContent>
  | (Omit<ChoiceContent, 'target'> & { readonly target: string })
  | (Omit<Kind<GroupInviteContent>, 'group'> & { readonly group: string })
  | (Omit<Kind<ProductContent>, 'image'> & { readonly image?: PhoneFile })
  /** The seller is a number or a jid. */
  | (Omit<Kind<OrderContent>, 'seller'> & { readonly seller: string })
  | StatusTextContent

/** Words alone are a text; a raw one is a message of the protocol as it is, for what has no kind here. */
export type Sayable = string | PhoneContent | { readonly kind: 'raw'; readonly message: object }

/** What arrived: decoded, with the bytes of files fetched, decrypted and held against their hashes. */
export type SeenContent =
  | PhoneContent
  /** Its bytes could not be had, or were not what they should be. */
  | { readonly kind: 'brokenFile'; readonly why: string }
  /** Of a kind that this phone has no reading for; see `raw`. */
  | { readonly kind: 'other' }

/** How far one's own message came with the one it was sent to. */
export type Progress = 'delivered' | 'read' | 'played'

export interface Seen {
  readonly id: string
  readonly chat: string
  /** Digits of the author's number. */
  readonly author: string
  readonly isOwn: boolean
  /** The device of the author that it came from; 0: the phone. */
  readonly device: number
  /** Milliseconds. */
  readonly at: number
  content: SeenContent
  /** The message of the protocol. */
  readonly raw: object
  /** Of an own one: by the number of each who told. */
  readonly progress: Map<string, Progress>
  /** The text as it was edited; whether it was taken back; reactions and votes by the author's number. */
  edited?: string
  isDeleted: boolean
  readonly reactions: Map<string, string>
  readonly votes: Map<string, readonly string[]>
  /** Attributes of the stanza that brought it; none for an own one. */
  readonly attrs: Readonly<Record<string, string>>
}

export interface TypingSeen {
  readonly chat: string
  readonly author: string
  readonly state: TypingState
  /** Milliseconds. */
  readonly at: number
}
export type TypingState = 'composing' | 'recording' | 'paused'

/** How this phone behaves; may be changed at any time. */
export interface PhoneSettings {
  /** How persons are named in stanzas that it sends. Groups are by lid always. */
  addressing: 'pn' | 'lid'
  /** Tells at once that a message was delivered. */
  answersReceipts: boolean
  /** Sends a message again to a device that could not read it. */
  answersRetries: boolean
  /** Asks for a message again that it could not read. */
  asksAgain: boolean
  /** The next so many messages from devices it takes for unreadable. */
  failsToRead: number
  /** The next so many messages to devices it spoils in encrypting; what is sent on a retry is not. */
  spoils: number
  /** Fetches the bytes of files that arrive. */
  fetchesFiles: boolean
  /** Whether messages are kept at all, for `messages`, quotes, votes and retries; off for floods. */
  keepsMessages: boolean
  /** How many messages are kept; the oldest go. */
  keeps: number
}

export interface SayOptions {
  /** Made up if absent. */
  readonly id?: string
  /** Numbers of those who see a status; everybody on the network if absent. */
  readonly audience?: readonly string[]
}

/** A person's phone. Nothing here waits for a linked device. */
export interface VirtualPhone extends Phone {
  readonly settings: PhoneSettings
  /** To a number, a jid of either form, a group or `status@broadcast`. Resolves with the id when all devices' stanzas are on their way. */
  say(to: string, what: Sayable, options?: SayOptions): Promise<string>
  /** Oldest first. */
  messages(chat?: string): readonly Seen[]
  message(id: string): Seen | undefined
  /** Resolves with the first, of those kept or yet to come, that fits. Rejects after `timeoutMs`. */
  sees(fits: (message: Seen) => boolean, timeoutMs?: number): Promise<Seen>
  /** Tells the author, and the own devices, that what came in a chat was read; up to a message or all. Resolves with how many were new. */
  read(chat: string, upTo?: string): Promise<number>
  /** Tells that a voice message was heard. */
  play(id: string): Promise<void>
  type(chat: string, state: TypingState): void
  readonly typingSeen: readonly TypingSeen[]
  /** Every message as it is seen; the result takes the listener away. */
  onMessage(listener: (message: Seen) => void): () => void
  onTyping(listener: (typing: TypingSeen) => void): () => void
  /** A message of the protocol between devices of one person (`category: peer`) that a linked device sent to this phone. */
  onPeerMessage(listener: (device: Device, message: object) => void): () => void
  onDeviceLinked(listener: (device: Device) => void): () => void
  /** Stanzas that the phone makes nothing of: calls, presence, notifications. */
  onOther(listener: (stanza: Node) => void): () => void
  /** Tells one own device something as a peer: keys, history, answers. Resolves with the id. */
  tellDevice(device: Device, message: object, options?: { readonly id?: string }): Promise<string>
  /** Forgets the sessions with a person's devices, or with everybody: what they encrypt next can't be read. */
  forgetSessions(who?: string): void
  /** What went wrong with stanzas that came, in words; nothing should. */
  readonly troubles: readonly string[]
  /** Counts, since the phone was made. */
  readonly tally: { sent: number; received: number; unreadable: number; retriesAsked: number; retriesAnswered: number }
}

/** The phone of an account of this fake; every account has one. */
export function isVirtualPhone(phone: Phone): phone is VirtualPhone {
  return 'say' in phone
}
