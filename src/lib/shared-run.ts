/** Runs a task for many who need its outcome as of now: one run at a time, and those that ask during one share the next. */
export class SharedRun {
  readonly #task: () => Promise<void>
  #running: Promise<void> | undefined
  #next: Promise<void> | undefined

  constructor(task: () => Promise<void>) {
    this.#task = task
  }

  /** Resolves or rejects with a run that began after this call. */
  run(): Promise<void> {
    if (this.#next !== undefined) return this.#next
    if (this.#running === undefined) return this.#begin()
    this.#next = this.#running.then(
      () => this.#begin(),
      () => this.#begin(),
    )
    return this.#next
  }

  /** Resolves when everything that was asked until now is over, well or not. */
  async idle(): Promise<void> {
    for (let last = this.#last; last !== undefined; last = this.#last) await last.catch(() => undefined)
  }

  get #last(): Promise<void> | undefined {
    return this.#next ?? this.#running
  }

  #begin(): Promise<void> {
    this.#next = undefined
    const run = this.#task()
    this.#running = run
    const over = () => {
      if (this.#running === run) this.#running = undefined
    }
    run.then(over, over)
    return run
  }
}
