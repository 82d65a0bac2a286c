import type { AccountId, EpochMs } from '../model/ids.ts'
import type { LinkRow, MembershipRow, PersonRow, SessionRow } from '../model/person.ts'

/** A session with the person whose it is. */
export interface OpenSession {
  readonly session: SessionRow
  readonly person: PersonRow
}

/** Somebody in an account. */
export interface Member {
  readonly person: PersonRow
  readonly role: MembershipRow['role']
}

/** People, read when they are asked for: nothing of them is kept in memory, so that no node need be told of a change. */
export interface PeopleStore {
  person(id: string): Promise<PersonRow | null>
  /** By an e-mail in lower case. */
  byEmail(email: string): Promise<PersonRow | null>
  /** By e-mail, those behind `after`. */
  list(limit: number, after?: string): Promise<readonly PersonRow[]>
  /** Whether there is an operator who is not disabled. */
  hasOperator(): Promise<boolean>
  /** A session that has not ended at `now`, of somebody who is not disabled. */
  session(tokenHash: string, now: EpochMs): Promise<OpenSession | null>
  /** Of a person, those that have not ended at `now`; last seen first. */
  sessions(person: string, now: EpochMs): Promise<readonly SessionRow[]>
  /** By account. */
  memberships(person: string): Promise<readonly MembershipRow[]>
  membership(person: string, account: AccountId): Promise<MembershipRow | null>
  /** By e-mail; disabled ones too. */
  members(account: AccountId): Promise<readonly Member[]>
  /** One that was neither used nor taken back, and is not over at `now`. */
  link(tokenHash: string, now: EpochMs): Promise<LinkRow | null>
  /** Open invitations into an account; null: those to be operators. Newest first. */
  invitations(account: AccountId | null, now: EpochMs): Promise<readonly LinkRow[]>
}
