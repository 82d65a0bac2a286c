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
