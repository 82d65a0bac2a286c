import type { Epoch, InstanceId } from '../model/ids.ts'
import type { Store } from '../storage/store.ts'

/** Which instances this node owns, and with which epoch; every write of a session is guarded by it. */
export interface Ownership {
  readonly owner: string
  /** Undefined where another node owns it. */
  epochOf(instance: InstanceId): Epoch | undefined
  /** The epoch with which an instance that this node makes begins. */
  readonly firstEpoch: Epoch
  /**
   * Whether nobody else can own by now what this node owns: by a clock that nobody sets, its last beat is not too long ago. Asked before a
   * message is given to a network and before a session connects, since no database stands between those and the network.
   */
  isSure(): boolean
  /** Other nodes may own what this one owns now, before and after. */
  readonly isShared: boolean
  /** This node has made it, with `firstEpoch`; durable. */
  made(instance: InstanceId): void
  /** A batch with this epoch was refused: another node owns it by now. */
  refused(instance: InstanceId, epoch: Epoch): void
}

/** Of an instance that another node owns: no lease has it, so that every batch is refused. */
export const NO_EPOCH = -1 as Epoch

/** One node owns everything: it takes all leases at start, and each epoch rises, so that a forgotten twin can't write. */
export async function ownEverything(store: Store, owner: string): Promise<Ownership> {
  const epochs = new Map(await store.leases.takeAll(owner))
  const firstEpoch = 1 as Epoch
  return {
    owner,
    epochOf: (instance) => epochs.get(instance),
    firstEpoch,
    isSure: () => true,
    isShared: false,
    made: (instance) => void epochs.set(instance, firstEpoch),
    refused: () => undefined,
  }
}
