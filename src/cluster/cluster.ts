import type { Epoch, InstanceId } from '../model/ids.ts'
import type { NodeRow } from '../storage/cluster-store.ts'
import type { Ownership } from './ownership.ts'
import type { RegisterFollower } from './register-watch.ts'
import type { Residents } from './residents.ts'

/** Where a call about an instance is to be answered. */
export type Place =
  | { readonly at: 'here' }
  /** `url` without a slash at its end. */
  | { readonly at: 'node'; readonly node: string; readonly url: string }
  /** Nobody can for now: 503. */
  | { readonly at: 'nowhere' }

export const HERE = { at: 'here' } as const satisfies Place
export const NOWHERE = { at: 'nowhere' } as const satisfies Place

/** On every request from node to node: the cluster's proof. Whoever shows it is a node that has the sealing key. */
export const PROOF_HEADER = 'jadegate-node'

/** The nodes that share a database, as one of them sees them. A server that is alone is a cluster of one, which costs nothing to ask. */
export interface Cluster {
  readonly ownership: Ownership
  /** Alone for good: every instance is here, and nobody else changes anything. */
  readonly isAlone: boolean
  /** Where the nodes reach this one, without a slash at the end; empty where it is alone. */
  readonly url: string
  /** What `PROOF_HEADER` holds; secret. Empty where it is alone. */
  readonly proof: string
  /**
   * Where this instance is. `HERE` itself, not a promise, where it is here and stays. One that nobody owns is claimed first, one that is being
   * handed over or brought to life is waited for, and so is the database where the node is not sure any more; 2 s at most in all. One that does not exist is `HERE`, where it is refused. `JOBS` is where the
   * jobs are done.
   */
  locate(instance: InstanceId): Place | Promise<Place>
  /** A node said that it doesn't own this instance, or could not be reached: what is remembered of it is forgotten. */
  misplaced(instance: InstanceId, node: string): void
  /** Calls back when a node is dead or gone, so that nobody waits for its answers any longer; several listeners. */
  onGone(listener: (node: string) => void): void
  /** Resolves when accounts and lists are at least as new as at the time of the call. Calls at one time share one look. */
  sync(): Promise<void>
  /**
   * Does as `sync` on every living node, and has done there what follows from it: instances stand still, come back, go. Resolves when all have
   * done so, or after 5 s.
   */
  syncEverywhere(): Promise<void>
  /** What the other nodes ask of this one, at `POST {url}/cluster/{name}` with `PROOF_HEADER`. */
  readonly door: ClusterDoor
  /** For people and their instruments. */
  readonly view: ClusterView
}

/** What the composition root does with it, beside the rest. */
export interface OpenCluster extends Cluster {
  /**
   * Follows the register's numbers as they are now, one call at a time: whenever they have changed, at each `sync`, and for each `sync` that
   * another node asks for. `sync` resolves when it has; where it rejects, so does `sync`. There is one; never called where the cluster `isAlone`.
   */
  onSync(follower: RegisterFollower): void
  /** Who does the jobs while this node owns `JOBS`. Before `start`. */
  onJobs(jobs: Jobs): void
  /** Begins to take instances; each lives, by `residents`, when it was taken. Resolves when it is under way. */
  start(residents: Residents): Promise<void>
  /** Takes nothing more and hands over what it has, one after the other, where there is another node; ends within its bound. */
  leave(): Promise<void>
  /** The node is gone: what it still owns is free. When nothing of its instances runs any more. */
  close(): Promise<void>
}

/** What one node does for all. */
export interface Jobs {
  /** Undefined where nobody else could do them: then their batches need no guard. */
  start(epoch: Epoch | undefined): void
  /**
   * Resolves when nothing more is begun and what should not be done twice is over; another node does them then. Where `isLost` another one does
   * them already: what is under way is cut off.
   */
  stop(isLost: boolean): Promise<void>
}

/** How a node sees its cluster. */
export interface ClusterView {
  readonly node: string
  /** As the last beat told; this one too. Empty where there is only one server. */
  readonly nodes: readonly NodeRow[]
  readonly isLeaving: boolean
  readonly isSure: boolean
  /** Since the last beat that reached the database began; null where there are none. */
  readonly beatAgeMs: number | null
  /** How long the last beat took. */
  readonly beatMs: number | null
  /** Leases of this node. */
  readonly owned: number
  /** Of these, the ones that live: the others come or go at this moment. */
  readonly living: number
  /** Leases that nobody has, by the last beat. */
  readonly free: number
  readonly doesJobs: boolean
  /** Since the start: taken when nobody had them, got from other nodes, handed to them, lost. */
  readonly counts: {
    readonly claimed: number
    readonly received: number
    readonly given: number
    readonly lost: number
  }
}

export interface ClusterDoor {
  /** These were handed to this node: resolves when they live here. */
  adopt(instances: readonly InstanceId[]): Promise<void>
  /** Something of the register has changed: resolves when this node goes by it, with all of its instances. */
  sync(): Promise<void>
}
