import type { AccountId, ChatId, EpochMs, InstanceId } from './ids.ts'
import type { Messenger } from './messenger.ts'
import type { Settings } from './settings.ts'
import type { StoredState } from './state.ts'

/** Who is linked to an instance, as the network told at linking. */
export interface LinkedAccount {
  /** The account's own chat id, `79001234567@c.us`. */
  readonly wid: string
  readonly pushName: string
  /** Digits, empty where the messenger hides it. */
  readonly phone: string
  /** The network's id of this device, shown by `getWaSettings`. */
  readonly deviceId: string
  /** The account's own chat id where it is not `wid`: the numeric id on MAX and Telegram. */
  readonly chat?: ChatId
  /** Persons are named by ids that hide their numbers, for as long as this link lasts; absent: they are not. */
  readonly hidesNumbers?: boolean
}

/** What a driver keeps under a name. */
export interface KeptSecret {
  readonly name: string
  readonly value: Uint8Array
  /** Of a note: it loses its use then; null: it stays. */
  readonly until: EpochMs | null
}

/** An instance as it is stored. Live parts (session, queue, mailbox) are beside it in `instances/`. */
export interface InstanceRow {
  readonly id: InstanceId
  readonly account: AccountId
  readonly messenger: Messenger
  readonly name: string
  /** `apiTokenInstance`, 50 hex; sealed at rest. */
  readonly token: string
  readonly settings: Settings
  readonly state: StoredState
  readonly linked: LinkedAccount | null
  readonly createdAt: EpochMs
  readonly deletedAt: EpochMs | null
  /** Receipt ids up to this one may have been handed out; after a restart numbering goes on above it. */
  readonly receiptsUpTo: number
  /** When the last attempt to send began; 0 before the first. */
  readonly lastSentAt: EpochMs
  /** The name of its tariff, see `billing/tariffs.ts`. */
  readonly tariff: string
  /** Until when a tariff that is paid ahead is paid; null for the others. */
  readonly paidUntil: EpochMs | null
}
