import Type from 'typebox'
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

function numberTrouble(schema: object, value: unknown): string | undefined {
  const { minimum, maximum } = schema as { readonly minimum?: unknown; readonly maximum?: unknown }
  if (typeof value !== 'number') return 'must be a number'
  if (!Number.isSafeInteger(value)) return 'must be an integer'
  if (typeof minimum === 'number' && value < minimum) return `must be greater than or equal to ${String(minimum)}`
  if (typeof maximum === 'number' && value > maximum) return `must be less than or equal to ${String(maximum)}`
  return undefined
}

function objectTrouble(field: Field, value: unknown): string | readonly string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be of type object'
  const given = value as Readonly<Record<string, unknown>>
  return (field.nested ?? []).flatMap((nested) => explainField(nested, given[nested.name]))
}
