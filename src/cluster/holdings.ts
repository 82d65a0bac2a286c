import type { Log } from '../lib/log.ts'
import { SharedRun } from '../lib/shared-run.ts'
import { Slots } from '../lib/slots.ts'
import type { Epoch, InstanceId } from '../model/ids.ts'
import { JOBS, type ClusterStore } from '../storage/cluster-store.ts'
import type { Jobs } from './cluster.ts'
import type { Residents } from './residents.ts'

export interface HoldingsNeeds {
  readonly store: Pick<ClusterStore, 'owned' | 'renew'>
  readonly log: Log
  readonly node: string
  /** Before instances come to life: their accounts must be known. */
  sync(): Promise<void>
}

/** So many are brought to life in one go, in so many places at a time. */
const CHUNK = 250
const CHUNKS_AT_ONCE = 4

type Leases = ReadonlyMap<InstanceId, Epoch>

/** A lease whose instance comes to life here, or goes. */
interface Moving {
  readonly epoch: Epoch
  /** Never rejects. */
  readonly over: Promise<unknown>
}

/**
 * How handing a lease on ended. kept: it is still this node's; lost: another took it; unknown: the store did not answer.
 */
export type Given = 'given' | 'kept' | 'lost' | 'unknown'

/**
 * The leases of this node, and what becomes of their instances: each is brought to life when the node has got its lease, and ends when it has
 * given or lost it. What the store says wins: `reconcile` asks it, and puts right what a lost answer left behind.
 */
export class Holdings {
  readonly #needs: HoldingsNeeds
  readonly #living = new Map<InstanceId, Epoch>()
  readonly #moving = new Map<InstanceId, Moving>()
  readonly #slots = new Slots(CHUNKS_AT_ONCE)
  readonly #reconciling = new SharedRun(() => this.#reconcile())
  #residents: Residents | undefined
  #jobs: Jobs | undefined
  /** What has changed while the store was asked: its answer may be older than that. */
  #touched: Set<InstanceId> | undefined
  #mustReconcile = false
  #lost = 0

  constructor(needs: HoldingsNeeds) {
    this.#needs = needs
  }

  setJobs(jobs: Jobs): void {
    this.#jobs = jobs
  }

  setResidents(residents: Residents): void {
    this.#residents = residents
  }

  get owned(): number {
    return this.#living.size + this.#moving.size
  }

  get living(): Leases {
    return this.#living
  }

  get doesJobs(): boolean {
    return this.#living.has(JOBS)
  }

  /** How many others took. */
  get lost(): number {
    return this.#lost
  }

  /** What is known here may not be what the store has. */
  get mustReconcile(): boolean {
    return this.#mustReconcile
  }

  epochOf(instance: InstanceId): Epoch | undefined {
    return this.#living.get(instance) ?? this.#moving.get(instance)?.epoch
  }

  /** Resolves when it lives or is gone; undefined where it does neither at this moment. */
  overOf(instance: InstanceId): Promise<unknown> | undefined {
    return this.#moving.get(instance)?.over
  }

  /** A call that may have changed leases gave no answer. */
  doubt(): void {
    this.#mustReconcile = true
  }

  /** Made here, and alive. */
  made(instance: InstanceId, epoch: Epoch): void {
    if (this.epochOf(instance) !== undefined) return
    this.#touched?.add(instance)
    this.#living.set(instance, epoch)
  }

  /** The node has these leases. Resolves when each lives; what can't for now is tried again by `reconcile`. */
  async adopt(leases: Leases): Promise<void> {
    const fresh: [InstanceId, Epoch][] = []
    for (const [id, epoch] of leases) {
      const known = this.epochOf(id)
      if (known !== undefined && known >= epoch) continue
      // Somebody had it meanwhile.
      if (known !== undefined) this.lose(id)
      if (id === JOBS) this.#takeJobs(epoch)
      else fresh.push([id, epoch])
    }
    const chunks: Promise<void>[] = []
    for (let at = 0; at < fresh.length; at += CHUNK) chunks.push(this.#bring(new Map(fresh.slice(at, at + CHUNK))))
    await Promise.all(chunks)
  }

  #bring(leases: Leases): Promise<void> {
    const over = this.#slots.run(() => this.#live(leases))
    for (const [id, epoch] of leases) {
      this.#touched?.add(id)
      this.#moving.set(id, { epoch, over })
    }
    return over
  }

  async #live(given: Leases): Promise<void> {
    const leases = new Map(given)
    try {
      await this.#needs.sync().catch((error: unknown) => {
        // An account that is not known yet holds nothing back: what follows when it is, follows then.
        this.#needs.log.warn({ error }, 'the register could not be read before instances come to life')
      })
      await this.#renew(leases)
      const still = new Map([...leases].filter(([id, epoch]) => this.#moving.get(id)?.epoch === epoch))
      const failed = await this.#residents?.adopt(still)
      for (const [id, epoch] of still) {
        // Another node has taken it meanwhile: what has just come to life is of no use.
        if (this.#moving.get(id)?.epoch !== epoch) this.#residents?.lose(id)
        else if (failed?.has(id) === true) this.#giveUp(id)
        else this.#settle(id, epoch)
      }
    } catch (error) {
      this.#needs.log.error(
        { error, instances: leases.size },
        'instances of this node could not be brought to life yet',
      )
      for (const [id, epoch] of leases) if (this.#moving.get(id)?.epoch === epoch) this.#giveUp(id)
    }
  }

  /** It does not live, though the lease is here: `reconcile` tries it again. */
  #giveUp(instance: InstanceId): void {
    this.#mustReconcile = true
    this.#forget(instance)
  }

  /**
   * Gives a new epoch to what has lived here before by the same lease, as where it was not taken by whom it was to go to: what is still under
   * way of that life is refused then.
   */
  async #renew(leases: Map<InstanceId, Epoch>): Promise<void> {
    const renewals = [...leases].map(async ([id, epoch]) => {
      if (this.#residents?.hasEnded(id, epoch) !== true) return
      const renewed = await this.#needs.store.renew(id, epoch)
      const moving = this.#moving.get(id)
      if (moving?.epoch !== epoch) return
      if (renewed === null) {
        this.#mustReconcile = true
        this.lose(id)
        return
      }
      leases.set(id, renewed)
      this.#touched?.add(id)
      this.#moving.set(id, { ...moving, epoch: renewed })
    })
    // What is renewed meanwhile must be known before anything is tried again.
    for (const outcome of await Promise.allSettled(renewals)) if (outcome.status === 'rejected') throw outcome.reason
  }

  #settle(instance: InstanceId, epoch: Epoch): void {
    this.#touched?.add(instance)
    this.#moving.delete(instance)
    this.#living.set(instance, epoch)
  }

  #takeJobs(epoch: Epoch): void {
    this.#settle(JOBS, epoch)
    this.#jobs?.start(epoch)
  }

  /**
   * Hands a lease on by `work`; until that is over it is neither here nor elsewhere. True when it was given. Where it is kept it is brought to
   * life again.
   */
  give(instance: InstanceId, work: (epoch: Epoch) => Promise<Given>): Promise<boolean> {
    const epoch = this.#living.get(instance)
    if (epoch === undefined) return Promise.resolve(false)
    this.#forget(instance)
    const over = this.#give(instance, epoch, work)
    this.#moving.set(instance, { epoch, over })
    return over
  }

  async #give(instance: InstanceId, epoch: Epoch, work: (epoch: Epoch) => Promise<Given>): Promise<boolean> {
    const outcome = await work(epoch).catch((error: unknown) => {
      this.#needs.log.warn({ idInstance: instance, error }, 'a lease could not be handed over')
      return 'unknown' as const
    })
    if (this.#moving.get(instance)?.epoch !== epoch) return false
    this.#forget(instance)
    if (outcome === 'lost') this.#lost += 1
    if (outcome === 'unknown') this.#mustReconcile = true
    if (outcome === 'kept') void this.adopt(new Map([[instance, epoch]]))
    else if (instance !== JOBS) this.#residents?.lose(instance)
    return outcome === 'given'
  }

  /** Another node has it. */
  lose(instance: InstanceId): void {
    if (!this.#forget(instance)) return
    this.#lost += 1
    if (instance !== JOBS) this.#residents?.lose(instance)
    else
      this.#jobs?.stop(true).catch((error: unknown) => {
        this.#needs.log.error({ error }, 'the jobs that another node does now did not stop')
      })
  }

  /** A batch with this epoch was refused. Says whether the store is to be asked what it has. */
  refused(instance: InstanceId, epoch: Epoch): boolean {
    const known = this.epochOf(instance)
    // It still lives, though nothing is known of it.
    if (known === undefined) this.#residents?.lose(instance)
    return known === epoch
  }

  #forget(instance: InstanceId): boolean {
    this.#touched?.add(instance)
    return this.#living.delete(instance) || this.#moving.delete(instance)
  }

  /** Asks the store what this node owns: ends what others took, brings to life what is new. Rejects where the store does not answer. */
  reconcile(): Promise<void> {
    return this.#reconciling.run()
  }

  async #reconcile(): Promise<void> {
    const touched = (this.#touched = new Set<InstanceId>())
    this.#mustReconcile = false
    let owned: Leases
    try {
      owned = await this.#needs.store.owned(this.#needs.node)
    } catch (error) {
      this.#mustReconcile = true
      throw error
    } finally {
      this.#touched = undefined
    }
    for (const id of touched) if (owned.get(id) !== this.epochOf(id)) this.#mustReconcile = true
    for (const id of [...this.#living.keys(), ...this.#moving.keys()]) {
      if (!touched.has(id) && owned.get(id) !== this.epochOf(id)) this.lose(id)
    }
    void this.adopt(new Map([...owned].filter(([id]) => !touched.has(id) && this.epochOf(id) === undefined)))
  }
}
