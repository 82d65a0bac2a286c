// What a message of the contract's journals says, by key: keys differ from type to type, and a newer server may know more of them.

export type Fields = Readonly<Record<string, unknown>>

const NONE: Fields = {}

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : NONE
}

export function within(fields: Fields, key: string): Fields {
  return fieldsOf(fields[key])
}

export function listIn(fields: Fields, key: string): readonly Fields[] {
  const value = fields[key]
  return Array.isArray(value) ? value.map(fieldsOf) : []
}

export function textsIn(fields: Fields, key: string): readonly string[] {
  const value = fields[key]
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []
}

/** The first of the keys that holds a text which is not empty. */
export function textIn(fields: Fields, ...keys: readonly string[]): string {
  for (const key of keys) {
    const value = fields[key]
    if (typeof value === 'string' && value !== '') return value
  }
  return ''
}

export function numberIn(fields: Fields, key: string): number {
  const value = fields[key]
  return typeof value === 'number' && Number.isFinite(value) ? value : 0
}

export function flagIn(fields: Fields, key: string): boolean {
  return fields[key] === true
}
