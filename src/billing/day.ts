import type { EpochMs } from '../model/ids.ts'

const DAY_MS = 86_400_000
/** Days begin at midnight UTC+3, all year round. */
export const OFFSET_MS = 3 * 3_600_000

/** The billing day that a moment lies in, as a number that rises by one a day. */
export function billingDay(at: EpochMs): number {
  return Math.floor((at + OFFSET_MS) / DAY_MS)
}

/** The end of that day: the first midnight UTC+3 after the moment. */
export function billingDayEnd(at: EpochMs): EpochMs {
  return (billingDay(at) + 1) * DAY_MS - OFFSET_MS
}

/** The midnight UTC+3 with which a day begins. */
export function billingDayStart(day: number): EpochMs {
  return day * DAY_MS - OFFSET_MS
}

/** `2026-11-20`. */
export function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}

/** The day that such a text names; undefined when it names none. */
export function parseDay(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return undefined
  const day = Date.parse(`${text}T00:00:00Z`) / DAY_MS
  return Number.isSafeInteger(day) && dayText(day) === text ? day : undefined
}
