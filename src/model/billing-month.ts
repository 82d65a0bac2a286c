const DAY_MS = 86_400_000

/** The month (`billing/month.ts`) that a billing day lies in. */
export function monthOfDay(day: number): number {
  const date = new Date(day * DAY_MS)
  return date.getUTCFullYear() * 12 + date.getUTCMonth()
}
