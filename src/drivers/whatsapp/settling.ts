import type { InstanceId } from '../../model/ids.ts'
import type { Log } from '../../lib/log.ts'
import { maskedTrouble } from './engine/log.ts'

/** Connections of earlier lives while they end: nothing new is opened before. */
export class Settling {
  readonly #failed: (error: unknown) => void
  #all: Promise<void> | null = null

  constructor({ log, instance }: { readonly log: Log; readonly instance: InstanceId }) {
    this.#failed = (error) =>
      log.warn({ idInstance: instance, error: maskedTrouble(error) }, 'a connection did not end as it should')
  }

  /** Resolves when all that were handed over so far have ended, at once where there is none. */
  get over(): Promise<void> {
    return this.#all ?? Promise.resolve()
  }

  add(ending: Promise<unknown>): void {
    const all = Promise.all([this.#all, ending.catch(this.#failed)]).then(() => {
      if (this.#all === all) this.#all = null
    })
    this.#all = all
  }
}
