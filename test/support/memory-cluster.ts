import type { Epoch, EpochMs, InstanceId } from '../../src/model/ids.ts'
import {
  JOBS,
  type Beat,
  type ClusterStore,
  type NodeBeat,
  type NodeRow,
  type RegisterRevision,
} from '../../src/storage/cluster-store.ts'
import type { Batch, Committed, Write } from '../../src/storage/store.ts'

interface KnownNode extends Omit<NodeRow, 'isAlive' | 'expiresAt'> {
  expiresAt: EpochMs
  changes: number
}

interface Lease {
  owner: string
  epoch: Epoch
}

/** What several nodes see of a database: nodes, leases and the guard that goes by them, in memory; every call is done at once. */
export class MemoryCluster implements ClusterStore {
  readonly nodes = new Map<string, KnownNode>()
  readonly leases = new Map<InstanceId, Lease>([[JOBS, { owner: '', epoch: 0 as Epoch }]])
  readonly revision = { accounts: 1, instances: 1 }
  readonly #now: () => EpochMs
  #changes = 0

  constructor(now: () => EpochMs) {
    this.#now = now
  }

  /** As `instance.add`: with an owner and its first epoch. */
  add(instance: InstanceId, owner: string, epoch = 1 as Epoch): void {
    this.leases.set(instance, { owner, epoch })
    this.revision.instances += 1
  }

  /** The guard `owns`. */
  owns(instance: InstanceId, epoch: Epoch): boolean {
    return this.leases.get(instance)?.epoch === epoch
  }

  /** Of a batch, what has to do with leases. */
  commit({ guards, writes }: Pick<Batch, 'guards' | 'writes'>): Committed {
    const refusedBy = guards.find((guard) => guard.kind === 'owns' && !this.owns(guard.instance, guard.epoch))
    if (refusedBy !== undefined) return { ok: false, refusedBy }
    for (const write of writes) this.#write(write)
    return { ok: true }
  }

  #write(write: Write): void {
    if (write.kind === 'instance.add') this.add(write.row.id, write.owner, write.epoch)
  }

  beat({ leaseMs, ...row }: NodeBeat): Promise<Beat> {
    const now = this.#now()
    const changes = this.nodes.get(row.node)?.changes ?? ++this.#changes
    this.nodes.set(row.node, { ...row, changes, expiresAt: now + leaseMs })
    const owners = new Set([...this.leases.values()].map(({ owner }) => owner))
    for (const [node, { expiresAt }] of this.nodes) if (expiresAt <= now && !owners.has(node)) this.nodes.delete(node)
    const nodes = [...this.nodes.values()]
      .map(({ node, url, version, startedAt, engines, isLeaving, expiresAt }) => {
        return { node, url, version, startedAt, engines, isLeaving, expiresAt, isAlive: expiresAt > now }
      })
      .toSorted((one, other) => one.startedAt - other.startedAt || (one.node < other.node ? -1 : 1))
    const free = [...this.leases.values()].filter(({ owner }) => !this.#isAlive(owner)).length
    return Promise.resolve({ now, nodes, changes, free, register: { ...this.revision } })
  }

  leave(node: string): Promise<void> {
    this.nodes.delete(node)
    return Promise.resolve()
  }

  owned(node: string): Promise<ReadonlyMap<InstanceId, Epoch>> {
    const mine = [...this.leases].filter(([, { owner }]) => owner === node)
    return Promise.resolve(new Map(mine.map(([id, { epoch }]) => [id, epoch])))
  }

  claim(node: string, limit: number, only?: readonly InstanceId[]): Promise<ReadonlyMap<InstanceId, Epoch>> {
    const taken = new Map<InstanceId, Epoch>()
    if (!this.#mayTake(node)) return Promise.resolve(taken)
    for (const [id, lease] of this.leases) {
      if (taken.size >= limit) break
      if (this.#isAlive(lease.owner) || only?.includes(id) === false) continue
      this.#told(lease.owner)
      this.leases.set(id, { owner: node, epoch: (lease.epoch + 1) as Epoch })
      taken.set(id, (lease.epoch + 1) as Epoch)
    }
    return Promise.resolve(taken)
  }

  move(instance: InstanceId, epoch: Epoch, to: string): Promise<Epoch | null> {
    if (!this.owns(instance, epoch) || !this.#mayTake(to)) return Promise.resolve(null)
    this.#told(to)
    const next = (epoch + 1) as Epoch
    this.leases.set(instance, { owner: to, epoch: next })
    return Promise.resolve(next)
  }

  renew(instance: InstanceId, epoch: Epoch): Promise<Epoch | null> {
    const lease = this.leases.get(instance)
    if (lease?.epoch !== epoch) return Promise.resolve(null)
    const next = (epoch + 1) as Epoch
    this.leases.set(instance, { ...lease, epoch: next })
    return Promise.resolve(next)
  }

  ownerOf(instance: InstanceId): ReturnType<ClusterStore['ownerOf']> {
    const lease = this.leases.get(instance)
    if (lease === undefined) return Promise.resolve(null)
    const { owner, epoch } = lease
    return Promise.resolve({
      node: owner,
      epoch,
      url: this.nodes.get(owner)?.url ?? null,
      isAlive: this.#isAlive(owner),
    })
  }

  loads(): Promise<ReadonlyMap<string, number>> {
    const loads = new Map<string, number>()
    for (const { owner } of this.leases.values()) loads.set(owner, (loads.get(owner) ?? 0) + 1)
    return Promise.resolve(loads)
  }

  register(): Promise<RegisterRevision> {
    return Promise.resolve({ ...this.revision })
  }

  #isAlive(node: string): boolean {
    return (this.nodes.get(node)?.expiresAt ?? 0) > this.#now()
  }

  #mayTake(node: string): boolean {
    return this.#isAlive(node) && this.nodes.get(node)?.isLeaving === false
  }

  #told(node: string): void {
    const known = this.nodes.get(node)
    if (known !== undefined) known.changes = ++this.#changes
  }
}
