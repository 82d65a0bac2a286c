/** The calls that wait for something to happen, so that they can be ended when the server closes. */
export class WaitingCalls {
  readonly #open = new Set<AbortController>()
  #isClosed = false

  /** A signal that is aborted when the call is over, or the server closes. `onOver` is given what ends it. */
  begin(onOver: (end: () => void) => void): AbortSignal {
    const controller = new AbortController()
    if (this.#isClosed) controller.abort()
    else {
      this.#open.add(controller)
      onOver(() => {
        this.#open.delete(controller)
        controller.abort()
      })
    }
    return controller.signal
  }

  /** Ends all, and every later one at once. */
  close(): void {
    this.#isClosed = true
    for (const controller of this.#open) controller.abort()
  }
}
