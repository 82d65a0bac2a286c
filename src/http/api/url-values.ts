import Type, { type TProperties, type TSchema } from 'typebox'

export type UrlValues = { readonly values: object } | { readonly faults: readonly string[] }

const INTEGER = /^-?\d{1,16}$/

/** The values of a query as its schemas mean them: whole numbers and `true`/`false` become such, and every key comes once. */
export function queryValues(properties: TProperties, query: string): UrlValues {
  const values: Record<string, unknown> = {}
  const faults: string[] = []
  for (const [name, text] of new URLSearchParams(query)) {
    if (Object.hasOwn(values, name)) faults.push(`'${name.slice(0, 60).toWellFormed()}' must be given once`)
    else Object.defineProperty(values, name, { value: meant(properties[name], text), enumerable: true })
  }
  return faults.length > 0 ? { faults } : { values }
}

/** The same of the variable parts of a path. */
export function pathValues(properties: TProperties, given: Readonly<Record<string, string>>): object {
  return Object.fromEntries(Object.entries(given).map(([name, text]) => [name, meant(properties[name], text)]))
}

/** A text that is none of what the schema wants stays a text, and the schema will say so. */
function meant(schema: TSchema | undefined, text: string): unknown {
  if (schema === undefined) return text
  if (Type.IsInteger(schema)) return INTEGER.test(text) ? Number(text) : text
  if (Type.IsBoolean(schema)) return text === 'true' ? true : text === 'false' ? false : text
  return text
}
