import { MOST_MONEY } from '../lib/money.ts'

/** Whether this can be the amount of a line, on either side of zero. */
export function isAmount(value: number): boolean {
  return Number.isSafeInteger(value) && Math.abs(value) <= MOST_MONEY
}

/** Whether this has the shape of an ISO 4217 code. */
export function isCurrency(text: string): boolean {
  return /^[A-Z]{3}$/.test(text)
}
