import type { Jobs } from '../cluster/cluster.ts'
import type { Housekeeping } from '../instances/housekeeping.ts'
import { LostOwnership } from '../instances/record.ts'
import type { Epoch } from '../model/ids.ts'
import type { DailyCharge } from '../partners/daily-charge.ts'
import type { Hooks } from '../partners/hooks.ts'
import { JOBS } from '../storage/cluster-store.ts'
import type { Store } from '../storage/store.ts'

/** What one node does for all: the daily charge, the events of accounts, retention. */
export class SharedJobs implements Jobs {
  /** What their batches go by: refused once another node does them. */
  readonly store: Store
  readonly #parts: () => Parts
  #epoch: Epoch | undefined

  /** `parts` is asked for when they start. */
  constructor(store: Store, parts: () => Parts) {
    this.#parts = parts
    this.store = {
      ...store,
      commit: (batch) => (this.#epoch === undefined ? store.commit(batch) : this.#commit(batch, store)),
    }
  }

  start(epoch: Epoch | undefined): void {
    const { housekeeping, hooks, dailyCharge } = this.#parts()
    this.#epoch = epoch
    housekeeping.isForAll = true
    hooks.start()
    dailyCharge.start()
  }

  async stop(): Promise<void> {
    const { housekeeping, hooks, dailyCharge } = this.#parts()
    housekeeping.isForAll = false
    await Promise.all([dailyCharge.stop(), hooks.stop(), housekeeping.idle()])
  }

  async #commit(batch: Parameters<Store['commit']>[0], store: Store): ReturnType<Store['commit']> {
    const owns = { kind: 'owns', instance: JOBS, epoch: this.#epoch ?? (0 as Epoch) } as const
    const committed = await store.commit({ ...batch, guards: [owns, ...batch.guards] })
    if (!committed.ok && committed.refusedBy === owns) throw new LostOwnership(JOBS)
    return committed
  }
}

interface Parts {
  readonly housekeeping: Pick<Housekeeping, 'isForAll' | 'idle'>
  readonly hooks: Pick<Hooks, 'start' | 'stop'>
  readonly dailyCharge: Pick<DailyCharge, 'start' | 'stop'>
}
