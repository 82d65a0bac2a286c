import type { Messenger } from '../../src/model/messenger.ts'

/** An instance under test. */
export interface Subject {
  readonly id: number
  readonly token: string
  readonly messenger: Messenger
  /** Digits of the phone that it was linked to; it must never be another one's. */
  readonly phone: string
  readonly way: 'poll' | 'webhook'
}

export const SEND_KINDS = [
  'text',
  'poll',
  'location',
  'upload',
  'url',
  'status',
  'forward',
  'edit',
  'deletion',
] as const
export type SendKind = (typeof SEND_KINDS)[number]

/** Something that a client asked the API to send. */
export interface Send {
  readonly instance: number
  /** Sends of one sender were made in the order of their turns; those of one turn at the same time. */
  readonly sender: string
  readonly turn: number
  readonly kind: SendKind
  /** Its own name, no other's. */
  readonly text: string
  /** By what it is known in the journal and at the network: its name, a forward's original, `deletion of <id>`. */
  readonly mark: string
  /** What an edit or a deletion is about. */
  readonly target: string | null
  /** Asked again and again with one Idempotency-Key until it was answered. */
  readonly keyed: boolean
  /** Its file can't be had: it must fail. */
  readonly mustFail: boolean
  /** Of a file: what its bytes hash to. */
  readonly sha256: string | null
  readonly acknowledged: boolean
  /** Every id that was answered for it; none when each answer was lost, and never one of an edit or deletion, which keep theirs secret. */
  readonly answers: readonly string[]
}

/** A notification as a client got it. */
export interface Delivery {
  readonly instance: number
  /** Null for a webhook, which does not carry it. */
  readonly receiptId: number | null
  readonly body: string
  /** The client told the server that it has it, and knows that the server heard so. */
  readonly removed: boolean
}

/** The network's own record of a send; see `GET /simulator/journal`. */
export interface NetworkSend {
  readonly order: number
  readonly from: string
  readonly id: string
  readonly kind: string
  readonly text: string
  readonly verdict: string
  readonly offered: number
  readonly status: string
}

/** Something that the network had to tell a linked device. */
export interface NetworkEvent {
  readonly order: number
  readonly phone: string
  readonly kind: string
  readonly detail: string
  readonly idMessage: string | null
  readonly acknowledged: boolean
}

export interface NetworkRecord {
  readonly sends: readonly NetworkSend[]
  readonly events: readonly NetworkEvent[]
}

/** What the server's file holds of one instance or all. */
export interface StoreRecord {
  readonly messages: readonly StoredMessage[]
  readonly outbox: readonly { readonly instance: number; readonly id: string; readonly claimed: boolean }[]
  readonly mailbox: readonly { readonly instance: number; readonly receiptId: number; readonly body: string }[]
  /** What is wrong with the journal's own indexes. */
  readonly indexFaults: readonly string[]
}

export interface StoredMessage {
  readonly instance: number
  readonly id: string
  readonly chat: string
  readonly direction: string
  readonly shelf: string
  readonly byApi: boolean
  readonly status: string
  readonly description: string
  readonly at: number
  readonly isEdited: boolean
  readonly isDeleted: boolean
  /** Of its content; `call` of a call. */
  readonly kind: string
  /** As `Send.mark`; empty where it has none. */
  readonly mark: string
  readonly target: string | null
  /** Of a file that is kept. */
  readonly sha256: string | null
}

/** All that is known from outside at a moment when the server does not run. */
export interface Evidence {
  readonly subjects: readonly Subject[]
  readonly sends: readonly Send[]
  readonly deliveries: readonly Delivery[]
  readonly network: NetworkRecord
  readonly store: StoreRecord
  /**
   * A call may still be on its way when its sender knows that it gets no answer, and makes the next: the server that took it is gone, and had
   * passed it on to another one. Where there is only one server, the call is gone with it.
   */
  readonly mayLinger?: boolean
}

/** The mark in what the network or the journal shows of a message; empty when there is none. */
export function markIn(text: string): string {
  return /«[^»]+»/.exec(text)?.[0] ?? ''
}

/** The mark of what takes a message back. */
export function deletionOf(target: string): string {
  return `deletion of ${target}`
}
