import type { Tariff } from '../billing/tariffs.ts'
import type { Ownership } from '../cluster/ownership.ts'
import type { Capabilities, Driver } from '../drivers/driver.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Random } from '../lib/random.ts'
import type { Slots } from '../lib/slots.ts'
import type { FetchedFile } from '../media/fetch.ts'
import type { FileLinks } from '../media/links.ts'
import type { Media } from '../media/media.ts'
import type { Fault } from '../model/fault.ts'
import type { AccountId, InstanceId } from '../model/ids.ts'
import type { Messenger } from '../model/messenger.ts'
import type { Courier } from '../notifications/courier.ts'
import type { Store } from '../storage/store.ts'
import type { IdSource } from './identifiers.ts'

/** How long things may take and be kept, all in milliseconds; see `config/schema.ts` for what each is for. */
export interface Limits {
  /** A send without a verdict is given up as `unconfirmed` after so long. */
  readonly unsureMs: number
  /** So long such a send holds back the messages behind it. */
  readonly unsureHoldMs: number
  /** A linking attempt that nobody looks at ends after so long. */
  readonly loginTimeoutMs: number
  readonly keepQueueMs: number
  readonly keepNotificationsMs: number
  readonly keepJournalMs: number
  readonly keepStatesMs: number
  readonly keepDeletedMs: number
  readonly keepAnswersMs: number
  readonly keepMediaMs: number
  /** The largest file that is taken in, bytes. */
  readonly fileLimitBytes: number
}

/** What every instance of this process shares. */
export interface Node {
  readonly store: Store
  readonly ownership: Ownership
  readonly drivers: ReadonlyMap<Messenger, Driver>
  readonly courier: Courier
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly limits: Limits
  readonly media: Media
  readonly links: FileLinks
  /** One for each form that a messenger's capabilities name, for all instances. */
  readonly messageIds: Readonly<Record<Capabilities['messageIds'], IdSource>>
  /** Downloads from the networks that run at one time. */
  readonly downloads: Slots
  /**
   * Brings a file from an address into the media store. It ends by itself: time, size and redirects are limited, and so are the addresses.
   * A fault's message may be shown to the caller.
   */
  fetchFile(instance: InstanceId, url: string, signal: AbortSignal): Promise<FetchedFile | Fault>
  tariffOf(account: AccountId): Tariff
}
