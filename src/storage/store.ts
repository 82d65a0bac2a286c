import type { AccountHook, AccountRow, AuditEntry, LifecycleEvent, PartnerTokenRow } from '../model/account.ts'
import type { Brand } from '../model/brand.ts'
import type { KeptFile } from '../model/content.ts'
import type { AccountId, ChatId, Epoch, EpochMs, InstanceId, MessageId } from '../model/ids.ts'
import type { InstanceRow, KeptSecret } from '../model/instance.ts'
import type { OutgoingMessage } from '../model/message.ts'
import type { Messenger } from '../model/messenger.ts'
import type { StateChange } from '../model/state.ts'
import type { BillingStore } from './billing-store.ts'
import type { ClusterStore } from './cluster-store.ts'
import type { DeliveryStore } from './delivery-store.ts'
import type { Guard } from './guard.ts'
import type { JournalEntry, JournalPlace, MessageRow, Receipt, ShelfQuery } from './journal-row.ts'
import type { PeopleStore } from './people-store.ts'
import type { Write } from './write.ts'

export type { DeliveryPage, DeliveryQuery } from './delivery-store.ts'
export type { LedgerPlace, LedgerQuery } from './billing-store.ts'
export type { Guard } from './guard.ts'
export type { JournalEntry, JournalPlace, MessageRow, Receipt, Shelf, ShelfQuery } from './journal-row.ts'
export type { Member, OpenSession, PeopleStore } from './people-store.ts'
export type { Write } from './write.ts'

/**
 * The storage port. One write path: a batch is plain data and commits whole or not at all (docs/adr/0001). Whatever is secret
 * (tokens, `webhookUrlToken`, driver secrets, idempotent answers) is given and returned in clear and sealed at rest by the store.
 */

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

/** What retention removes; each by the time that its promise counts from. */
export type Sweep =
  'messages' | 'states' | 'answers' | 'deletedInstances' | 'usage' | 'files' | 'notes' | 'access' | 'deliveries'

/** How busy the way to a database server is, each figure as of the moment that it is read. */
export interface StoreUse {
  /** That there may be. */
  readonly connections: number
  readonly busy: number
  readonly idle: number
  /** Callers that wait for a connection. */
  readonly waiting: number
  /** Batches that were given and are not settled yet. */
  readonly commits: number
}

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
    /** Read when it is asked for: few pages show it. */
    brand(account: AccountId): Promise<Brand | null>
  }
  readonly billing: BillingStore
  readonly people: PeopleStore
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
    /** Those of these ids that there are. */
    some(ids: readonly InstanceId[]): Promise<readonly InstanceRow[]>
    /** Those that have changed for lists since this revision (`RegisterRevision.instances`), new ones too; only where `cluster` is. */
    changedSince(revision: number): Promise<readonly InstanceRow[]>
    /** The last id handed out per messenger; 0 when none was. */
    lastId(messenger: Messenger): Promise<number>
    /** State history, newest first. */
    states(instance: InstanceId, count: number): Promise<readonly StateChange[]>
  }
  readonly leases: {
    /** Takes every instance for this owner and raises each epoch; what a single node does at each start. */
    takeAll(owner: string): Promise<ReadonlyMap<InstanceId, Epoch>>
  }
  /** Undefined on a database that only one server can use. */
  readonly cluster?: ClusterStore
  /** Undefined where the database is part of the process. */
  readonly use?: StoreUse
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
    /** Of these instances, of all where none are named; empty queues are left out. */
    sizes(of?: readonly InstanceId[]): Promise<readonly QueueSize[]>
    /** The first item that no attempt has claimed. */
    next(instance: InstanceId): Promise<QueuedMessage | null>
    /** Attempts without a verdict, oldest first. */
    claimed(instance: InstanceId): Promise<readonly ClaimedMessage[]>
    /** What is queued behind a position (0: all of it), claimed items too, oldest first, at most `limit`. */
    list(instance: InstanceId, limit: number, after?: number): Promise<readonly QueuedMessage[]>
  }
  readonly mailbox: {
    /** As of the outbox. */
    sizes(of?: readonly InstanceId[]): Promise<readonly QueueSize[]>
    /** The oldest notification. */
    head(instance: InstanceId): Promise<Notification | null>
    /** What waits behind a receipt id (0: all of it), oldest first, at most `limit`. */
    list(instance: InstanceId, limit: number, after?: number): Promise<readonly Notification[]>
    /**
     * Removes what is older than `before` of the instances that `owner` has, but nothing of `spared` ones; says what it removed, so that
     * counters follow. `upTo` is the last receipt id gone.
     */
    expire(
      before: EpochMs,
      owner: string,
      spared?: ReadonlySet<InstanceId>,
    ): Promise<readonly { instance: InstanceId; count: number; upTo: number }[]>
  }
  readonly deliveries: DeliveryStore
  readonly secrets: {
    get(instance: InstanceId, name: string): Promise<Uint8Array | null>
    /** Those whose names begin so (empty: all). */
    list(instance: InstanceId, prefix: string): Promise<ReadonlyMap<string, Uint8Array>>
    /** All of an instance, with the time of those that the sweep of `notes` may remove. */
    all(instance: InstanceId): Promise<readonly KeptSecret[]>
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
   * in which they were stored, as `deliveries` does: an old one that was stored lately goes with those of its day.
   */
  sweep(what: Sweep, before: EpochMs, limit: number): Promise<number>
  /** Resolves when the database answers and would take a write. */
  ping(): Promise<void>
  /**
   * The process ends: so long from now, or later, what waits for a database that has fallen silent is given up. How a COMMIT ended whose answer was lost nobody hears then;
   * it was never acknowledged. Nothing is given up where the database is part of the process.
   */
  endWithin?(ms: number): void
  /** Resolves when everything handed to `commit` is on disk and the files are closed. */
  close(): Promise<void>
}
