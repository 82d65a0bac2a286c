import type { EpochMs } from '../model/ids.ts'
import type { Instance } from './instance.ts'

/** The instances of one account. */
export class AccountInstances {
  #all: Instance[] = []
  #living = 0
  #revision = 0

  /** By the time of their creation, those of one moment as they came; deleted ones too. */
  get all(): readonly Instance[] {
    return this.#all
  }

  /** How many are not deleted. */
  get living(): number {
    return this.#living
  }

  /** Rises whenever something changes that a list of them shows. */
  get revision(): number {
    return this.#revision
  }

  /** At its place: it is the last one, unless the clock was set back. */
  add(instance: Instance): void {
    const last = this.#all.at(-1)
    if (last === undefined || last.createdAt <= instance.createdAt) this.#all.push(instance)
    else this.#insert(instance)
    if (instance.deletedAt === null) this.#living += 1
    this.#revision += 1
  }

  #insert(instance: Instance): void {
    const at = this.#all.findLastIndex(({ createdAt }) => createdAt <= instance.createdAt) + 1
    this.#all.splice(at, 0, instance)
  }

  /** Something of one of them has changed. */
  changed(isDeleted: boolean): void {
    if (isDeleted) this.#living -= 1
    this.#revision += 1
  }

  /** Leaves out those that were deleted before. */
  forget(deletedBefore: EpochMs): void {
    this.#all = this.#all.filter(({ deletedAt }) => deletedAt === null || deletedAt >= deletedBefore)
    this.#revision += 1
  }
}
