/** How many receipt ids one durable reservation covers, and so the largest gap that a restart leaves. */
const BLOCK = 1000

/**
 * Hands out one instance's receipt ids, increasing and never twice, restarts included. An id may be used only in a batch that
 * also raises the durable limit to it, unless an earlier batch has done so. With a block per restart and per thousand
 * notifications, ids stay below 2³¹ for two billion of them.
 */
export class Receipts {
  #last: number
  /** What batches have been asked to raise the limit to. */
  #asked: number
  /** What the store is known to hold. */
  #durable: number

  /** `last`: the highest id that is in the queue; `durable`: the limit as it is stored. */
  constructor(last: number, durable: number) {
    this.#last = Math.max(last, durable)
    this.#asked = this.#last
    this.#durable = durable
  }

  next(): number {
    this.#last += 1
    return this.#last
  }

  /**
   * The limit that the batch with the ids handed out until now must store; undefined when the stored one is high enough. As
   * long as no such batch is known to be durable each asks again, because any of them may fail.
   */
  reserve(): number | undefined {
    if (this.#last <= this.#durable) return undefined
    if (this.#last > this.#asked) this.#asked = this.#last + BLOCK - 1
    return this.#asked
  }

  reserved(upTo: number): void {
    this.#durable = Math.max(this.#durable, upTo)
  }
}
