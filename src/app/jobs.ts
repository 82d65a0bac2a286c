import type { Jobs } from '../cluster/cluster.ts'
import type { Ownership } from '../cluster/ownership.ts'
import { LostOwnership } from '../instances/record.ts'
import type { Retention } from '../instances/retention.ts'
import type { Epoch } from '../model/ids.ts'
import type { DailyCharge } from '../partners/daily-charge.ts'
import type { Hooks } from '../partners/hooks.ts'
import type { JobChanges, Register } from '../partners/register.ts'
import { JOBS } from '../storage/cluster-store.ts'
import type { Batch, Committed, Store } from '../storage/store.ts'

interface Parts {
  readonly retention: Pick<Retention, 'start' | 'stop'>
  readonly hooks: Pick<Hooks, 'start' | 'stop'>
  readonly dailyCharge: Pick<DailyCharge, 'start' | 'stop'>
}

/** What one node does for all: the daily charge, the events of accounts, retention. */
export class SharedJobs implements Jobs, JobChanges {
  /** What their batches go by: refused while another node does them. */
  readonly store: Store
  readonly #register: Pick<Register, 'store' | 'decide'>
  readonly #ownership: Pick<Ownership, 'isShared' | 'refused'>
  readonly #parts: () => Parts
  #epoch: Epoch | undefined

  /** `parts` is asked for when they start. */
  constructor(
    register: Pick<Register, 'store' | 'decide'>,
    ownership: Pick<Ownership, 'isShared' | 'refused'>,
    parts: () => Parts,
  ) {
    this.#register = register
    this.#ownership = ownership
    this.#parts = parts
    this.store = ownership.isShared ? { ...register.store, commit: (batch) => this.#commit(batch) } : register.store
  }

  decide<Outcome>(work: () => Promise<Outcome>): Promise<Outcome> {
    return this.#register.decide(work)
  }

  start(epoch: Epoch | undefined): void {
    const { retention, hooks, dailyCharge } = this.#parts()
    this.#epoch = epoch
    retention.start()
    hooks.start()
    dailyCharge.start()
  }

  async stop(isLost: boolean): Promise<void> {
    const { retention, hooks, dailyCharge } = this.#parts()
    // What it does can be done twice: nobody waits for it.
    void retention.stop()
    await Promise.all([dailyCharge.stop(), hooks.stop(isLost)])
  }

  async #commit(batch: Batch): Promise<Committed> {
    const epoch = this.#epoch
    if (epoch === undefined) throw new LostOwnership(JOBS)
    const owns = { kind: 'owns', instance: JOBS, epoch } as const
    const committed = await this.#register.store.commit({ ...batch, guards: [owns, ...batch.guards] })
    if (committed.ok || committed.refusedBy.kind !== 'owns') return committed
    this.#ownership.refused(JOBS, epoch)
    throw new LostOwnership(JOBS)
  }
}
