import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { DEFAULT_TERMS, type AccountTerms } from '../../model/account.ts'
import { MESSENGERS } from '../../model/messenger.ts'

const limit = Type.Optional(Type.Union([Type.Integer(), Type.Null()]))
const Stored = Compile(
  Type.Object({
    tariff: Type.Optional(Type.String()),
    overdraftLimit: limit,
    warnBelow: limit,
    instanceQuota: limit,
    createPerMinute: limit,
    storedBytes: limit,
    defaultMessenger: Type.Optional(Type.Union([...MESSENGERS.map((name) => Type.Literal(name)), Type.Null()])),
  }),
)

/**
 * What an account agreed on, of the JSON that account-writes.ts makes of it: apart from it, so that the writer thread need not read TypeBox at each start.
 * What the text doesn't have takes its default; what is unknown is left out.
 * @throws TypeError when it isn't what the schema says, as then the database is damaged
 */
export function termsFromJson(json: string, currency: string): AccountTerms {
  const stored: unknown = JSON.parse(json)
  if (!Stored.Check(stored)) throw new TypeError('Column terms is not what an account agreed on')
  const { tariff, overdraftLimit, warnBelow, instanceQuota, createPerMinute, storedBytes, defaultMessenger } = {
    ...DEFAULT_TERMS,
    ...stored,
  }
  const limits = { overdraftLimit, warnBelow, instanceQuota, createPerMinute, storedBytes }
  return { currency, tariff, ...limits, defaultMessenger }
}
