import { billingDayStart } from '../billing/day.ts'
import { firstDay } from '../billing/month.ts'
import type { EpochMs } from '../model/ids.ts'
import type { Sweep } from '../storage/store.ts'
import type { Instance } from './instance.ts'
import type { Instances } from './instances.ts'
import type { Node } from './node.ts'
import { Rounds } from './rounds.ts'

const SWEEP_ROWS = 1000
/** Looking through a folder of many files takes a while, and a day more or less is nothing to them. */
const FILES_EVERY_MS = 3_600_000
/** Monthly counters: this month's and those of a year before it. */
const KEEP_USAGE_MS = 13 * 31 * 86_400_000

/** Links of the console are counted for a day, and so stay for as long behind their end. */
const KEEP_ACCESS_MS = 86_400_000

/** Erases the accounts that were deleted before a time and have no instance left. */
export type EraseAccounts = (before: EpochMs, signal: AbortSignal) => Promise<void>

/**
 * Removes what is older than its promise: of all instances, whoever owns them, so that one node does it for all. Whatever it does can be done
 * twice, so nobody who takes it over needs to wait for the end of it here.
 */
export class Retention {
  readonly #node: Node
  readonly #instances: Instances
  /** Deleted instances whose files this process has removed. */
  readonly #withoutFiles = new WeakSet<Instance>()
  readonly #rounds: Rounds
  #filesSweptAt = Number.NEGATIVE_INFINITY

  constructor(node: Node, instances: Instances, eraseAccounts: EraseAccounts) {
    const { limits } = node
    this.#node = node
    this.#instances = instances
    this.#rounds = new Rounds(node, {
      messages: (signal) => this.#sweep('messages', limits.keepJournalMs, signal),
      states: (signal) => this.#sweep('states', limits.keepStatesMs, signal),
      answers: (signal) => this.#sweep('answers', limits.keepAnswersMs, signal),
      usage: (signal) => this.#sweep('usage', KEEP_USAGE_MS, signal),
      deliveries: (signal) => this.#sweep('deliveries', limits.keepDeliveriesMs, signal),
      access: (signal) => this.#sweep('access', KEEP_ACCESS_MS, signal),
      notes: (signal) => this.#sweep('notes', 0, signal),
      files: (signal) => this.#sweep('files', limits.keepMediaMs, signal),
      media: (signal) => this.#removeFiles(signal),
      deleted: (signal) => this.#erase(eraseAccounts, signal),
    })
  }

  /** Begins in a minute; after a stop too. */
  start(): void {
    this.#rounds.start()
  }

  /** Goes no further from this moment on. Resolves when the step under way is done. */
  stop(): Promise<void> {
    return this.#rounds.stop()
  }

  /** One round, now. */
  run(): Promise<void> {
    return this.#rounds.run()
  }

  #sweep(what: Sweep, keepMs: number, signal: AbortSignal): Promise<void> {
    return this.#sweepBefore(what, this.#node.clock.now() - keepMs, signal)
  }

  async #sweepBefore(what: Sweep, before: EpochMs, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && (await this.#node.store.sweep(what, before, SWEEP_ROWS)) >= SWEEP_ROWS) {
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** What is too old, and everything of deleted instances. */
  async #removeFiles(signal: AbortSignal): Promise<void> {
    const { media, clock, limits } = this.#node
    const now = clock.now()
    const isStopped = () => signal.aborted
    if (now - this.#filesSweptAt >= FILES_EVERY_MS) {
      this.#filesSweptAt = now
      await media.sweep(now - limits.keepMediaMs, signal)
    }
    for (const instance of this.#instances.all()) {
      if (isStopped()) return
      if (instance.deletedAt === null || this.#withoutFiles.has(instance)) continue
      await media.removeInstance(instance.id, signal)
      if (!isStopped()) this.#withoutFiles.add(instance)
    }
  }

  /** Accounts only when no instance of theirs is stored any more. */
  async #erase(eraseAccounts: EraseAccounts, signal: AbortSignal): Promise<void> {
    await this.#sweepBefore('deletedInstances', await erasableBefore(this.#node), signal)
    if (!signal.aborted) await eraseAccounts(await this.#billed(), signal)
  }

  /** Of an account that is erased no statement can be made any more: the month in which it was deleted must be closed. */
  async #billed(): Promise<EpochMs> {
    const { store, clock, limits } = this.#node
    const before = clock.now() - limits.keepDeletedMs
    const closedUpTo = await store.billing.closedUpTo()
    return closedUpTo === null ? before : Math.min(before, billingDayStart(firstDay(closedUpTo + 1)))
  }
}

/** Before when a deleted instance was deleted that is erased: a day that is not charged yet needs those that were there when it began. */
export async function erasableBefore({ store, clock, limits }: Node): Promise<EpochMs> {
  const before = clock.now() - limits.keepDeletedMs
  const chargedUpTo = await store.billing.chargedUpTo()
  return chargedUpTo === null ? before : Math.min(before, billingDayStart(chargedUpTo))
}
