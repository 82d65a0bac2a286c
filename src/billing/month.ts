// Months as numbers that rise by one a month: year * 12 + month, January being 0. They begin at midnight UTC+3 as their first day does.
import { dayText } from './day.ts'

export { monthOfDay } from '../model/billing-month.ts'

const DAY_MS = 86_400_000

/** The first billing day of a month. */
export function firstDay(month: number): number {
  return Date.UTC(Math.floor(month / 12), month % 12) / DAY_MS
}

/** `2026-11`. */
export function monthText(month: number): string {
  return dayText(firstDay(month)).slice(0, 7)
}

/** The month that such a text names; undefined when it names none. */
export function parseMonth(text: string): number | undefined {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) return undefined
  const month = Number(text.slice(0, 4)) * 12 + Number(text.slice(5)) - 1
  // Years of two digits are taken for some of the last century.
  return monthText(month) === text ? month : undefined
}
