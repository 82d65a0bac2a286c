import type { Clock } from '../lib/clock.ts'
import type { Random } from '../lib/random.ts'
import type { Seal } from '../lib/seal.ts'
import type { AuditAction } from '../model/audit-action.ts'
import { fault, isFault, type Fault } from '../model/fault.ts'
import type { Language, PersonRow } from '../model/person.ts'
import { personActor } from '../partners/actor.ts'
import { audited } from '../partners/audit-log.ts'
import type { Store, Write } from '../storage/store.ts'
import { passwordFault, type Passwords } from './password.ts'
import { changePerson } from './person-change.ts'
import { personNameOf } from './person-name.ts'
import { recoveryHash, type Proof } from './proof.ts'
import type { Sessions } from './sessions.ts'
import type { SignedIn } from './sign-in.ts'
import type { Throttle } from './throttle.ts'
import { base32, newTotpSecret, totpStep, totpUri } from './totp.ts'
import { networkOf, type Visitor } from './visitor.ts'

export interface OwnPersonDeps {
  readonly store: Pick<Store, 'commit' | 'people'>
  readonly clock: Pick<Clock, 'now'>
  readonly random: Pick<Random, 'bytes'>
  readonly seal: Pick<Seal, 'hash'>
  readonly passwords: Passwords
  readonly proof: Proof
  readonly sessions: Sessions
  readonly throttle: Throttle
}

/** Who does it, and by which session. */
export interface Self {
  readonly person: PersonRow
  readonly sessionId: string
  readonly visitor: Visitor
}

/** What an app for codes needs. */
export interface TotpOffer {
  readonly secret: string
  readonly uri: string
}

const ISSUER = 'Jadegate'
const RECOVERY_CODES = 10
/** Ten letters of base32. */
const RECOVERY_BYTES = 7
const RECOVERY_SIGNS = 10
/** What he has shown was right for what he was then. */
const CHANGED_MEANWHILE = fault('conflict', 'The password was changed meanwhile')
const WRONG_CODE = fault('wrongCode', 'The code is wrong, or was used already')

/** What somebody changes of himself. */
export class OwnPerson {
  readonly #deps: OwnPersonDeps

  constructor(deps: OwnPersonDeps) {
    this.#deps = deps
  }

  /** What is not there stays. */
  change(
    { person: { id } }: Self,
    { name, language }: { readonly name?: string; readonly language?: Language | null },
  ): Promise<PersonRow | Fault> {
    return changePerson(this.#deps.store, id, (person) => {
      const named = name === undefined ? person.name : personNameOf(name)
      if (isFault(named)) return named
      const change = { person: { ...person, name: named, language: language ?? person.language }, writes: [] }
      if (named === person.name) return change
      // Others know him by it.
      const of = { account: null, target: id, details: { name: { from: person.name, to: named } } }
      return { ...change, writes: [audited(personActor(person), this.#deps.clock.now(), 'person.change', of)] }
    })
  }

  /** Ends all sessions, and takes back the links that would undo it; he goes on with a new one. `wrongPassword` */
  async setPassword(self: Self, current: string, password: string): Promise<SignedIn | Fault> {
    const { passwords, sessions, clock } = this.#deps
    const wrong =
      passwordFault(password, self.person.email) ??
      (await this.#deps.proof.ofPassword(self.person, current, self.visitor))
    if (wrong !== undefined) return wrong
    const passwordHash = await passwords.hash(password)
    if (isFault(passwordHash)) return passwordHash
    const session = sessions.make(self.person.id, self.visitor)
    const changed = await this.#changeAs(self, 'person.password', (person) => ({
      person: { ...person, passwordHash },
      writes: [
        { kind: 'session.endOthers', person: person.id, but: null },
        { kind: 'link.closeResets', email: person.email, at: clock.now() },
        session.write,
      ],
    }))
    return isFault(changed) ? changed : { person: changed, token: session.token }
  }

  /**
   * Nothing is asked for yet: first a code of it must come. Wants the password, as whoever found an open browser could lock its owner out by a
   * factor of his own. `wrongPassword`; `conflict` while there is another.
   */
  async offerTotp({ person: self, visitor }: Self, password: string): Promise<TotpOffer | Fault> {
    const wrong = await this.#deps.proof.ofPassword(self, password, visitor)
    if (wrong !== undefined) return wrong
    const secret = newTotpSecret(this.#deps.random)
    const changed = await changePerson(this.#deps.store, self.id, (person) => {
      if (person.passwordHash !== self.passwordHash) return CHANGED_MEANWHILE
      if (person.totpSecret !== null) return fault('conflict', 'There is a second factor: turn it off first')
      return { person: { ...person, totpPending: secret }, writes: [] }
    })
    return isFault(changed) ? changed : { secret, uri: totpUri(secret, changed.email, ISSUER) }
  }

  /** From here on codes are asked for; whoever is signed in elsewhere is no more. The codes for a lost phone are told this once. */
  async confirmTotp(self: Self, code: string): Promise<readonly string[] | Fault> {
    const { throttle, clock, random, seal } = this.#deps
    const { email } = self.person
    const attempt = throttle.code({ email, network: networkOf(self.visitor.address), isKnownPlace: true })
    if (isFault(attempt)) return attempt
    const codes = Array.from({ length: RECOVERY_CODES }, () => recoveryCode(random))
    const changed = await this.#changeAs(self, 'person.totp.on', (person) => {
      const pending = person.totpPending
      if (pending === null) return fault('conflict', 'No second factor was offered')
      const step = totpStep(pending, code.replaceAll(/\s/g, ''), clock.now(), 0)
      if (step === undefined) return WRONG_CODE
      const recoveryHashes = codes.map((each) => recoveryHash(seal, person.id, each))
      return {
        person: { ...person, totpSecret: pending, totpPending: null, totpLastStep: step, recoveryHashes },
        writes: [{ kind: 'session.endOthers', person: person.id, but: self.sessionId }],
      }
    })
    if (isFault(changed)) return changed
    attempt.giveBack()
    return codes
  }

  /** `wrongPassword` */
  async dropTotp(self: Self, password: string): Promise<PersonRow | Fault> {
    const wrong = await this.#deps.proof.ofPassword(self.person, password, self.visitor)
    if (wrong !== undefined) return wrong
    return this.#changeAs(self, 'person.totp.off', (person) => ({ person: withoutTotp(person), writes: [] }))
  }

  #changeAs(
    { person: { id, passwordHash } }: Self,
    action: AuditAction,
    decide: (person: PersonRow) => { readonly person: PersonRow; readonly writes: readonly Write[] } | Fault,
  ): Promise<PersonRow | Fault> {
    return changePerson(this.#deps.store, id, (person) => {
      if (person.passwordHash !== passwordHash) return CHANGED_MEANWHILE
      const change = decide(person)
      if (isFault(change)) return change
      const audit = audited(personActor(person), this.#deps.clock.now(), action, { account: null, target: id })
      return { person: change.person, writes: [...change.writes, audit] }
    })
  }
}

/** Without a second factor, and without one that was offered. */
export function withoutTotp(person: PersonRow): PersonRow {
  return { ...person, totpSecret: null, totpPending: null, totpLastStep: 0, recoveryHashes: [] }
}

function recoveryCode(random: Pick<Random, 'bytes'>): string {
  const signs = base32(random.bytes(RECOVERY_BYTES)).slice(0, RECOVERY_SIGNS)
  return `${signs.slice(0, 5)}-${signs.slice(5)}`
}
