export type LaneKey = number | string

/** Lets works that share a key run one after the other, in the order of the calls, and all others at once. */
export class Lanes {
  readonly #tails = new Map<LaneKey, Promise<unknown>>()
  #running = 0
  #idle: (() => void)[] = []

  async run<T>(keys: ReadonlySet<LaneKey>, work: () => Promise<T>): Promise<T> {
    const before = [...keys].flatMap((key) => this.#tails.get(key) ?? [])
    this.#running++
    const done = this.#after(before, work)
    const tail = done.catch(() => undefined)
    for (const key of keys) this.#tails.set(key, tail)
    try {
      return await done
    } finally {
      for (const key of keys) if (this.#tails.get(key) === tail) this.#tails.delete(key)
      if (--this.#running === 0) for (const resolve of this.#idle.splice(0)) resolve()
    }
  }

  /** Resolves when nothing runs or waits. */
  async idle(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  async #after<T>(before: readonly Promise<unknown>[], work: () => Promise<T>): Promise<T> {
    await Promise.all(before)
    return work()
  }
}
