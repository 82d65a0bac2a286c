import Type, { type Static, type TSchema } from 'typebox'

// What the commands read of the operator API's answers; a server may say more.

const text = Type.String()
const count = Type.Integer()
const orNull = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()])

export const list = <S extends TSchema>(item: S) => Type.Object({ items: Type.Array(item), next: orNull(text) })

export const Terms = Type.Object({
  currency: text,
  tariff: text,
  overdraftLimit: orNull(count),
  warnBelow: orNull(count),
  instanceQuota: orNull(count),
  createPerMinute: orNull(count),
  storedBytes: orNull(count),
  defaultMessenger: orNull(text),
})

export const Token = Type.Object({
  id: text,
  name: text,
  scope: text,
  createdAt: text,
  expiresAt: orNull(text),
  revokedAt: orNull(text),
  allowFrom: Type.Array(text),
  lastUsedAt: orNull(text),
})
export type Token = Static<typeof Token>
export const Issued = Type.Object({ id: text, token: text })

export const Account = Type.Object({
  id: text,
  kind: text,
  name: text,
  createdAt: text,
  partnerSince: orNull(text),
  suspendedAt: orNull(text),
  deletedAt: orNull(text),
  instances: count,
  terms: Terms,
})
export type Account = Static<typeof Account>
/** The first token is there where the answer is to what made it. */
export const MadeAccount = Type.Object({ ...Account.properties, token: Type.Optional(Issued) })

export const Instance = Type.Object({
  idInstance: count,
  name: text,
  typeInstance: text,
  state: text,
  phone: orNull(text),
  tariff: text,
  timeCreated: text,
  timeDeleted: orNull(text),
  expirationDate: orNull(text),
  isExpired: Type.Boolean(),
  held: orNull(text),
})
export type Instance = Static<typeof Instance>
export const MadeInstance = Type.Object({
  idInstance: count,
  apiTokenInstance: text,
  typeInstance: text,
  name: text,
  tariff: text,
})

export const NewToken = Type.Object({ apiTokenInstance: text })

export const LinkedPhone = Type.Object({ phone: text, name: text })

export const Tariff = Type.Object({
  name: text,
  plan: text,
  correspondents: orNull(count),
  calls: Type.Record(Type.String(), count),
  instances: orNull(count),
})
export type Tariff = Static<typeof Tariff>

export const Price = Type.Object({
  tariff: text,
  accountId: orNull(text),
  currency: text,
  from: text,
  amount: count,
})
export type Price = Static<typeof Price>

export const Balance = Type.Object({
  balance: count,
  currency: text,
  overdraftLimit: orNull(count),
  warnBelow: orNull(count),
  today: Type.Object({ instances: count, cost: count }),
})
export const Added = Type.Object({ balance: count, currency: text })
export const Checked = Type.Object({ ok: Type.Boolean(), problems: Type.Array(text) })
export const Line = Type.Object({
  time: text,
  kind: text,
  amount: count,
  idInstance: orNull(count),
  day: text,
  reason: text,
  author: text,
})
export type Line = Static<typeof Line>
export const LedgerPage = Type.Object({ currency: text, ...list(Line).properties })

export const Usage = Type.Object({
  month: text,
  currency: text,
  days: Type.Array(Type.Object({ day: text, instances: count, cost: count })),
  renewals: Type.Object({ count, cost: count }),
  total: count,
})
export type Usage = Static<typeof Usage>

export const Statement = Type.Object({
  month: text,
  currency: text,
  plan: text,
  charged: count,
  paid: count,
  opening: count,
  closing: count,
})
export type Statement = Static<typeof Statement>
export const StatementNow = Type.Object({ ...Statement.properties, isFinal: Type.Boolean() })

export const AuditEntry = Type.Object({
  at: text,
  actor: text,
  action: text,
  accountId: orNull(text),
  target: text,
  details: Type.Record(Type.String(), Type.Unknown()),
})
export type AuditEntry = Static<typeof AuditEntry>

export const Billing = Type.Object({ today: text, chargedUpTo: orNull(text), closedUpTo: orNull(text) })

const ServerPerson = Type.Object({
  id: text,
  email: text,
  name: text,
  isOperator: Type.Boolean(),
  isDisabled: Type.Boolean(),
  hasTotp: Type.Boolean(),
  createdAt: text,
})
export type ServerPerson = Static<typeof ServerPerson>
/** `next`: the e-mail behind which the list goes on. */
export const People = Type.Object({ people: Type.Array(ServerPerson), next: orNull(text) })
export type AllPeople = Static<typeof People>
export const PersonLink = Type.Object({ link: text })
export const InvitedPerson = Type.Object({ link: text, mailed: Type.Boolean() })
