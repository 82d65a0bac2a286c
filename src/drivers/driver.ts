import type { Readable } from 'node:stream'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Random } from '../lib/random.ts'
import type { NetworkCall } from '../model/call.ts'
import type { Content, ContentKind, KeptFile } from '../model/content.ts'
import type { Fault } from '../model/fault.ts'
import type { ChatId, EpochMs, InstanceId, MessageId } from '../model/ids.ts'
import type { KeptSecret, LinkedAccount } from '../model/instance.ts'
import type { MessageStatus, NetworkMessage, OutgoingMessage } from '../model/message.ts'
import type { Messenger } from '../model/messenger.ts'
import type { Facets } from './facets.ts'

/**
 * The driver contract: what connects an instance to one messenger. A driver owns no storage, keeps no timer for an idle session
 * beyond what its network demands, and reconnects never by itself: it reports, the runner decides when to connect again.
 */

/** What the network brought and what must be durable before the network hears that we have it. */
export type SessionEvent =
  /**
   * `isPast`: from before the device was linked. It is kept, and nobody is told. `wasPast`: it was kept so before, but is news after all;
   * told once. `aliases`: other names of the chat, by which the journal may have the message already. `original`: what an edit or a
   * deletion is about, where the journal has it; whoever made the change was allowed to.
   */
  | {
      readonly kind: 'message'
      readonly message: NetworkMessage
      readonly aliases?: readonly ChatId[]
      readonly original?: { readonly chat: ChatId; readonly id: MessageId; readonly isAllowed: true }
      readonly isPast?: boolean
      readonly wasPast?: boolean
    }
  /** A receipt of a message that this account sent, whether through us or from its phone. */
  | {
      readonly kind: 'status'
      readonly id: MessageId
      readonly chat: ChatId
      readonly status: Exclude<MessageStatus, 'pending'>
      readonly at: EpochMs
      readonly description?: string
    }
  /** How far one of those who were sent a message came with it; told for statuses, which go to many. */
  | {
      readonly kind: 'receipt'
      readonly id: MessageId
      readonly participant: ChatId
      readonly status: 'delivered' | 'read'
      readonly at: EpochMs
    }
  /** A call began or went on; the same again changes nothing. */
  | { readonly kind: 'call'; readonly call: NetworkCall }
  /** The device was linked; comes in the same commit as the credentials. */
  | { readonly kind: 'linked'; readonly account: LinkedAccount; readonly at: EpochMs }
  /** The phone or the network unlinked the device; the runner forgets the credentials. */
  | { readonly kind: 'unlinked'; readonly at: EpochMs }
  /** The network blocked or restricted the account, or lifted it (`authorized`). */
  | { readonly kind: 'restricted'; readonly state: 'blocked' | 'suspended' | 'authorized'; readonly at: EpochMs }

/** What is handed to the host at once: protocol keys and events, whole or not at all. */
export interface Change {
  /** Bytes to keep under a name of the driver's; null forgets it. */
  readonly secrets?: ReadonlyMap<string, Uint8Array | null>
  /** As `secrets`, for what loses its use with time: it is forgotten some time after `until`. They share their names with `secrets`. */
  readonly notes?: ReadonlyMap<string, Note>
  readonly events?: readonly SessionEvent[]
}

/**
 * What is kept under names that begin so is kept when the device is unlinked: what the network holds against an account, and by what it knows
 * what was sent, must not be forgotten with its link. What holds for one account alone names it.
 */
export const LASTING = 'lasting|'

export interface Note {
  readonly value: Uint8Array
  readonly until: EpochMs
}

/** A message as the journal has it. */
export interface JournalMessage {
  readonly direction: 'in' | 'out'
  readonly author: ChatId | ''
  readonly at: EpochMs
  readonly content: Content
}

/** What a web page shows of itself, in one line each; empty or null where there is nothing. */
export interface PagePreview {
  readonly title: string
  readonly description: string
  /** A picture as its server gave it, of whatever kind; 1 MB at most. */
  readonly image: Buffer | null
}

/** What a session may ask of the instance that it serves. */
export interface SessionHost {
  readonly instance: InstanceId
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /**
   * Stores the change in one transaction. Only after it resolved may the driver acknowledge to the network; on a rejection it
   * acknowledges nothing, so that the network brings it again.
   */
  commit(change: Change): Promise<void>
  secret(name: string): Promise<Uint8Array | null>
  /** Secrets and notes whose names begin so. */
  secrets(prefix: string): Promise<ReadonlyMap<string, Uint8Array>>
  /** What the journal has under an id in a chat. */
  message(chat: ChatId, id: MessageId): Promise<JournalMessage | null>
  /** The bytes of a file that is to be sent. Rejects when they are gone. */
  file(file: KeptFile): Promise<Readable>
  /** Looks at the page behind a link, for a few seconds at most; null when there is nothing to show. Never rejects. */
  preview(url: string, signal: AbortSignal): Promise<PagePreview | null>
  /** Whether persons are named by ids that hide their numbers, where the messenger has such; fixed while a phone is linked. */
  readonly hidesNumbers: boolean
  /** `http://`, `https://` or `socks5://` address of the proxy that carries everything of this instance, credentials in it; empty: none. */
  readonly proxy: string
  /**
   * Whether no other node can have the instance at this moment. Asked where much time can pass between `connect` and the login itself: what is
   * not sure gives up the attempt, as when a connection is lost.
   */
  isSure(): boolean
  /** The connection is open and logged in; sends may begin. */
  opened(): void
  /**
   * The connection ended, or an attempt to open it failed. After `retry` `later` the runner connects again with back-off; after
   * `never` it waits for a new login. Not called for `disconnect` and `logout`. `atLeastMs`: no sooner than that.
   */
  lost(trouble: Fault, atLeastMs?: number): void
}

/** A step of linking. After `done` or `ended` nothing follows. */
export type LoginStep =
  /** Show this to the person, until it is replaced or its time is over. A QR's value is its text, not a picture. */
  | { readonly kind: 'show'; readonly what: 'qr' | 'code'; readonly value: string; readonly until: EpochMs }
  /**
   * Ask the person and pass the answer to `Login.answer`; asked again, with what was wrong, after an answer that does not fit. A passkey
   * is confirmed on the phone and has no answer.
   */
  | { readonly kind: 'ask'; readonly what: 'code' | 'password' | 'passkey'; readonly trouble?: Fault }
  /** Linked: the `linked` event has been committed and the session is open. */
  | { readonly kind: 'done' }
  | { readonly kind: 'ended'; readonly fault: Fault }

/**
 * With a phone at hand. qr: it scans it. code: we show a code that is typed into it. sms: the messenger sends it a code that we ask for.
 * Phones are digits.
 */
export type PhoneWay = { readonly way: 'qr' } | { readonly way: 'code' | 'sms'; readonly phone: string }

/**
 * By the token of a device that is linked already, as its client keeps it: from then on this instance is that device, and whoever has it
 * besides is in the way. It asks nothing and shows nothing. `deviceId`: what that client calls itself; without it, what the instance does.
 */
export interface TokenWay {
  readonly way: 'token'
  readonly token: string
  readonly deviceId?: string
}

export type LoginWay = PhoneWay | TokenWay

export interface Login {
  /** Read once. Rotation of codes is the network's; how long the attempt lasts is the caller's (`cancel`). */
  readonly steps: AsyncIterable<LoginStep>
  answer(value: string): void
  /** Ends the attempt with `ended`/`linkCancelled`; after `done` it does nothing. */
  cancel(): void
}

/** The network's verdict on a send. `fault` with retry `later`: nothing left; `never`: refused; `unsure`: it may have left. */
export type Verdict =
  { readonly ok: true; readonly at: EpochMs; readonly chat?: KnownChat } | { readonly ok: false; readonly fault: Fault }

/** What a driver knows of a chat without asking its network. */
export interface KnownChat {
  /** Of a person's profile, or of a group; empty where it is not known. */
  readonly name: string
  /** In the account's address book. */
  readonly contactName: string
  /** Other names of the chat, by which the journal may have its messages. */
  readonly aliases: readonly ChatId[]
}

export interface Capabilities {
  /** UTF-16 code units. */
  readonly textLength: number
  readonly loginWays: readonly LoginWay['way'][]
  /** Whether the network's acceptance is told as `sent`, as against `delivered` being the first status. */
  readonly tellsSent: boolean
  /** How our message ids look: `3EB0…` in hex, or decimal digits. */
  readonly messageIds: 'hex' | 'decimal'
  /** Kinds of content that can't be sent here; absent: everything can. */
  readonly cannotSend?: ReadonlySet<ContentKind>
  /** It judges each send of a restricted account by itself; absent: nothing is sent while the network restricts it. */
  readonly sendsWhileRestricted?: boolean
  /** How much longer, at random, the delay between two sends may become, as a share of it; absent: it is kept exactly. */
  readonly delayJitter?: number
}

/** One live connection of one instance. Made when the instance becomes live; cheap while idle. */
export interface Session {
  /** Resolves when the attempt is under way; success and trouble arrive by `host.opened` and `host.lost`. Never throws; twice does nothing. */
  connect(): Promise<void>
  /** Resolves when nothing more will be sent or committed. The credentials stay. */
  disconnect(): Promise<void>
  /** Unlinks at the network, best effort, then as `disconnect`. The runner forgets the credentials. */
  logout(): Promise<void>
  /** Links a phone; only on a session without credentials. A second login ends the first. */
  login(way: LoginWay): Login
  /**
   * One at a time per instance. Resolves with the network's verdict, not with a written frame, and never rejects. The id is the
   * same on every attempt and the network recognises it. On abort: `unsure` once a frame may have left.
   */
  send(id: MessageId, message: OutgoingMessage, signal: AbortSignal): Promise<Verdict>
  /** What became of an attempt whose verdict was lost. `unknown` when the network can't tell now. */
  lookup(id: MessageId): Promise<'sent' | 'absent' | 'unknown'>
  /** Shows "typing…", or what `type` says in the wire's words, in a chat; best effort. Strangers may be shown nothing. */
  typing(chat: ChatId, durationMs: number, type?: string): void
  /** What the messenger offers beyond that; the same all the time. */
  readonly facets: Partial<Facets>
}

/** What an operator may watch of a driver, for all instances together; nothing of it names one of them. */
export interface Measure {
  /** As the metrics have it; always the same ones. */
  readonly name: string
  readonly help: string
  readonly kind: 'counter' | 'gauge'
  /** What tells the values apart; null: there is one, under the empty text. */
  readonly label: string | null
  /** By the label's value, of which there is a small closed set. */
  readonly values: ReadonlyMap<string, number>
}

/** Code for one messenger; one object a process. */
export interface Driver {
  readonly messenger: Messenger
  /** Sizes, kinds and login ways as data: validation, console and docs read them. */
  readonly capabilities: Capabilities
  /** Reads a chat id from outside; null when it is none of this messenger's. Never throws. */
  parseChatId(raw: string): ChatId | null
  /** What a chat id that `parseChatId` gave names. */
  kindOf(chat: ChatId): 'person' | 'group' | 'statuses'
  /** Whether it is another name of a person, whose own chat id `contacts.find` tells; what comes from the network is never one. */
  isAlias(chat: ChatId): boolean
  /** Whether these secrets make a linked device of this messenger; absent: whatever there is does. */
  isLink?(secrets: ReadonlyMap<string, Uint8Array>): boolean
  /** What moves with a link to another server: all but caches, and what would be too much. Absent: all. */
  movesWithLink?(kept: readonly KeptSecret[]): readonly KeptSecret[]
  open(host: SessionHost): Session
  /** As it is now; absent: there is nothing of its own to watch. */
  measures?(): Iterable<Measure>
  close(): Promise<void>
}
