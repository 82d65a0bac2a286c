import type { TObject } from 'typebox'
import { routeId, type DescribedApi, type DescribedRoute } from './described.ts'
import { jsonSchema, type JsonSchema } from './json-schema.ts'
import { RATE_HEADERS } from './refusals.ts'

/** The shapes of errors of our own APIs, for `components.schemas`. */
export const OWN_SCHEMAS = {
  ApiError: {
    type: 'object',
    description: 'Why a call was refused. The message names the field where one does not fit.',
    properties: {
      error: {
        type: 'object',
        properties: { code: { type: 'string' }, message: { type: 'string' } },
        required: ['code', 'message'],
      },
    },
    required: ['error'],
  },
} as const satisfies Readonly<Record<string, JsonSchema>>

const content = { 'application/json': { schema: { $ref: '#/components/schemas/ApiError' } } }

/** For `components.responses`. */
export const OWN_REFUSALS = {
  ApiInvalid: { description: 'Something of the call does not fit, or is not known.', content },
  ApiUnauthorized: { description: 'The token is wrong, over, or not for this address.', content },
  ApiForbidden: { description: 'The token may only read, or the account is suspended.', content },
  ApiNotFound: { description: 'It does not exist, or belongs to somebody else.', content },
  ApiConflict: { description: 'It is not in the right state, or the Idempotency-Key had another body.', content },
  ApiTooLarge: { description: 'The body is larger than 256 KB.', content },
  ApiQuotaExceeded: { description: 'What was agreed with the account does not allow it.', content },
  ApiTooManyRequests: {
    description: 'Too many calls a second. A refused call uses up nothing.',
    headers: { 'Retry-After': { $ref: '#/components/headers/RetryAfter' }, ...RATE_HEADERS },
    content,
  },
  ApiUnavailable: { description: 'The database can not be reached now. Nothing was done.', content },
  ApiUnconfirmed: { description: 'No answer came in time: it is not known whether this was done.', content },
} as const

const ref = (name: keyof typeof OWN_REFUSALS) => ({ $ref: `#/components/responses/${name}` })

/** How callers of these APIs show who they are; nothing where there are none. */
export function securitySchemes(apis: readonly DescribedApi[]): object {
  if (apis.length === 0) return {}
  const schemes = apis.map((api) => [schemeOf(api), schemeBody(api)])
  return { securitySchemes: Object.fromEntries(schemes) as object }
}

function schemeOf({ name, shows }: DescribedApi): string {
  return `${name}${shows === 'bearer' ? 'Token' : 'Session'}`
}

function schemeBody({ shows, token }: DescribedApi): object {
  if (shows === 'bearer') return { type: 'http', scheme: 'bearer', description: token }
  return { type: 'apiKey', in: 'cookie', name: 'jadegate_session', description: token }
}

/** The paths of APIs of our own. */
export function ownPaths(apis: readonly DescribedApi[]): Readonly<Record<string, object>> {
  const paths: Record<string, Record<string, object>> = {}
  for (const api of apis) {
    for (const row of api.rows) {
      const path = api.base + row.at
      paths[path] = { ...paths[path], [row.verb.toLowerCase()]: operation(api, row) }
    }
  }
  return paths
}

function operation(api: DescribedApi, row: DescribedRoute): object {
  const body = jsonSchema(row.body)
  const isRequired = Array.isArray(body['required'])
  return {
    operationId: routeId(api, row),
    summary: row.summary,
    tags: [`${api.name}-api`],
    'x-scope': row.scope,
    security: [{ [schemeOf(api)]: [] }],
    parameters: [
      ...inPlace(row.path, 'path'),
      ...inPlace(row.query, 'query'),
      ...(row.idempotent === false ? [] : [{ $ref: '#/components/parameters/IdempotencyKey' }]),
    ],
    ...(body['properties'] !== undefined && {
      requestBody: { required: isRequired, content: { 'application/json': { schema: body } } },
    }),
    responses: { ...success(row), ...refusals(row) },
  }
}

function inPlace(fields: TObject, place: 'path' | 'query'): readonly object[] {
  const required = new Set<unknown>(fields.required)
  return Object.entries(fields.properties).map(([name, schema]) => ({
    name,
    in: place,
    required: required.has(name),
    schema: jsonSchema(schema),
  }))
}

function success({ answer, created, idempotent }: DescribedRoute): object {
  if (answer === null) return { '204': { description: 'Done. No body.', headers: RATE_HEADERS } }
  const headers = { ...RATE_HEADERS, ...(idempotent !== false && REPLAYED) }
  const media =
    typeof answer === 'string'
      ? { [mediaType(answer)]: { schema: { type: 'string' } } }
      : { 'application/json': { schema: jsonSchema(answer) } }
  return { [created ? '201' : '200']: { description: 'Done.', headers, content: media } }
}

/** Without parameters. */
function mediaType(type: string): string {
  return type.split(';', 1)[0] ?? type
}

const REPLAYED = { 'Idempotency-Replayed': { $ref: '#/components/headers/IdempotencyReplayed' } } as const

function refusals({ verb, scope, notFound }: DescribedRoute): Readonly<Record<string, object>> {
  const changes = scope === 'full' && verb !== 'GET'
  return {
    '400': ref('ApiInvalid'),
    '401': ref('ApiUnauthorized'),
    '403': ref('ApiForbidden'),
    ...(notFound && { '404': ref('ApiNotFound') }),
    ...(changes && { '409': ref('ApiConflict'), '413': ref('ApiTooLarge'), '422': ref('ApiQuotaExceeded') }),
    '429': ref('ApiTooManyRequests'),
    '503': ref('ApiUnavailable'),
    '504': ref('ApiUnconfirmed'),
  }
}
