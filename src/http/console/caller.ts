export { ROLES, type Role } from '../../model/person.ts'

/** Somebody who is signed in, as the rows of the console know him. */
export interface ConsolePerson {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly isOperator: boolean
}

/** Whose call of the console's API this is. */
export interface ConsoleCaller {
  readonly person: ConsolePerson
  readonly sessionId: string
}
