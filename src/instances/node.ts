import type { Ownership } from '../cluster/ownership.ts'
import type { Capabilities, Driver, PagePreview } from '../drivers/driver.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Random } from '../lib/random.ts'
import type { Slots } from '../lib/slots.ts'
import type { FetchedFile } from '../media/fetch.ts'
import type { FileLinks } from '../media/links.ts'
import type { Media } from '../media/media.ts'
import type { LifecycleType, Tariff } from '../model/account.ts'
import type { Fault } from '../model/fault.ts'
import type { AccountId, EpochMs, InstanceId } from '../model/ids.ts'
import type { InstanceRow } from '../model/instance.ts'
import type { Messenger } from '../model/messenger.ts'
import type { Courier } from '../notifications/courier.ts'
import type { Store, Write } from '../storage/store.ts'
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
  readonly keepDeliveriesMs: number
  /** The largest file that is taken in, bytes. */
  readonly fileLimitBytes: number
}

/** What instances may do by their account and tariff; `partners/` knows, and instances only ask. Nothing here waits or fails. */
export interface Entitlements {
  tariffOf(row: InstanceRow): Tariff
  /** Why the instance stands still at this moment: `accountSuspended`, or `expired` where its time is not paid. */
  heldBy(row: InstanceRow): Fault | undefined
  /** Why the account may not keep `bytes` more of files. */
  roomFor(account: AccountId, bytes: number): Fault | undefined
  /** So many bytes more are kept; below zero where they were not after all. */
  kept(account: AccountId, bytes: number): void
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
  /** Which ids instances get: see `idRangeOfCell`. Undefined: any of their messenger. */
  readonly cell?: number | undefined
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
  /** What the page behind a link shows; null for nothing. It is limited as `fetchFile` is, by its own size and time, and never rejects. */
  previewPage(url: string, signal: AbortSignal): Promise<PagePreview | null>
  readonly entitlements: Entitlements
  /** What the batch of a change stores beside it, so that the account's hook hears of it; nothing where there is none. */
  news(type: Extract<LifecycleType, `instance.${string}`>, row: InstanceRow, at: EpochMs): readonly Write[]
}
