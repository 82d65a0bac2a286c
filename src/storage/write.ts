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
import type { Brand } from '../model/brand.ts'
import type { KeptFile } from '../model/content.ts'
import type { DeliveryAttempt } from '../model/delivery.ts'
import type { AccountId, ChatId, Epoch, EpochMs, InstanceId, MessageId } from '../model/ids.ts'
import type { InstanceRow, LinkedAccount } from '../model/instance.ts'
import type { MessageStatus } from '../model/message.ts'
import type { LinkRow, MembershipRow, PersonRow, SessionRow } from '../model/person.ts'
import type { Settings } from '../model/settings.ts'
import type { StateChange, StoredState } from '../model/state.ts'
import type { MessageRow, Receipt } from './journal-row.ts'

/** A closed union: a new kind of write is a new member, and the compiler shows every place that must know it. */
export type Write =
  AccountWrite | PeopleWrite | LedgerWrite | ChargeWrite | InstanceWrite | MessageWrite | DeliveryWrite | QueueWrite

/** Accounts and their tokens, who did what, and what their hooks are told. */
export type AccountWrite =
  /** Adds the account, or replaces everything that is said of it but its balance. */
  | { readonly kind: 'account.put'; readonly row: AccountRow }
  /** Removes a deleted account with its tokens, hook and events; ledger, statements and audit stay. */
  | { readonly kind: 'account.erase'; readonly account: AccountId }
  /** Adds the token, or replaces everything that is said of it but the token itself. */
  | { readonly kind: 'token.put'; readonly row: PartnerTokenRow }
  /** Removes a token of this account; does nothing where it has none with this id. */
  | { readonly kind: 'token.remove'; readonly account: AccountId; readonly id: string }
  | { readonly kind: 'token.used'; readonly id: string; readonly at: EpochMs }
  | { readonly kind: 'audit.add'; readonly entry: Omit<AuditEntry, 'seq'> }
  /** Null takes it away, with the events that wait. */
  | { readonly kind: 'hook.put'; readonly account: AccountId; readonly hook: AccountHook | null }
  /** Null: it has none any more. */
  | { readonly kind: 'brand.put'; readonly account: AccountId; readonly brand: Brand | null }
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

/** Who signs in to the console. */
export type PeopleWrite =
  /** Replaces everything that is said of a person but his e-mail; does nothing where there is none. Belongs behind the guard `person`. */
  | { readonly kind: 'person.put'; readonly row: PersonRow }
  /** Removes a person with his memberships, sessions and open links. */
  | { readonly kind: 'person.erase'; readonly person: string; readonly email: string }
  /** Adds it, or changes the role; does nothing where there is no such person. */
  | { readonly kind: 'membership.put'; readonly row: MembershipRow }
  | { readonly kind: 'membership.remove'; readonly person: string; readonly account: AccountId }
  /** Beside it a person keeps the sessions that were seen last, `MOST_SESSIONS` in all. */
  | { readonly kind: 'session.put'; readonly row: SessionRow }
  | { readonly kind: 'session.seen'; readonly id: string; readonly at: EpochMs; readonly expiresAt: EpochMs }
  | { readonly kind: 'session.end'; readonly person: string; readonly id: string }
  /** All of a person, but this one. */
  | { readonly kind: 'session.endOthers'; readonly person: string; readonly but: string | null }
  | { readonly kind: 'link.put'; readonly row: LinkRow }
  /** It opens nothing any more. */
  | { readonly kind: 'link.close'; readonly id: string; readonly at: EpochMs }
  /** Nor do any by which whoever has this e-mail could set a new password. */
  | { readonly kind: 'link.closeResets'; readonly email: string; readonly at: EpochMs }

/** Tariffs, prices, the money that moves, and its statements. */
export type LedgerWrite =
  | { readonly kind: 'tariff.put'; readonly row: Tariff }
  /** Replaces a price of the same tariff, account, currency and day. */
  | { readonly kind: 'price.put'; readonly row: PriceRow }
  /** Does nothing where there is no such price. */
  | { readonly kind: 'price.remove'; readonly price: Omit<PriceRow, 'amount'> }
  /**
   * Also changes the balance and the day's total. `month` is the first whose statement is not made yet, where that of the day is made. Fails
   * when it charges a day of an instance that is charged already.
   */
  | { readonly kind: 'ledger.add'; readonly line: Omit<LedgerLine, 'seq' | 'month'> }
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

/** The daily charge. */
export type ChargeWrite =
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

/** An instance, its states, and the secrets of its session. */
export type InstanceWrite =
  | {
      readonly kind: 'instance.tariff'
      readonly instance: InstanceId
      readonly tariff: string
      readonly paidUntil: EpochMs | null
    }
  /**
   * Also makes the instance's lease, owned by `owner` with `epoch`. `isUnlimited`: no quota holds for it, so that nothing need be counted;
   * what was counted before is counted anew after the next `account.put` or `tariff.put`, by which alone a quota can come to be.
   */
  | {
      readonly kind: 'instance.add'
      readonly row: InstanceRow
      readonly owner: string
      readonly epoch: Epoch
      readonly isUnlimited?: boolean
    }
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
  /** null forgets it. `until`: the sweep of `notes` may remove it from then on; absent: it stays. */
  | {
      readonly kind: 'secret.put'
      readonly instance: InstanceId
      readonly name: string
      readonly value: Uint8Array | null
      readonly until?: EpochMs
    }
  /** All but those whose names begin with `keeping`, where that is given. */
  | { readonly kind: 'secret.clear'; readonly instance: InstanceId; readonly keeping?: string }

/** What the journal holds, and files. */
export type MessageWrite =
  /** Refused by nothing; the caller has made sure that (instance, id, chat) is new. */
  | { readonly kind: 'message.add'; readonly row: MessageRow }
  /** Does nothing when the stored status has the same or a higher rank, or there is no such message in the chat. */
  | {
      readonly kind: 'message.status'
      readonly instance: InstanceId
      readonly id: MessageId
      readonly chat: ChatId
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

/** Which notifications were tried by webhook. */
export type DeliveryWrite =
  /** Makes the line of a notification that waits and was tried in vain, or adds an attempt to it; does nothing where it waits no more. */
  | (Tried & { readonly kind: 'delivery.failed' })
  /** It was taken, after what failed before. In one batch with its `mailbox.remove`, before that: so each notification has one line. */
  | (Tried & { readonly kind: 'delivery.done' })

interface Tried {
  readonly instance: InstanceId
  readonly receiptId: number
  readonly type: string
  readonly attempt: DeliveryAttempt
}

/** What waits: to be sent, and to be told. */
export type QueueWrite =
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
