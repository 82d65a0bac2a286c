/** What happens in the clients at which a kill is worth most: a promise has just been made, or is just about to be. */
export const MOMENTS = [
  'send answered',
  'other send answered',
  'journal read',
  'notification received',
  'removal answered',
  'webhook arrived',
  'webhook taken',
  'phone wrote',
] as const
export type Moment = (typeof MOMENTS)[number]

/** Lets one party wait for the n-th time that something happens, and act before anything else does. */
export class Moments {
  #awaited: Moment | undefined
  #left = 0
  #act: (() => void) | undefined

  /** Calls `act` synchronously at the n-th moment of this kind, 0 being the next. */
  at(moment: Moment, n: number, act: () => void): void {
    this.#awaited = moment
    this.#left = n
    this.#act = act
  }

  happens(moment: Moment): void {
    if (moment !== this.#awaited) return
    this.#left -= 1
    if (this.#left >= 0) return
    this.#awaited = undefined
    this.#act?.()
  }
}
