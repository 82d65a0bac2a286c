import Type from 'typebox'
import { isFault, type Fault } from '../../model/fault.ts'
import { LINK_KINDS, type SessionRow } from '../../model/person.ts'
import type { Self } from '../../people/own-person.ts'
import type { People } from '../../people/people.ts'
import type { SignedIn } from '../../people/sign-in.ts'
import type { Visitor } from '../../people/visitor.ts'
import { isoTime } from '../api/iso-time.ts'
import { defineRoute, WithHeaders, type ApiRow } from '../api/route.ts'
import { sessionCookie } from './cookie.ts'
import { ME, meView, type MeDeps } from './me-view.ts'

export interface EntryDeps extends MeDeps {
  readonly people: People
}

/** A call of anybody. */
export interface Visit {
  readonly visitor: Visitor
}

const group = 'session'
/** Longer ones are refused with a reason where they are set; here they are only kept from costing anything. */
const password = Type.String({ maxLength: 1000 })
const email = Type.String({ maxLength: 320 })
const code = Type.Optional(Type.String({ maxLength: 40 }))
const token = Type.String({ minLength: 1, maxLength: 200 })

const visitorRoute = defineRoute<Visit>()
const selfRoute = defineRoute<Self>()

/** `POST /session`, for whoever is not signed in yet. */
export function signInRow(deps: EntryDeps): ApiRow<Visit> {
  return visitorRoute({
    verb: 'POST',
    at: '/session',
    summary: 'Signs somebody in by e-mail and password; `codeNeeded` asks for a code of the second factor.',
    group,
    scope: 'full',
    body: { email, password, code },
    answer: ME,
    handle: async ({ visitor }, { body }) => entered(deps, await deps.people.signIn.run(body, visitor)),
  })
}

/** What one-time links lead to, and new passwords. */
export function linkRows(deps: EntryDeps): readonly ApiRow<Visit>[] {
  const { acceptance, resets } = deps.people
  return [
    visitorRoute({
      verb: 'POST',
      at: '/links/look',
      summary: 'Says what a one-time link is for; it stays open.',
      group,
      scope: 'full',
      body: { token },
      answer: Type.Object({
        kind: Type.Enum([...LINK_KINDS]),
        email: Type.String(),
        accountName: Type.Union([Type.String(), Type.Null()]),
        hasPerson: Type.Boolean(),
      }),
      notFound: true,
      handle: ({ visitor }, { body }) => acceptance.look(body.token, visitor),
    }),
    visitorRoute({
      verb: 'POST',
      at: '/links/accept',
      summary: 'Uses a one-time link: joins, or sets a new password, and signs in.',
      group,
      scope: 'full',
      body: {
        token,
        password,
        code,
        name: Type.Optional(Type.String({ maxLength: 400 })),
        email: Type.Optional(email),
      },
      answer: ME,
      notFound: true,
      handle: async ({ visitor }, { body }) => entered(deps, await acceptance.run(body, visitor)),
    }),
    visitorRoute({
      verb: 'POST',
      at: '/password-reset',
      summary:
        'Mails a link for a new password, where there is such a person and a mail server; the answer never tells.',
      group,
      scope: 'full',
      body: { email },
      answer: null,
      handle: ({ visitor }, { body }) => resets.ask(body.email, visitor) ?? null,
    }),
  ]
}

/** Who is signed in, and where else. */
export function sessionRows(deps: EntryDeps): readonly ApiRow<Self>[] {
  const { sessions } = deps.people
  return [
    selfRoute({
      verb: 'GET',
      at: '/session',
      summary: 'Tells who is signed in, and what he may see.',
      group,
      scope: 'read',
      answer: ME,
      handle: ({ person, visitor }) => meView(deps, { person, token: visitor.token ?? '' }),
    }),
    selfRoute({
      verb: 'DELETE',
      at: '/session',
      summary: 'Signs out.',
      group,
      scope: 'full',
      answer: null,
      handle: async ({ person, sessionId }) => {
        await sessions.end(person, sessionId)
        return new WithHeaders(null, sessionCookie(deps.publicUrl(), undefined))
      },
    }),
    ...otherSessionRows(deps),
  ]
}

const text = Type.String()
const SESSION = Type.Object({
  id: text,
  userAgent: text,
  address: text,
  createdAt: text,
  seenAt: text,
  isCurrent: Type.Boolean(),
})

function sessionView({ id, userAgent, address, createdAt, seenAt }: SessionRow, current: string) {
  return { id, userAgent, address, createdAt: isoTime(createdAt), seenAt: isoTime(seenAt), isCurrent: id === current }
}

function otherSessionRows({ people: { sessions } }: EntryDeps): readonly ApiRow<Self>[] {
  return [
    selfRoute({
      verb: 'GET',
      at: '/sessions',
      summary: 'Lists the browsers that are signed in, the one that was used last first.',
      group,
      scope: 'read',
      answer: Type.Object({ sessions: Type.Array(SESSION) }),
      handle: async ({ person, sessionId }) => ({
        sessions: (await sessions.of(person.id)).map((session) => sessionView(session, sessionId)),
      }),
    }),
    selfRoute({
      verb: 'DELETE',
      at: '/sessions/{id}',
      summary: 'Signs one browser out.',
      group,
      scope: 'full',
      path: { id: Type.String({ minLength: 1, maxLength: 64 }) },
      answer: null,
      handle: async ({ person }, { path: { id } }) => (await sessions.end(person, id)) ?? null,
    }),
    selfRoute({
      verb: 'DELETE',
      at: '/sessions',
      summary: 'Signs all other browsers out.',
      group,
      scope: 'full',
      answer: null,
      handle: async ({ person, sessionId }) => {
        await sessions.endOthers(person, sessionId)
        return null
      },
    }),
  ]
}

/** Somebody is in: told who he is, with the cookie. */
export async function entered(deps: MeDeps, signedIn: SignedIn | Fault): Promise<WithHeaders | Fault> {
  if (isFault(signedIn)) return signedIn
  return new WithHeaders(await meView(deps, signedIn), sessionCookie(deps.publicUrl(), signedIn.token))
}
