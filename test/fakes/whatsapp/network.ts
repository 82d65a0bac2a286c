import type { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { MediaStore } from './media.ts'
import type { Node } from './node.ts'

export type { Node } from './node.ts'

/**
 * What the parts of the fake WhatsApp share. An account is a person with a phone; the phone is device 0 and virtual; linked devices
 * (the engine under test) are 1 and up and speak to us over a web socket.
 */

export interface KeyPair {
  readonly public: Uint8Array
  readonly private: Uint8Array
}

/** What a device gave to the key server. Identity and keys without the 0x05 prefix. */
export interface KeyBundle {
  readonly registrationId: number
  readonly identity: Uint8Array
  readonly signed: { readonly id: number; readonly key: Uint8Array; readonly signature: Uint8Array }
  /** Handed out once each. */
  readonly oneTime: Map<number, Uint8Array>
}

/** A linked device. It outlives its connections; unlinking removes it. */
export interface Device {
  readonly account: Account
  readonly id: number
  readonly noiseKey: Uint8Array
  readonly identity: Uint8Array
  bundle: KeyBundle | null
  /** Null while it is away. */
  connection: Connection | null
  /** Stanzas that it has not acknowledged, oldest first (a copy); all are brought again at each login, marked `offline`. */
  readonly unacknowledged: Node[]
}

/** One web socket of a device that is logged in, or of one that is being linked (then `device` is null). */
export interface Connection {
  readonly device: Device | null
  send(node: Node): void
  /** Ends it at once, with a stream error first when one is given. */
  close(error?: { readonly code?: string; readonly child?: Node }): void
}

/** A person. */
export interface Account {
  readonly phone: string
  /** Digits of `<lid>@lid`; stable, made from nothing that tells the number. */
  readonly lid: string
  name: string
  readonly devices: Map<number, Device>
  readonly phoneDevice: Phone
  /** Linking a device to it waits for a passkey after the scan or the code. */
  wantsPasskey: boolean
  about: string
  /** Seconds. */
  aboutAt: number
  /** The default timer of new chats, seconds; 0 is none. */
  disappearingS: number
  /** By category: `readreceipts`, `last`, `online`, `profile`, `status`, `groupadd`, `calladd`, `messages`. */
  readonly privacy: Map<string, string>
  /** Lid users' jids. */
  readonly blocked: Set<string>
  /** Not yet allowed to write to strangers until then (ms); told through `w:mex`. 0: allowed. */
  restrictedUntil: number
}

/** The virtual phone, device 0. Everything that arrives for the person's phone is handed to it. */
export interface Phone {
  readonly account: Account
  /** The account's identity; signs the devices that are linked to it. */
  readonly identity: KeyPair
  bundle(): KeyBundle
  /** A message or receipt stanza for this phone, already routed; `from` etc. are as a device would see them. */
  receive(stanza: Node): void
  /** A linked device came on for the first time (it is active, its keys are here): keys of the app state and the history follow. */
  deviceLinked(device: Device): void
}

/** Answers the queries of one namespace. */
export interface QueryHandler {
  readonly xmlns: string
  /** The content of the result, a whole `iq`, or nothing at all: the client then waits for ever. */
  handle(query: Node, device: Device): Answer | Promise<Answer>
}
export type Answer = readonly Node[] | { readonly error: { readonly code: number; readonly text: string } } | 'silence'

/** Takes the stanzas of one tag that are no queries: `call`, `presence`, `chatstate` … */
export interface StanzaHandler {
  readonly tag: string
  take(stanza: Node, device: Device): void
}

/** What one part of the fake adds to the server; of two handlers of the same namespace or tag the later one counts. */
export interface Part {
  readonly queries?: readonly QueryHandler[]
  readonly stanzas?: readonly StanzaHandler[]
  /** The error of the ack of a message that an account sends, or undefined to let it pass; asked before the message is routed. */
  readonly refuses?: (message: Node, sender: Account) => string | undefined
  /** Answers what is asked over HTTP, on either port; false when it is for somebody else. */
  readonly answer?: (request: IncomingMessage, response: ServerResponse) => boolean
}

/** Troubles that a test asks for; all off by default. */
export interface Faults {
  /** Cut the connection right before, or right after, the n-th stanza that matches. */
  cut: { readonly when: 'before' | 'after'; readonly matches: (stanza: Node) => boolean; times: number } | null
  /** Take what devices send and say nothing. */
  silent: boolean
  /** Nobody hears of devices that are added or taken off. */
  hidesDevices: boolean
  /** The error of the ack of the next messages to a chat (`463`, `479`, …), by the chat's jid or `*`. */
  readonly ackErrors: Map<string, { readonly code: string; times: number }>
  /** Take the next messages and never acknowledge. */
  loseAcks: number
  /** Bring each message, receipt, notification and call twice. */
  duplicate: boolean
  /** Hold back this many messages for a device (a quarter of a second at most) and bring them in reverse order. */
  reorder: number
  /** Spoil the ciphertext of the next messages to devices. */
  corrupt: number
  /** Refuse logins with this reason (`405`, `401`, `403`, `503` …); times −1: until taken back. */
  failure: { readonly reason: string; times: number } | null
}

export interface Group {
  readonly id: string
  subject: string
  subjectBy: string
  subjectAt: number
  description: string
  /** Of the last change; a change names the one before it. */
  descriptionId?: string
  readonly createdAt: number
  readonly owner: string
  /** By the phone's number. */
  readonly members: Map<string, { isAdmin: boolean }>
  announce: boolean
  locked: boolean
  addMode: 'all_member_add' | 'admin_add'
  inviteCode: string
  ephemeralS: number
}

/**
 * The whole network. Emits `stanza` (device, node) for each that a device sent, `login` (device), `gone` (device), and `trouble` (error)
 * when something inside threw; unheard, that ends the process.
 */
export interface Network extends EventEmitter {
  readonly accounts: Map<string, Account>
  readonly groups: Map<string, Group>
  readonly faults: Faults
  /** The media servers; `media.handle` answers the HTTP requests to their hosts, `media.mediaConn()` the query `w:m`. */
  readonly media: MediaStore
  /** Makes the account if there is none. */
  account(phone: string): Account
  /** By number, lid, or jid of either form, with or without a device. */
  find(who: string): Account | undefined
  /** Routes a stanza to a device: now if it is connected, kept until it acknowledges in any case. */
  deliver(device: Device, stanza: Node): void
  /**
   * Takes a stanza (`message`, `receipt`) as if that device (0: the phone) of the account had sent it, and brings it to phones and
   * devices. Addresses as a device writes them: `to`, `participants`, `recipient` … What the sender's ack would say comes back.
   */
  route(account: Account, device: number, stanza: Node): { readonly error?: string }
  /** Takes the device off its account, tells it if it is connected, and tells who knew it. */
  unlink(device: Device): void
  /** Milliseconds. */
  now(): number
}

/** Digits of a device's jid and which form it has; `device` is 0 for a jid without one. */
export interface Jid {
  readonly user: string
  readonly server: string
  readonly device: number
}
