import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { isFault, type Fault } from '../model/fault.ts'
import { audited } from '../partners/audit-log.ts'
import type { Store } from '../storage/store.ts'
import { emailOf } from './email.ts'
import type { OneTimeLinks } from './one-time-links.ts'
import type { Post } from './post.ts'
import type { Throttle } from './throttle.ts'
import { networkOf, type Visitor } from './visitor.ts'

export interface ResetsDeps {
  readonly store: Pick<Store, 'commit' | 'people'>
  readonly clock: Pick<Clock, 'now'>
  readonly log: Pick<Log, 'error'>
  readonly links: OneTimeLinks
  readonly post: Post
  readonly throttle: Throttle
}

/**
 * Letters to one mailbox in the life of a link. Counted over any longer time, whoever asks in somebody else's name could use them up, and would
 * leave him without a link that is open.
 */
const RESETS_AT_ONCE = 3

/** New passwords by mail. Nobody learns whether there is such a person: all is done behind the answer. Links of before stay as they are. */
export class Resets {
  readonly #deps: ResetsDeps
  readonly #running = new Set<Promise<void>>()

  constructor(deps: ResetsDeps) {
    this.#deps = deps
  }

  /** `rateLimited` by where it comes from alone. */
  ask(given: string, { address }: Visitor): Fault | undefined {
    const email = emailOf(given)
    if (isFault(email)) return email
    const refused = this.#deps.throttle.ask(networkOf(address))
    if (refused !== undefined) return refused
    const { post, log } = this.#deps
    if (!post.hasMail) return undefined
    const run: Promise<void> = this.#send(email)
      .catch((error: unknown) => {
        log.error({ error }, 'a letter for a new password could not be made')
      })
      .finally(() => this.#running.delete(run))
    this.#running.add(run)
    return undefined
  }

  /** Resolves when nothing of it runs any more. */
  async idle(): Promise<void> {
    await Promise.all(this.#running)
  }

  async #send(email: string): Promise<void> {
    const { store, links, clock, post } = this.#deps
    const person = await store.people.byEmail(email)
    if (person?.disabledAt !== null) return
    const made = links.make({ kind: 'reset', email, account: null, role: null, isOperator: false }, 'system')
    const audit = audited('system', clock.now(), 'person.resetLink', { account: null, target: person.id })
    const committed = await store.commit({
      guards: [{ kind: 'fewResets', email, since: links.resetsSince(), limit: RESETS_AT_ONCE }],
      writes: [made.write, audit],
    })
    if (committed.ok) await post.send(made, '', person.language)
  }
}
