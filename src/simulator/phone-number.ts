const FORM = /^\+?(\d{7,16})(?:@c\.us)?$/

/** The digits of a phone number as people and programs write it; null when it is none. Takes `79001234567@c.us` as well. */
export function parsePhone(value: string | number): string | null {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return null
  const found = FORM.exec(String(value).replaceAll(/[\s()-]/g, ''))
  return found?.[1] ?? null
}

/** Numbers with this ending have no account unless one was made for them. */
export function hasAccountByDefault(phone: string): boolean {
  return !phone.endsWith('0000')
}
