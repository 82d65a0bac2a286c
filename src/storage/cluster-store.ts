import type { Epoch, EpochMs, InstanceId } from '../model/ids.ts'

/**
 * Who owns what, for servers that share a database; all times by the database's clock. A node lives while its beats come: one row each, not
 * one for each instance, so that a million leases cost no more to keep than ten. A lease names its owner and an epoch, which rises with each
 * new owner; the guard `owns` compares it inside every batch. A lease whose owner is dead, or gone, is free to be claimed.
 */
export interface ClusterStore {
  /**
   * Announces the node, or says that it still lives: for `leaseMs` from now. Tells in the same round trip what is to be known once a
   * beat. A node that was silent for longer than that may find leases gone: see `lostLeases`.
   */
  beat(node: NodeBeat): Promise<Beat>
  /** The node is gone for good; what it still owned is free at once. */
  leave(node: string): Promise<void>
  /** What the node owns at this moment. */
  owned(node: string): Promise<ReadonlyMap<InstanceId, Epoch>>
  /**
   * Takes free leases for a living node, at most `limit`, of `only` where it is given; raises their epochs. Several that claim at once share
   * what there is. A node whose own beat is over gets none.
   */
  claim(node: string, limit: number, only?: readonly InstanceId[]): Promise<ReadonlyMap<InstanceId, Epoch>>
  /**
   * Hands a lease on to another living node with a new epoch; null, and nothing changed, where this node with this epoch isn't the owner any
   * more, or where the other is dead, leaves or is not known.
   */
  move(instance: InstanceId, epoch: Epoch, to: string): Promise<Epoch | null>
  /**
   * Raises the epoch of a lease that stays with its owner, so that whatever goes by the old one is refused; null, and nothing changed, where
   * it has another epoch.
   */
  renew(instance: InstanceId, epoch: Epoch): Promise<Epoch | null>
  /** Null where there is no such instance. */
  ownerOf(instance: InstanceId): Promise<LeaseOwner | null>
  /** How many leases each owner has, dead ones too. */
  loads(): Promise<ReadonlyMap<string, number>>
  /** As it is now; without a beat. */
  register(): Promise<RegisterRevision>
}

/** Stands for the jobs that one node does for all: whoever owns this lease does them, and their batches are guarded by its epoch. No instance has this id. */
export const JOBS = 0 as InstanceId

export interface NodeBeat {
  /** Made anew at each start, never used again. */
  readonly node: string
  /** Where the other nodes reach it; null for one that is alone. */
  readonly url: string | null
  /** Of the program, for people. */
  readonly version: string
  readonly startedAt: EpochMs
  /** What its messengers are reached by, in one text: nodes that share instances must be alike in it. */
  readonly engines: string
  /** It gives its leases away and takes none. */
  readonly isLeaving: boolean
  readonly leaseMs: number
}

export interface NodeRow extends Omit<NodeBeat, 'leaseMs'> {
  readonly expiresAt: EpochMs
  readonly isAlive: boolean
}

export interface Beat {
  readonly now: EpochMs
  /** This one too; dead ones until their leases are taken. */
  readonly nodes: readonly NodeRow[]
  /** Rises when another node claims leases of this one or hands one to it: then `owned` tells anew. */
  readonly changes: number
  /** Leases whose owner is dead or gone. */
  readonly free: number
  readonly register: RegisterRevision
}

/** What every node keeps copies of, and how often it has changed: each number rises in the transaction of a change. */
export interface RegisterRevision {
  /** Accounts, partner tokens, tariffs, prices, hooks. A batch that changes any of them raises it by one. */
  readonly accounts: number
  /** What lists of instances show: that they are there, names, tokens, tariffs, paid times, stored states, deletions. */
  readonly instances: number
}

export interface LeaseOwner {
  readonly node: string
  readonly epoch: Epoch
  readonly url: string | null
  readonly isAlive: boolean
}
