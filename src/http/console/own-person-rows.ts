import Type from 'typebox'
import { isFault } from '../../model/fault.ts'
import { LANGUAGES } from '../../model/person.ts'
import type { Self } from '../../people/own-person.ts'
import { defineRoute, type ApiRow } from '../api/route.ts'
import { entered, type EntryDeps } from './entry-rows.ts'
import { ME, meView } from './me-view.ts'

const route = defineRoute<Self>()
const group = 'person'
const password = Type.String({ maxLength: 1000 })
const given = Type.String({ minLength: 1, maxLength: 40 })

/** What somebody changes of himself. */
export function ownPersonRows(deps: EntryDeps): readonly ApiRow<Self>[] {
  const { own } = deps.people
  return [
    route({
      verb: 'PATCH',
      at: '/person',
      summary: 'Changes the name and the language of whoever is signed in; what is not there stays.',
      group,
      scope: 'full',
      body: {
        name: Type.Optional(Type.String({ maxLength: 400 })),
        language: Type.Optional(Type.Enum([...LANGUAGES])),
      },
      answer: ME,
      handle: async (self, { body }) => {
        const person = await own.change(self, body)
        return isFault(person) ? person : meView(deps, { person, token: self.visitor.token ?? '' })
      },
    }),
    route({
      verb: 'PUT',
      at: '/person/password',
      summary: 'Sets a new password and ends all other sessions; this one goes on with a new cookie.',
      group,
      scope: 'full',
      body: { current: password, password },
      answer: ME,
      handle: async (self, { body }) => entered(deps, await own.setPassword(self, body.current, body.password)),
    }),
    ...totpRows(deps),
  ]
}

function totpRows({ people: { own } }: EntryDeps): readonly ApiRow<Self>[] {
  const common = { at: '/person/totp', group, scope: 'full' } as const
  return [
    route({
      ...common,
      verb: 'POST',
      summary:
        'Offers a second factor, by the password: its secret, for an app. Nothing is asked for before a code of it has come.',
      body: { password },
      answer: Type.Object({ secret: Type.String(), uri: Type.String() }),
      handle: (self, { body }) => own.offerTotp(self, body.password),
    }),
    route({
      ...common,
      verb: 'PUT',
      summary:
        'Turns the second factor on by a code of it and ends all other sessions. Its recovery codes are shown this once.',
      body: { code: given },
      answer: Type.Object({ recoveryCodes: Type.Array(Type.String()) }),
      handle: async (self, { body }) => {
        const recoveryCodes = await own.confirmTotp(self, body.code)
        return isFault(recoveryCodes) ? recoveryCodes : { recoveryCodes }
      },
    }),
    route({
      ...common,
      verb: 'DELETE',
      summary: 'Turns the second factor off.',
      body: { password },
      answer: null,
      handle: async (self, { body }) => {
        const person = await own.dropTotp(self, body.password)
        return isFault(person) ? person : null
      },
    }),
  ]
}
