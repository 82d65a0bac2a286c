import type { Clock } from '../lib/clock.ts'
import type { AuditAction } from '../model/audit-action.ts'
import { fault, NOT_FOUND, type Fault } from '../model/fault.ts'
import type { AccountId } from '../model/ids.ts'
import type { Role } from '../model/person.ts'
import type { Actor } from '../partners/actor.ts'
import { audited } from '../partners/audit-log.ts'
import type { Guard, Member, Store, Write } from '../storage/store.ts'
import { OVERTAKEN } from './person-change.ts'

export interface MembersDeps {
  readonly store: Pick<Store, 'commit' | 'people'>
  readonly clock: Pick<Clock, 'now'>
}

const LAST_OWNER = fault('lastOwner', 'An account keeps at least one owner')

/** Who is what in an account. Each change holds only for what somebody is at that moment, so that none undoes another. */
export class Members {
  readonly #deps: MembersDeps

  constructor(deps: MembersDeps) {
    this.#deps = deps
  }

  of(account: AccountId): Promise<readonly Member[]> {
    return this.#deps.store.people.members(account)
  }

  /** `lastOwner` where nobody else is one. */
  async change(account: AccountId, person: string, role: Role, by: Actor): Promise<Fault | undefined> {
    const from = await this.#roleOf(account, person)
    if (from === undefined) return NOT_FOUND
    if (from === role) return undefined
    const write: Write = { kind: 'membership.put', row: { person, account, role } }
    return this.#commit({ account, person, from }, write, by, {
      action: 'member.role',
      details: { role: { from, to: role } },
    })
  }

  /** `lastOwner` as above. */
  async remove(account: AccountId, person: string, by: Actor): Promise<Fault | undefined> {
    const from = await this.#roleOf(account, person)
    if (from === undefined) return NOT_FOUND
    const write: Write = { kind: 'membership.remove', person, account }
    return this.#commit({ account, person, from }, write, by, { action: 'member.remove', details: { role: from } })
  }

  async #roleOf(account: AccountId, person: string): Promise<Role | undefined> {
    return (await this.#deps.store.people.membership(person, account))?.role
  }

  async #commit(
    { account, person, from }: { readonly account: AccountId; readonly person: string; readonly from: Role },
    write: Write,
    by: Actor,
    { action, details }: { readonly action: AuditAction; readonly details: Readonly<Record<string, unknown>> },
  ): Promise<Fault | undefined> {
    const guards: Guard[] = [{ kind: 'member', person, account, role: from }]
    if (from === 'owner') guards.push({ kind: 'otherOwner', account, person })
    const audit = audited(by, this.#deps.clock.now(), action, { account, target: person, details })
    const committed = await this.#deps.store.commit({ guards, writes: [write, audit] })
    if (committed.ok) return undefined
    return committed.refusedBy.kind === 'otherOwner' ? LAST_OWNER : OVERTAKEN
  }
}
