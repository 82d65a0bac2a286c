/** Connections of earlier lives while they end: nothing new is opened before. */
export class Settling {
  readonly #failed: (error: unknown) => void
  #all: Promise<void> | null = null

  /** `failed` hears of one that did not end as it should. */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed
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
