import type { Batch, Committed, Store } from '../../src/storage/store.ts'

/**
 * A store that goes wrong when it is told to. `lost`: the next commit stores nothing and fails. `died`: it is stored and nobody hears of it,
 * as when the process dies at that moment.
 */
export class FailingStore {
  next: 'lost' | 'died' | undefined
  /** The batches that were given to it. */
  readonly batches: Batch[] = []

  around(inner: Store): Store {
    return { ...inner, commit: (batch) => this.#commit(inner, batch) }
  }

  async #commit(inner: Store, batch: Batch): Promise<Committed> {
    this.batches.push(batch)
    const { next } = this
    this.next = undefined
    if (next === 'lost') throw new Error('disk full')
    const committed = await inner.commit(batch)
    if (next === 'died') throw new Error('nobody heard of it')
    return committed
  }
}
