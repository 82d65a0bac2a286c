import type { EpochMs, InstanceId } from '../model/ids.ts'
import type { Instances } from './instances.ts'
import type { Node } from './node.ts'
import { erasableBefore } from './retention.ts'
import { Rounds } from './rounds.ts'

/**
 * What each node looks after every minute, for its own instances: those whose paid time has ended or begun stand still or come back, those of
 * deleted accounts go, what waited too long is given up.
 */
export class Housekeeping {
  readonly #node: Node
  readonly #instances: Instances
  /** When those that have notifications were last seen held. */
  readonly #heldAt = new Map<InstanceId, EpochMs>()
  readonly #rounds: Rounds

  /** `deleteLeftOver` deletes the instances that deleted accounts still have on this node. */
  constructor(node: Node, instances: Instances, deleteLeftOver: (signal: AbortSignal) => Promise<void>) {
    this.#node = node
    this.#instances = instances
    this.#rounds = new Rounds(node, {
      holds: () => instances.refreshHolds(),
      leftOver: deleteLeftOver,
      notifications: () => this.#expireNotifications(),
      queues: (signal) => this.#expireQueues(signal),
      forgotten: async () => instances.forget(await erasableBefore(node)),
    })
  }

  start(): void {
    this.#rounds.start()
  }

  stop(): Promise<void> {
    return this.#rounds.stop()
  }

  /** One round, now. */
  run(): Promise<void> {
    return this.#rounds.run()
  }

  async #expireNotifications(): Promise<void> {
    const { store, clock, limits, ownership } = this.#node
    const now = clock.now()
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

  async #expireQueues(signal: AbortSignal): Promise<void> {
    for (const instance of this.#instances.all()) {
      if (signal.aborted) return
      await instance.life.expireQueue()
    }
  }
}
