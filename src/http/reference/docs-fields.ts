import type { TObject, TSchema } from 'typebox'
import Type from 'typebox'
import { html, raw, type Html } from '../html.ts'
import { jsonSchema, keywordsOf, type JsonSchema } from './json-schema.ts'

/** A field as the page shows it. */
export interface Line {
  readonly name: string
  readonly required: boolean
  readonly type: string
  readonly rules: string
}

/** Fields as a table; nothing where there are none. */
export function fieldTable(lines: readonly Line[]): Html {
  if (lines.length === 0) return raw('')
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Type</th>
          <th scope="col">Rules</th>
        </tr>
      </thead>
      <tbody>
        ${lines.map(
          (line) =>
            html`<tr>
              <td><code>${line.name}</code>${line.required ? raw(' <abbr title="required">*</abbr>') : ''}</td>
              <td>${line.type}</td>
              <td>${line.rules}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}

/** A line for each field, those of nested objects behind their parent's. */
export function linesOf(schema: TObject, prefix: string): readonly Line[] {
  return Object.entries(schema.properties).flatMap(([name, property]) => {
    const path = prefix + name
    return [lineOf(path, property, !Type.IsOptional(property)), ...nestedLines(path, property)]
  })
}

function nestedLines(path: string, schema: TSchema): readonly Line[] {
  const fields = fieldsIn(schema)
  if (fields !== undefined) return linesOf(fields, `${path}.`)
  const items = Type.IsArray(schema) ? fieldsIn(schema.items) : undefined
  return items === undefined ? [] : linesOf(items, `${path}[].`)
}

/** Those that an object must or may have; `shown` says them where the handler reads it (`http/api/strict-fields.ts`). */
function fieldsIn(schema: TSchema): TObject | undefined {
  if (Type.IsObject(schema)) return schema
  const { shown } = keywordsOf(schema)
  return Type.IsObject(shown) ? shown : undefined
}

export function lineOf(name: string, schema: TSchema, required: boolean): Line {
  const shape = jsonSchema(schema)
  const { description = '' } = shape
  const values = Array.isArray(shape['enum'])
    ? `One of ${shape['enum'].filter((value) => value !== '').join(', ')}.`
    : ''
  const limits = Object.entries(LIMITS).flatMap(([key, words]) =>
    typeof shape[key] === 'number' && shape[key] !== 0 ? [words.replace('#', shape[key].toLocaleString('en'))] : [],
  )
  const said = String(description).replace('Empty counts as not given.', '').trim()
  const rules = [values, ...limits, said].filter((rule) => rule !== '').join(' ')
  return { name, required, type: [...new Set(typesOf(shape))].join(' or '), rules }
}

/** Each of the types that a value may have; a constant stands for itself. */
function typesOf(shape: JsonSchema): readonly string[] {
  const { anyOf, const: constant, type = 'string' } = shape
  if (Array.isArray(anyOf)) return anyOf.flatMap((branch: JsonSchema) => typesOf(branch))
  if (constant !== undefined) return [JSON.stringify(constant)]
  return Array.isArray(type) ? type.map(String) : [String(type)]
}

const LIMITS: Readonly<Record<string, string>> = {
  minLength: 'Not empty.',
  maxLength: 'At most # characters.',
  minItems: 'At least # items.',
  maxItems: 'At most # items.',
  minimum: 'At least #.',
  maximum: 'At most #.',
}
