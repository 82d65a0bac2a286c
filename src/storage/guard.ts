import type { AccountId, ChatId, Epoch, EpochMs, InstanceId, MessageId } from '../model/ids.ts'
import type { Messenger } from '../model/messenger.ts'
import type { PersonRow, Role } from '../model/person.ts'
import type { NewMessage } from './journal-row.ts'

/** What must hold inside the transaction, else the whole batch is refused and nothing of it is stored. */
export type Guard =
  /** The instance's lease has this epoch: a node that lost its lease can't write. */
  | { readonly kind: 'owns'; readonly instance: InstanceId; readonly epoch: Epoch }
  /** The message at this position waits in the instance's queue, and nobody has claimed it. */
  | { readonly kind: 'queued'; readonly instance: InstanceId; readonly position: number }
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
  /** The journal has no message of this instance with this id in this chat. */
  | { readonly kind: 'fresh'; readonly instance: InstanceId; readonly chat: ChatId; readonly id: MessageId }
  /** As `fresh`, of the message of this row, which is added. */
  | { readonly kind: 'newMessage'; readonly row: NewMessage }
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
  /** Nobody has been charged for this billing day. Belongs behind `chargedUpTo`, which keeps it so until the batch is over. */
  | { readonly kind: 'uncharged'; readonly day: number }
  /** The account is there, is not deleted, and has this currency; whoever changes that waits until the batch is over. */
  | { readonly kind: 'currency'; readonly account: AccountId; readonly currency: string }
  /** The account's ledger has no line. */
  | { readonly kind: 'emptyLedger'; readonly account: AccountId }
  /**
   * Accounts, tokens, tariffs, prices and hooks are as this node knows them (`RegisterRevision.accounts`); nobody changes them until the batch
   * is over. Holds always where no other node can have changed them.
   */
  | { readonly kind: 'register'; readonly accounts: number }
  | PeopleGuard

/** Of who signs in to the console. */
export type PeopleGuard =
  /** The person is there as somebody has read him; whoever else changes him waits until the batch is over. */
  | { readonly kind: 'person'; readonly person: string; readonly version: number }
  /** Nobody has this e-mail; the person is added. Without a second factor: that comes later. */
  | { readonly kind: 'newPerson'; readonly row: PersonRow }
  /** The person is in the account as this. */
  | { readonly kind: 'member'; readonly person: string; readonly account: AccountId; readonly role: Role }
  /** The account has another owner, who is not disabled; the same may not be asked of it until the batch is over. */
  | { readonly kind: 'otherOwner'; readonly account: AccountId; readonly person: string }
  /** There is another operator, who is not disabled; as above. */
  | { readonly kind: 'otherOperator'; readonly person: string }
  /** The one-time link is open; from here on it is closed. */
  | { readonly kind: 'openLink'; readonly tokenHash: string; readonly at: EpochMs }
  /** Since this time fewer invitations into the account were made than the limit. */
  | { readonly kind: 'fewInvitations'; readonly account: AccountId; readonly since: EpochMs; readonly limit: number }
  /** The same of links to reset the password of whoever has this e-mail. */
  | { readonly kind: 'fewResets'; readonly email: string; readonly since: EpochMs; readonly limit: number }
