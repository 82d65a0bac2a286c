import { majorUnits } from '../../lib/money.ts'

/** `12.30 USD`. */
export function moneyText(amount: number, currency: string): string {
  return `${majorUnits(amount, currency)} ${currency}`
}

export function moneyOrNoneText(amount: number | null, currency: string): string {
  return amount === null ? 'none' : moneyText(amount, currency)
}

/** `2026-11-20 18:00`, UTC; empty for null. */
export function timeText(at: string | null): string {
  return at === null ? '' : at.slice(0, 16).replace('T', ' ')
}

export function limitText(limit: number | null): string {
  return limit === null ? 'none' : String(limit)
}
