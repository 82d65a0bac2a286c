/**
 * Keeps a sweep and those who keep the same file anew apart, within one process: a file that somebody keeps from now on is not removed
 * for what it was before.
 */
export class KeyClaims {
  readonly #keeping = new Map<string, number>()
  readonly #removing = new Map<string, Promise<void>>()
  /** What was kept since the sweep began to look; nothing while there is none. */
  #spared: Set<string> | undefined

  /** Runs when no removal of the key is under way; none begins before it is done. */
  async keeping(key: string, work: () => Promise<void>): Promise<void> {
    this.#keeping.set(key, (this.#keeping.get(key) ?? 0) + 1)
    this.#spared?.add(key)
    try {
      await this.#removing.get(key)
      await work()
    } finally {
      const others = (this.#keeping.get(key) ?? 1) - 1
      if (others === 0) this.#keeping.delete(key)
      else this.#keeping.set(key, others)
      this.#spared?.add(key)
    }
  }

  /**
   * Runs a sweep, which removes through `remove`: that says whether it did, or somebody has kept the key since the sweep began. One
   * sweep at a time.
   */
  async sweeping<T>(
    work: (remove: (key: string, removal: () => Promise<void>) => Promise<boolean>) => Promise<T>,
  ): Promise<T> {
    if (this.#spared !== undefined) throw new Error('a sweep is under way already')
    const spared = (this.#spared = new Set())
    try {
      return await work(async (key, removal) => {
        if (this.#keeping.has(key) || spared.has(key)) return false
        const removing = removal()
        // Whoever waits for it needs to know that it is over, not how it ended.
        this.#removing.set(
          key,
          removing.catch(() => undefined),
        )
        try {
          await removing
        } finally {
          this.#removing.delete(key)
        }
        return true
      })
    } finally {
      this.#spared = undefined
    }
  }
}
