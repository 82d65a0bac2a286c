import Type, { type Static, type TObject, type TProperties, type TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Check } from 'typebox/value'
import { explainField } from './explain.ts'
import type { EmptyMeans, Field } from './field.ts'

interface FieldOptions {
  readonly empty: EmptyMeans
  /** The field's name in error texts, where the contract has another one than its key. */
  readonly label?: string
}

interface TextOptions extends FieldOptions {
  readonly min?: number
  readonly max?: number
  /** What is said about a text that is too short, where the contract has its own words. */
  readonly tooShort?: string
  /** U+0000 is a sign like any other; not every database can keep it. */
  readonly allowsNul?: true
}

/** A string; lengths in UTF-16 code units. */
export function text(options: TextOptions) {
  const { empty, min = empty === 'error' ? 1 : 0, ...rest } = options
  return Type.String({ ...rest, empty, minUnits: min })
}

/** A whole number; with `digits`, a string of digits counts as one. */
export function integer(
  options: FieldOptions & { readonly minimum: number; readonly maximum: number; readonly digits?: boolean },
) {
  return Type.Integer({ ...options })
}

/** Any finite number of a range. */
export function number(options: FieldOptions & { readonly minimum: number; readonly maximum: number }) {
  return Type.Number({ ...options })
}

interface ListOptions extends FieldOptions {
  readonly min?: number
  readonly max?: number
}

/** A list whose items are all read like a field of their own; lengths in items. */
export function list<Item extends TSchema>(item: Item, { min = 0, max, ...rest }: ListOptions) {
  return Type.Array(item, { ...rest, minItems: min, ...(max !== undefined && { maxItems: max }) })
}

export function bool(options: FieldOptions) {
  return Type.Boolean({ ...options })
}

/** One of a few strings. */
export function oneOf<const Value extends string>(values: readonly Value[], options: FieldOptions) {
  return Type.Enum([...values], { ...options })
}

/** One of a few strings; any other value is as if it wasn't sent. */
export function oneOfOrAbsent<const Value extends string>(values: readonly Value[]) {
  return Type.Enum([...values], { empty: 'absent', lenient: true })
}

/** An object with fields of its own. */
export function group<P extends TProperties>(properties: P, options: FieldOptions) {
  return Type.Object(properties, { ...options })
}

export const optional = Type.Optional

export type Read<Value> = { readonly value: Value } | { readonly faults: readonly string[] }

/**
 * Makes the reader of a request's fields: takes what the fields name and drops the rest, turns empty values into absent ones,
 * checks, and tells each fault in the words that clients of the contract know.
 */
export function fieldsReader<P extends TProperties>(
  properties: P,
  atLeast: number,
): (input: unknown) => Read<Static<TObject<P>>> {
  const schema = Type.Object(properties)
  const validator = Compile(schema)
  const fields = fieldsOf(schema, '')
  return (input) => {
    const given = input ?? {}
    if (typeof given !== 'object' || Array.isArray(given)) return { faults: ["'value' must be of type object"] }
    const value = takeFields(fields, given)
    if (atLeast > 0 && !hasKeys(value, atLeast)) {
      return { faults: [`'value' must have at least ${String(atLeast)} ${atLeast === 1 ? 'key' : 'keys'}`] }
    }
    if (fitsTexts(fields, value) && validator.Check(value)) return { value }
    return { faults: fields.flatMap((field) => explainField(field, value[field.name])) }
  }
}

function hasKeys(value: object, count: number): boolean {
  let left = count
  for (const _ in value) if (--left === 0) return true
  return false
}

function takeFields(fields: readonly Field[], given: object): Record<string, unknown> {
  const source = given as Readonly<Record<string, unknown>>
  const taken: Record<string, unknown> = {}
  for (const field of fields) {
    const value = source[field.name]
    if (value === undefined || isAbsent(field, value) || (field.lenient && !Check(field.schema, value))) continue
    taken[field.name] = readValue(field, value)
  }
  return taken
}

function isAbsent(field: Field, value: unknown): boolean {
  if (field.empty === 'error') return false
  if (value === null) return true
  if (field.empty === 'value') return false
  return value === '' || (value === 0 && field.zeroIsEmpty) || (Array.isArray(value) && value.length === 0)
}

const DIGITS = /^\d{1,16}$/

function readValue(field: Field, value: unknown): unknown {
  if (field.digits && typeof value === 'string' && DIGITS.test(value)) return Number(value)
  if (typeof value !== 'object' || value === null) return value
  const { item, nested } = field
  if (Array.isArray(value)) return item === undefined ? value : value.map((one: unknown) => readValue(item, one))
  return nested === undefined ? value : takeFields(nested, value)
}

/** What the schema doesn't check: its lengths are in code points, the contract's in UTF-16 code units. */
function fitsTexts(fields: readonly Field[], value: Readonly<Record<string, unknown>>): boolean {
  return fields.every((field) => fitsField(field, value[field.name]))
}

function fitsField(field: Field, given: unknown): boolean {
  if (typeof given === 'string') return fitsText(field, given)
  if (typeof given !== 'object' || given === null) return true
  const { item, nested } = field
  if (Array.isArray(given)) return item === undefined || given.every((one: unknown) => fitsField(item, one))
  return nested === undefined || fitsTexts(nested, given as Readonly<Record<string, unknown>>)
}

function fitsText(field: Field, given: string): boolean {
  if (given.length < field.minUnits || given.length > field.maxUnits) return false
  return field.allowsNul || !given.includes('\0')
}

function fieldsOf(schema: TObject, prefix: string): readonly Field[] {
  return Object.entries(schema.properties).map(([name, property]) => fieldOf(name, property, prefix))
}

function fieldOf(name: string, schema: TSchema, prefix: string): Field {
  const keywords = schema as TSchema & Readonly<Record<string, unknown>>
  const empty = keywords['empty']
  if (empty !== 'absent' && empty !== 'value' && empty !== 'error') throw new Error(`${name} says not what empty means`)
  const { minimum, minUnits, max, label } = keywords
  return {
    name,
    label: typeof label === 'string' ? label : prefix + name,
    schema,
    required: !Type.IsOptional(schema),
    empty,
    zeroIsEmpty: typeof minimum === 'number' && minimum > 0,
    digits: keywords['digits'] === true,
    lenient: keywords['lenient'] === true,
    allowsNul: keywords['allowsNul'] === true,
    minUnits: typeof minUnits === 'number' ? minUnits : 0,
    maxUnits: typeof max === 'number' ? max : Number.POSITIVE_INFINITY,
    nested: Type.IsObject(schema) ? fieldsOf(schema, `${prefix}${name}.`) : undefined,
    item: Type.IsArray(schema) ? fieldOf('', schema.items, `${prefix}${name}[]`) : undefined,
  }
}
