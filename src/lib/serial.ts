/** Runs tasks one after the other, in the order they came. Costs nothing while nothing runs. */
export class Serial {
  #tail: Promise<unknown> | undefined

  run<T>(task: () => Promise<T>): Promise<T> {
    const before = this.#tail
    const mine = before === undefined ? task() : before.then(task, task)
    this.#tail = mine
    const done = () => {
      if (this.#tail === mine) this.#tail = undefined
    }
    mine.then(done, done)
    return mine
  }

  /** Resolves when everything that was asked until now is over, well or not. */
  async idle(): Promise<void> {
    while (this.#tail !== undefined) await this.#tail.catch(() => undefined)
  }
}
