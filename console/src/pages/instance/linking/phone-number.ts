const LEAST_DIGITS = 7
const MOST_DIGITS = 15

/** A number as people write it, `+7 (900) 123-45-67`, without what is not a digit. */
export function phoneDigits(text: string): string {
  return text.replaceAll(/\D/g, '')
}

export function isPhone(digits: string): boolean {
  return digits.length >= LEAST_DIGITS && digits.length <= MOST_DIGITS
}

/** A number that hardly any other virtual phone has. */
export function randomPhone(): string {
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1))
  return `79${String(random % 1_000_000_000).padStart(9, '0')}`
}
