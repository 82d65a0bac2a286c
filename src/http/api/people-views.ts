import Type from 'typebox'
import { ROLES, type LinkRow, type PersonRow } from '../../model/person.ts'
import type { Invited } from '../../people/invitations.ts'
import type { Member } from '../../storage/store.ts'
import { isoTime } from './iso-time.ts'

const text = Type.String()
const role = Type.Enum([...ROLES])

export const MEMBER = Type.Object({ person: text, email: text, name: text, role, hasTotp: Type.Boolean() })

export function memberView({ person, role }: Member) {
  return { person: person.id, email: person.email, name: person.name, role, hasTotp: person.totpSecret !== null }
}

/** Without the link itself, which nobody can tell any more. */
export const INVITATION = Type.Object({
  id: text,
  email: text,
  role: Type.Union([role, Type.Null()]),
  createdAt: text,
  expiresAt: text,
})

export function invitationView({ id, email, role, createdAt, expiresAt }: LinkRow) {
  return { id, email, role, createdAt: isoTime(createdAt), expiresAt: isoTime(expiresAt) }
}

export const SERVER_PERSON = Type.Object({
  id: text,
  email: text,
  name: text,
  isOperator: Type.Boolean(),
  isDisabled: Type.Boolean(),
  hasTotp: Type.Boolean(),
  createdAt: text,
})

export function serverPersonView({ id, email, name, isOperator, disabledAt, totpSecret, createdAt }: PersonRow) {
  const isDisabled = disabledAt !== null
  return { id, email, name, isOperator, isDisabled, hasTotp: totpSecret !== null, createdAt: isoTime(createdAt) }
}

export const INVITED = Type.Object({ link: text, mailed: Type.Boolean(), invitation: INVITATION })

export function invitedView({ link, mailed, invitation }: Invited) {
  return { link, mailed, invitation: invitationView(invitation) }
}
