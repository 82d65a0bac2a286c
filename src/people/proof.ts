import type { Clock } from '../lib/clock.ts'
import type { Seal } from '../lib/seal.ts'
import { fault, isFault, UNAUTHORIZED, type Fault } from '../model/fault.ts'
import type { PersonRow } from '../model/person.ts'
import type { Store } from '../storage/store.ts'
import type { Passwords } from './password.ts'
import type { Guess, Throttle } from './throttle.ts'
import { totpStep } from './totp.ts'
import { networkOf, type Visitor } from './visitor.ts'

export interface ProofDeps {
  readonly store: Pick<Store, 'people'>
  readonly seal: Pick<Seal, 'hash'>
  readonly clock: Pick<Clock, 'now'>
  readonly passwords: Passwords
  readonly throttle: Throttle
}

/** What somebody shows to be let in. */
export interface Shown {
  readonly email: string
  readonly password: string
  readonly code?: string | undefined
}

/** Somebody who is who he says, as he is to be stored where a code was used up. */
export interface Proved {
  readonly person: PersonRow
  readonly hasUsedCode: boolean
}

export const CODE_NEEDED = fault('codeNeeded', 'A code of the second factor is needed')
const WRONG_CODE = fault('codeNeeded', 'The code is wrong, or was used already', { isWrong: true })

/** Keyed, as codes are short. Spaces, dashes and case make no difference. */
export function recoveryHash(seal: Pick<Seal, 'hash'>, person: string, code: string): string {
  return seal.hash(`console recovery ${person} ${code.replaceAll(/[\s-]/g, '').toUpperCase()}`)
}

/** Whether somebody is who he says. Nothing is stored here: a code that was taken goes into the batch of what it was taken for. */
export class Proof {
  readonly #deps: ProofDeps

  constructor(deps: ProofDeps) {
    this.#deps = deps
  }

  /** By password and, where he has one, the second factor. */
  async ofPerson({ email, password, code }: Shown, visitor: Visitor): Promise<Proved | Fault> {
    const person = await this.#deps.store.people.byEmail(email)
    const guess = await this.#guess(email, person, visitor)
    const attempt = this.#deps.throttle.password(guess)
    if (isFault(attempt)) return attempt
    const isRight = await this.#deps.passwords.isRight(password, person?.passwordHash)
    if (isRight === false) return UNAUTHORIZED
    attempt.giveBack()
    if (isFault(isRight)) return isRight
    if (person?.disabledAt !== null) return UNAUTHORIZED
    return this.#secondFactor(person, code, guess)
  }

  /** By the second factor alone, where he has one: he has shown a link that was made for him. */
  async ofSecondFactor(person: PersonRow, code: string | undefined, visitor: Visitor): Promise<Proved | Fault> {
    return this.#secondFactor(person, code, await this.#guess(person.email, person, visitor))
  }

  /** That it is still he who sits there. */
  async ofPassword(person: PersonRow, password: string, visitor: Visitor): Promise<Fault | undefined> {
    const attempt = this.#deps.throttle.password(await this.#guess(person.email, person, visitor))
    if (isFault(attempt)) return attempt
    const isRight = await this.#deps.passwords.isRight(password, person.passwordHash)
    if (isRight === false) return fault('wrongPassword', 'The password is wrong')
    attempt.giveBack()
    return isFault(isRight) ? isRight : undefined
  }

  #secondFactor(person: PersonRow, code: string | undefined, guess: Guess): Proved | Fault {
    if (person.totpSecret === null) return { person, hasUsedCode: false }
    if (code === undefined || code === '') return CODE_NEEDED
    const attempt = this.#deps.throttle.code(guess)
    if (isFault(attempt)) return attempt
    const used = this.#withUsed(person, person.totpSecret, code)
    if (used === undefined) return WRONG_CODE
    attempt.giveBack()
    return { person: used, hasUsedCode: true }
  }

  #withUsed(person: PersonRow, secret: string, code: string): PersonRow | undefined {
    const { clock, seal } = this.#deps
    const step = totpStep(secret, code.replaceAll(/\s/g, ''), clock.now(), person.totpLastStep)
    if (step !== undefined) return { ...person, totpLastStep: step }
    const hash = recoveryHash(seal, person.id, code)
    if (!person.recoveryHashes.includes(hash)) return undefined
    return { ...person, recoveryHashes: person.recoveryHashes.filter((other) => other !== hash) }
  }

  async #guess(email: string, person: PersonRow | null, visitor: Visitor): Promise<Guess> {
    const network = networkOf(visitor.address)
    // Asked for a name that is not there too, so that it takes as long.
    const sessions = await this.#deps.store.people.sessions(person?.id ?? '', this.#deps.clock.now())
    const isKnownPlace = sessions.some(({ address }) => networkOf(address) === network)
    return { email, network, isKnownPlace }
  }
}
