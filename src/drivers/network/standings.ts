import type { Measure } from '../driver.ts'

/** In what a session is that is not closed. */
export type SessionStanding = 'opening' | 'open' | 'linking'

/** How many sessions of this process are at what. */
export class Standings {
  readonly #sessions = new Map<SessionStanding, number>([
    ['open', 0],
    ['opening', 0],
    ['linking', 0],
  ])

  /** A session goes from one standing to another; null: it is closed. */
  turned(from: SessionStanding | null, to: SessionStanding | null): void {
    if (from !== null) this.#add(from, -1)
    if (to !== null) this.#add(to, 1)
  }

  /** @param waiting sessions that wait for their turn to log in */
  *measures(prefix: string, waiting: number): Iterable<Measure> {
    yield {
      ...{ name: `${prefix}sessions`, kind: 'gauge', label: 'standing', values: this.#sessions },
      help: 'Sessions that are not closed, by what they are at.',
    }
    yield {
      ...{ name: `${prefix}logins_waiting`, kind: 'gauge', label: null, values: new Map([['', waiting]]) },
      help: 'Sessions that wait for their turn to log in.',
    }
  }

  #add(standing: SessionStanding, by: number): void {
    this.#sessions.set(standing, (this.#sessions.get(standing) ?? 0) + by)
  }
}
