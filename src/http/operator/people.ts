import Type from 'typebox'
import { fault, isFault, type Fault } from '../../model/fault.ts'
import { isRepeated } from '../../model/once.ts'
import { ROLES, type Role } from '../../model/person.ts'
import type { Place } from '../../people/invitations.ts'
import type { People } from '../../people/people.ts'
import {
  INVITATION,
  INVITED,
  invitationView,
  invitedView,
  SERVER_PERSON,
  serverPersonView,
} from '../api/people-views.ts'
import { defineRoute, type ApiRow } from '../api/route.ts'
import { accountId, accountPath } from './fields.ts'
import type { OperatorCaller } from './operator-door.ts'

const route = defineRoute<OperatorCaller>()
const group = 'people'
const { Optional: optional } = Type
const email = Type.String({ maxLength: 320 })
const id = Type.String({ minLength: 1, maxLength: 64 })
const PAGE_SIZE = 100

/** All who sign in to the console. */
export function peopleRoutes(people: People): readonly ApiRow<OperatorCaller>[] {
  return [...listRoutes(people), ...changeRoutes(people), ...invitationRoutes(people)]
}

function listRoutes({ roster, invitations }: People): readonly ApiRow<OperatorCaller>[] {
  return [
    route({
      verb: 'GET',
      at: '/people',
      summary:
        'Lists everybody who signs in to the console, by e-mail, and the invitations among the operators; or the one with this e-mail.',
      group,
      scope: 'read',
      query: {
        after: optional(email),
        limit: optional(Type.Integer({ minimum: 1, maximum: 1000 })),
        email: optional(email),
      },
      answer: Type.Object({
        people: Type.Array(SERVER_PERSON),
        invitations: Type.Array(INVITATION),
        next: Type.Union([Type.String(), Type.Null()]),
      }),
      handle: async (_caller, { query }) => {
        const found = query.email === undefined ? undefined : await roster.byEmail(query.email)
        if (isFault(found)) return { people: [], invitations: [], next: null }
        if (found !== undefined) return { people: [serverPersonView(found)], invitations: [], next: null }
        const { limit = PAGE_SIZE, after } = query
        const rows = await roster.list(limit + 1, after)
        const shown = rows.slice(0, limit)
        return {
          people: shown.map(serverPersonView),
          invitations: (await invitations.of(null)).map(invitationView),
          next: rows.length > limit ? (shown.at(-1)?.email ?? null) : null,
        }
      },
    }),
  ]
}

function changeRoutes({ roster }: People): readonly ApiRow<OperatorCaller>[] {
  const common = { at: '/people/{person}', group, scope: 'full', path: { person: id } } as const
  return [
    route({
      ...common,
      verb: 'PATCH',
      summary:
        'Makes somebody an operator or none, disables him, or takes away a second factor that is lost; what is not there stays.',
      body: {
        isOperator: optional(Type.Boolean()),
        isDisabled: optional(Type.Boolean()),
        hasTotp: optional(Type.Literal(false)),
      },
      answer: SERVER_PERSON,
      handle: async ({ actor }, { path, body }) => {
        const person = await roster.change(path.person, body, actor)
        return isFault(person) ? person : serverPersonView(person)
      },
    }),
    route({
      ...common,
      verb: 'DELETE',
      summary: 'Removes somebody for good, with his sessions and roles.',
      answer: null,
      handle: async ({ actor }, { path }) => (await roster.remove(path.person, actor)) ?? null,
    }),
    route({
      ...common,
      verb: 'POST',
      at: '/people/{person}/reset-link',
      summary: 'Makes a one-time link by which somebody sets a new password, to be handed to him.',
      answer: Type.Object({ link: Type.String() }),
      created: true,
      handle: ({ actor }, { path }) => roster.resetLink(path.person, actor),
    }),
  ]
}

function invitationRoutes({ invitations }: People): readonly ApiRow<OperatorCaller>[] {
  return [
    route({
      verb: 'POST',
      at: '/people',
      summary: 'Invites somebody by a one-time link: among the operators, or into an account with a role.',
      group,
      scope: 'full',
      body: { email, accountId: optional(accountPath.id), role: optional(Type.Enum([...ROLES])) },
      answer: INVITED,
      created: true,
      notFound: true,
      idempotent: true,
      handle: async ({ actor }, { body, once }) => {
        const place = placeOf(body)
        if (isFault(place)) return place
        const invited = await invitations.make(body.email, place, actor, null, once(invitedView))
        return isFault(invited) || isRepeated(invited) ? invited : invitedView(invited)
      },
    }),
    route({
      verb: 'DELETE',
      at: '/invitations/{id}',
      summary: 'Takes an invitation among the operators back.',
      group,
      scope: 'full',
      path: { id },
      answer: null,
      handle: async ({ actor }, { path }) => (await invitations.takeBack(null, path.id, actor)) ?? null,
    }),
  ]
}

function placeOf(given: { readonly accountId?: string; readonly role?: Role }): Place | Fault {
  if (given.accountId === undefined && given.role === undefined) return { account: null, role: null }
  if (given.accountId !== undefined && given.role !== undefined) {
    return { account: accountId(given.accountId), role: given.role }
  }
  return fault('invalid', "'accountId' and 'role' go together")
}
