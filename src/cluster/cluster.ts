import type { InstanceId } from '../model/ids.ts'
import type { Ownership } from './ownership.ts'

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
   * handed over or brought to life is waited for; 2 s at most in all. One that does not exist is `HERE`, where it is refused. `JOBS` is where the
   * jobs are done.
   */
  locate(instance: InstanceId): Place | Promise<Place>
  /** A node said that it doesn't own this instance, or could not be reached: what is remembered of it is forgotten. */
  misplaced(instance: InstanceId, node: string): void
  /** Calls back when a node is dead or gone, so that nobody waits for its answers any longer; several listeners. */
  onGone(listener: (node: string) => void): void
  /** Resolves when accounts and lists are at least as new as at the time of the call. Calls at one time share one look. */
  sync(): Promise<void>
  /** Does as `sync` on every living node; resolves when all have done so, or after 5 s. */
  syncEverywhere(): Promise<void>
  /** What the other nodes ask of this one, at `POST {url}/cluster/{name}` with `PROOF_HEADER`. */
  readonly door: ClusterDoor
}

export interface ClusterDoor {
  /** These were handed to this node: resolves when they live here. */
  adopt(instances: readonly InstanceId[]): Promise<void>
  /** Something of the register has changed: resolves when this node goes by it. */
  sync(): Promise<void>
}
