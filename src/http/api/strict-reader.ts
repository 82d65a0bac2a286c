import Type, { type Static, type TObject, type TProperties } from 'typebox'
import { Compile } from 'typebox/compile'

export type Taken<Value> = { readonly value: Value } | { readonly faults: readonly string[] }

/** Deeper values than this are no body of ours; what walks through them need not care for the stack. */
const DEEPEST = 16
const MOST_FAULTS = 8
const LONGEST_NAME = 60

/**
 * Makes the check of one part of a call by its schema, compiled once. Objects take the keys that they name and no others; nothing is
 * converted. Texts hold neither U+0000 nor halves of surrogate pairs, and whole numbers are exact. Each fault names its field.
 */
export function strictReader<P extends TProperties>(properties: P): (given: unknown) => Taken<Static<TObject<P>>> {
  const validator = Compile(closed(Type.Object(properties)))
  return (given) => {
    const odd = oddity(given, '', 0)
    if (odd !== undefined) return { faults: [odd] }
    if (validator.Check(given)) return { value: given }
    return { faults: explain(validator.Errors(given)) }
  }
}

/** The same schema with every object closed that does not say otherwise. It is plain JSON, which is what the compiler wants. */
function closed<P extends TProperties>(schema: TObject<P>): TObject<P> {
  return closedPart(JSON.parse(JSON.stringify(schema))) as TObject<P>
}

function closedPart(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closedPart)
  if (typeof schema !== 'object' || schema === null) return schema
  const parts = Object.entries(schema).map(([key, part]: [string, unknown]) => [
    key,
    key === 'properties' ? eachClosed(part) : HOLDS_SCHEMAS.has(key) ? closedPart(part) : part,
  ])
  const isOpen = 'properties' in schema && !('additionalProperties' in schema)
  return { ...Object.fromEntries(parts), ...(isOpen && { additionalProperties: false }) }
}

const HOLDS_SCHEMAS: ReadonlySet<string> = new Set(['items', 'anyOf', 'allOf'])

function eachClosed(properties: unknown): object {
  return Object.fromEntries(Object.entries(properties as object).map(([name, part]) => [name, closedPart(part)]))
}

/** What no schema says, and no field of ours may hold. */
function oddity(value: unknown, at: string, depth: number): string | undefined {
  if (typeof value === 'string') return textTrouble(value, at)
  if (typeof value === 'number') {
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? `${named(at)} is too large a number` : undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  if (depth === DEEPEST) return `${named(at)} is nested too deeply`
  for (const [key, part] of Object.entries(value)) {
    const trouble = textTrouble(key, at) ?? oddity(part, `${at}/${key}`, depth + 1)
    if (trouble !== undefined) return trouble
  }
  return undefined
}

function textTrouble(text: string, at: string): string | undefined {
  if (text.includes('\0')) return `${named(at)} must not contain the NUL character`
  return text.isWellFormed() ? undefined : `${named(at)} must be well-formed Unicode`
}

interface Found {
  readonly keyword: string
  readonly instancePath: string
  readonly params: object
  readonly message: string
}

/** One text for each place; where one of several schemas must fit, what each of them wants. */
function explain(found: readonly Found[]): readonly string[] {
  const places = new Map<string, Set<string>>()
  const add = (at: string, text: string): void => {
    places.set(at, (places.get(at) ?? new Set()).add(text))
  }
  const constants = new Set(found.filter(({ keyword }) => keyword === 'const').map(typedConstant))
  for (const each of found) {
    const { keyword, instancePath, params, message } = each
    const { requiredProperties, additionalProperties } = params as Readonly<Record<string, unknown>>
    if (keyword === 'required')
      for (const key of namesIn(requiredProperties)) add(`${instancePath}/${key}`, 'is required')
    else if (keyword === 'additionalProperties') {
      for (const key of namesIn(additionalProperties)) add(`${instancePath}/${key}`, 'is not known')
    } else if (!SAID_OTHERWISE.has(keyword) && !constants.has(typeAsked(each)))
      add(instancePath, WORDS[keyword]?.(params) ?? message)
  }
  const texts = [...places].map(([at, said]) => `${named(at)} ${[...said].join(' or ')}`)
  return texts.length === 0 ? ["'value' is not valid"] : texts.slice(0, MOST_FAULTS)
}

/** The type of a constant says nothing beside the constant itself. */
function typedConstant({ instancePath, params }: Found): string {
  return `${instancePath} ${typeof (params as Params).allowedValue}`
}

function typeAsked({ keyword, instancePath, params }: Found): string {
  return keyword === 'type' ? `${instancePath} ${String((params as Params).type)}` : ''
}

/** `boolean` is what an unknown key also is, `anyOf` what its branches say. */
const SAID_OTHERWISE: ReadonlySet<string> = new Set(['boolean', 'anyOf'])

interface Params {
  readonly allowedValues?: unknown
  readonly allowedValue?: unknown
  readonly limit?: unknown
  readonly type?: unknown
  readonly pattern?: unknown
}

/** What the house says for a keyword of JSON Schema; a compiler's own words where it says nothing. */
const WORDS: Readonly<Record<string, (params: Params) => string | undefined>> = {
  type: ({ type }) => TYPES[String(type)],
  enum: ({ allowedValues }) => `must be one of [${namesIn(allowedValues).join(', ')}]`,
  const: ({ allowedValue }) => `must be ${JSON.stringify(allowedValue)}`,
  minimum: ({ limit }) => `must be greater than or equal to ${String(limit)}`,
  maximum: ({ limit }) => `must be less than or equal to ${String(limit)}`,
  minLength: ({ limit }) =>
    limit === 1 ? 'is not allowed to be empty' : `length must be at least ${String(limit)} characters long`,
  maxLength: ({ limit }) => `length must be less than or equal to ${String(limit)} characters long`,
  minItems: ({ limit }) => `must contain at least ${String(limit)} items`,
  maxItems: ({ limit }) => `must contain less than or equal to ${String(limit)} items`,
  minProperties: ({ limit }) => `must have at least ${String(limit)} ${limit === 1 ? 'key' : 'keys'}`,
  pattern: ({ pattern }) => `has not the right form${typeof pattern === 'string' ? `: ${pattern}` : ''}`,
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'must be a string',
  integer: 'must be an integer',
  number: 'must be a number',
  boolean: 'must be a boolean',
  object: 'must be of type object',
  array: 'must be an array',
  null: 'must be null',
}

function namesIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}

/** `/terms/currency` as `'terms.currency'`. */
function named(at: string): string {
  const name = at === '' ? 'value' : at.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~')
  return `'${name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME).toWellFormed()}…` : name.toWellFormed()}'`
}
