import { useMemo } from 'react'
import { useLanguage, type Language } from './language.ts'

const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', ru: 'ru-RU' }
const MINUTE_SECONDS = 60
const HOUR_SECONDS = 60 * MINUTE_SECONDS
const DAY_SECONDS = 24 * HOUR_SECONDS
const STEPS = [
  ['day', DAY_SECONDS],
  ['hour', HOUR_SECONDS],
  ['minute', MINUTE_SECONDS],
] as const

export interface Format {
  /** 1234.5 → 1,234.5 */
  readonly number: (value: number) => string
  /** An amount that the API gives as a decimal text, without going through a float: `1234.50` → `1,234.50 RUB`. */
  readonly money: (amount: string, currency?: string) => string
  /** A moment, as text of ISO 8601, milliseconds or Date, in the zone of the reader. */
  readonly time: (at: string | number | Date) => string
  readonly date: (at: string | number | Date) => string
  /** The time of day alone: `14:05`. */
  readonly clock: (at: string | number | Date) => string
  /** `5 minutes ago`, `in 3 days`; `now` is given by the caller where it ticks. */
  readonly ago: (at: string | number | Date, now?: number) => string
  readonly bytes: (size: number) => string
}

/** Numbers, money and times as the language of the page writes them. */
export function useFormat(): Format {
  const language = useLanguage()
  return useMemo(() => makeFormat(language), [language])
}

export function makeFormat(language: Language): Format {
  const locale = LOCALES[language]
  const plain = new Intl.NumberFormat(locale, { maximumFractionDigits: 20 })
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' })
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' })
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: 'short' })
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  return {
    number: (value) => plain.format(value),
    money: (amount, currency) => [decimal(plain, amount), currency].filter(Boolean).join(' '),
    time: (at) => formatted(moment, at),
    date: (at) => formatted(day, at),
    clock: (at) => formatted(clock, at),
    ago: (at, now = Date.now()) => distance(relative, (new Date(at).getTime() - now) / 1000),
    bytes: (size) => sized(locale, size),
  }
}

/** The whole part is grouped, the fraction stays as it was written: no digit of an amount is ever lost. */
function decimal(plain: Intl.NumberFormat, amount: string): string {
  const parts = /^(-?)(\d+)(?:\.(\d+))?$/.exec(amount)
  if (parts === null) return amount
  const [, sign = '', whole = '0', fraction] = parts
  const point = plain.formatToParts(1.5).find((part) => part.type === 'decimal')?.value ?? '.'
  const text = `${sign === '' ? '' : '−'}${plain.format(BigInt(whole))}`
  return fraction === undefined ? text : `${text}${point}${fraction}`
}

function formatted(format: Intl.DateTimeFormat, at: string | number | Date): string {
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? String(at) : format.format(date)
}

function distance(relative: Intl.RelativeTimeFormat, seconds: number): string {
  if (Number.isNaN(seconds)) return ''
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit)
  }
  return relative.format(Math.trunc(seconds), 'second')
}

function sized(locale: string, size: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const
  const step = Math.min(units.length - 1, size < 1 ? 0 : Math.floor(Math.log(size) / Math.log(1024)))
  const unit = units[step] ?? 'byte'
  const options = { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: step === 0 ? 0 : 1 } as const
  return new Intl.NumberFormat(locale, options).format(size / 1024 ** step)
}
