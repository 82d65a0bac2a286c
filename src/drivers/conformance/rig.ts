import type { Clock } from '../../lib/clock.ts'
import type { CallStatus } from '../../model/call.ts'
import type { Content, ContentKind } from '../../model/content.ts'
import type { Driver } from '../driver.ts'

/** A network under a test's control and a driver that speaks to it, both fresh. */
export interface DriverRig {
  readonly driver: Driver
  /** The driver's and, where the network can, the network's. */
  readonly clock: Clock
  skip(ms: number): void
  /** After so long a QR is replaced by the next. */
  readonly qrPeriodMs: number
  /** So long after the last a profile's picture may change again. */
  readonly picturePeriodMs: number
  /** What is larger is not taken in. A few KB where the driver lets it be set, so that a test passes it soon. */
  readonly fileLimitBytes: number
  /** Kinds that this messenger has not. */
  readonly lacks: ReadonlySet<ContentKind>
  /** What this messenger's network does not do, and no driver can make up for; nothing without. */
  readonly cannot?: ReadonlySet<Inability>
  /** What of a content under an id reaches others, where the messenger has no place for all of it; everything without. */
  readonly arrives?: (content: Content, id: string) => Content
  /** What others call a message that was sent under an id, where the network gives it one of its own; the same without. */
  readonly idElsewhere?: (id: string) => Promise<string>
  /** The chat id that tells a number, as the API takes it. */
  chatOf(phone: string): string
  /** Numbers with an account; none of them is linked yet. */
  readonly phones: { readonly own: string; readonly peer: string; readonly other: string }
  readonly withoutAccount: string
  readonly person: Person
  readonly trouble: {
    /** The network takes the account's next message and never answers. */
    loseVerdict(phone: string): Promise<void>
    refuseSend(phone: string): Promise<void>
    dropConnection(phone: string): Promise<void>
  }
  close(): Promise<void>
}

/**
 * password: asks for one in linking. repeat: brings what was kept and not acknowledged in a form that can be read again.
 * strangersNames: tells how somebody is called with whom no word was exchanged. finishLinking: takes a device that stored its
 * credentials and went before it said so. passkey: asks for one in linking. calls: tells of calls. typingEnds: tells how long somebody types.
 * hiddenPictures: tells a picture that is hidden from one that is not there. archive: has an archive of chats. vanishing: lets messages vanish.
 * silentMembers: keeps members of a group from writing. seen: tells others that the account is there. deliveries: tells
 * more of a delivery than that the network took the message. unknownQuotes: takes replies to messages that it does not know.
 */
export type Inability =
  | 'password'
  | 'repeat'
  | 'strangersNames'
  | 'finishLinking'
  | 'passkey'
  | 'calls'
  | 'typingEnds'
  | 'hiddenPictures'
  | 'archive'
  | 'vanishing'
  | 'silentMembers'
  | 'seen'
  | 'deliveries'
  | 'unknownQuotes'

/** What persons do with their phones, named by their numbers. */
export interface Person {
  scan(qr: string, phone: string): Promise<void>
  enterCode(code: string, phone: string): Promise<void>
  /** The code that the messenger sent to this phone. */
  codeSentTo(phone: string): Promise<string>
  /** From now on linking asks for it. */
  setPassword(phone: string, password: string): Promise<void>
  /** From now on linking by QR wants the phone's passkey. */
  wantPasskey(phone: string): Promise<void>
  confirmPasskey(phone: string): Promise<void>
  unlink(phone: string): Promise<void>
  /** Resolves with the id that the network gave. */
  say(from: string, to: string, text: string): Promise<string>
  read(phone: string, from: string): Promise<void>
  /** Looks at a status of somebody's. */
  view(phone: string, author: string, id: string): Promise<void>
  /** What this phone received, oldest first. */
  received(phone: string): Promise<readonly { readonly id: string; readonly text: string }[]>
  /** Begins to watch what chats show on this phone while somebody types. */
  watchTyping(phone: string): Promise<{ seen(): readonly TypingShown[]; stop(): Promise<void> }>
  /** Calls and lets it ring; resolves with the call's id. */
  call(from: string, to: string, isVideo: boolean): Promise<string>
  /** Ends what rings: it was answered and so long talked, or refused by the called one, or given up by the caller. */
  endCall(id: string, how: Exclude<CallStatus, 'offer' | 'invalid'>, durationS: number): Promise<void>
  /** Shows the profile's picture to nobody. */
  hidePicture(phone: string): Promise<void>
}

export interface TypingShown {
  /** Milliseconds. */
  readonly durationMs: number
  /** In the wire's words; empty for typing. */
  readonly type: string
}
