import type { KeptFile } from '../model/content.ts'
import type { AccountId, ChatId, Epoch, EpochMs, InstanceId, MessageId } from '../model/ids.ts'
import type {
  AccountHook,
  AccountRow,
  AuditEntry,
  LedgerLine,
  LifecycleEvent,
  PartnerTokenRow,
  PriceRow,
  StatementRow,
  Tariff,
} from '../model/account.ts'
import type { InstanceRow, LinkedAccount } from '../model/instance.ts'
import type { MessageStatus, OutgoingMessage } from '../model/message.ts'
import type { Messenger } from '../model/messenger.ts'
import type { Settings } from '../model/settings.ts'
import type { StateChange, StoredState } from '../model/state.ts'
import type { BillingStore } from './billing-store.ts'

export type { LedgerPlace, LedgerQuery } from './billing-store.ts'

/**
 * The storage port. One write path: a batch is plain data and commits whole or not at all (docs/adr/0001). Whatever is secret
 * (tokens, `webhookUrlToken`, driver secrets, idempotent answers) is given and returned in clear and sealed at rest by the store.
 */

/** What must hold inside the transaction, else the whole batch is refused and nothing of it is stored. */
export type Guard =
  /** The instance's lease has this epoch: a node that lost its lease can't write. */
  | { readonly kind: 'owns'; readonly instance: InstanceId; readonly epoch: Epoch }
  /** First use of this key in this scope; the answer is stored with the batch and returned to whoever asks again. */
  | {
      readonly kind: 'once'
      readonly scope: string
      readonly key: string
      readonly bodyHash: string
      readonly answer: string
      readonly at: EpochMs
    }
  /** The messenger's id sequence is below `value`; it is raised to it. So ids are never handed out twice. */
  | { readonly kind: 'sequence'; readonly messenger: Messenger; readonly value: number }
  /** The journal has no message of this instance with this id, in whatever chat. */
  | { readonly kind: 'fresh'; readonly instance: InstanceId; readonly id: MessageId }
  /** The instance has used `what` fewer than `limit` times in this month; it is counted. `month` is `2026-11`. */
  | {
      readonly kind: 'quota'
      readonly instance: InstanceId
      readonly month: string
      readonly what: string
      readonly limit: number
    }
  /** The chat is among the instance's first `limit` correspondents of this month; it is one from now on. */
  | {
      readonly kind: 'correspondent'
      readonly instance: InstanceId
      readonly month: string
      readonly chat: ChatId
      readonly limit: number
    }
  /** The account's balance is not below this (minor units). */
  | { readonly kind: 'balance'; readonly account: AccountId; readonly atLeast: number }
  /** The account has fewer than `limit` instances of this tariff (null: of any) that are not deleted. */
  | { readonly kind: 'instances'; readonly account: AccountId; readonly tariff: string | null; readonly limit: number }
  /** The daily charge has come exactly so far. Whoever else changes that waits until the batch is over. */
  | { readonly kind: 'chargedUpTo'; readonly day: number | null }
  /** The instance's paid time ends exactly here, so that nobody pays twice for the same days. */
  | { readonly kind: 'paidUntil'; readonly instance: InstanceId; readonly at: EpochMs | null }
  /** The account's ledger has no line. */
  | { readonly kind: 'emptyLedger'; readonly account: AccountId }

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

/** A closed union: a new kind of write is a new member, and the compiler shows every place that must know it. */
export type Write =
  /** Adds the account, or replaces everything that is said of it but its balance. */
  | { readonly kind: 'account.put'; readonly row: AccountRow }
  /** Removes a deleted account with its tokens, hook and events; ledger, statements and audit stay. */
  | { readonly kind: 'account.erase'; readonly account: AccountId }
  /** Adds the token, or replaces everything that is said of it but the token itself. */
  | { readonly kind: 'token.put'; readonly row: PartnerTokenRow }
  | { readonly kind: 'token.used'; readonly id: string; readonly at: EpochMs }
  | { readonly kind: 'tariff.put'; readonly row: Tariff }
  /** Replaces a price of the same tariff, account, currency and day. */
  | { readonly kind: 'price.put'; readonly row: PriceRow }
  /**
   * Also changes the balance and the day's total. `month` is the first whose statement is not made yet, where that of the day is made. Fails
   * when it charges a day of an instance that is charged already.
   */
  | { readonly kind: 'ledger.add'; readonly line: Omit<LedgerLine, 'seq' | 'month'> }
  /**
   * Charges a billing day to every instance of these ids (`from` left out, `to` included) that has a tariff with the plan `daily`, was
   * made before `madeBefore`, was not deleted at or before `midnight`, and is not charged for that day yet: a line for each with the price
   * in force on that day, the balances and the day's totals by their sums. Where no price is in force nothing is charged.
   * Doing it again does nothing. Belongs in a batch with the guard `chargedUpTo`.
   */
  | {
      readonly kind: 'charge.day'
      readonly day: number
      readonly midnight: EpochMs
      readonly madeBefore: EpochMs
      readonly from: number
      readonly to: number
      readonly at: EpochMs
    }
  /** Every instance has been charged for every day up to this one. */
  | { readonly kind: 'charge.done'; readonly day: number }
  /** Days behind this one are to be gone through again; does nothing where the daily charge has not come that far. */
  | { readonly kind: 'charge.reopen'; readonly day: number }
  /** The statement of an account's month by the totals of its lines; does nothing when it is there, or when there is no line and it would open at 0. */
  | {
      readonly kind: 'statement.make'
      readonly account: AccountId
      readonly month: number
      readonly plan: StatementRow['plan']
      readonly at: EpochMs
    }
  /** No line belongs to this month or one before it from now on. */
  | { readonly kind: 'month.close'; readonly month: number }
  | { readonly kind: 'audit.add'; readonly entry: Omit<AuditEntry, 'seq'> }
  /** Null takes it away, with the events that wait. */
  | { readonly kind: 'hook.put'; readonly account: AccountId; readonly hook: AccountHook | null }
  /** Does nothing when an event with this id is on its way. */
  | { readonly kind: 'event.add'; readonly event: Omit<LifecycleEvent, 'seq'> }
  /** This and the next do nothing where the event in this place has another id: a place may be given again. */
  | {
      readonly kind: 'event.retry'
      readonly seq: number
      readonly id: string
      readonly attempts: number
      readonly dueAt: EpochMs
    }
  | { readonly kind: 'event.remove'; readonly seq: number; readonly id: string }
  | {
      readonly kind: 'instance.tariff'
      readonly instance: InstanceId
      readonly tariff: string
      readonly paidUntil: EpochMs | null
    }
  /** Also makes the instance's lease, owned by `owner` with `epoch`. */
  | { readonly kind: 'instance.add'; readonly row: InstanceRow; readonly owner: string; readonly epoch: Epoch }
  | { readonly kind: 'instance.name'; readonly instance: InstanceId; readonly name: string }
  | { readonly kind: 'instance.settings'; readonly instance: InstanceId; readonly settings: Settings }
  | { readonly kind: 'instance.token'; readonly instance: InstanceId; readonly token: string }
  | {
      readonly kind: 'instance.state'
      readonly instance: InstanceId
      readonly state: StoredState
      readonly linked: LinkedAccount | null
    }
  | { readonly kind: 'instance.receipts'; readonly instance: InstanceId; readonly upTo: number }
  /** An attempt to send began at this time (`InstanceRow.lastSentAt`); the delay between two sends outlives a restart. */
  | { readonly kind: 'instance.sent'; readonly instance: InstanceId; readonly at: EpochMs }
  | { readonly kind: 'instance.delete'; readonly instance: InstanceId; readonly at: EpochMs }
  /** A line of the state history. */
  | { readonly kind: 'state.add'; readonly instance: InstanceId; readonly change: StateChange }
  /** Refused by nothing; the caller has made sure that (instance, id, chat) is new. */
  | { readonly kind: 'message.add'; readonly row: MessageRow }
  /** Does nothing when the stored status has the same or a higher rank. */
  | {
      readonly kind: 'message.status'
      readonly instance: InstanceId
      readonly id: MessageId
      readonly status: MessageStatus
      readonly description: string
      readonly at: EpochMs
    }
  /** Replaces what the journal says of it; its status and marks stay. */
  | {
      readonly kind: 'message.body'
      readonly instance: InstanceId
      readonly id: MessageId
      readonly chat: ChatId
      readonly body: string
    }
  /** Does nothing when there is no such message in the chat. */
  | {
      readonly kind: 'message.mark'
      readonly instance: InstanceId
      readonly id: MessageId
      readonly chat: ChatId
      readonly mark: 'edited' | 'deleted'
    }
  /** Does nothing when this participant came as far already. */
  | { readonly kind: 'receipt.put'; readonly instance: InstanceId; readonly id: MessageId; readonly receipt: Receipt }
  /** A file that the network brought and can bring again: how, for as long as files are kept. */
  | { readonly kind: 'file.put'; readonly instance: InstanceId; readonly file: KeptFile; readonly at: EpochMs }
  /** Positions are the owner's, increasing per instance; the row refers to the journal by id. */
  | {
      readonly kind: 'outbox.add'
      readonly instance: InstanceId
      readonly position: number
      readonly id: MessageId
      readonly at: EpochMs
    }
  /** An attempt begins; from here until settled or released the item is claimed. */
  | {
      readonly kind: 'outbox.claim'
      readonly instance: InstanceId
      readonly position: number
      readonly epoch: Epoch
      readonly deadline: EpochMs
    }
  /** The attempt certainly did not leave this machine. */
  | { readonly kind: 'outbox.release'; readonly instance: InstanceId; readonly position: number }
  | { readonly kind: 'outbox.remove'; readonly instance: InstanceId; readonly position: number }
  /** Settles every queued, unclaimed item up to a position as `failed` with this description and removes it from the queue. */
  | {
      readonly kind: 'outbox.fail'
      readonly instance: InstanceId
      readonly upTo: number
      readonly description: string
      readonly at: EpochMs
    }
  /** The body is the notification as it will be delivered, JSON, frozen. */
  | {
      readonly kind: 'mailbox.add'
      readonly instance: InstanceId
      readonly receiptId: number
      readonly body: string
      readonly at: EpochMs
    }
  | { readonly kind: 'mailbox.remove'; readonly instance: InstanceId; readonly receiptId: number }
  | { readonly kind: 'mailbox.clear'; readonly instance: InstanceId; readonly upTo: number }
  /** null forgets it. */
  | {
      readonly kind: 'secret.put'
      readonly instance: InstanceId
      readonly name: string
      readonly value: Uint8Array | null
    }
  | { readonly kind: 'secret.clear'; readonly instance: InstanceId }

export interface Batch {
  readonly guards: readonly Guard[]
  readonly writes: readonly Write[]
}

/** What an earlier call with the same idempotency key was and answered. */
export interface Earlier {
  readonly bodyHash: string
  readonly answer: string
}

export type Committed =
  | { readonly ok: true }
  /** `earlier` is there when a `once` guard refused. */
  | { readonly ok: false; readonly refusedBy: Guard; readonly earlier?: Earlier }

export interface QueuedMessage {
  readonly position: number
  readonly id: MessageId
  readonly enqueuedAt: EpochMs
  readonly message: OutgoingMessage
}

export interface ClaimedMessage extends QueuedMessage {
  readonly epoch: Epoch
  readonly deadline: EpochMs
}

export interface Notification {
  readonly receiptId: number
  readonly body: string
  readonly at: EpochMs
}

/** How full a queue is, read once at start. `last` is the highest position or receipt id, 0 when empty. */
export interface QueueSize {
  readonly instance: InstanceId
  readonly count: number
  readonly last: number
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

/** What retention removes; each by the time that its promise counts from. */
export type Sweep = 'messages' | 'states' | 'answers' | 'deletedInstances' | 'usage' | 'files'

export interface Store {
  /**
   * Durable when the promise resolves: a crash one instruction later loses nothing of the batch. Batches that arrive together
   * share one disk flush; each succeeds or is refused alone. Batches that name the same instance are applied in the order of
   * the calls. Rejects only when the store itself failed, and then nothing of the batch was stored.
   */
  commit(batch: Batch): Promise<Committed>

  readonly accounts: {
    all(): Promise<readonly AccountRow[]>
    tokens(): Promise<readonly PartnerTokenRow[]>
    /** Null where there is none. */
    token(id: string): Promise<PartnerTokenRow | null>
    hooks(): Promise<readonly AccountHook[]>
  }
  readonly billing: BillingStore
  readonly audit: {
    /** Newest first, before `before` (a `seq`) where it is given. */
    list(query: { readonly account?: AccountId }, limit: number, before?: number): Promise<readonly AuditEntry[]>
  }
  readonly events: {
    /** The oldest event of each account that is due. */
    due(now: EpochMs, limit: number): Promise<readonly LifecycleEvent[]>
    /** When the next one is due; null when none waits. */
    nextDue(): Promise<EpochMs | null>
  }
  readonly instances: {
    /** Every instance, deleted ones too, by id. Read once at start. */
    all(): Promise<readonly InstanceRow[]>
    /** The last id handed out per messenger; 0 when none was. */
    lastId(messenger: Messenger): Promise<number>
    /** State history, newest first. */
    states(instance: InstanceId, count: number): Promise<readonly StateChange[]>
  }
  readonly leases: {
    /** Takes every instance for this owner and raises each epoch; what a single node does at each start. */
    takeAll(owner: string): Promise<ReadonlyMap<InstanceId, Epoch>>
  }
  readonly journal: {
    /** The message with this id; where several chats of the instance share the id, the newest. */
    find(instance: InstanceId, id: MessageId): Promise<MessageRow | null>
    /** The message with this id in this chat. */
    inChat(instance: InstanceId, chat: ChatId, id: MessageId): Promise<MessageRow | null>
    /**
     * The messages of a chat, newest first by their own time (then by insertion), at most `limit`, behind `after` where it is given.
     * Right up to the last commit that resolved, indexed, and bounded by `limit` whatever the journal holds.
     */
    ofChat(instance: InstanceId, chat: ChatId, limit: number, after?: JournalPlace): Promise<readonly JournalEntry[]>
    /** What lies on a shelf since a time, in the same order and as surely. */
    since(query: ShelfQuery, limit: number, after?: JournalPlace): Promise<readonly JournalEntry[]>
    /** How far the viewers of a status came, oldest first. */
    receipts(instance: InstanceId, id: MessageId): Promise<readonly Receipt[]>
  }
  readonly usage: {
    /** What the `quota` guards of this month have counted. */
    ofMonth(instance: InstanceId, month: string): Promise<ReadonlyMap<string, number>>
    /** The month's correspondents, in the order in which they came. */
    correspondents(instance: InstanceId, month: string): Promise<readonly ChatId[]>
  }
  readonly outbox: {
    sizes(): Promise<readonly QueueSize[]>
    /** The first item that no attempt has claimed. */
    next(instance: InstanceId): Promise<QueuedMessage | null>
    /** Attempts without a verdict, oldest first. */
    claimed(instance: InstanceId): Promise<readonly ClaimedMessage[]>
    /** What is queued behind a position (0: all of it), claimed items too, oldest first, at most `limit`. */
    list(instance: InstanceId, limit: number, after?: number): Promise<readonly QueuedMessage[]>
  }
  readonly mailbox: {
    sizes(): Promise<readonly QueueSize[]>
    /** The oldest notification. */
    head(instance: InstanceId): Promise<Notification | null>
    /**
     * Removes what is older than `before`, but nothing of `spared` instances; says what it removed, so that counters follow. `upTo` is the
     * last receipt id gone.
     */
    expire(
      before: EpochMs,
      spared?: ReadonlySet<InstanceId>,
    ): Promise<readonly { instance: InstanceId; count: number; upTo: number }[]>
  }
  readonly secrets: {
    get(instance: InstanceId, name: string): Promise<Uint8Array | null>
  }
  readonly files: {
    /** What `file.put` stored; null when it is not there. */
    find(instance: InstanceId, sha256: string): Promise<KeptFile | null>
  }
  readonly answers: {
    find(scope: string, key: string): Promise<Earlier | null>
  }

  /**
   * Removes at most `limit` rows older than `before`; returns how many went. `messages` spares what is still queued, and goes by the order
   * in which they were stored: an old one that was stored lately goes with those of its day.
   */
  sweep(what: Sweep, before: EpochMs, limit: number): Promise<number>
  /** Resolves when the database answers and would take a write. */
  ping(): Promise<void>
  /** Resolves when everything handed to `commit` is on disk and the files are closed. */
  close(): Promise<void>
}
