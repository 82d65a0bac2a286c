import type { Epoch, InstanceId } from '../model/ids.ts'

/** The instances of this node, as the cluster brings them to life and takes their life from them. */
export interface Residents {
  /**
   * These are this node's, each with its epoch: reads them anew and brings them to life. Resolves when each lives, stands still as it must, or
   * turns out not to exist, to those that could not be brought to life for now: of these nothing lives. Rejects where that is so of all.
   */
  adopt(leases: ReadonlyMap<InstanceId, Epoch>): Promise<ReadonlySet<InstanceId>>
  /** It goes to another node: resolves when nothing more is sent or stored for it here, or after a bound. Until then its lease is held. */
  letGo(instance: InstanceId): Promise<void>
  /** Another node has it: nothing more is sent from this very moment on, and nothing is stored. */
  lose(instance: InstanceId): void
  /**
   * It has lived here by this lease and does no more, or will not for long. Something of that life may still be under way: it must not live
   * again by an epoch that this could be stored with.
   */
  hasEnded(instance: InstanceId, epoch: Epoch): boolean
  /** It has a session, which its network sees break and come back: such are moved slowly. */
  hasSession(instance: InstanceId): boolean
  /** Somebody is at it who would have to begin anew elsewhere: it goes only where the node leaves. */
  isBusy(instance: InstanceId): boolean
}
