import type { Verb } from '../method.ts'
import type { Api, Described } from './described.ts'
import { exampleFields } from './examples.ts'
import { jsonSchema, type JsonSchema } from './json-schema.ts'
import { RATE_HEADERS, refusalsOf } from './refusals.ts'

/** The operation of one verb of a row. `behind`: with the part of the path that follows the token. */
export function operation(api: Api, row: Described, verb: Verb, behind: boolean): object {
  const isOnly = verb === row.verbs[0] && !behind
  const suffix = `${verb === row.verbs[0] ? '' : `By${verb}`}${behind ? 'InPath' : ''}`
  const body = bodyOf(row, verb, behind)
  return {
    operationId: isOnly ? row.name : `${row.name}${suffix}`,
    summary: row.summary,
    description: descriptionOf(row),
    tags: [row.group],
    'x-messengers': row.messengers,
    'x-rate-limit': { perSecond: row.perSecond, per: api === 'instance' ? 'instance' : 'partner account' },
    parameters: parametersOf(api, row, verb, behind),
    ...(body !== undefined && { requestBody: body }),
    responses: { '200': success(api, row), ...refusalsOf(api, row) },
  }
}

function descriptionOf(row: Described): string {
  const messengers = row.messengers.map((messenger) => MESSENGER_NAMES[messenger]).join(', ')
  const rate = `${String(row.perSecond)} calls a second.`
  const keys = row.atLeast === 0 ? '' : ` At least ${String(row.atLeast)} of the fields must be given.`
  const quota = row.hasQuota ? " Counts against the tariff's monthly quota." : ''
  return `For ${messengers}. ${rate}${quota}${keys}`
}

export const MESSENGER_NAMES: Readonly<Record<Described['messengers'][number], string>> = {
  whatsapp: 'WhatsApp',
  v3: 'MAX',
  telegram: 'Telegram',
}

function parametersOf(api: Api, row: Described, verb: Verb, behind: boolean): readonly object[] {
  const token = api === 'instance' ? 'ApiTokenInstance' : 'PartnerToken'
  return [
    ...(api === 'instance' ? [{ $ref: '#/components/parameters/IdInstance' }] : []),
    { $ref: `#/components/parameters/${token}` },
    ...row.parameters
      .filter((parameter) => parameter.in === 'query' || behind)
      .map(({ name, in: place, schema, summary }) => ({
        name,
        in: place,
        required: place === 'path',
        description: summary,
        schema: jsonSchema(schema),
      })),
    ...(verb === 'GET' ? queryOf(row) : []),
    ...(row.idempotent && verb === 'POST' ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
    ...(row.input === 'bytes' ? [{ $ref: '#/components/parameters/FileName' }] : []),
  ]
}

/** Fields of a GET stand in the query; a JSON body is read too, which no description of a GET can say. */
function queryOf(row: Described): readonly object[] {
  const { properties = {}, required = [] } = fieldsSchema(row)
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }))
}

interface FieldsSchema extends JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
}

function fieldsSchema(row: Described): FieldsSchema {
  return { ...jsonSchema(row.fields), ...(row.atLeast > 0 && { minProperties: row.atLeast }) }
}

function bodyOf(row: Described, verb: Verb, behind: boolean): object | undefined {
  if (verb === 'GET') return undefined
  if (row.input === 'form') return { required: true, content: { 'multipart/form-data': { schema: formSchema(row) } } }
  if (row.input === 'bytes') {
    const content = { '*/*': {}, 'multipart/form-data': { schema: formSchema(row) } }
    return { required: true, description: 'The bytes of the file, or a form that holds it.', content }
  }
  const bare = row.parameters.find((parameter) => parameter.in === 'path')
  if (bare !== undefined && !behind) {
    const description = `What would stand in the path: ${bare.name}.`
    return { required: true, description, content: { 'application/json': { schema: jsonSchema(bare.schema) } } }
  }
  if (row.fieldNames.length === 0) return undefined
  const content = { 'application/json': { schema: fieldsSchema(row), example: exampleFields(row) } }
  return { required: row.atLeast > 0 || (fieldsSchema(row).required?.length ?? 0) > 0, content }
}

/** Texts of a form are strings, whatever they mean. */
function formSchema(row: Described): JsonSchema {
  const { properties = {}, required = [] } = fieldsSchema(row)
  const file = { type: 'string', contentMediaType: 'application/octet-stream', description: 'The file itself.' }
  return { type: 'object', properties: { ...properties, file }, required: [...required, 'file'] }
}

function success(api: Api, row: Described): object {
  const said = row.answer === null ? undefined : jsonSchema(row.answer)
  const refusal = { $ref: '#/components/schemas/PartnerRefusal' }
  // Where a refusal is a 200 too, one of both comes.
  const isMixed = api === 'partner' || row.refuseToken?.status === 200
  const schema = said !== undefined && isMixed ? { anyOf: [said, refusal] } : said
  return {
    description: said === undefined ? 'Done. No body.' : 'Done.',
    headers: { ...RATE_HEADERS, ...(row.idempotent && REPLAYED) },
    ...(schema !== undefined && { content: { 'application/json': { schema } } }),
  }
}

const REPLAYED = { 'Idempotency-Replayed': { $ref: '#/components/headers/IdempotencyReplayed' } } as const
