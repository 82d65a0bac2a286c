import { InvalidArgumentError } from 'commander'
import { decimalsOf, majorUnits, minorUnits, MOST_MONEY } from '../../lib/money.ts'
import { Account } from './answers.ts'
import { CommandTrouble } from './command-trouble.ts'
import { understood, type OperatorApi } from './operator-api.ts'

/** How people say that there is to be no limit, or nothing. Commander takes null for an option without a value, so it stays a text until then. */
const NONE = 'none'
export type OrNone<Value> = Value | typeof NONE

/** What the API calls it. */
export function nullForNone<Value>(value: OrNone<Value> | undefined): Value | null | undefined {
  return value === NONE ? null : value
}

/** Reads a whole number from `least` on; for commander. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    if (value >= least) return value
    throw new InvalidArgumentError(`Allowed is a whole number from ${least} on.`)
  }
}

/** As `wholeNumber`, or `none`. */
export function wholeNumberOrNone(least: number): (text: string) => OrNone<number> {
  const read = wholeNumber(least)
  return (text) => (text === NONE ? NONE : read(text))
}

/** The items of a comma list; none of them for `none`. */
export function commaList(text: string): readonly string[] {
  return text === NONE ? [] : text.split(',').map((item) => item.trim())
}

/** A moment in ISO 8601 with its zone, or a day, which begins at 00:00 UTC; or `none`. */
export function momentOrNone(text: string): OrNone<string> {
  if (text === NONE) return NONE
  const isForm = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/.test(text)
  const at = isForm ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(at)) return new Date(at).toISOString()
  throw new InvalidArgumentError('Allowed is a time like 2026-12-31T18:00:00Z, a day like 2026-12-31, or "none".')
}

/** Minor units of what was entered in major ones. */
export function money(text: string, currency: string): number {
  const amount = minorUnits(text, currency)
  if (amount !== undefined) return amount
  const decimals = decimalsOf(currency)
  const example = majorUnits(1250 * 10 ** Math.max(0, decimals - 2), currency)
  const form = decimals === 0 ? 'whole numbers' : `digits with at most ${String(decimals)} decimals behind a point`
  throw new CommandTrouble(
    `"${text}" is no amount of ${currency}: allowed are ${form}, like ${example}, up to ${majorUnits(MOST_MONEY, currency)}.`,
    2,
  )
}

export function moneyNotZero(text: string, currency: string): number {
  const amount = money(text, currency)
  if (amount !== 0) return amount
  throw new CommandTrouble(`"${text}" changes nothing: an amount above or below zero is needed.`, 2)
}

export function moneyAboveZero(text: string, currency: string): number {
  const amount = money(text, currency)
  if (amount > 0) return amount
  throw new CommandTrouble(`"${text}" is not above zero.`, 2)
}

/** Minor units, null for `none`; undefined where nothing was entered. */
export function moneyOrNone(text: string | undefined, currency: string): number | null | undefined {
  if (text === undefined) return undefined
  return text === NONE ? null : money(text, currency)
}

export async function currencyOf(api: OperatorApi, account: string): Promise<string> {
  return understood(await api.ask('GET', `/accounts/${part(account)}`), Account).terms.currency
}

/** A text as a part of a path. */
export function part(text: string): string {
  // Two dots would lead elsewhere, escaped or not.
  if (text === '' || /^\.+$/.test(text)) throw new CommandTrouble(`"${text}" is no id.`, 2)
  return encodeURIComponent(text)
}

/** A change that changes nothing is a command that lacks something. */
export function demandChange<T extends object>(change: T): T {
  if (Object.keys(change).length > 0) return change
  throw new CommandTrouble('It is not said what to change: --help lists the options.', 2)
}

/** The given options alone. */
export function given<T extends object>(fields: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(kept) as { [Key in keyof T]?: Exclude<T[Key], undefined> }
}
