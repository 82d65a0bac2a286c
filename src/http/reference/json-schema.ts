import Type, { type TObject, type TRecord, type TSchema } from 'typebox'

/** A JSON Schema of the draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>

/**
 * A schema of a table as plain JSON Schema: the tables' own keywords (`empty`, `minUnits`, `max`, `digits`, `lenient`, `label`, `tooShort`,
 * `allowsNul`, `shown`) become standard ones or a sentence.
 */
export function jsonSchema(schema: TSchema): JsonSchema {
  if (Type.IsObject(schema)) return objectSchema(schema)
  if (Type.IsRecord(schema)) return recordSchema(schema)
  if (Type.IsArray(schema)) return listSchema(schema, schema.items)
  if (Type.IsUnion(schema)) return { anyOf: schema.anyOf.map(jsonSchema) }
  if (Type.IsString(schema)) return textSchema(schema)
  if (Type.IsInteger(schema) || Type.IsNumber(schema)) return numberSchema(schema)
  if (Type.IsEnum(schema)) return choiceSchema(schema, schema.enum)
  return plainSchema(schema)
}

function plainSchema(schema: TSchema): JsonSchema {
  if (Type.IsLiteral(schema)) return { const: schema.const }
  if (Type.IsBoolean(schema)) return { type: 'boolean', ...about(schema) }
  if (Type.IsNull(schema)) return { type: 'null' }
  if (Type.IsUnknown(schema)) return {}
  throw new Error(`The reference knows no schema like ${JSON.stringify(schema)}`)
}

/** Keys are any texts. With `shown`, the handler reads it by that schema. */
function recordSchema(schema: TRecord): JsonSchema {
  const { shown } = keywordsOf(schema)
  if (Type.IsObject(shown)) return objectSchema(shown)
  const [value] = Object.values(schema.patternProperties)
  return { type: 'object', ...(value !== undefined && { additionalProperties: jsonSchema(value) }) }
}

function objectSchema(schema: TObject): JsonSchema {
  const properties = Object.entries(schema.properties).map(([name, property]) => [name, jsonSchema(property)] as const)
  const required = Object.entries(schema.properties).flatMap(([name, property]) =>
    Type.IsOptional(property) ? [] : [name],
  )
  return {
    type: 'object',
    ...(properties.length > 0 && { properties: Object.fromEntries(properties) }),
    ...(required.length > 0 && { required }),
    ...about(schema),
  }
}

function listSchema(schema: TSchema, items: TSchema): JsonSchema {
  return { type: 'array', items: jsonSchema(items), ...numbers(schema, ['minItems', 'maxItems']), ...about(schema) }
}

function textSchema(schema: TSchema): JsonSchema {
  const { minUnits, max, empty, pattern } = keywordsOf(schema)
  // Where "" is as if nothing was sent, it is good whatever the least length says.
  const least = empty === 'absent' ? undefined : minUnits
  return {
    type: 'string',
    ...numbers(schema, ['minLength', 'maxLength']),
    ...(typeof pattern === 'string' && { pattern }),
    ...(typeof least === 'number' && least > 0 && { minLength: least }),
    ...(typeof max === 'number' && { maxLength: max }),
    ...about(schema),
  }
}

/** `digits`: a string of digits is good too. */
function numberSchema(schema: TSchema): JsonSchema {
  const type = Type.IsInteger(schema) ? 'integer' : 'number'
  const isDigits = keywordsOf(schema)['digits'] === true
  return {
    type: isDigits ? [type, 'string'] : type,
    ...(isDigits && { pattern: '^[0-9]{0,16}$' }),
    ...leastOf(schema),
    ...numbers(schema, ['maximum', 'default']),
    ...about(schema),
  }
}

/** 0 stands for nothing where the range begins above it. */
function leastOf(schema: TSchema): JsonSchema {
  const { minimum, empty } = keywordsOf(schema)
  return typeof minimum === 'number' ? { minimum: empty === 'absent' ? Math.min(minimum, 0) : minimum } : {}
}

function choiceSchema(schema: TSchema, values: readonly unknown[]): JsonSchema {
  const { lenient, empty } = keywordsOf(schema)
  const known = values.map(String).join(', ')
  if (lenient === true) return { description: `One of ${known}; anything else counts as not given.`, examples: values }
  return { type: 'string', enum: empty === 'absent' ? [...values, ''] : values, ...about(schema) }
}

function about(schema: TSchema): JsonSchema {
  const { empty, minUnits, minimum } = keywordsOf(schema)
  if (empty !== 'absent') return {}
  const least = typeof minUnits === 'number' && minUnits > 0 ? `At least ${String(minUnits)} characters. ` : ''
  const range = typeof minimum === 'number' && minimum > 0 ? `At least ${String(minimum)}. ` : ''
  return { description: `${least}${range}Empty counts as not given.` }
}

function numbers(schema: TSchema, names: readonly string[]): JsonSchema {
  const keywords = keywordsOf(schema)
  return Object.fromEntries(
    names.flatMap((name) => (typeof keywords[name] === 'number' ? [[name, keywords[name]]] : [])),
  )
}

export function keywordsOf(schema: TSchema): Readonly<Record<string, unknown>> {
  return schema as unknown as Readonly<Record<string, unknown>>
}
