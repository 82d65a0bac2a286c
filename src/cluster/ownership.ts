import type { Epoch, InstanceId } from '../model/ids.ts'
import type { Store } from '../storage/store.ts'

/** Which instances this node owns, and with which epoch; every write of a session is guarded by it. */
export interface Ownership {
  readonly owner: string
  epochOf(instance: InstanceId): Epoch | undefined
  /** The epoch with which an instance that this node makes begins. */
  readonly firstEpoch: Epoch
}

/** One node owns everything: it takes all leases at start, and each epoch rises, so that a forgotten twin can't write. */
export async function ownEverything(store: Store, owner: string): Promise<Ownership> {
  const epochs = await store.leases.takeAll(owner)
  return { owner, epochOf: (instance) => epochs.get(instance), firstEpoch: 1 as Epoch }
}
