import { useMemo } from 'react'
import { useLanguage, type Language } from './language.ts'

/** ISO 4217: decimals of the minor unit where they aren't two. As the server has them; the tables of browsers differ from it and each other. */
const DECIMALS: Readonly<Record<string, number>> = {
  ...each(0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'),
  ...each(3, 'BHD IQD JOD KWD LYD OMR TND'),
  ...each(4, 'CLF UYW'),
}
const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', ru: 'ru-RU' }
/** The largest amount that the server takes, in minor units. */
const MOST = 100_000_000_000n

export interface Money {
  /** Whole minor units as people write them: -123450 RUB → `−1 234,50 ₽`. */
  readonly text: (minor: number, currency: string) => string
}

/** Amounts as the language of the page writes them; digits are moved, never divided. */
export function useMoney(): Money {
  const language = useLanguage()
  return useMemo(() => ({ text: (minor, currency) => moneyText(LOCALES[language], minor, currency) }), [language])
}

function moneyText(locale: string, minor: number, currency: string): string {
  const decimals = decimalsOf(currency)
  const { whole, fraction } = digitsOf(minor, decimals)
  const format = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  })
  const parts = format.formatToParts(BigInt(whole)).map(({ type, value }) => (type === 'fraction' ? fraction : value))
  return `${minor < 0 ? '−' : ''}${parts.join('')}`
}

/** As it goes into a field: `-12.30` for -1230 USD. */
export function plainMoney(minor: number, currency: string): string {
  const { whole, fraction } = digitsOf(minor, decimalsOf(currency))
  return `${minor < 0 ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
}

/** What was typed, `1 234,5`, in whole minor units; null for what is no amount, has too many decimals or is too large. */
export function parseMoney(typed: string, currency: string): number | null {
  const [, sign = '', whole, fraction = ''] =
    /^([+\-−]?)(\d{1,15})(?:[.,](\d{1,4}))?$/.exec(typed.replaceAll(/[\s\u00a0\u202f]/g, '')) ?? []
  const decimals = decimalsOf(currency)
  if (whole === undefined || fraction.length > decimals) return null
  const minor = BigInt(whole + fraction.padEnd(decimals, '0'))
  if (minor > MOST) return null
  return (sign === '-' || sign === '−') && minor !== 0n ? -Number(minor) : Number(minor)
}

function decimalsOf(currency: string): number {
  return DECIMALS[currency] ?? 2
}

function digitsOf(minor: number, decimals: number): { readonly whole: string; readonly fraction: string } {
  const digits = String(Math.abs(minor)).padStart(decimals + 1, '0')
  return { whole: digits.slice(0, digits.length - decimals), fraction: digits.slice(digits.length - decimals) }
}

function each(decimals: number, currencies: string): Record<string, number> {
  return Object.fromEntries(currencies.split(' ').map((currency) => [currency, decimals]))
}
