import type { Measure } from '../driver.ts'
import { Standings } from '../network/standings.ts'
import type { EndReason } from './ending.ts'

/** How a login was refused: the token is gone, the account is blocked, it came too often, or otherwise. */
export type LoginRefusal = 'token' | 'blocked' | 'limit' | 'other'

const PREFIX = 'jadegate_max_'

/** What an operator is shown of all sessions of this process; nothing of it names an account. */
export class Tally {
  readonly standings = new Standings()
  readonly #ended = new Map<EndReason, number>()
  readonly #refused = new Map<LoginRefusal, number>()
  #logins = 0

  /** A connection ended without having been asked to. */
  ended(reason: EndReason): void {
    count(this.#ended, reason)
  }

  /** A login was asked for. */
  loggingIn(): void {
    this.#logins += 1
  }

  refused(how: LoginRefusal): void {
    count(this.#refused, how)
  }

  *measures(waiting: number): Iterable<Measure> {
    yield* this.standings.measures(PREFIX, waiting)
    yield {
      ...{ name: `${PREFIX}logins_total`, kind: 'counter', label: null, values: new Map([['', this.#logins]]) },
      help: 'Logins that were asked for, each of which MAX counts.',
    }
    yield {
      ...{ name: `${PREFIX}logins_refused_total`, kind: 'counter', label: 'how', values: this.#refused },
      help: 'Logins that MAX refused: token (the account must be linked again), blocked, limit (too often) or other.',
    }
    yield {
      ...{ name: `${PREFIX}connections_ended_total`, kind: 'counter', label: 'reason', values: this.#ended },
      help: 'Connections that ended though nobody asked for it. outdated: the version gate has moved; docs/max.md says what to do.',
    }
  }
}

function count<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
