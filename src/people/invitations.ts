import type { Clock } from '../lib/clock.ts'
import { fault, isFault, NOT_FOUND, type Fault } from '../model/fault.ts'
import type { AccountId } from '../model/ids.ts'
import type { Repeated } from '../model/once.ts'
import type { Language, LinkRow, Role } from '../model/person.ts'
import type { Accounts } from '../partners/accounts.ts'
import type { Actor } from '../partners/actor.ts'
import { audited } from '../partners/audit-log.ts'
import type { Once } from '../storage/once.ts'
import type { Guard, Store } from '../storage/store.ts'
import { emailOf } from './email.ts'
import { isVouchedFor } from './link-maker.ts'
import type { NewLink, OneTimeLinks } from './one-time-links.ts'
import type { Post } from './post.ts'

export interface InvitationsDeps {
  readonly store: Pick<Store, 'commit' | 'people'>
  readonly clock: Pick<Clock, 'now'>
  readonly accounts: Pick<Accounts, 'get'>
  readonly links: OneTimeLinks
  readonly post: Post
}

/** Into an account as something, or as an operator. */
export type Place =
  { readonly account: AccountId; readonly role: Role } | { readonly account: null; readonly role: null }

export interface Invited {
  readonly invitation: LinkRow
  /** Shown once. */
  readonly link: string
  /** A mail server has taken it. */
  readonly mailed: boolean
}

/** Letters that members of one account may cause in a day: enough for a firm, too few for a nuisance. */
const INVITATIONS_A_DAY = 50

/** Invitations into accounts and among the operators. */
export class Invitations {
  readonly #deps: InvitationsDeps

  constructor(deps: InvitationsDeps) {
    this.#deps = deps
  }

  /** Those that would let somebody in, newest first; null: of operators. */
  async of(account: AccountId | null): Promise<readonly LinkRow[]> {
    const { people } = this.#deps.store
    const open = await people.invitations(account, this.#deps.clock.now())
    // All lead to the same place, so that each maker is asked for once.
    const ofMakers = new Map(open.map((link) => [link.createdBy, link]))
    const asked = [...ofMakers].map(async ([maker, link]) => [maker, await isVouchedFor(link, people)] as const)
    const isGood = new Map(await Promise.all(asked))
    return open.filter(({ createdBy }) => isGood.get(createdBy))
  }

  make(given: string, place: Place, by: Actor, language: Language | null): Promise<Invited | Fault>
  make(
    given: string,
    place: Place,
    by: Actor,
    language: Language | null,
    once: Once<Invited> | undefined,
  ): Promise<Invited | Fault | Repeated>
  /** `conflict` where he is there already, `rateLimited` where an account has made too many on one day. With `once` nobody is invited and mailed twice. */
  async make(
    given: string,
    place: Place,
    by: Actor,
    language: Language | null,
    once?: Once<Invited>,
  ): Promise<Invited | Fault | Repeated> {
    const email = emailOf(given)
    if (isFault(email)) return email
    const name = this.#nameOf(place)
    if (name === undefined) return NOT_FOUND
    if (await this.#isThere(email, place)) return fault('conflict', 'That person is there already')
    const made = await this.#store(email, place, by, once)
    return 'row' in made ? this.#post(made, { name, language }, once) : made
  }

  /** For whoever comes first, without an e-mail; for the very first operator. */
  async makeForFirstOperator(): Promise<string> {
    const { links, store } = this.#deps
    const made = links.make({ kind: 'invite', email: '', account: null, role: null, isOperator: true }, 'system')
    await store.commit({ guards: [], writes: [made.write] })
    return made.url
  }

  /** `notFound` where it is none of this account (null: of operators), or is not open any more. */
  async takeBack(account: AccountId | null, id: string, by: Actor): Promise<Fault | undefined> {
    const found = (await this.of(account)).find((link) => link.id === id)
    if (found === undefined) return NOT_FOUND
    const at = this.#deps.clock.now()
    const audit = audited(by, at, 'invitation.revoke', { account, target: id, details: { email: found.email } })
    await this.#deps.store.commit({ guards: [], writes: [{ kind: 'link.close', id, at }, audit] })
    return undefined
  }

  async #store(
    email: string,
    place: Place,
    by: Actor,
    once: Once<Invited> | undefined,
  ): Promise<NewLink | Fault | Repeated> {
    const { links, store, clock } = this.#deps
    const { account, role } = place
    const made = links.make({ kind: 'invite', email, account, role, isOperator: account === null }, by)
    const audit = audited(by, clock.now(), 'invitation.make', {
      account,
      target: made.row.id,
      details: { email, role: role ?? 'operator' },
    })
    const begun = once === undefined ? [] : [beforeItIsMailed(once(invitedBy(made, false)))]
    const committed = await store.commit({
      guards: [...begun, ...this.#limits(place, by)],
      writes: [made.write, audit],
    })
    if (committed.ok) return made
    if (committed.earlier !== undefined) return { earlier: committed.earlier }
    return fault('rateLimited', 'Too many invitations into this account on one day')
  }

  async #post(
    made: NewLink,
    letter: { readonly name: string; readonly language: Language | null },
    once: Once<Invited> | undefined,
  ): Promise<Invited> {
    const { post, store } = this.#deps
    const invited = invitedBy(made, await post.send(made, letter.name, letter.language))
    if (once !== undefined) await store.commit({ guards: [once(invited)], writes: [] })
    return invited
  }

  /** Who runs the server may invite as many as he likes. */
  #limits({ account }: Place, by: Actor): readonly Guard[] {
    if (account === null || !by.startsWith('person:')) return []
    return [{ kind: 'fewInvitations', account, since: this.#deps.links.aDayAgo(), limit: INVITATIONS_A_DAY }]
  }

  /** Of what he is invited to; undefined where it is not there any more. */
  #nameOf({ account }: Place): string | undefined {
    if (account === null) return ''
    const row = this.#deps.accounts.get(account)
    return row?.deletedAt === null ? row.name : undefined
  }

  async #isThere(email: string, { account }: Place): Promise<boolean> {
    const { people } = this.#deps.store
    const person = await people.byEmail(email)
    if (person === null) return false
    return account === null ? person.isOperator : (await people.membership(person.id, account)) !== null
  }
}

function invitedBy({ row, url }: NewLink, mailed: boolean): Invited {
  return { invitation: row, link: url, mailed }
}

/**
 * Whether a letter was taken is known behind the batch that makes the invitation. So the answer is stored twice: here for a repeat of a call that
 * died in between, which tells the link and mails nothing, as nobody knows whether the first one did; and as it was given once it is known.
 */
function beforeItIsMailed(guard: ReturnType<Once<Invited>>): ReturnType<Once<Invited>> {
  return { ...guard, scope: `${guard.scope}#invited` }
}
