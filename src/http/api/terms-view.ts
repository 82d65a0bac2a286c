import Type from 'typebox'
import { MESSENGERS } from '../../model/messenger.ts'

const text = Type.String()
const integerOrNull = Type.Union([Type.Integer(), Type.Null()])

/** What was agreed with an account, as both APIs show it. */
export const TERMS = Type.Object({
  currency: text,
  tariff: text,
  overdraftLimit: integerOrNull,
  warnBelow: integerOrNull,
  instanceQuota: integerOrNull,
  createPerMinute: integerOrNull,
  storedBytes: integerOrNull,
  defaultMessenger: Type.Union([Type.Enum([...MESSENGERS]), Type.Null()]),
})
