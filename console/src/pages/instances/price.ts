import type { Format } from '../../words/format.ts'

/** An amount in whole minor units, as the API has it, with the digits that its currency has. */
export function shownPrice(format: Format, minor: number, currency: string): string {
  const digits = fractionDigits(currency)
  const text = String(Math.abs(minor)).padStart(digits + 1, '0')
  const whole = text.slice(0, text.length - digits)
  const amount = digits === 0 ? whole : `${whole}.${text.slice(-digits)}`
  return format.money(minor < 0 ? `-${amount}` : amount, currency)
}

function fractionDigits(currency: string): number {
  try {
    return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
  } catch {
    // A code that this browser has never heard of.
    return 2
  }
}
