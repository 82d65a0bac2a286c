import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Random } from '../lib/random.ts'
import type { Seal } from '../lib/seal.ts'
import type { Accounts } from '../partners/accounts.ts'
import type { PeopleStore, Store } from '../storage/store.ts'
import { Acceptance } from './acceptance.ts'
import { Invitations } from './invitations.ts'
import type { Mailer } from './mail.ts'
import { Members } from './members.ts'
import { OneTimeLinks } from './one-time-links.ts'
import { OwnPerson } from './own-person.ts'
import { Passwords } from './password.ts'
import { Post } from './post.ts'
import { Proof } from './proof.ts'
import { Resets } from './resets.ts'
import { Roster } from './roster.ts'
import { Sessions } from './sessions.ts'
import { SignIn } from './sign-in.ts'
import { Throttle } from './throttle.ts'

export interface PeopleDeps {
  readonly store: Pick<Store, 'commit' | 'people'>
  readonly accounts: Pick<Accounts, 'get'>
  readonly seal: Pick<Seal, 'hash'>
  readonly random: Pick<Random, 'bytes'>
  readonly clock: Pick<Clock, 'now'>
  readonly log: Pick<Log, 'warn' | 'error'>
  /** Undefined where no mail server is set. */
  readonly mailer: Mailer | undefined
  /** Where browsers reach the console; known once the server listens. */
  readonly publicUrl: () => string
  /** See `Passwords`. */
  readonly passwordCost: number
  /** Multiplies what may be tried. */
  readonly rateLimitScale: number
}

/** Everything about those who sign in to the console. */
export interface People {
  readonly sessions: Sessions
  readonly signIn: SignIn
  readonly acceptance: Acceptance
  readonly resets: Resets
  readonly own: OwnPerson
  readonly members: Members
  readonly invitations: Invitations
  readonly roster: Roster
  readonly memberships: Pick<PeopleStore, 'membership' | 'memberships'>
  readonly hasMail: boolean
}

export function openPeople(given: PeopleDeps): People {
  const { store, clock, log, random, mailer } = given
  const post = new Post({ mailer, log })
  const links = new OneTimeLinks(given)
  const passwords = new Passwords(given.passwordCost, random)
  const throttle = new Throttle(clock, log, given.rateLimitScale)
  const sessions = new Sessions(given)
  const proof = new Proof({ ...given, passwords, throttle })
  const deps = { ...given, links, post, passwords, throttle, sessions, proof }
  return {
    sessions,
    signIn: new SignIn(deps),
    acceptance: new Acceptance(deps),
    resets: new Resets(deps),
    own: new OwnPerson(deps),
    members: new Members(deps),
    invitations: new Invitations(deps),
    roster: new Roster(deps),
    memberships: store.people,
    hasMail: post.hasMail,
  }
}

/** The way in for the very first operator; undefined where there is one, or a way for him that is still open. */
export async function openFirstOperator({ roster, invitations }: People): Promise<string | undefined> {
  if (await roster.hasOperator()) return undefined
  if ((await invitations.of(null)).length > 0) return undefined
  return invitations.makeForFirstOperator()
}
