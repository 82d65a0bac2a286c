import Type from 'typebox'
import type { AccountRow } from '../../model/account.ts'
import { isoTimeOrNull } from './iso-time.ts'
import { TERMS } from './terms-view.ts'

const text = Type.String()

/** An account as those see it who act in it. */
export const OWN_ACCOUNT = Type.Object({
  accountId: text,
  name: text,
  kind: Type.Enum(['partner', 'personal']),
  partnerSince: Type.Union([text, Type.Null()]),
  instances: Type.Integer(),
  terms: TERMS,
})

/** `instances`: how many of them are not deleted. */
export function ownAccountView({ id, name, kind, partnerSince, terms }: AccountRow, instances: number): object {
  return { accountId: id, name, kind, partnerSince: isoTimeOrNull(partnerSince), instances, terms }
}
