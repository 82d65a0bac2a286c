interface Module<W> {
  readonly words: W
}

/** The texts of one area in one language, fetched once. */
export class Dictionary<W> {
  readonly #load: () => Promise<Module<W>>
  #promise: Promise<W> | null = null
  #words: W | null = null

  constructor(load: () => Promise<Module<W>>) {
    this.#load = load
  }

  /** Null until they have arrived: what is here is shown without a pause. */
  get words(): W | null {
    return this.#words
  }

  get isWanted(): boolean {
    return this.#promise !== null
  }

  fetch(): Promise<W> {
    this.#promise ??= this.#fetched()
    return this.#promise
  }

  async #fetched(): Promise<W> {
    try {
      const { words } = await this.#load()
      this.#words = words
      return words
    } catch (error) {
      // The network, or a server that was updated meanwhile: the next visit tries anew.
      this.#promise = null
      throw error
    }
  }
}
