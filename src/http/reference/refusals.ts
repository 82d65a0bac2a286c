import type { Api, Described } from './described.ts'
import type { JsonSchema } from './json-schema.ts'

const text = { type: 'string' } as const
const count = { type: 'integer', minimum: 0 } as const

/** The shapes of refusals, for `components.schemas`. */
export const REFUSAL_SCHEMAS = {
  Refusal: {
    type: 'object',
    description: 'Why a call was refused. The token in the path is masked.',
    properties: {
      statusCode: { type: 'integer' },
      timestamp: { type: 'string', format: 'date-time' },
      path: text,
      code: { type: 'string', const: 'INVALID_PARAM', description: 'Only where a webhook URL is in the way.' },
      status: { type: 'string', const: 'error' },
      message: text,
    },
    required: ['statusCode', 'timestamp', 'path', 'message'],
  },
  PartnerRefusal: {
    type: 'object',
    description: 'Partner methods refuse with HTTP 200 and a code.',
    properties: {
      code: { type: 'integer', enum: [400, 401, 403, 404, 409, 413, 429, 466, 500, 503, 504] },
      description: text,
    },
    required: ['code', 'description'],
  },
  QuotaExceeded: {
    type: 'object',
    description: "What of the tariff's quota of this month is used up.",
    properties: {
      invokeStatus: {
        type: 'object',
        properties: {
          method: text,
          used: count,
          total: count,
          status: { type: 'string', enum: ['QUOTE_ALLOWED', 'QUOTE_EXCEEDED'] },
          description: text,
        },
        required: ['method', 'used', 'total', 'status'],
      },
      correspondentsStatus: {
        type: 'object',
        properties: {
          method: text,
          used: count,
          total: count,
          status: { type: 'string', const: 'CORRESPONDENTS_QUOTE_EXCEEDED' },
          description: text,
        },
        required: ['method', 'used', 'total', 'status', 'description'],
      },
    },
  },
} as const satisfies Readonly<Record<string, JsonSchema>>

/** On every answer that was counted. */
export const RATE_HEADERS = {
  'X-RateLimit-Remaining': { $ref: '#/components/headers/RateLimitRemaining' },
  'X-RateLimit-Replenish-Rate': { $ref: '#/components/headers/RateLimitReplenishRate' },
} as const

export const HEADERS = {
  RateLimitRemaining: { description: 'How many calls of this method are good at this moment.', schema: count },
  RateLimitReplenishRate: { description: 'So many calls a second become good again.', schema: { type: 'number' } },
  RetryAfter: { description: 'Seconds after which a call is good again.', schema: count },
} as const

const asJson = (schema: string) => ({ 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } })

/** For `components.responses`. */
export const REFUSALS = {
  BadRequest: {
    description:
      'A field does not fit, the method is not for this messenger, or the instance is not in the right state: not linked, deleted, or expired.',
    content: asJson('Refusal'),
  },
  WrongToken: { description: 'The token is wrong. No body.' },
  Forbidden: {
    description: 'There is no such instance (no body), or its account is suspended, here or by the messenger.',
    content: asJson('Refusal'),
  },
  NotFound: {
    description: 'No such method, a wrong verb, or what the call names does not exist.',
    content: asJson('Refusal'),
  },
  Conflict: { description: 'The Idempotency-Key was used with another body.', content: asJson('Refusal') },
  TooLarge: { description: 'The body is larger than may be.', content: asJson('Refusal') },
  TooManyRequests: {
    description: 'Too many calls a second. A refused call uses up nothing.',
    headers: { 'Retry-After': { $ref: '#/components/headers/RetryAfter' }, ...RATE_HEADERS },
    content: asJson('Refusal'),
  },
  QuotaExceeded: {
    description:
      "The tariff's quota of this month is used up; or the account has no room for more files, and then the body is like that of other refusals.",
    content: {
      'application/json': {
        schema: { anyOf: [{ $ref: '#/components/schemas/QuotaExceeded' }, { $ref: '#/components/schemas/Refusal' }] },
      },
    },
  },
  Unavailable: {
    description: 'The messenger or the database can not be reached now. Nothing was done.',
    content: asJson('Refusal'),
  },
  Unconfirmed: {
    description: 'No answer came in time: it is not known whether this was done.',
    content: asJson('Refusal'),
  },
} as const

type RefusalName = keyof typeof REFUSALS

const ref = (name: RefusalName) => ({ $ref: `#/components/responses/${name}` })

/** The refusals that a method can answer with, by status. Partner methods refuse with 200, but for paths that name nothing. */
export function refusalsOf(api: Api, row: Described): Readonly<Record<string, object>> {
  if (api === 'partner') return { '404': ref('NotFound') }
  const mayCorrespond = row.group === 'sending' || row.group === 'statuses'
  return {
    '400': ref('BadRequest'),
    ...(row.refuseToken === undefined && { '401': ref('WrongToken') }),
    '403': ref('Forbidden'),
    '404': ref('NotFound'),
    ...(row.idempotent && { '409': ref('Conflict') }),
    ...(row.takesBody && { '413': ref('TooLarge') }),
    '429': ref('TooManyRequests'),
    ...((row.hasQuota || mayCorrespond || row.input !== 'json') && { '466': ref('QuotaExceeded') }),
    '503': ref('Unavailable'),
    '504': ref('Unconfirmed'),
  }
}
