import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { isFault, UNAUTHORIZED, type Fault } from '../model/fault.ts'
import type { PersonRow } from '../model/person.ts'
import { personActor } from '../partners/actor.ts'
import { audited } from '../partners/audit-log.ts'
import type { Store } from '../storage/store.ts'
import type { Passwords } from './password.ts'
import { changePerson, OVERTAKEN, provedBatch } from './person-change.ts'
import type { Proof, Shown } from './proof.ts'
import type { Sessions } from './sessions.ts'
import type { Visitor } from './visitor.ts'

export interface SignInDeps {
  readonly store: Pick<Store, 'commit' | 'people'>
  readonly clock: Pick<Clock, 'now'>
  readonly log: Pick<Log, 'error'>
  readonly passwords: Passwords
  readonly proof: Proof
  readonly sessions: Sessions
}

/** Somebody is in. */
export interface SignedIn {
  readonly person: PersonRow
  /** The cookie's value. */
  readonly token: string
}

/** Lets in who knows a name, its password and, where there is one, a code. */
export class SignIn {
  readonly #deps: SignInDeps

  constructor(deps: SignInDeps) {
    this.#deps = deps
  }

  /** `unauthorized`, without saying why; `codeNeeded` behind the right password; `rateLimited`. */
  async run(shown: Shown, visitor: Visitor): Promise<SignedIn | Fault> {
    const { proof, sessions, store, clock } = this.#deps
    const proved = await proof.ofPerson({ ...shown, email: shown.email.trim().toLowerCase() }, visitor)
    if (isFault(proved)) return proved
    const { person } = proved
    const session = sessions.make(person.id, visitor)
    const audit = audited(personActor(person), clock.now(), 'session.begin', {
      account: null,
      target: session.id,
      details: { address: visitor.address },
    })
    // Whoever was disabled or given another password meanwhile is changed: he is not let in by what was right before.
    const committed = await store.commit(provedBatch(proved, [], [session.write, audit]))
    if (!committed.ok) return OVERTAKEN
    this.#hashAnew(person, shown.password)
    return { person, token: session.token }
  }

  /** Beside the answer: the right password is known now, and never again. */
  #hashAnew({ id, passwordHash }: PersonRow, password: string): void {
    const { passwords, store, log } = this.#deps
    if (!passwords.isOutdated(passwordHash)) return
    const change = async (): Promise<void> => {
      const hash = await passwords.hash(password)
      if (isFault(hash)) return
      await changePerson(store, id, (person) =>
        person.passwordHash === passwordHash ? { person: { ...person, passwordHash: hash }, writes: [] } : UNAUTHORIZED,
      )
    }
    change().catch((error: unknown) => {
      log.error({ error }, 'a password could not be hashed anew')
    })
  }
}
