import { isCurrency } from '../lib/money.ts'
import { DEFAULT_TERMS, type AccountTerms } from '../model/account.ts'
import { fault, type Fault } from '../model/fault.ts'

const NAME_LENGTH = 200
// Not every database can keep U+0000, and the others make lists unreadable.
const CONTROL = /[\u0000-\u001f\u007f]/

/** What has to be a whole number, where it is set, and its least value. */
const LEAST = {
  overdraftLimit: 0,
  warnBelow: Number.MIN_SAFE_INTEGER,
  instanceQuota: 0,
  createPerMinute: 0,
  storedBytes: 0,
} as const satisfies Partial<Record<keyof AccountTerms, number>>

/** A name as it is kept, or why it can't be. `least`: so many signs at least. */
export function nameOf(name: string, least: 0 | 1): string | Fault {
  const trimmed = name.toWellFormed().trim()
  const fits = trimmed.length >= least && trimmed.length <= NAME_LENGTH && !CONTROL.test(trimmed)
  return fits ? trimmed : fault('invalid', `'name' must be ${String(least)} to ${String(NAME_LENGTH)} characters`)
}

/** Of the terms, what is kept in minor units of the currency. */
const IN_MINOR_UNITS = ['overdraftLimit', 'warnBelow'] as const

/** The terms that come of a change, or why it can't be made. Whether there is such a tariff is not looked at. */
export function termsOf(patch: Partial<AccountTerms>, before: AccountTerms = DEFAULT_TERMS): AccountTerms | Fault {
  const terms = { ...before, ...patch }
  if (!isCurrency(terms.currency)) return fault('invalid', "'currency' must be three capital letters (ISO 4217)")
  for (const [name, least] of Object.entries(LEAST) as [keyof typeof LEAST, number][]) {
    const value = terms[name]
    if (value === null || (Number.isSafeInteger(value) && value >= least)) continue
    return fault('invalid', `'${name}' must be a whole number${least === 0 ? ' not below 0' : ''}, or null`)
  }
  return unsaid(patch, before) ?? terms
}

/** The same number is another amount in another currency: 20000 are 200 EUR, and 20000 JPY. */
function unsaid(patch: Partial<AccountTerms>, before: AccountTerms): Fault | undefined {
  if (patch.currency === undefined || patch.currency === before.currency) return undefined
  const left = IN_MINOR_UNITS.filter((name) => before[name] !== null && patch[name] === undefined)
  if (left.length === 0) return undefined
  const names = left.map((name) => `'${name}'`).join(' and ')
  return fault('invalid', `'currency' changes only together with ${names}, kept in minor units of ${before.currency}`)
}

/** What a change changed, for the audit log: by name, from what to what. */
export function differences(before: object, after: object): Readonly<Record<string, { from: unknown; to: unknown }>> {
  const old = before as Readonly<Record<string, unknown>>
  const changed = Object.entries(after).filter(([name, value]) => !isSame(old[name], value))
  return Object.fromEntries(changed.map(([name, to]: [string, unknown]) => [name, { from: old[name], to }]))
}

function isSame(left: unknown, right: unknown): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right)
}
