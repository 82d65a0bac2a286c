import type { Clock } from '../lib/clock.ts'
import type { Random } from '../lib/random.ts'
import type { AuditAction } from '../model/audit-action.ts'
import { fault, isFault, NOT_FOUND, type Fault } from '../model/fault.ts'
import type { LinkRow, PersonRow } from '../model/person.ts'
import type { Accounts } from '../partners/accounts.ts'
import { personActor } from '../partners/actor.ts'
import { audited } from '../partners/audit-log.ts'
import type { Batch, Guard, Store, Write } from '../storage/store.ts'
import { emailOf } from './email.ts'
import { isVouchedFor } from './link-maker.ts'
import type { OneTimeLinks } from './one-time-links.ts'
import { passwordFault, type Passwords } from './password.ts'
import { OVERTAKEN, personBatch, provedBatch } from './person-change.ts'
import { personNameOf } from './person-name.ts'
import type { Proof } from './proof.ts'
import type { NewSession, Sessions } from './sessions.ts'
import type { SignedIn } from './sign-in.ts'
import type { Throttle } from './throttle.ts'
import { networkOf, type Visitor } from './visitor.ts'

export interface AcceptanceDeps {
  readonly store: Pick<Store, 'commit' | 'people'>
  readonly clock: Pick<Clock, 'now'>
  readonly random: Pick<Random, 'bytes'>
  readonly accounts: Pick<Accounts, 'get'>
  readonly links: OneTimeLinks
  readonly passwords: Passwords
  readonly proof: Proof
  readonly sessions: Sessions
  readonly throttle: Throttle
}

/** What a link is for, as its holder is told. */
export interface LinkLook {
  readonly kind: LinkRow['kind']
  /** Empty where its holder says who he is. */
  readonly email: string
  readonly accountName: string | null
  /** He has a password already, and joins with it. */
  readonly hasPerson: boolean
}

export interface Accepted {
  readonly token: string
  /** A new one, or of somebody who joins the one that he has. */
  readonly password: string
  readonly name?: string | undefined
  /** Where the link does not know it. */
  readonly email?: string | undefined
  readonly code?: string | undefined
}

const ID_BYTES = 9

/** What one-time links lead to: somebody joins, or gets a new password; and is signed in. */
export class Acceptance {
  readonly #deps: AcceptanceDeps

  constructor(deps: AcceptanceDeps) {
    this.#deps = deps
  }

  /** `notFound` for one that is used, over or taken back, or that leads to what is not there any more. */
  async look(token: string, visitor: Visitor): Promise<LinkLook | Fault> {
    const link = await this.#find(token, visitor)
    if (isFault(link)) return link
    const person = link.email === '' ? null : await this.#deps.store.people.byEmail(link.email)
    const accountName = link.account === null ? null : (this.#deps.accounts.get(link.account)?.name ?? null)
    return { kind: link.kind, email: link.email, accountName, hasPerson: person !== null }
  }

  /** As `look` and as a sign-in; `invalid` for a password that is too weak. */
  async run(given: Accepted, visitor: Visitor): Promise<SignedIn | Fault> {
    const link = await this.#find(given.token, visitor)
    if (isFault(link)) return link
    const email = link.email === '' ? emailOf(given.email ?? '') : link.email
    if (isFault(email)) return email
    const person = await this.#deps.store.people.byEmail(email)
    if (link.kind === 'reset') return person === null ? NOT_FOUND : this.#reset(link, person, given, visitor)
    return person === null ? this.#add(link, email, given, visitor) : this.#join(link, email, given, visitor)
  }

  async #find(token: string, { address }: Visitor): Promise<LinkRow | Fault> {
    const refused = this.#deps.throttle.ask(networkOf(address))
    if (refused !== undefined) return refused
    const link = await this.#deps.links.find(token)
    if (link === null || !(await isVouchedFor(link, this.#deps.store.people))) return NOT_FOUND
    const isGone = link.account !== null && this.#deps.accounts.get(link.account)?.deletedAt !== null
    return isGone ? NOT_FOUND : link
  }

  async #add(link: LinkRow, email: string, given: Accepted, visitor: Visitor): Promise<SignedIn | Fault> {
    const name = personNameOf(given.name ?? email.slice(0, email.indexOf('@')))
    if (isFault(name)) return name
    const passwordHash = await this.#newHash(given.password, email)
    if (isFault(passwordHash)) return passwordHash
    const { random, clock, sessions } = this.#deps
    const person: PersonRow = {
      id: Buffer.from(random.bytes(ID_BYTES)).toString('base64url'),
      email,
      name,
      passwordHash,
      totpSecret: null,
      totpPending: null,
      totpLastStep: 0,
      recoveryHashes: [],
      isOperator: link.isOperator,
      language: null,
      createdAt: clock.now(),
      disabledAt: null,
      version: 1,
    }
    const session = sessions.make(person.id, visitor)
    const guards: Guard[] = [this.#open(link), { kind: 'newPerson', row: person }]
    const writes = [...memberships(link, person), ...this.#begun(person, link, session, 'person.join')]
    return this.#commit({ guards, writes }, person, session)
  }

  /** What he is in the account already he stays: an invitation takes nothing away. */
  async #join(link: LinkRow, email: string, given: Accepted, visitor: Visitor): Promise<SignedIn | Fault> {
    const proved = await this.#deps.proof.ofPerson({ ...given, email }, visitor)
    if (isFault(proved)) return proved
    const { person } = proved
    const { people } = this.#deps.store
    const isIn = link.account !== null && (await people.membership(person.id, link.account)) !== null
    const session = this.#deps.sessions.make(person.id, visitor)
    const writes = [...(isIn ? [] : memberships(link, person)), ...this.#begun(person, link, session, 'person.join')]
    const guards = [this.#open(link)]
    const batch =
      link.isOperator && !person.isOperator
        ? personBatch({ person: { ...person, isOperator: true }, guards, writes })
        : provedBatch(proved, guards, writes)
    return this.#commit(batch, person, session)
  }

  /** Nobody else stays signed in or holds a link that would undo it, and a second factor is still asked for: a mailbox alone is no way past it. */
  async #reset(link: LinkRow, found: PersonRow, given: Accepted, visitor: Visitor): Promise<SignedIn | Fault> {
    if (found.disabledAt !== null) return NOT_FOUND
    const weak = passwordFault(given.password, found.email)
    if (weak !== undefined) return weak
    const proved = await this.#deps.proof.ofSecondFactor(found, given.code, visitor)
    if (isFault(proved)) return proved
    const passwordHash = await this.#newHash(given.password, found.email)
    if (isFault(passwordHash)) return passwordHash
    const person = { ...proved.person, passwordHash }
    const session = this.#deps.sessions.make(person.id, visitor)
    const writes: Write[] = [
      { kind: 'session.endOthers', person: person.id, but: null },
      { kind: 'link.closeResets', email: person.email, at: this.#deps.clock.now() },
      ...this.#begun(person, link, session, 'person.password'),
    ]
    return this.#commit(personBatch({ person, guards: [this.#open(link)], writes }), person, session)
  }

  #open({ tokenHash }: LinkRow): Guard {
    return { kind: 'openLink', tokenHash, at: this.#deps.clock.now() }
  }

  #begun(person: PersonRow, link: LinkRow, session: NewSession, action: AuditAction): readonly Write[] {
    const audit = audited(personActor(person), this.#deps.clock.now(), action, {
      account: link.account,
      target: person.id,
      details: { link: link.id, email: person.email, role: link.role ?? (link.isOperator ? 'operator' : null) },
    })
    return [session.write, audit]
  }

  async #newHash(password: string, email: string): Promise<string | Fault> {
    return passwordFault(password, email) ?? (await this.#deps.passwords.hash(password))
  }

  async #commit(batch: Batch, person: PersonRow, { token }: NewSession): Promise<SignedIn | Fault> {
    const committed = await this.#deps.store.commit(batch)
    if (committed.ok) return { person, token }
    if (committed.refusedBy.kind === 'openLink') return NOT_FOUND
    return committed.refusedBy.kind === 'newPerson' ? fault('conflict', 'That person is there already') : OVERTAKEN
  }
}

function memberships({ account, role }: LinkRow, { id }: PersonRow): readonly Write[] {
  return account === null || role === null ? [] : [{ kind: 'membership.put', row: { person: id, account, role } }]
}
