import type { ChatId, EpochMs, InstanceId, MessageId } from '../model/ids.ts'
import type { MessageStatus } from '../model/message.ts'

/** Which journal a row belongs to. */
export type Shelf = 'message' | 'call' | 'status'

/** What a message (a call, a status) is in the journal. `body` is JSON: see `journal/`. */
export interface MessageRow {
  readonly instance: InstanceId
  readonly id: MessageId
  readonly chat: ChatId
  readonly direction: 'in' | 'out'
  readonly shelf: Shelf
  /** Sent through the API, as against from a phone. */
  readonly byApi: boolean
  readonly status: MessageStatus
  /** Why it failed; empty otherwise. */
  readonly description: string
  /** The message's own time. */
  readonly at: EpochMs
  readonly body: string
  /** A later message changed its text, or took it back. */
  readonly isEdited: boolean
  readonly isDeleted: boolean
}

/** A row as it begins where the network brought it. */
export type NewMessage = Omit<MessageRow, 'byApi' | 'description' | 'isEdited' | 'isDeleted'>

/** A row with its place, by which a longer list is read on. */
export interface JournalEntry extends MessageRow {
  readonly seq: number
}

/** How far one viewer came with a status of ours. */
export interface Receipt {
  readonly participant: ChatId
  readonly status: 'delivered' | 'read'
  readonly at: EpochMs
}

/** The place of an entry in a list that is read on behind it. */
export type JournalPlace = Pick<JournalEntry, 'at' | 'seq'>

export interface ShelfQuery {
  readonly instance: InstanceId
  readonly shelf: Shelf
  readonly direction: MessageRow['direction']
  /** Entries whose own time is not before this. */
  readonly since: EpochMs
}
