import type { Fault } from '../../model/fault.ts'
import type { ChatId, EpochMs, MessageId } from '../../model/ids.ts'
import type { Party } from '../../model/message.ts'
import type { Note, SessionEvent, SessionHost } from '../driver.ts'
import type { Transport } from '../network/transport.ts'
import type { Connection } from './connection.ts'
import type { Surroundings } from './surroundings.ts'
import type { Chat, Contact } from './wire/shapes.ts'

/**
 * What a session's parts share while its connection lives. Ids of the network are decimal digits: `chat` is the network's own id of a chat, `user` of
 * a person; a `ChatId` is how the API names either: the person's id for a dialog, the chat's for a group.
 */

/** What is to be committed at once, while it is put together. */
export interface Draft {
  readonly secrets: Map<string, Uint8Array | null>
  readonly notes: Map<string, Note>
  readonly events: SessionEvent[]
}

export function newDraft(): Draft {
  return { secrets: new Map(), notes: new Map(), events: [] }
}

/** Which chat of the network a chat id of ours is. A dialog is its two persons' ids, one XOR the other, unless the network told otherwise. */
export interface Addresses {
  /** Not for an alias. */
  networkIdOf(chat: ChatId): Promise<string>
  /** `participants`: of a dialog, where the network told them. */
  chatIdOf(network: string): Promise<ChatId>
}

/** How a message of ours is known to the network, and back; kept for as long as anybody may ask. */
export interface MessageIds {
  /** What the network calls a message that the API names so: one of ours, or its own as it is. Null: one of ours that never got there. */
  networkIdOf(id: MessageId): Promise<string | null>
  /** What the API calls a message of the network's. */
  idOf(network: string): Promise<MessageId>
  /** Before a message leaves: by its `cid` it is found again. In its own commit. */
  willSend(sending: Sending): Promise<void>
  /** What is known of an attempt; null: nothing has left. */
  sendingOf(id: MessageId): Promise<(Sending & { readonly sent: Sent | null }) | null>
  /** One that the network shows in a chat of its own and that is ours: by its `cid`, while its verdict is open. Goes into the draft. */
  recognise(cid: string | undefined, chat: string, sent: Sent, draft: Draft): Promise<MessageId | null>
  /** The network took it. Goes into the draft, with its status if it was read by now. */
  didSend(id: MessageId, sent: Sent, draft: Draft): Promise<void>
  /** It certainly did not arrive and will not be tried again: nothing has left. Goes into the draft. */
  didNotSend(id: MessageId, draft: Draft): Promise<void>
  /** Another device of the account has sent one: what becomes of it is told too. */
  sentElsewhere(chat: string, sent: Sent, draft: Draft): void
  /** Others have read what is in a chat of the network's up to a time: the statuses of ours go into the draft. */
  wasRead(chat: string, upTo: EpochMs, draft: Draft): Promise<void>
}

export interface Sending {
  readonly id: MessageId
  /** Network's id of the chat; empty for one that makes a group. */
  readonly chat: string
  /** By it the network recognises the same message; a time in ms that no other message of this instance has. */
  readonly cid: number
}

export interface Sent {
  /** Network's id of the message. */
  readonly message: string
  readonly at: EpochMs
}

/** What is kept of a chat. */
export interface ChatRecord {
  readonly type: 'DIALOG' | 'CHAT' | 'CHANNEL'
  /** The other one, of a dialog. */
  readonly user?: string
  readonly title: string
  /** When something was last said. */
  readonly at: EpochMs
  readonly unread: number
  /** Up to what it was read here, as a time of the network's. */
  readonly readTo: EpochMs
  /** The newest message that was committed. */
  readonly last?: { readonly message: string; readonly at: EpochMs }
}

/** What is kept of a person. */
export interface PersonRecord {
  /** Of the profile. */
  readonly name: string
  /** Of the address book; empty: not in it. */
  readonly contactName: string
  /** Digits; empty where it is hidden. */
  readonly phone: string
  /** Of the picture; empty: none, or hidden. */
  readonly pictureUrl: string
}

/** Chats and persons, as the network told of them last. */
export interface Directory {
  person(user: string): Promise<PersonRecord | null>
  persons(): Promise<ReadonlyMap<string, PersonRecord>>
  chat(network: string): Promise<ChatRecord | null>
  chats(): Promise<ReadonlyMap<string, ChatRecord>>
  /** Asks the network for those who are not known, all at once; not so that anybody waits long. */
  meet(users: readonly string[]): Promise<void>
  /** As messages name it; asks the network for who is not known, once. */
  party(chat: ChatId): Promise<Party>
  /** Each changes the record and puts it into the draft. */
  noteContact(contact: Contact, draft: Draft): Promise<void>
  /** Null: no more in the address book. */
  noteContactName(user: string, name: string | null, draft: Draft): Promise<void>
  noteChat(chat: Chat, draft: Draft): Promise<void>
  noteChange(network: string, change: Partial<ChatRecord>, draft: Draft): Promise<void>
  /** The account has left it, or was removed. */
  forgetChat(network: string, draft: Draft): Promise<void>
}

/** Files that were handed over and that the network is not done with yet. */
export interface Handovers {
  /** One may be sent now. Told by a push, perhaps before anybody waits for it. */
  ready(file: string): void
  /** False: it is not ready in time, or nobody waits for it any more. */
  wait(file: string, ms: number, signal: AbortSignal): Promise<boolean>
}

/** Null: nobody has the number. */
export interface PersonLookUp {
  readonly user: string | null
  readonly isRemembered: boolean
}

/** Looks numbers up, as seldom as the network bears it, and knows for some days what it was told. */
export interface Finder {
  /** The person's id by digits; null: nobody has the number. */
  personBehind(phone: string): Promise<string | null | Fault>
  /** The same, and whether it was known before. `isAnew`: the network is asked whatever is known, no faster and no more often than else. */
  lookUp(phone: string, isAnew: boolean): Promise<PersonLookUp | Fault>
}

/** One life of a session: a connection that is logged in, from its login to its end. */
export interface Life {
  readonly host: SessionHost
  readonly shared: Surroundings
  readonly connection: Pick<Connection, 'ask'>
  /** The account's own id. */
  readonly self: string
  readonly addresses: Addresses
  readonly messageIds: MessageIds
  readonly directory: Directory
  readonly handovers: Handovers
  readonly finder: Finder
  /** What carries its files. */
  readonly transport: Transport
  /** Aborted when this life is over, however it ended. */
  readonly ended: AbortSignal
  /** Runs alone among what reads and then commits; nested calls would wait for ever. */
  alone<T>(work: () => Promise<T>): Promise<T>
  /** Commits a draft, if there is anything in it. Rejects when the host does. */
  commit(draft: Draft): Promise<void>
  /** Ends the connection at once, so that nothing more is acknowledged; the runner connects again. */
  fail(why: string): void
}

/** Commits what is put into a draft meanwhile, alone among what reads and then commits. */
export async function keep(
  life: Pick<Life, 'alone' | 'commit'>,
  change: (draft: Draft) => Promise<void>,
): Promise<void> {
  await life.alone(async () => {
    const draft = newDraft()
    await change(draft)
    await life.commit(draft)
  })
}
