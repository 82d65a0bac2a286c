/**
 * Steps of something that goes on, for one reader who may be slow: a step that nobody has read yet is replaced by the next one, except
 * for the last, after which nothing follows.
 */
export class StepStream<Step> implements AsyncIterable<Step> {
  #unread: Step[] = []
  #reader: (() => void) | null = null
  #isOver = false

  get isOver(): boolean {
    return this.#isOver
  }

  /** What is no news any more is dropped for it. */
  show(step: Step): void {
    if (this.#isOver) return
    this.#unread = []
    this.#add(step)
  }

  /** The last one; a second end is none. */
  end(step: Step): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#add(step)
  }

  [Symbol.asyncIterator](): AsyncIterator<Step, undefined> {
    return { next: () => this.#next() }
  }

  #add(step: Step): void {
    this.#unread.push(step)
    this.#reader?.()
    this.#reader = null
  }

  async #next(): Promise<IteratorResult<Step, undefined>> {
    for (;;) {
      const [value] = this.#unread.splice(0, 1)
      if (value !== undefined) return { done: false, value }
      if (this.#isOver) return { done: true, value: undefined }
      await new Promise<void>((resolve) => {
        this.#reader = resolve
      })
    }
  }
}
