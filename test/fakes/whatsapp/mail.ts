import type { Node } from './network.ts'

interface Letter {
  readonly key: string
  readonly stanza: Node
}

/**
 * Stanzas that wait for their acknowledgement, oldest first, each under what an acknowledgement names. Two may wait under the same: a
 * message that could not be read, and what its sender sent in its place.
 */
export class Mail {
  readonly #letters = new Set<Letter>()
  readonly #byKey = new Map<string, Letter[]>()

  get size(): number {
    return this.#letters.size
  }

  get stanzas(): Node[] {
    return Array.from(this.#letters, ({ stanza }) => stanza)
  }

  add(key: string, stanza: Node): void {
    const letter = { key, stanza }
    this.#letters.add(letter)
    const others = this.#byKey.get(key)
    if (others === undefined) this.#byKey.set(key, [letter])
    else others.push(letter)
  }

  /** The oldest of those that it may be about: a device takes them in the order in which they were brought. */
  acknowledged(key: string): void {
    const letters = this.#byKey.get(key)
    const letter = letters?.shift()
    if (letter === undefined) return
    this.#letters.delete(letter)
    if (letters?.length === 0) this.#byKey.delete(key)
  }

  clear(): void {
    this.#letters.clear()
    this.#byKey.clear()
  }
}
