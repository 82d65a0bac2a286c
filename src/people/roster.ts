import type { Clock } from '../lib/clock.ts'
import { fault, NOT_FOUND, type Fault } from '../model/fault.ts'
import type { PersonRow } from '../model/person.ts'
import type { Actor } from '../partners/actor.ts'
import { audited } from '../partners/audit-log.ts'
import type { Guard, Store, Write } from '../storage/store.ts'
import type { OneTimeLinks } from './one-time-links.ts'
import { withoutTotp } from './own-person.ts'
import { changePerson, OVERTAKEN } from './person-change.ts'

export interface RosterDeps {
  readonly store: Pick<Store, 'commit' | 'people'>
  readonly clock: Pick<Clock, 'now'>
  readonly links: OneTimeLinks
}

/** What is not there stays. */
export interface RosterPatch {
  readonly isOperator?: boolean
  readonly isDisabled?: boolean
  /** Takes the second factor away, of somebody who has lost it. */
  readonly hasTotp?: false
}

const LAST_OPERATOR = fault('lastOperator', 'The server keeps at least one operator')

/** All people of the server, for whoever runs it. */
export class Roster {
  readonly #deps: RosterDeps

  constructor(deps: RosterDeps) {
    this.#deps = deps
  }

  /** By e-mail, those behind `after`. */
  list(limit: number, after?: string): Promise<readonly PersonRow[]> {
    return this.#deps.store.people.list(limit, after)
  }

  hasOperator(): Promise<boolean> {
    return this.#deps.store.people.hasOperator()
  }

  /** Who is disabled or loses something is signed out. `lastOperator` where nobody else is one. */
  change(id: string, patch: RosterPatch, by: Actor): Promise<PersonRow | Fault> {
    const { store, clock } = this.#deps
    return changePerson(
      store,
      id,
      (before) => {
        const person = this.#patched(before, patch)
        const audit = audited(by, clock.now(), 'person.change', { account: null, target: id, details: { ...patch } })
        const end: Write = { kind: 'session.endOthers', person: id, but: null }
        return {
          person,
          guards: withoutLast(before, person),
          writes: losesAccess(before, person) ? [end, audit] : [audit],
        }
      },
      () => LAST_OPERATOR,
    )
  }

  /** For good; what he did stays in the audit log. `lastOperator` as above, `lastOwner` where an account would be left without one. */
  async remove(id: string, by: Actor): Promise<Fault | undefined> {
    const { store, clock } = this.#deps
    const person = await store.people.person(id)
    if (person === null) return NOT_FOUND
    const owned = (await store.people.memberships(id)).filter(({ role }) => role === 'owner')
    const guards: Guard[] = [
      { kind: 'person', person: id, version: person.version },
      ...withoutLast(person, undefined),
      ...owned.map(({ account }): Guard => ({ kind: 'otherOwner', account, person: id })),
    ]
    const details = { email: person.email }
    const audit = audited(by, clock.now(), 'person.remove', { account: null, target: id, details })
    const writes: Write[] = [{ kind: 'person.erase', person: id, email: person.email }, audit]
    const committed = await store.commit({ guards, writes })
    if (committed.ok) return undefined
    if (committed.refusedBy.kind === 'otherOperator') return LAST_OPERATOR
    return committed.refusedBy.kind === 'otherOwner'
      ? fault('lastOwner', 'An account of his has no other owner')
      : OVERTAKEN
  }

  /** A link for a new password, to be handed on. */
  async resetLink(id: string, by: Actor): Promise<{ readonly link: string } | Fault> {
    const { store, clock, links } = this.#deps
    const person = await store.people.person(id)
    if (person === null) return NOT_FOUND
    if (person.disabledAt !== null) return fault('conflict', 'That person is disabled')
    const made = links.make({ kind: 'reset', email: person.email, account: null, role: null, isOperator: false }, by)
    const audit = audited(by, clock.now(), 'person.resetLink', { account: null, target: id })
    await store.commit({ guards: [], writes: [made.write, audit] })
    return { link: made.url }
  }

  /** By his e-mail, as a command names him. */
  async byEmail(email: string): Promise<PersonRow | Fault> {
    return (await this.#deps.store.people.byEmail(email.trim().toLowerCase())) ?? NOT_FOUND
  }

  #patched(before: PersonRow, { isOperator, isDisabled, hasTotp }: RosterPatch): PersonRow {
    const person = hasTotp === false ? withoutTotp(before) : before
    return {
      ...person,
      isOperator: isOperator ?? person.isOperator,
      disabledAt:
        isDisabled === undefined
          ? person.disabledAt
          : isDisabled
            ? (person.disabledAt ?? this.#deps.clock.now())
            : null,
    }
  }
}

function isActiveOperator(person: PersonRow | undefined): boolean {
  return person?.isOperator === true && person.disabledAt === null
}

function withoutLast(before: PersonRow, after: PersonRow | undefined): readonly Guard[] {
  const isLost = isActiveOperator(before) && !isActiveOperator(after)
  return isLost ? [{ kind: 'otherOperator', person: before.id }] : []
}

function losesAccess(before: PersonRow, after: PersonRow): boolean {
  return (before.disabledAt === null && after.disabledAt !== null) || (before.isOperator && !after.isOperator)
}
