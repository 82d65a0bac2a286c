/**
 * Forgets everything before the next turn of the event loop. It stands in for the engine's cache of who has which number: that one
 * keeps everybody whom a session met for three days, with a timer each, beside the store's own cache of the same; and it remembers what
 * a transaction that failed wanted to write. Within one turn the engine reads back from it what it has just put there.
 */
export class TurnCache {
  readonly #held = new Map<string, unknown>()

  get(key: string): unknown {
    return this.#held.get(key)
  }

  set(key: string, value: unknown): void {
    if (this.#held.size === 0) setImmediate(() => this.#held.clear())
    this.#held.set(key, value)
  }

  clear(): void {
    this.#held.clear()
  }
}
