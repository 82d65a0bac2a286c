import Type, { type TSchema } from 'typebox'
import { MESSENGERS, type Messenger } from '../../model/messenger.ts'
import { LANGUAGES, ROLES } from '../../model/person.ts'
import type { Accounts } from '../../partners/accounts.ts'
import type { People } from '../../people/people.ts'
import type { SignedIn } from '../../people/sign-in.ts'

const text = Type.String()
const orNull = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()])

/** What the console is told of whoever is signed in, and of the server. */
export const ME = Type.Object({
  person: Type.Object({
    id: text,
    email: text,
    name: text,
    isOperator: Type.Boolean(),
    language: orNull(Type.Enum([...LANGUAGES])),
    hasTotp: Type.Boolean(),
  }),
  csrf: text,
  memberships: Type.Array(
    Type.Object({
      account: Type.Object({
        id: text,
        name: text,
        kind: Type.Enum(['personal', 'partner']),
        suspended: Type.Boolean(),
      }),
      role: Type.Enum([...ROLES]),
    }),
  ),
  support: orNull(Type.Object({ text, url: text })),
  hasMail: Type.Boolean(),
  simulated: Type.Array(Type.Enum([...MESSENGERS])),
  byPhone: Type.Array(Type.Enum([...MESSENGERS])),
  byToken: Type.Array(Type.Enum([...MESSENGERS])),
  version: text,
  apiUrl: text,
})

/** What the operator has set. */
export interface ConsoleAbout {
  readonly support: { readonly text: string; readonly url: string } | null
  /** Messengers that are simulated. */
  readonly simulated: readonly Messenger[]
  /** Messengers that are linked by the number of a phone too, and not by QR alone. */
  readonly byPhone: readonly Messenger[]
  /** Messengers of which a device that is linked already can be taken over by its token. */
  readonly byToken: readonly Messenger[]
  readonly version: string
}

export interface MeDeps {
  readonly people: Pick<People, 'sessions' | 'memberships' | 'hasMail'>
  readonly accounts: Pick<Accounts, 'get'>
  readonly about: ConsoleAbout
  readonly publicUrl: () => string
}

export async function meView({ people, accounts, about, publicUrl }: MeDeps, { person, token }: SignedIn) {
  const { id, email, name, isOperator, language, totpSecret } = person
  const memberships = await people.memberships.memberships(id)
  return {
    person: { id, email, name, isOperator, language, hasTotp: totpSecret !== null },
    csrf: people.sessions.csrfOf(token),
    memberships: memberships.flatMap(({ account, role }) => {
      const row = accounts.get(account)
      if (row?.deletedAt !== null) return []
      const shown = { id: row.id, name: row.name, kind: row.kind, suspended: row.suspendedAt !== null }
      return [{ account: shown, role }]
    }),
    ...about,
    hasMail: people.hasMail,
    apiUrl: publicUrl(),
  }
}
