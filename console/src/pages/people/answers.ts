import { flag, list, nullable, object, or, text, type Read } from '../../api/read.ts'
import { readRole } from '../../api/me.ts'

const readMember = object({ person: text, email: text, name: text, role: readRole, hasTotp: flag })
const readInvitation = object({
  id: text,
  email: text,
  /** Null for an operator's. */
  role: or(nullable(readRole), null),
  createdAt: text,
  expiresAt: text,
})
const readServerPerson = object({
  id: text,
  email: text,
  name: text,
  isOperator: flag,
  isDisabled: flag,
  hasTotp: flag,
  createdAt: text,
})

export const readPeople = object({ people: list(readMember), invitations: list(readInvitation) })
export const readServerPeople = object({
  people: list(readServerPerson),
  invitations: or(list(readInvitation), []),
  /** Where the next part begins; null: nothing is left. */
  next: or(nullable(text), null),
})
export const readInvited = object({ link: text, mailed: flag })
export const readResetLink = object({ link: text })

export type Member = Read<typeof readMember>
export type Invitation = Read<typeof readInvitation>
export type ServerPerson = Read<typeof readServerPerson>
export type Invited = Read<typeof readInvited>
