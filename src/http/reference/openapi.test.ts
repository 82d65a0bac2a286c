// Truth: OpenAPI 3.1 and JSON Schema 2020-12; every row of the tables is an operation; what the tables' own keywords mean, standard ones say.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import Ajv2020 from 'ajv/dist/2020.js'
import Type from 'typebox'
import { systemClock } from '../../lib/clock.ts'
import { instanceMethods } from '../green/methods.ts'
import { integer, list, oneOf, oneOfOrAbsent, optional, text } from '../fields.ts'
import { defineRoute } from '../api/route.ts'
import { fieldsWithin } from '../api/strict-fields.ts'
import { defineMethod, MethodTable } from '../method.ts'
import { QrImages } from '../qr/qr-images.ts'
import { describedApis, describedTables, type DescribedTables } from './described.ts'
import { jsonSchema } from './json-schema.ts'
import { MESSAGE_TYPES } from './notifications.ts'
import { openApiDocument } from './openapi.ts'
import { postmanCollection } from './postman.ts'

type Json = Readonly<Record<string, unknown>>
const URL_HERE = 'https://gate.example'
const ROOT = `${URL_HERE}/schemas`
const PARTNER_ROW = defineMethod({
  name: 'createInstance',
  summary: 'Makes one.',
  verbs: ['POST'],
  group: 'partner',
  perSecond: 1,
  idempotent: true,
  atLeast: 1,
  fields: { name: optional(text({ empty: 'value' })) },
  answer: null,
  handle: () => null,
})
const OWN_ROWS = [
  defineRoute<null>()({
    verb: 'PATCH',
    at: '/things/{id}',
    summary: 'Changes one.',
    group: 'things',
    scope: 'full',
    path: { id: Type.String() },
    query: { limit: Type.Optional(Type.Integer({ minimum: 1 })) },
    body: {
      terms: Type.Object({ limit: Type.Union([Type.Integer(), Type.Null()]) }),
      calls: Type.Optional(Type.Record(Type.String(), Type.Integer())),
      settings: Type.Optional(fieldsWithin({ name: optional(text({ empty: 'value', max: 5 })) })),
    },
    answer: Type.Object({ id: Type.String() }),
    idempotent: true,
    handle: () => null,
  }),
  defineRoute<null>()({
    verb: 'GET',
    at: '/things/{id}',
    summary: 'Tells one as CSV.',
    group: 'things',
    scope: 'read',
    path: { id: Type.String() },
    answer: 'text/csv; charset=utf-8',
    handle: () => null,
  }),
  defineRoute<null>()({
    verb: 'DELETE',
    at: '/things',
    summary: 'Deletes all.',
    group: 'things',
    scope: 'full',
    answer: null,
    handle: () => null,
  }),
]
const tables: DescribedTables = describedTables(
  instanceMethods({ clock: systemClock, images: new QrImages(), delayMinMs: 500 }),
  new MethodTable([PARTNER_ROW]),
  describedApis(
    { base: '/api/partner/v1', rows: OWN_ROWS },
    { base: '/api/operator/v1', rows: OWN_ROWS },
    { base: '/api/console', rows: [] },
  ),
)
// What is sent is JSON: what JSON drops is not in the document.
const document = JSON.parse(JSON.stringify(openApiDocument(tables, URL_HERE, '1.2.3'))) as Json
const operations = Object.entries(objectAt(document, 'paths')).flatMap(([path, item]) =>
  Object.entries(item as Json).map(([verb, operation]) => ({ path, verb, operation: operation as Json })),
)

function objectAt(json: Json, path: string): Json {
  let found: unknown = json
  for (const key of path.split('/')) {
    assert.ok(typeof found === 'object' && found !== null, path)
    found = (found as Json)[key]
  }
  assert.ok(typeof found === 'object' && found !== null, path)
  return found as Json
}

/** Every object in a document, with the key under which it stands. */
function* objectsIn(value: unknown, key = ''): Generator<readonly [string, Json]> {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) yield [key, value as Json]
  for (const [name, item] of Object.entries(value)) yield* objectsIn(item, Array.isArray(value) ? key : name)
}

describe('the document', () => {
  test('has the parts that OpenAPI 3.1 requires, and no others', () => {
    assert.match(String(document['openapi']), /^3\.1\.\d+$/)
    const { title, version } = objectAt(document, 'info')
    assert.deepEqual([typeof title, version], ['string', '1.2.3'])
    const known = [
      'openapi',
      'info',
      'jsonSchemaDialect',
      'servers',
      'security',
      'tags',
      'paths',
      'webhooks',
      'components',
    ]
    assert.deepEqual(Object.keys(document), known)
    const places = Object.keys(objectAt(document, 'components'))
    assert.deepEqual(places.toSorted(), ['headers', 'parameters', 'responses', 'schemas', 'securitySchemes'])
  })

  test('every row is an operation for each of its verbs', () => {
    const rows = [...tables.instance, ...tables.partner].flatMap((row) =>
      row.verbs.map((verb) => `${verb.toLowerCase()} ${row.name}`),
    )
    const ofContract = operations.filter(({ path }) => !path.startsWith('/api/'))
    const found = ofContract.map(({ path, verb }) => `${verb} ${path.split('/')[2] ?? ''}`)
    assert.deepEqual(new Set(found), new Set(rows))
    const own = tables.own.flatMap(({ base, rows }) => rows.map(({ verb, at }) => `${verb.toLowerCase()} ${base}${at}`))
    const ofOwn = operations.filter(({ path }) => path.startsWith('/api/')).map(({ verb, path }) => `${verb} ${path}`)
    assert.deepEqual(ofOwn.toSorted(), own.toSorted())
  })

  test('operations are named once and say what OpenAPI wants', () => {
    const ids = operations.map(({ operation }) => operation['operationId'])
    assert.equal(new Set(ids).size, ids.length)
    const tags = new Set((document['tags'] as readonly Json[]).map(({ name }) => name))
    for (const { path, verb, operation } of operations) {
      const at = `${verb} ${path}`
      assert.ok(
        (operation['tags'] as readonly string[]).every((tag) => tags.has(tag)),
        at,
      )
      assert.ok(operation['requestBody'] === undefined || verb !== 'get', at)
      const responses = Object.entries(objectAt(operation, 'responses'))
      assert.ok(responses.length > 1 && responses.every(([status]) => /^[1-5]\d\d$/.test(status)), at)
      for (const [, response] of responses) {
        assert.ok('$ref' in (response as Json) || typeof (response as Json)['description'] === 'string', at)
      }
      assertParameters(path, operation, at)
    }
  })

  test('a route of our own tells its token, its fields and what it answers', () => {
    const patch = objectAt(document, 'paths')['/api/partner/v1/things/{id}'] as Json
    const operation = patch['patch'] as Json
    assert.deepEqual(operation['security'], [{ partnerToken: [] }])
    const body = objectAt(operation, 'requestBody/content')['application/json'] as { readonly schema: Json }
    const { terms, calls, settings } = objectAt(body.schema, 'properties') as Readonly<Record<string, Json>>
    assert.deepEqual(body.schema['required'], ['terms'])
    assert.deepEqual(objectAt(terms ?? {}, 'properties')['limit'], { anyOf: [{ type: 'integer' }, { type: 'null' }] })
    assert.deepEqual(calls, { type: 'object', additionalProperties: { type: 'integer' } })
    assert.deepEqual(settings, { type: 'object', properties: { name: { type: 'string', maxLength: 5 } } })
    const download = objectAt(patch, 'get/responses/200/content')
    assert.deepEqual(Object.keys(download), ['text/csv'])
    const removal = (objectAt(document, 'paths')['/api/operator/v1/things'] as Json)['delete'] as Json
    assert.ok('204' in objectAt(removal, 'responses') && removal['requestBody'] === undefined)
  })

  test('every reference leads somewhere', () => {
    for (const [, object] of objectsIn(document)) {
      const { $ref } = object
      if (typeof $ref === 'string') objectAt(document, $ref.replace('#/', ''))
    }
  })

  test('every schema is a JSON Schema of 2020-12 without keywords of our own', () => {
    const ajv = new Ajv2020.default({ strict: true, allowUnionTypes: true, validateFormats: false })
    ajv.addSchema({ $id: ROOT, $defs: objectAt(document, 'components/schemas') })
    let count = 0
    for (const [key, object] of objectsIn(document)) {
      if (key !== 'schema') continue
      count += 1
      // References are meant from the document's root.
      const text = JSON.stringify(object).replaceAll('"#/components/schemas/', `"${ROOT}#/$defs/`)
      const schema = JSON.parse(text) as Json
      assert.doesNotThrow(() => ajv.compile(schema), JSON.stringify(object))
    }
    assert.ok(count > 100)
  })

  test('its examples are good by their own schemas', () => {
    const ajv = new Ajv2020.default({ strict: true, allowUnionTypes: true, validateFormats: false })
    for (const { path, operation } of operations) {
      const media = (operation['requestBody'] as { content?: Record<string, Json> } | undefined)?.content?.[
        'application/json'
      ]
      if (media?.['example'] === undefined) continue
      const check = ajv.compile(media['schema'] as Json)
      assert.ok(check(media['example']), `${path}: ${JSON.stringify(check.errors)}`)
    }
  })

  test('files are forms or bytes, keys are parameters, quotas are 466', () => {
    for (const row of tables.instance) {
      const [first] = operations.filter(({ path }) => path.split('/')[2] === row.name)
      assert.ok(first !== undefined)
      const { operation } = first
      const responses = Object.keys(objectAt(operation, 'responses'))
      if (row.hasQuota) assert.ok(responses.includes('466'), row.name)
      const parameters = JSON.stringify(operation['parameters'])
      assert.equal(parameters.includes('IdempotencyKey'), row.idempotent, row.name)
      if (row.input === 'json') continue
      const { content } = operation['requestBody'] as { readonly content: Readonly<Record<string, unknown>> }
      const types = row.input === 'form' ? ['multipart/form-data'] : ['*/*', 'multipart/form-data']
      assert.deepEqual(Object.keys(content), types, row.name)
    }
  })

  test('the notifications are webhooks, and golden files know no other type of message', () => {
    const folder = new URL('../../../../test/golden/notifications/', import.meta.url)
    const types = readdirSync(folder).map((file) => {
      const { messageData } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { messageData: Json }
      return messageData['typeMessage']
    })
    assert.deepEqual([...new Set(types)].toSorted(), [...MESSAGE_TYPES].toSorted())
    assert.ok(Object.keys(objectAt(document, 'webhooks')).includes('incomingMessageReceived'))
  })
})

/** Names in braces are path parameters, each of them, once. */
function assertParameters(path: string, operation: Json, at: string): void {
  const parameters = (operation['parameters'] as readonly Json[]).map((parameter) =>
    typeof parameter['$ref'] === 'string' ? objectAt(document, parameter['$ref'].replace('#/', '')) : parameter,
  )
  const named = parameters.map((parameter) => `${String(parameter['in'])} ${String(parameter['name'])}`)
  assert.equal(new Set(named).size, named.length, at)
  const inPath = parameters.filter((parameter) => parameter['in'] === 'path')
  assert.ok(
    inPath.every(({ required }) => required === true),
    at,
  )
  const braces = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
  assert.deepEqual(inPath.map(({ name }) => name).toSorted(), braces.toSorted(), at)
}

describe('keywords of the tables', () => {
  test('lengths, ranges, digits, choices and emptiness become standard', () => {
    assert.deepEqual(jsonSchema(text({ empty: 'error', max: 5 })), { type: 'string', minLength: 1, maxLength: 5 })
    assert.equal(jsonSchema(text({ empty: 'absent', min: 16 }))['minLength'], undefined)
    const digits = jsonSchema(integer({ empty: 'error', digits: true, minimum: 3, maximum: 9 }))
    assert.deepEqual(digits, { type: ['integer', 'string'], pattern: '^[0-9]{0,16}$', minimum: 3, maximum: 9 })
    assert.deepEqual(jsonSchema(oneOf(['a'], { empty: 'error' })), { type: 'string', enum: ['a'] })
    assert.equal(jsonSchema(oneOfOrAbsent(['a']))['enum'], undefined)
    const items = jsonSchema(list(text({ empty: 'error' }), { empty: 'error', min: 1, max: 3 }))
    assert.deepEqual(items, { type: 'array', items: { type: 'string', minLength: 1 }, minItems: 1, maxItems: 3 })
  })
})

describe('the Postman collection', () => {
  interface Request {
    readonly name: string
    readonly request: { readonly method: string; readonly url: { readonly raw: string }; readonly body?: Json }
  }
  const collection = postmanCollection(tables, URL_HERE) as {
    readonly info: Json
    readonly item: readonly { readonly item: readonly Request[] }[]
    readonly variable: readonly { readonly key: string; readonly value: string }[]
  }
  const requests = collection.item.flatMap(({ item }) => item)

  test('is of version 2.1 and has a request for each verb of each row', () => {
    assert.match(String(collection.info['schema']), /v2\.1\.0/)
    const verbs = [...tables.instance, ...tables.partner].reduce((count, { verbs }) => count + verbs.length, 0)
    assert.equal(requests.length, verbs)
  })

  test('uses the variables that it declares, as the vendor names them', () => {
    const declared = new Set(collection.variable.map(({ key }) => key))
    for (const { request } of requests) {
      const used = [...JSON.stringify(request).matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? '')
      assert.ok(
        used.every((name) => declared.has(name)),
        request.url.raw,
      )
    }
    const send = requests.find(({ name }) => name === 'sendMessage')
    assert.equal(send?.request.url.raw, '{{apiUrl}}/waInstance{{idInstance}}/sendMessage/{{apiTokenInstance}}')
    const upload = requests.find(({ name }) => name === 'uploadFile')
    assert.ok(upload?.request.url.raw.startsWith('{{mediaUrl}}/'))
    assert.equal(collection.variable.find(({ key }) => key === 'apiUrl')?.value, URL_HERE)
  })
})
