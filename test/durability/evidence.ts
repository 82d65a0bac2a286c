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

/** A message that a client asked the API to send; its text is its identity, no two are the same. */
export interface Send {
  readonly instance: number
  /** Sends of one sender were made in the order of their turns; those of one turn at the same time. */
  readonly sender: string
  readonly turn: number
  readonly text: string
  /** Asked again and again with one Idempotency-Key until it was answered. */
  readonly keyed: boolean
  /** Every `idMessage` that was answered; none when each answer was lost. */
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
}

export interface StoredMessage {
  readonly instance: number
  readonly id: string
  readonly byApi: boolean
  readonly status: string
}

/** All that is known from outside at a moment when the server does not run. */
export interface Evidence {
  readonly subjects: readonly Subject[]
  readonly sends: readonly Send[]
  readonly deliveries: readonly Delivery[]
  readonly network: NetworkRecord
  readonly store: StoreRecord
}
