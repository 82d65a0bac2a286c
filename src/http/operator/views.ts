import Type, { type TSchema } from 'typebox'
import { dayText } from '../../billing/day.ts'
import { TARIFF_PLANS, type AccountRow, type AuditEntry, type PriceRow, type Tariff } from '../../model/account.ts'
import { isoTime, isoTimeOrNull } from '../api/iso-time.ts'
import { PRICE } from '../api/ledger-views.ts'
import { TERMS } from '../api/terms-view.ts'
import type { OperatorParts } from './operator-parts.ts'

const text = Type.String()
const integer = Type.Integer()
const orNull = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()])

export const ACCOUNT = Type.Object({
  id: text,
  kind: Type.Enum(['personal', 'partner']),
  name: text,
  createdAt: text,
  partnerSince: orNull(text),
  suspendedAt: orNull(text),
  deletedAt: orNull(text),
  warnedAt: orNull(text),
  instances: integer,
  terms: TERMS,
})

/** An account with its terms, and how many instances it has that are not deleted. */
export function accountView({ instances }: OperatorParts, row: AccountRow): object {
  const { id, kind, name, createdAt, partnerSince, suspendedAt, deletedAt, warnedAt, terms } = row
  return {
    id,
    kind,
    name,
    createdAt: isoTime(createdAt),
    partnerSince: isoTimeOrNull(partnerSince),
    suspendedAt: isoTimeOrNull(suspendedAt),
    deletedAt: isoTimeOrNull(deletedAt),
    warnedAt: isoTimeOrNull(warnedAt),
    instances: instances.living(id),
    terms,
  }
}

export const TARIFF = Type.Object({
  name: text,
  plan: Type.Enum([...TARIFF_PLANS]),
  correspondents: orNull(integer),
  calls: Type.Record(Type.String(), integer),
  instances: orNull(integer),
})

export function tariffView({ name, plan, correspondents, calls, instances }: Tariff): object {
  return { name, plan, correspondents, calls: Object.fromEntries(calls), instances }
}

export const ACCOUNT_PRICE = Type.Object({ ...PRICE.properties, accountId: orNull(text) })

/** `accountId` null: for every account without a price of its own. */
export function priceView({ tariff, account, currency, fromDay, amount }: PriceRow): object {
  return { tariff, accountId: account, currency, from: dayText(fromDay), amount }
}

export const AUDIT_ENTRY = Type.Object({
  seq: integer,
  at: text,
  actor: text,
  action: text,
  accountId: orNull(text),
  target: text,
  details: Type.Object({}, { additionalProperties: true }),
})

export function auditView({ seq, at, actor, action, account, target, details }: AuditEntry): object {
  return { seq, at: isoTime(at), actor, action, accountId: account, target, details }
}
