import type { Method } from './method.ts'

type Schema = Readonly<Record<string, unknown>>

/** How a field is asked for. Everything that is neither text, number, flag nor choice is written as JSON. */
export type FieldKind = 'text' | 'longText' | 'number' | 'flag' | 'choice' | 'json'

export interface Field {
  /** Of which it is one. */
  readonly method: string
  readonly name: string
  /** `tail` stands behind the token in the path. */
  readonly place: 'fields' | 'query' | 'tail'
  readonly kind: FieldKind
  readonly isRequired: boolean
  readonly isWhole: boolean
  readonly choices: readonly string[]
  /** As the reference says it, in English. */
  readonly about: string
  /** What stands in it at first. */
  readonly example: string
}

const LONG_TEXT = 500
/** The form sends nothing for a field that is empty: no need to say it of each. */
const EMPTY = /\s*Empty counts as not given\.$/

export function fieldsOf({ name: method, fields, parameters, example }: Method): readonly Field[] {
  const properties = asSchema(fields['properties'])
  const required = Array.isArray(fields['required']) ? fields['required'] : []
  const own = Object.entries(properties).map(([name, value]) => {
    const schema = asSchema(value)
    const isRequired = required.includes(name)
    return fieldOf({ method, name, place: 'fields', isRequired, about: '', example: written(example[name]) }, schema)
  })
  const others = parameters.map(({ name, in: where, summary, schema }) => {
    const isTail = where === 'path'
    const told = { method, name, isRequired: isTail, about: summary, example: '' }
    return fieldOf({ ...told, place: isTail ? 'tail' : 'query' }, schema)
  })
  // What is needed comes first; the others keep the order of the reference.
  return [...others, ...own].toSorted((one, other) => Number(other.isRequired) - Number(one.isRequired))
}

type Told = Pick<Field, 'method' | 'name' | 'place' | 'isRequired' | 'about' | 'example'>

function fieldOf(told: Told, schema: Schema): Field {
  const { description, enum: values } = schema
  const choices = Array.isArray(values)
    ? values.filter((value): value is string => typeof value === 'string' && value !== '')
    : []
  const about = [told.about, typeof description === 'string' ? description.replace(EMPTY, '') : '']
    .filter(Boolean)
    .join(' ')
  const types = typesOf(schema)
  return { ...told, about, choices, kind: kindOf(schema, types, choices), isWhole: types.includes('integer') }
}

function typesOf({ type }: Schema): readonly unknown[] {
  return Array.isArray(type) ? type : [type]
}

function kindOf({ maxLength, examples }: Schema, types: readonly unknown[], choices: readonly string[]): FieldKind {
  if (choices.length > 0) return 'choice'
  if (types.includes('integer') || types.includes('number')) return 'number'
  if (types.includes('boolean')) return 'flag'
  if (types.includes('string')) return typeof maxLength === 'number' && maxLength > LONG_TEXT ? 'longText' : 'text'
  // A choice that takes anything says its values as examples alone.
  return Array.isArray(examples) ? 'text' : 'json'
}

function asSchema(value: unknown): Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {}
}

function written(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}

/** What stands in the fields, by their names. */
export type Written = Readonly<Record<string, string>>
export type FieldTrouble = 'missing' | 'noNumber' | 'noWholeNumber' | 'noJson' | 'badTail'

/** What is sent: values of the method's own fields, what stands in the query, and what stands behind the token. */
export interface Filled {
  readonly values: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, string>>
  readonly tail: string
  readonly troubles: Readonly<Record<string, FieldTrouble>>
}

/** Reads what was written. What is empty is not sent. */
export function filled(fields: readonly Field[], written: Written): Filled {
  const values: Record<string, unknown> = {}
  const query: Record<string, string> = {}
  const troubles: Record<string, FieldTrouble> = {}
  let tail = ''
  for (const field of fields) {
    const text = written[field.name] ?? ''
    const read = readField(field, text)
    if (read === undefined) continue
    if ('trouble' in read) troubles[field.name] = read.trouble
    else if (field.place === 'fields') values[field.name] = read.value
    else if (field.place === 'query') query[field.name] = text
    else tail = text
  }
  return { values, query, tail, troubles }
}

type ReadField = { readonly value: unknown } | { readonly trouble: FieldTrouble } | undefined

function readField({ kind, isRequired, isWhole, place }: Field, text: string): ReadField {
  if (text === '') return isRequired ? { trouble: 'missing' } : undefined
  if (place === 'tail' && !/^[\w-]{1,200}$/.test(text)) return { trouble: 'badTail' }
  switch (kind) {
    case 'text':
    case 'longText':
    case 'choice':
      return { value: text }
    case 'flag':
      return { value: text === 'true' }
    case 'number':
      return readNumber(text, isWhole)
    case 'json':
      return readJson(text)
    default:
      return kind satisfies never
  }
}

function readNumber(text: string, isWhole: boolean): ReadField {
  const value = Number(text)
  if (!Number.isFinite(value) || text.trim() === '') return { trouble: 'noNumber' }
  return isWhole && !Number.isInteger(value) ? { trouble: 'noWholeNumber' } : { value }
}

function readJson(text: string): ReadField {
  try {
    const value: unknown = JSON.parse(text)
    return { value }
  } catch {
    return { trouble: 'noJson' }
  }
}
