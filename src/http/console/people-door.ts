import type { IncomingMessage } from 'node:http'
import type { AddressRanges } from '../../lib/address-ranges.ts'
import { clientAddress } from '../../lib/client-address.ts'
import type { AccountRow } from '../../model/account.ts'
import { fault, isFault, NOT_FOUND, UNAUTHORIZED, type Fault } from '../../model/fault.ts'
import type { AccountId } from '../../model/ids.ts'
import type { Accounts } from '../../partners/accounts.ts'
import type { Self } from '../../people/own-person.ts'
import type { People } from '../../people/people.ts'
import type { Visitor } from '../../people/visitor.ts'
import { originOf } from '../origin.ts'
import type { ConsoleCaller, Role } from './caller.ts'
import { sessionToken } from './cookie.ts'
import type { ConsoleDoor } from './door.ts'
import type { Visit } from './entry-rows.ts'

export interface PeopleDoorDeps {
  readonly people: Pick<People, 'sessions' | 'memberships'>
  readonly accounts: Pick<Accounts, 'get'>
  readonly trustedProxies: AddressRanges
  /** Known once the server listens. */
  readonly publicUrl: () => string
}

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD'])
const WRONG_CSRF = fault('csrf', 'The call did not come from a page of the console')

/** By the cookie of a session. */
export class PeopleDoor implements ConsoleDoor {
  readonly #deps: PeopleDoorDeps

  constructor(deps: PeopleDoorDeps) {
    this.#deps = deps
  }

  async admit(request: IncomingMessage): Promise<ConsoleCaller | Fault> {
    const self = await this.admitSelf(request)
    if (isFault(self)) return self
    const { id, email, name, isOperator } = self.person
    return { person: { id, email, name, isOperator }, sessionId: self.sessionId }
  }

  /** The same with all that is known of the person, for what he does with himself. */
  async admitSelf(request: IncomingMessage): Promise<Self | Fault> {
    const visitor = this.#visitor(request)
    const open = await this.#deps.people.sessions.find(visitor.token)
    if (open === undefined || visitor.token === undefined) return UNAUTHORIZED
    if (!SAFE.has(request.method ?? '') && !this.#isOurs(request, visitor.token)) return WRONG_CSRF
    return { person: open.person, sessionId: open.session.id, visitor }
  }

  /** Somebody who is not signed in yet: no page of another origin may do that for him either. */
  admitVisit(request: IncomingMessage): Visit | Fault {
    return isForeign(request) || isForm(request) ? WRONG_CSRF : { visitor: this.#visitor(request) }
  }

  #visitor(request: IncomingMessage): Visitor {
    return {
      address: clientAddress(originOf(request), this.#deps.trustedProxies),
      userAgent: request.headers['user-agent'] ?? '',
      token: sessionToken(request, this.#deps.publicUrl()),
    }
  }

  async roleIn(
    { person }: ConsoleCaller,
    id: AccountId,
  ): Promise<{ readonly account: AccountRow; readonly role: Role } | Fault> {
    const account = this.#deps.accounts.get(id)
    if (account?.deletedAt !== null) return NOT_FOUND
    if (person.isOperator) return { account, role: 'owner' }
    const membership = await this.#deps.people.memberships.membership(person.id, account.id)
    return membership === null ? NOT_FOUND : { account, role: membership.role }
  }

  /** What somebody is in the accounts that there are, each role once; operators are owners. */
  async roles({ person }: ConsoleCaller): Promise<readonly Role[]> {
    if (person.isOperator) return ['owner']
    const memberships = await this.#deps.people.memberships.memberships(person.id)
    const there = memberships.filter(({ account }) => this.#deps.accounts.get(account)?.deletedAt === null)
    return [...new Set(there.map(({ role }) => role))]
  }

  #isOurs(request: IncomingMessage, token: string): boolean {
    const given = request.headers['x-csrf-token']
    return !isForeign(request) && typeof given === 'string' && this.#deps.people.sessions.isCsrf(token, given)
  }
}

/** A browser that says where a call comes from says that it comes from elsewhere. */
function isForeign({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site']
  return site === 'cross-site' || site === 'same-site'
}

/**
 * What any page can make a browser send, without a question before it: a form, or bytes of no type. Ours send JSON and say so. A browser names
 * the origin of such a call, a program names none.
 */
function isForm({ headers }: IncomingMessage): boolean {
  const type = headers['content-type'] ?? ''
  return headers.origin !== undefined && !/^application\/json\b/i.test(type.trim())
}
