/**
 * A bounded map that keeps what was used lately. It holds two generations: what was asked for since the last turn, and what
 * was not. When the young one is half of the limit it becomes the old one, and what the old one still held is dropped; a hit on
 * something young costs one look-up.
 */
export class Recent<Key, Value> {
  readonly #half: number
  readonly #dropped: ((value: Value) => void) | undefined
  #young = new Map<Key, Value>()
  #old = new Map<Key, Value>()

  /** At most `limit` entries; `dropped` is called with each one that had to go. */
  constructor(limit: number, dropped?: (value: Value) => void) {
    this.#half = Math.max(1, Math.floor(limit / 2))
    this.#dropped = dropped
  }

  get(key: Key): Value | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const old = this.#old.get(key)
    if (old === undefined) return undefined
    this.#old.delete(key)
    this.#add(key, old)
    return old
  }

  /** Replaces silently what the key had. */
  set(key: Key, value: Value): void {
    this.#old.delete(key)
    this.#add(key, value)
  }

  /** Removes and returns everything. */
  takeAll(): Value[] {
    const all = [...this.#old.values(), ...this.#young.values()]
    this.#old = new Map()
    this.#young = new Map()
    return all
  }

  #add(key: Key, value: Value): void {
    if (this.#young.size >= this.#half && !this.#young.has(key)) {
      const gone = this.#old
      this.#old = this.#young
      this.#young = new Map()
      if (this.#dropped !== undefined) for (const each of gone.values()) this.#dropped(each)
    }
    this.#young.set(key, value)
  }
}
