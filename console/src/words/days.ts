import { useMemo } from 'react'
import { useLanguage, type Language } from './language.ts'

const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', ru: 'ru-RU' }
/** Billing days begin at midnight UTC+3, wherever the reader is. */
const OFFSET_MS = 3 * 3_600_000
const DAY_MS = 86_400_000

export interface Days {
  /** `2026-11-20` → `20 Nov 2026`. */
  readonly day: (text: string) => string
  /** The same in few letters: `20 Nov`. */
  readonly short: (text: string) => string
  /** `2026-11` → `November 2026`. */
  readonly month: (text: string) => string
}

/** Billing days and months as the language of the page writes them: dates without a zone, the same for every reader. */
export function useDays(): Days {
  const language = useLanguage()
  return useMemo(() => {
    const format = (options: Intl.DateTimeFormatOptions) => {
      const written = new Intl.DateTimeFormat(LOCALES[language], { ...options, timeZone: 'UTC' })
      return (text: string) => {
        const at = new Date(text)
        return Number.isNaN(at.getTime()) ? text : written.format(at)
      }
    }
    return {
      day: format({ dateStyle: 'medium' }),
      short: format({ day: 'numeric', month: 'short' }),
      month: format({ month: 'long', year: 'numeric' }),
    }
  }, [language])
}

/** The billing day that it is now, and the one so many days on. */
export function billingDay(ahead = 0): string {
  return new Date(Date.now() + OFFSET_MS + ahead * DAY_MS).toISOString().slice(0, 10)
}

/** This month and those before it, newest first: `2026-11`. */
export function lastMonths(count: number): readonly string[] {
  const [year = 0, month = 0] = billingDay().split('-').map(Number)
  return Array.from({ length: count }, (_, back) =>
    new Date(Date.UTC(year, month - 1 - back)).toISOString().slice(0, 7),
  )
}

/** All days of a month: `2026-11-01`, …. */
export function daysOf(month: string): readonly string[] {
  const first = Date.parse(`${month}-01T00:00:00Z`)
  const days: string[] = []
  for (let at = first; ; at += DAY_MS) {
    const day = new Date(at).toISOString().slice(0, 10)
    if (!day.startsWith(month)) return days
    days.push(day)
  }
}
