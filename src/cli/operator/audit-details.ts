import { moneyText } from './words.ts'
import type { AuditEntry } from './answers.ts'

type Details = Readonly<Record<string, unknown>>

const MONEY: ReadonlySet<string> = new Set(['amount', 'overdraftLimit', 'warnBelow'])
const TIMES: ReadonlySet<string> = new Set(['expiresAt', 'paidUntil'])
const NONE = 'none'
// A partner chooses some of the texts, and none of them is to move the cursor of whoever reads it.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

/**
 * What each entry says of itself, as `overdraftLimit: 200.00 EUR → none`; amounts in minor units where no currency is known. `entries`: from the
 * newest on, without gaps for any account. `currencies`: those that the accounts have now.
 */
export function detailTexts(
  entries: readonly AuditEntry[],
  currencies: ReadonlyMap<string, string>,
): readonly string[] {
  const then = new Map(currencies)
  return entries.map(({ accountId, details }) => {
    const changed = changeIn(details['currency'])
    const own = currencyIn(details) ?? (accountId === null ? undefined : then.get(accountId))
    const [from, to] = changed === undefined ? [own, own] : [textIn(changed.from), textIn(changed.to)]
    // Before this entry the account had the other one.
    if (accountId !== null && from !== undefined && changed !== undefined) then.set(accountId, from)
    return linesOf(details, from, to).join(', ')
  })
}

/** Whether its amounts are told only by the currency of its account. */
export function needsCurrency({ accountId, details }: AuditEntry): boolean {
  return accountId !== null && currencyIn(details) === undefined && Object.keys(details).some((key) => MONEY.has(key))
}

function linesOf(details: Details, from: string | undefined, to: string | undefined, above = ''): readonly string[] {
  return Object.entries(details).flatMap(([key, value]) => {
    const name = `${above}${shown(key)}`
    const change = changeIn(value)
    if (change !== undefined) {
      return [`${name}: ${valueText(key, change.from, from)} → ${valueText(key, change.to, to)}`]
    }
    if (isObject(value)) return linesOf(value, currencyIn(value) ?? from, currencyIn(value) ?? to, `${name}.`)
    return [`${name}: ${valueText(key, value, to)}`]
  })
}

function valueText(key: string, value: unknown, currency: string | undefined): string {
  if (value === null || value === undefined) return NONE
  if (Array.isArray(value))
    return value.length === 0 ? NONE : value.map((item) => valueText('', item, currency)).join(' ')
  if (typeof value === 'string') return value === '' ? '""' : shown(value)
  if (typeof value !== 'number') return shown(JSON.stringify(value))
  if (TIMES.has(key) && Math.abs(value) <= LAST_TIME) return new Date(value).toISOString()
  if (!MONEY.has(key)) return String(value)
  return currency === undefined ? `${String(value)} (minor units)` : moneyText(value, currency)
}

const LAST_TIME = 8_640_000_000_000_000

function shown(text: string): string {
  return text.replaceAll(CONTROL, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function currencyIn(details: Details): string | undefined {
  const { currency, terms } = details
  return textIn(currency) ?? (isObject(terms) ? textIn(terms['currency']) : undefined)
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** What a change was from and to. */
function changeIn(value: unknown): { readonly from: unknown; readonly to: unknown } | undefined {
  if (!isObject(value) || Object.keys(value).some((key) => key !== 'from' && key !== 'to')) return undefined
  return 'to' in value ? { from: value['from'], to: value['to'] } : undefined
}

function isObject(value: unknown): value is Details {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
