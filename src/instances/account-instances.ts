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

  /** The same one anew, with what is known of it by now. */
  replace(before: Instance, instance: Instance): void {
    const at = this.#placeOf(before)
    if (at === -1) return
    this.#all[at] = instance
    this.#living += (instance.deletedAt === null ? 1 : 0) - (before.deletedAt === null ? 1 : 0)
    this.#revision += 1
  }

  /** By halves: an account may have a hundred thousand. */
  #placeOf(instance: Instance): number {
    let [from, to] = [0, this.#all.length]
    while (from < to) {
      const middle = (from + to) >> 1
      if ((this.#all[middle]?.createdAt ?? 0) < instance.createdAt) from = middle + 1
      else to = middle
    }
    return this.#all.indexOf(instance, from)
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
