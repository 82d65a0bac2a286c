import { Recent } from './recent.ts'

/** What is kept for an origin: connections. */
export interface Closable {
  /** Takes nothing new; resolves when what is under way has ended in peace. */
  close(): Promise<void>
  /** Ends everything at once. */
  destroy(): Promise<void>
}

/** One of a kind for each origin that was used lately; the others are closed once idle. */
export class ByOrigin<Kept extends Closable> {
  readonly #make: (origin: string) => Kept
  readonly #kept: Recent<string, Kept>
  readonly #closing = new Set<Kept>()

  constructor(limit: number, make: (origin: string) => Kept) {
    this.#make = make
    this.#kept = new Recent(limit, (kept) => this.#retire(kept))
  }

  /** Ask after each wait anew: one that was not used for long is closed. */
  get(origin: string): Kept {
    return this.#kept.get(origin) ?? this.#add(origin)
  }

  #add(origin: string): Kept {
    const kept = this.#make(origin)
    this.#kept.set(origin, kept)
    return kept
  }

  /** Ends every connection; what is under way fails. */
  async destroy(): Promise<void> {
    await Promise.all([...this.#kept.takeAll(), ...this.#closing].map((kept) => kept.destroy()))
  }

  #retire(kept: Kept): void {
    this.#closing.add(kept)
    const closed = (): void => {
      this.#closing.delete(kept)
    }
    kept.close().then(closed, closed)
  }
}
