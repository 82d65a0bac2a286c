import Type from 'typebox'
import { MESSENGERS } from '../../model/messenger.ts'
import type { ApiRow } from '../api/route.ts'
import { exampleFields } from '../reference/examples.ts'
import { CHAPTERS, type Described } from '../reference/described.ts'
import { jsonSchema } from '../reference/json-schema.ts'
import type { ConsoleCaller } from './caller.ts'
import { personRoute as route } from './console-api.ts'

const text = Type.String()
const schema = Type.Record(text, Type.Unknown())

const METHOD = Type.Object({
  name: text,
  group: text,
  summary: text,
  verbs: Type.Array(text),
  messengers: Type.Array(Type.Enum([...MESSENGERS])),
  input: Type.Enum(['json', 'form', 'bytes']),
  perSecond: Type.Number(),
  hasQuota: Type.Boolean(),
  idempotent: Type.Boolean(),
  atLeast: Type.Integer(),
  fields: schema,
  parameters: Type.Array(Type.Object({ name: text, in: text, summary: text, schema })),
  example: schema,
})

/** The methods of an instance as data, for trying them out: what the server checks calls by is what it tells here. */
export function methodRows(methods: readonly Described[]): readonly ApiRow<ConsoleCaller>[] {
  const items = methods.map(methodView)
  const groups = Object.entries(CHAPTERS)
    .filter(([name]) => methods.some(({ group }) => group === name))
    .map(([name, { title, about }]) => ({ name, title, about }))
  return [
    route({
      verb: 'GET',
      at: '/methods',
      summary: 'The methods of an instance with the schemas of their fields.',
      group: 'methods',
      scope: 'read',
      answer: Type.Object({
        groups: Type.Array(Type.Object({ name: text, title: text, about: text })),
        items: Type.Array(METHOD),
      }),
      handle: () => ({ groups, items }),
    }),
  ]
}

function methodView(row: Described): object {
  const { name, group, summary, verbs, messengers, input, perSecond, hasQuota, idempotent, atLeast } = row
  const parameters = row.parameters.map((parameter) => ({ ...parameter, schema: jsonSchema(parameter.schema) }))
  return {
    ...{ name, group, summary, verbs, messengers, input, perSecond, hasQuota, idempotent, atLeast },
    fields: jsonSchema(row.fields),
    parameters,
    example: exampleFields(row),
  }
}
