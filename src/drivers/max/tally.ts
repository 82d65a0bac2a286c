import type { Measure } from '../driver.ts'
import type { EndReason } from './ending.ts'

/** In what a session is that is not closed. */
export type SessionStanding = 'opening' | 'open' | 'linking'

/** How a login was refused: the token is gone, the account is blocked, it came too often, or otherwise. */
export type LoginRefusal = 'token' | 'blocked' | 'limit' | 'other'

const PREFIX = 'jadegate_max_'

/** What an operator is shown of all sessions of this process; nothing of it names an account. */
export class Tally {
  readonly #sessions = new Map<SessionStanding, number>([
    ['open', 0],
    ['opening', 0],
    ['linking', 0],
  ])
  readonly #ended = new Map<EndReason, number>()
  readonly #refused = new Map<LoginRefusal, number>()
  #logins = 0

  /** A session goes from one standing to another; null: it is closed. */
  turned(from: SessionStanding | null, to: SessionStanding | null): void {
    if (from !== null) count(this.#sessions, from, -1)
    if (to !== null) count(this.#sessions, to, 1)
  }

  /** A connection ended without having been asked to. */
  ended(reason: EndReason): void {
    count(this.#ended, reason, 1)
  }

  /** A login was asked for. */
  loggingIn(): void {
    this.#logins += 1
  }

  refused(how: LoginRefusal): void {
    count(this.#refused, how, 1)
  }

  *measures(waiting: number): Iterable<Measure> {
    yield {
      ...{ name: `${PREFIX}sessions`, kind: 'gauge', label: 'standing', values: this.#sessions },
      help: 'Sessions that are not closed, by what they are at.',
    }
    yield {
      ...{ name: `${PREFIX}logins_waiting`, kind: 'gauge', label: null, values: new Map([['', waiting]]) },
      help: 'Sessions that wait for their turn to log in.',
    }
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

function count<Key>(counts: Map<Key, number>, key: Key, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by)
}
