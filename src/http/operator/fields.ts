import Type, { type TSchema } from 'typebox'
import { MOST_MONEY } from '../../lib/money.ts'
import { TOKEN_TEXT } from '../../lib/token-text.ts'
import { TARIFF_PLANS, TOKEN_SCOPES, type AccountRow, type BookOwner } from '../../model/account.ts'
import type { Instance } from '../../instances/instance.ts'
import { fault, isFault, NOT_FOUND, type Fault } from '../../model/fault.ts'
import type { AccountId } from '../../model/ids.ts'
import { MESSENGERS } from '../../model/messenger.ts'
import { REASON_LENGTH } from '../../partners/ledger.ts'
import type { TokenTerms } from '../../partners/partner-tokens.ts'
import type { OperatorParts } from './operator-parts.ts'

// Schemas of what callers give, and what no schema says of it. Lengths of texts are checked again, trimmed, where they are kept.

const { Optional: optional, Null, Union, Integer } = Type

const TEXT_MAX = 200
const COUNT_MAX = 1_000_000_000

const orNull = <S extends TSchema>(schema: S) => Union([schema, Null()])
export const count = Integer({ minimum: 0, maximum: COUNT_MAX })
export const countOrNull = orNull(count)
export const name = Type.String({ minLength: 1, maxLength: TEXT_MAX })
export const reason = Type.String({ minLength: 1, maxLength: REASON_LENGTH })
export const tariffName = Type.String({ pattern: '^\\w{1,64}$' })
export const plan = Type.Enum([...TARIFF_PLANS])
export const currency = Type.String({ pattern: '^[A-Z]{3}$' })
export const payment = Type.Enum(['balance', 'hand'])
export const messenger = Type.Enum([...MESSENGERS])
/** Minor units, on either side of zero. */
export const amount = Integer({ minimum: -MOST_MONEY, maximum: MOST_MONEY })
export const price = Integer({ minimum: 0, maximum: MOST_MONEY })
export const accountPath = { id: Type.String({ minLength: 1, maxLength: 64 }) }

export const terms = Type.Object({
  currency: optional(currency),
  tariff: optional(tariffName),
  overdraftLimit: optional(orNull(price)),
  warnBelow: optional(orNull(amount)),
  instanceQuota: optional(countOrNull),
  createPerMinute: optional(orNull(Integer({ minimum: 1, maximum: COUNT_MAX }))),
  storedBytes: optional(orNull(Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }))),
  defaultMessenger: optional(orNull(messenger)),
})

export const tokenTerms = {
  name: optional(Type.String({ maxLength: TEXT_MAX })),
  scope: optional(Type.Enum([...TOKEN_SCOPES])),
  expiresAt: optional(orNull(Type.String({ maxLength: 40 }))),
  allowFrom: optional(Type.Array(Type.String({ minLength: 2, maxLength: 64 }), { maxItems: 100 })),
}
/** As it goes into the path of the contract's methods. */
export const tokenText = Type.String({ pattern: TOKEN_TEXT })

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'))

export function currencyFault(code: string): Fault | undefined {
  return CURRENCIES.has(code) ? undefined : fault('invalid', `'currency' must be a code of ISO 4217: ${code} is none`)
}

/** The account, deleted ones too, until they are erased. */
export function accountOf({ business }: OperatorParts, id: string): AccountRow | Fault {
  return business.accounts.get(id) ?? NOT_FOUND
}

/** Does something with the account, where there is one. */
export function withAccount<Outcome>(
  parts: OperatorParts,
  id: string,
  work: (account: AccountRow) => Outcome | Promise<Outcome>,
): Promise<Outcome | Fault> {
  const account = accountOf(parts, id)
  return Promise.resolve(isFault(account) ? account : work(account))
}

/** The same for the books of an account, which stay for ever: also of one that was erased, where it ever had a line. */
export async function withBooks<Outcome>(
  { business: { accounts, ledger } }: OperatorParts,
  id: string,
  work: (owner: BookOwner) => Outcome | Promise<Outcome>,
): Promise<Outcome | Fault> {
  const owner = accounts.get(id) ?? (await ledger.ofErased(accountId(id)))
  return owner === undefined ? NOT_FOUND : work(owner)
}

/** Only for ids that some part of the business looks up by itself. */
export function accountId(id: string): AccountId {
  return id as AccountId
}

type GivenTerms = Omit<TokenTerms, 'expiresAt'> & { readonly expiresAt?: string | null }

/** A token's terms with the times that their texts mean. */
export function tokenTermsOf({ expiresAt, ...others }: GivenTerms): TokenTerms | Fault {
  if (expiresAt === undefined || expiresAt === null) {
    return { ...others, ...(expiresAt === null && { expiresAt }) }
  }
  const at = ISO_TIME.test(expiresAt) ? Date.parse(expiresAt) : Number.NaN
  if (Number.isNaN(at)) return fault('invalid', "'expiresAt' must be a time like 2026-12-31T18:00:00Z")
  return { ...others, expiresAt: at }
}

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?(Z|[+-]\d\d:\d\d)$/

/** Somebody else's is not found, like one that never was. */
export function instanceOf({ instances }: OperatorParts, id: string, idInstance: number): Instance | Fault {
  const instance = instances.get(idInstance)
  return instance?.account === id ? instance : NOT_FOUND
}
