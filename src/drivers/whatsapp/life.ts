import type { ChatId, EpochMs, MessageId } from '../../model/ids.ts'
import type { Change, Note, SessionEvent, SessionHost } from '../driver.ts'
import type { Transport } from '../network/transport.ts'
import type { BinaryNode, Engine, EngineSocket, GroupMetadata } from './engine/engine.ts'
import type { Tally } from './tally.ts'

/** What a session's parts share while its socket lives. Data runs one way: the network → `inbound/` → `SessionStore` → the host. */

/** What is to be committed at once, while it is put together. */
export interface Draft {
  readonly secrets: Map<string, Uint8Array | null>
  readonly notes: Map<string, Note>
  readonly events: SessionEvent[]
}

/** The one way by which a session keeps anything. */
export interface SessionStore {
  /** Inside a key transaction: goes with what it commits, or is dropped with it. Outside: throws. */
  stage(change: Change): void
  /** One commit of its own, after everything handed over before. Rejects when the host does. */
  commit(change: Change): Promise<void>
  /** As it is, with what was committed and is cached; never what is only staged. */
  read(name: string): Promise<Uint8Array | null>
  readAll(prefix: string): Promise<ReadonlyMap<string, Uint8Array>>
  /** Runs alone among the transactions of this session; nested calls join. */
  transaction<T>(work: () => Promise<T>): Promise<T>
}

/** Who is who: numbers and the ids that hide them, both ways, for ever. Jids may carry a device, which is dropped. */
export interface People {
  /** As the API is told: `<phone>@c.us`, else `<lid>@lid`; groups and statuses as they are. `alt`: the other name of the same person, where the network told it. */
  chatOf(jid: string, alt?: string): Promise<ChatId>
  /** Digits; empty where the number is not known. */
  phoneOf(jid: string): Promise<string>
  /** How the network is to be addressed for a chat id of ours: `…@s.whatsapp.net`, `…@lid`, `…@g.us`, `status@broadcast`. */
  jidOf(chat: ChatId): Promise<string>
  /** Every name that the network may know this one by, itself first. */
  namesOf(jid: string): Promise<readonly string[]>
  /** Goes into the change that tells of it. */
  learn(lid: string, pn: string, draft: Draft): Promise<void>
  isOwn(jid: string): boolean
}

/** What is kept of a chat; JSON in the secret `chat|<jid>`. */
export interface ChatRecord {
  name?: string
  isArchived?: boolean
  mutedUntil?: EpochMs
  ephemeralS?: number
  ephemeralSetAt?: EpochMs
  /** When something was last said. */
  at: EpochMs
  /** Those not read, oldest first, the last 100. */
  unread: { readonly id: string; readonly participant?: string }[]
  unreadCount: number
  /** The last message, which archiving needs. */
  last?: { readonly id: string; readonly fromMe: boolean; readonly participant?: string; readonly at: EpochMs }
}

/** What is kept of a person; JSON in `contact|<jid>`. */
export interface ContactRecord {
  /** Of the profile. */
  name?: string
  /** Of the address book. */
  contactName?: string
  isBusiness?: boolean
}

/** Chats, contacts and groups: what the network tells once and never again when asked. */
export interface Directory {
  contact(jid: string): Promise<ContactRecord | null>
  contacts(): Promise<ReadonlyMap<string, ContactRecord>>
  chat(jid: string): Promise<ChatRecord | null>
  chats(): Promise<ReadonlyMap<string, ChatRecord>>
  /** Kept until the network tells of a change; asked for when it isn't known. */
  group(jid: string): Promise<GroupMetadata | null>
  /** Each changes the record and puts it into the draft. */
  noteMessage(
    jid: string,
    message: { readonly id: MessageId; readonly fromMe: boolean; readonly participant?: string; readonly at: EpochMs },
    draft: Draft,
  ): Promise<void>
  noteRead(jid: string, draft: Draft): Promise<void>
  noteName(jid: string, name: string, draft: Draft): Promise<void>
  /** What we changed ourselves at the network, which tells us nothing of it: members that are given replace the record's. */
  noteContact(jid: string, change: Partial<ContactRecord>, draft: Draft): Promise<void>
  noteChat(jid: string, change: Partial<ChatRecord>, draft: Draft): Promise<void>
  /** Null for one that is not kept; what is returned replaces it, null forgets it, so that it is asked for again. */
  noteGroup(jid: string, change: (kept: GroupMetadata | null) => GroupMetadata | null, draft: Draft): Promise<void>
  /** A change of a group comes: what is kept of it is forgotten, and this life goes on with what it knows until it was told the rest. */
  doubtGroup(jid: string, draft: Draft): Promise<void>
}

/** One life of a session: an engine socket from its making to its end. */
export interface Life {
  readonly host: SessionHost
  readonly engine: Engine
  readonly socket: EngineSocket
  readonly store: SessionStore
  readonly people: People
  readonly directory: Directory
  /** The account's own jids without a device; `lid` is empty where it has none yet. */
  readonly own: { readonly pn: string; readonly lid: string }
  /** What carries its media and its questions over HTTP. */
  readonly transport: Transport
  /** What is counted for the operator, where anybody does. */
  readonly tally?: Tally
  /** Aborted when this life is over, however it ended. */
  readonly ended: AbortSignal
  /** Ends the socket at once, so that nothing more is acknowledged; the runner connects again. */
  fail(why: string): void
}

/**
 * Reads what one stanza brought, decrypted and without its padding, into a draft. Runs inside the ratchet's transaction: it must not wait
 * for the network's answer to a question of its own longer than it has to.
 */
export type ReadPlain = (stanza: BinaryNode, plain: Uint8Array) => Promise<Draft>

export function newDraft(): Draft {
  return { secrets: new Map(), notes: new Map(), events: [] }
}
