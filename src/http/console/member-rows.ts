import Type from 'typebox'
import { isFault, type Fault } from '../../model/fault.ts'
import { isRepeated } from '../../model/once.ts'
import { ROLES, type Language } from '../../model/person.ts'
import type { People } from '../../people/people.ts'
import { accountRoute, type AccountCaller } from '../api/account-caller.ts'
import { INVITATION, INVITED, invitationView, invitedView, MEMBER, memberView } from '../api/people-views.ts'
import type { ApiRow } from '../api/route.ts'

const group = 'people'
const id = Type.String({ minLength: 1, maxLength: 64 })
const role = Type.Enum([...ROLES])

/** Who is what in an account, and who is invited; for its owners. */
export function memberRows(people: People): readonly ApiRow<AccountCaller>[] {
  return [...listRows(people), ...changeRows(people)]
}

function listRows({ members, invitations }: People): readonly ApiRow<AccountCaller>[] {
  return [
    accountRoute({
      verb: 'GET',
      at: '/people',
      summary: 'Lists the people of an account, and the invitations that nobody has used yet.',
      group,
      scope: 'full',
      answer: Type.Object({ people: Type.Array(MEMBER), invitations: Type.Array(INVITATION) }),
      handle: async ({ account }) => ({
        people: (await members.of(account.id)).map(memberView),
        invitations: (await invitations.of(account.id)).map(invitationView),
      }),
    }),
    accountRoute({
      verb: 'POST',
      at: '/people',
      summary:
        'Invites somebody into an account by a one-time link, which is shown, and mailed where a mail server is set.',
      group,
      scope: 'full',
      body: { email: Type.String({ maxLength: 320 }), role },
      answer: INVITED,
      created: true,
      idempotent: true,
      handle: async ({ account, actor }, { body, language, once }) => {
        const place = { account: account.id, role: body.role }
        const invited = await invitations.make(body.email, place, actor, languageOf(language), once(invitedView))
        return isFault(invited) || isRepeated(invited) ? invited : invitedView(invited)
      },
    }),
    accountRoute({
      verb: 'DELETE',
      at: '/invitations/{id}',
      summary: 'Takes an invitation back.',
      group,
      scope: 'full',
      path: { id },
      answer: null,
      handle: ({ account, actor }, { path }) => orNull(invitations.takeBack(account.id, path.id, actor)),
    }),
  ]
}

function changeRows({ members }: People): readonly ApiRow<AccountCaller>[] {
  const common = { at: '/people/{person}', group, scope: 'full', path: { person: id }, answer: null } as const
  return [
    accountRoute({
      ...common,
      verb: 'PATCH',
      summary: 'Gives somebody another role; `lastOwner` where no other owner would be left.',
      body: { role },
      handle: ({ account, actor }, { path, body }) => orNull(members.change(account.id, path.person, body.role, actor)),
    }),
    accountRoute({
      ...common,
      verb: 'DELETE',
      summary: 'Takes somebody out of an account; `lastOwner` as above.',
      handle: ({ account, actor }, { path }) => orNull(members.remove(account.id, path.person, actor)),
    }),
  ]
}

/** As the inviter's browser speaks: of whom is invited nothing is known. */
function languageOf(accepted: string): Language {
  return accepted.startsWith('ru') ? 'ru' : 'en'
}

async function orNull(done: Promise<Fault | undefined>): Promise<Fault | null> {
  return (await done) ?? null
}
