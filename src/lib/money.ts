/** ISO 4217: how many decimals the minor unit of a currency has, where it isn't two. */
const DECIMALS: Readonly<Record<string, number>> = {
  ...each(0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'),
  ...each(3, 'BHD IQD JOD KWD LYD OMR TND'),
  ...each(4, 'CLF UYW'),
}
/** The largest amount that is taken, in minor units; the sum of tens of thousands of such ones is still an exact number. */
export const MOST_MONEY = 100_000_000_000

/** Whether this can be the amount of a line, on either side of zero. */
export function isAmount(value: number): boolean {
  return Number.isSafeInteger(value) && Math.abs(value) <= MOST_MONEY
}

/** Whether this has the shape of an ISO 4217 code. */
export function isCurrency(text: string): boolean {
  return /^[A-Z]{3}$/.test(text)
}

export function decimalsOf(currency: string): number {
  return DECIMALS[currency] ?? 2
}

/** Whole minor units in major ones with all decimals, exactly: `-12.30` for -1230 USD. */
export function majorUnits(amount: number, currency: string): string {
  const decimals = decimalsOf(currency)
  const digits = String(Math.abs(amount)).padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals)
  const text = decimals === 0 ? whole : `${whole}.${digits.slice(-decimals)}`
  return amount < 0 ? `-${text}` : text
}

/** `12.3` as people write it → whole minor units, exactly; undefined for what is no amount, has too many decimals or is too large. */
export function minorUnits(text: string, currency: string): number | undefined {
  const [, sign = '', whole, fraction = ''] = /^([+-]?)(\d{1,12})(?:\.(\d{1,4}))?$/.exec(text) ?? []
  const decimals = decimalsOf(currency)
  if (whole === undefined || fraction.length > decimals) return undefined
  const amount = BigInt(whole + fraction.padEnd(decimals, '0'))
  if (amount > BigInt(MOST_MONEY)) return undefined
  return sign === '-' && amount !== 0n ? -Number(amount) : Number(amount)
}

function each(decimals: number, currencies: string): Record<string, number> {
  return Object.fromEntries(currencies.split(' ').map((currency) => [currency, decimals]))
}
