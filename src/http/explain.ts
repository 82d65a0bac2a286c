import Type, { type TArray, type TSchema } from 'typebox'
import { Check } from 'typebox/value'
import type { Field } from './field.ts'

/** What is wrong with a field's value, in the words that clients of the contract know (messaging §1.4); empty when nothing is. */
export function explainField(field: Field, value: unknown): readonly string[] {
  if (value === undefined) return field.required ? [`'${field.label}' is required`] : []
  const trouble = troubleOf(field, value)
  return trouble === undefined ? [] : typeof trouble === 'string' ? [`'${field.label}' ${trouble}`] : trouble
}

function troubleOf(field: Field, value: unknown): string | readonly string[] | undefined {
  const { schema } = field
  if (Type.IsString(schema)) return textTrouble(field, value)
  if (Type.IsInteger(schema) || Type.IsNumber(schema)) return numberTrouble(schema, value)
  if (Type.IsObject(schema)) return objectTrouble(field, value)
  if (Type.IsArray(schema)) return listTrouble(field, schema, value)
  if (Check(schema, value)) return undefined
  if (Type.IsBoolean(schema)) return 'must be a boolean'
  if (Type.IsEnum(schema)) return `must be one of [${schema.enum.join(', ')}]`
  return 'is not valid'
}

function textTrouble(field: Field, value: unknown): string | undefined {
  if (typeof value !== 'string') return 'must be a string'
  if (value === '' && field.minUnits > 0) return 'is not allowed to be empty'
  if (value.length < field.minUnits) {
    const said = (field.schema as { readonly tooShort?: unknown }).tooShort
    return typeof said === 'string' ? said : `length must be at least ${String(field.minUnits)} characters long`
  }
  if (value.length > field.maxUnits) {
    return `length must be less than or equal to ${String(field.maxUnits)} characters long`
  }
  return value.includes('\0') && !field.allowsNul ? 'must not contain the NUL character' : undefined
}

function numberTrouble(schema: TSchema, value: unknown): string | undefined {
  const { minimum, maximum } = schema as { readonly minimum?: unknown; readonly maximum?: unknown }
  if (typeof value !== 'number') return 'must be a number'
  if (Type.IsInteger(schema) && !Number.isSafeInteger(value)) return 'must be an integer'
  if (typeof minimum === 'number' && value < minimum) return `must be greater than or equal to ${String(minimum)}`
  if (typeof maximum === 'number' && value > maximum) return `must be less than or equal to ${String(maximum)}`
  return undefined
}

function objectTrouble(field: Field, value: unknown): string | readonly string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be of type object'
  const given = value as Readonly<Record<string, unknown>>
  return (field.nested ?? []).flatMap((nested) => explainField(nested, given[nested.name]))
}

function listTrouble(field: Field, schema: TArray, value: unknown): string | readonly string[] | undefined {
  if (!Array.isArray(value)) return 'must be an array'
  const { minItems, maxItems } = schema as { readonly minItems?: unknown; readonly maxItems?: unknown }
  if (typeof minItems === 'number' && value.length < minItems) return `must contain at least ${String(minItems)} items`
  if (typeof maxItems === 'number' && value.length > maxItems)
    return `must contain less than or equal to ${String(maxItems)} items`
  const { item } = field
  const faults = item === undefined ? [] : value.flatMap((one: unknown) => explainField(item, one))
  return faults.length === 0 ? undefined : [...new Set(faults)]
}
