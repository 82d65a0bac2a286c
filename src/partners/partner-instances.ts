import type { Instance } from '../instances/instance.ts'
import type { Instances, NewInstance } from '../instances/instances.ts'
import { fault, type Fault } from '../model/fault.ts'
import type { AccountRow } from '../model/account.ts'
import type { Repeated } from '../model/once.ts'

/** What a partner account may do with instances: make, list and delete its own, and see nobody else's. */
export class PartnerInstances {
  readonly #instances: Instances

  constructor(instances: Instances) {
    this.#instances = instances
  }

  create(account: AccountRow, wanted: NewInstance): Promise<Instance | Fault | Repeated> {
    return this.#instances.create(account.id, wanted)
  }

  /** In the order they were made; deleted ones too, until they are erased. */
  list(account: AccountRow): Iterable<Instance> {
    return this.#instances.ofAccount(account.id)
  }

  /** Changes with everything that a list of the account's instances shows. */
  revision(account: AccountRow): number {
    return this.#instances.revision(account.id)
  }

  /** Deletes an instance; null when it is durable. Somebody else's is not found, like one that never was or is gone. */
  async delete(account: AccountRow, id: number): Promise<Fault | null> {
    const instance = this.#instances.get(id)
    if (instance?.account !== account.id) return NOT_FOUND
    return (await this.#instances.delete(instance)) ? null : NOT_FOUND
  }
}

const NOT_FOUND = fault('notFound', 'Not found')
