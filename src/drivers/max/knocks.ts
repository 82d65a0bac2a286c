import type { Ending } from './ending.ts'

/** In a row so many times; from then on no sooner again than that. */
const FLOORS: readonly (readonly [times: number, atLeastMs: number])[] = [
  [6, 3_600_000],
  [3, 600_000],
]

/**
 * How often in a row the network closed the door before it had answered the login. It says so of a token that it has thrown away, and of nothing
 * else that would be over soon.
 */
export class Knocks {
  #inVain = 0

  letIn(): void {
    this.#inVain = 0
  }

  /** How long it must rest at least after this one. */
  endedBefore({ reason }: Ending): number {
    this.#inVain = reason === 'closed' ? this.#inVain + 1 : 0
    return FLOORS.find(([times]) => this.#inVain >= times)?.[1] ?? 0
  }
}
