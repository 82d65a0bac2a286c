/** Above so many pushes or bytes that wait nothing more is read from the network; below half of them it is read again. */
const MOST = 256
const MOST_BYTES = 4 * 1024 * 1024

export interface IntakeParts<T> {
  /** Deals with one; the next one waits for it. */
  readonly deal: (item: T) => Promise<void>
  /** It did not deal with one: nothing more is handed to it. */
  readonly failed: (trouble: unknown) => void
  readonly pause: () => void
  readonly resume: () => void
}

/** What came, dealt with one after the other in the order in which it came, and never more of it in memory than is allowed. */
export class Intake<T> {
  readonly #parts: IntakeParts<T>
  readonly #waiting: { readonly item: T; readonly bytes: number }[] = []
  #bytes = 0
  #isFull = false
  #isOver = false
  #running: Promise<void> | null = null

  constructor(parts: IntakeParts<T>) {
    this.#parts = parts
  }

  /** While it is full nothing is read, so that no answer can come either. */
  get isFull(): boolean {
    return this.#isFull
  }

  take(item: T, bytes: number): void {
    if (this.#isOver) return
    this.#waiting.push({ item, bytes })
    this.#bytes += bytes
    if (!this.#isFull && (this.#waiting.length > MOST || this.#bytes > MOST_BYTES)) {
      this.#isFull = true
      this.#parts.pause()
    }
    this.#running ??= this.#run().finally(() => (this.#running = null))
  }

  /** What waits is let go of; the network has no answer to it, and brings it again. */
  stop(): void {
    this.#isOver = true
    this.#waiting.length = 0
    this.#bytes = 0
  }

  /** Resolves when nothing is being dealt with. */
  idle(): Promise<void> {
    return this.#running ?? Promise.resolve()
  }

  async #run(): Promise<void> {
    for (;;) {
      const next = this.#waiting.shift()
      if (next === undefined) return
      try {
        await this.#parts.deal(next.item)
      } catch (error) {
        this.stop()
        this.#parts.failed(error)
        return
      }
      this.#dealtWith(next.bytes)
    }
  }

  #dealtWith(bytes: number): void {
    if (this.#isOver) return
    this.#bytes -= bytes
    if (!this.#isFull || this.#waiting.length > MOST / 2 || this.#bytes > MOST_BYTES / 2) return
    this.#isFull = false
    this.#parts.resume()
  }
}
