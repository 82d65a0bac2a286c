import { billingDayStart } from '../billing/day.ts'
import { firstDay } from '../billing/month.ts'
import type { Timer } from '../lib/clock.ts'
import type { EpochMs, InstanceId } from '../model/ids.ts'
import type { Sweep } from '../storage/store.ts'
import type { Instance } from './instance.ts'
import type { Instances } from './instances.ts'
import type { Node } from './node.ts'

const EVERY_MS = 60_000
const SWEEP_ROWS = 1000
/** Looking through a folder of many files takes a while, and a day more or less is nothing to them. */
const FILES_EVERY_MS = 3_600_000
/** Monthly counters: this month's and those of a year before it. */
const KEEP_USAGE_MS = 13 * 31 * 86_400_000

/**
 * What is to be looked after every minute, a little at a time: instances whose paid time has ended or begun stand still or come back; what waited
 * too long is given up. And retention, which removes what is older than its promise: of all instances, so that one node does it for all.
 */
export class Housekeeping {
  readonly #node: Node
  readonly #instances: Instances
  readonly #eraseAccounts: (before: EpochMs) => Promise<void>
  /** Deleted instances whose files this process has removed. */
  readonly #withoutFiles = new WeakSet<Instance>()
  /** When those that have notifications were last seen held. */
  readonly #heldAt = new Map<InstanceId, EpochMs>()
  #filesSweptAt = Number.NEGATIVE_INFINITY
  /** Whether this node does what one node does for all. */
  isForAll = true
  #timer: Timer | undefined
  #running: Promise<void> = Promise.resolve()
  #stopped = false

  /** `eraseAccounts` erases the accounts that were deleted before a time and have no instance left. */
  constructor(node: Node, instances: Instances, eraseAccounts: (before: EpochMs) => Promise<void>) {
    this.#node = node
    this.#instances = instances
    this.#eraseAccounts = eraseAccounts
  }

  start(): void {
    this.#timer = this.#node.clock.after(EVERY_MS, () => {
      this.#running = this.run().then(() => {
        if (!this.#stopped) this.start()
      })
    })
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#timer?.cancel()
    await this.#running
  }

  /** Resolves when the round under way is over. */
  async idle(): Promise<void> {
    await this.#running
  }

  /** One round. A part that fails is said and does not keep the others from their turn. */
  async run(): Promise<void> {
    const now = this.#node.clock.now()
    await this.#part('holds', () => this.#instances.refreshHolds())
    await this.#part('notifications', () => this.#expireNotifications(now))
    await this.#part('queues', () => this.#expireQueues())
    if (this.isForAll) await this.#retain(now)
    else await this.#part('deletedInstances', async () => this.#instances.forget(await this.#erasable(now)))
  }

  async #retain(now: EpochMs): Promise<void> {
    const { limits } = this.#node
    await this.#part('messages', () => this.#sweep('messages', now - limits.keepJournalMs))
    await this.#part('states', () => this.#sweep('states', now - limits.keepStatesMs))
    await this.#part('answers', () => this.#sweep('answers', now - limits.keepAnswersMs))
    await this.#part('usage', () => this.#sweep('usage', now - KEEP_USAGE_MS))
    await this.#part('notes', () => this.#sweep('notes', now))
    await this.#part('files', () => this.#sweep('files', now - limits.keepMediaMs))
    await this.#part('media', () => this.#removeFiles(now - limits.keepMediaMs))
    await this.#part('deletedInstances', async () => {
      const before = await this.#erasable(now)
      await this.#sweep('deletedInstances', before)
      this.#instances.forget(before)
    })
    await this.#part('deletedAccounts', async () => {
      await this.#eraseAccounts(await this.#billed(now - limits.keepDeletedMs))
    })
  }

  /** Before when a deleted instance was deleted that is erased: a day that is not charged yet needs those that were there when it began. */
  async #erasable(now: EpochMs): Promise<EpochMs> {
    const before = now - this.#node.limits.keepDeletedMs
    const chargedUpTo = await this.#node.store.billing.chargedUpTo()
    return chargedUpTo === null ? before : Math.min(before, billingDayStart(chargedUpTo))
  }

  /** Of an account that is erased no statement can be made any more: the month in which it was deleted must be closed. */
  async #billed(before: EpochMs): Promise<EpochMs> {
    const closedUpTo = await this.#node.store.billing.closedUpTo()
    return closedUpTo === null ? before : Math.min(before, billingDayStart(firstDay(closedUpTo + 1)))
  }

  /** What is too old, and everything of deleted instances. */
  async #removeFiles(before: number): Promise<void> {
    const { media, clock } = this.#node
    if (clock.now() - this.#filesSweptAt >= FILES_EVERY_MS) {
      this.#filesSweptAt = clock.now()
      await media.sweep(before)
    }
    for (const instance of this.#instances.all()) {
      if (this.#stopped) return
      if (instance.deletedAt === null || this.#withoutFiles.has(instance)) continue
      await media.removeInstance(instance.id)
      this.#withoutFiles.add(instance)
    }
  }

  async #part(part: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#node.log.error({ part, error }, 'housekeeping failed for this round')
    }
  }

  async #expireNotifications(now: EpochMs): Promise<void> {
    const { store, limits, ownership } = this.#node
    const before = now - limits.keepNotificationsMs
    for (const gone of await store.mailbox.expire(before, ownership.owner, this.#spared(now))) {
      this.#instances.get(gone.instance)?.mailbox.expired(gone.count, gone.upTo)
    }
  }

  /** Nobody can fetch what a held instance has: it waits, and has the usual time from the end of the hold on, if this process lives so long. */
  #spared(now: EpochMs): ReadonlySet<InstanceId> {
    for (const instance of this.#instances.all()) {
      const isWaiting = instance.deletedAt === null && instance.notifications > 0 && instance.held !== undefined
      if (isWaiting) this.#heldAt.set(instance.id, now)
    }
    for (const [id, at] of this.#heldAt) {
      if (now - at >= this.#node.limits.keepNotificationsMs) this.#heldAt.delete(id)
    }
    return new Set(this.#heldAt.keys())
  }

  async #expireQueues(): Promise<void> {
    for (const instance of this.#instances.all()) await instance.life.expireQueue()
  }

  async #sweep(what: Sweep, before: number): Promise<void> {
    while (!this.#stopped && (await this.#node.store.sweep(what, before, SWEEP_ROWS)) >= SWEEP_ROWS) {
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}
