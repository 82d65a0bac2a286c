// Truth: the document at /openapi.json: what it says of the partner API is what the running server answers, to good calls and to bad ones.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import Ajv2020 from 'ajv/dist/2020.js'
import { SkippingClock } from '../../src/lib/skipping-clock.ts'
import { until } from '../../src/lib/until.ts'
import { objectIn, type Json } from '../support/road.ts'
import { PARTNER_TOKEN, startServer, type Answer, type TestServer } from '../support/server.ts'

const BASE = '/api/partner/v1'
const ROOT = 'https://gate.example/schemas'

let server: TestServer
let document: Json
let idInstance: number
let receiptId: number
const ajv = new Ajv2020.default({ strict: true, allowUnionTypes: true, validateFormats: false })

before(async () => {
  const clock = new SkippingClock()
  server = await startServer({}, { clock })
  document = objectIn(await server.call('GET', '/openapi.json'))
  ajv.addSchema({ $id: ROOT, $defs: (document['components'] as Json)['schemas'] })
  idInstance = (await server.make({ name: 'one', webhookUrl: 'http://127.0.0.1:1/' })).idInstance
  const own = `/instances/${String(idInstance)}`
  receiptId = Number(((await call('POST', `${own}/notifications/test`)).json as Json)['receiptId'])
  await until(
    async () => (await call('GET', `${own}/deliveries/${String(receiptId)}`)).status === 200,
    'the notification was tried',
  )
  clock.skip(10_000)
  await call('PUT', '/hook', { url: 'https://hook.example/' })
})
after(() => server.close())

function call(verb: string, path: string, body?: unknown, token = PARTNER_TOKEN): Promise<Answer> {
  const type = body === undefined ? {} : { 'Content-Type': 'application/json' }
  return server.call(verb, BASE + path, body, { Authorization: `Bearer ${token}`, ...type })
}

function operations(): readonly { readonly verb: string; readonly path: string; readonly operation: Json }[] {
  const paths = Object.entries(document['paths'] as Json).filter(([path]) => path.startsWith(`${BASE}/`))
  return paths.flatMap(([path, item]) =>
    Object.entries(item as Json).map(([verb, operation]) => ({
      verb: verb.toUpperCase(),
      path: path.slice(BASE.length),
      operation: operation as Json,
    })),
  )
}

function at(json: unknown, ...keys: readonly string[]): Json | undefined {
  let found = json
  for (const key of keys) found = (found as Json | undefined)?.[key]
  return found as Json | undefined
}

function assertDocumented(operation: Json, answer: Answer, about: string): void {
  const given = at(operation, 'responses', String(answer.status))
  assert.ok(given !== undefined, `${about}: ${String(answer.status)} is not documented: ${answer.text}`)
  const ref = given['$ref']
  const name = typeof ref === 'string' ? (ref.split('/').at(-1) ?? '') : undefined
  const response = name === undefined ? given : at(document, 'components', 'responses', name)
  const content = at(response, 'content') ?? {}
  if (answer.text === '') {
    assert.deepEqual(content, {}, about)
    return
  }
  const type = (answer.headers.get('content-type') ?? '').split(';', 1)[0] ?? ''
  const schema = at(content, type, 'schema')
  assert.ok(schema !== undefined, `${about}: ${type} is not documented`)
  const rooted = JSON.stringify(schema).replaceAll('"#/components/schemas/', `"${ROOT}#/$defs/`)
  const check = ajv.compile(JSON.parse(rooted) as Json)
  assert.ok(check(answer.json ?? answer.text), `${about}: ${JSON.stringify(check.errors)} ${answer.text}`)
}

/** Good bodies for what has one. */
const BODIES: Readonly<Record<string, unknown>> = {
  'POST /instances': { instances: [{ name: 'a' }, { nmae: 'b' }] },
  'PATCH /instances': { ids: [1], settings: { stateWebhook: 'yes' } },
  'PUT /hook': { url: 'https://hook.example/other' },
}

test('good calls are answered as documented', async () => {
  const listed = objectIn(await call('GET', '/tokens'))['items'] as readonly { readonly id: string }[]
  const month = new Date().toISOString().slice(0, 7)
  const all = operations()
  assert.ok(all.length >= 20)
  // What takes something away comes last.
  for (const { verb, path, operation } of all.toSorted((one) => (one.verb === 'DELETE' ? 1 : -1))) {
    const about = `${verb} ${path}`
    const made = path
      .replace('{idInstance}', String(idInstance))
      .replace('{receiptId}', String(receiptId))
      .replace('{month}', month)
      .replace('{id}', listed[0]?.id ?? '')
    if (about === 'POST /tokens/{id}/rotate') continue
    const answer = await call(verb, made, BODIES[about])
    assert.ok(answer.status < 300, `${about}: ${answer.text}`)
    assertDocumented(operation, answer, about)
  }
})

test('bad calls are refused as documented', async () => {
  for (const { verb, path, operation } of operations()) {
    const about = `${verb} ${path}`
    const made = path.replace('{idInstance}', '1').replace('{month}', 'now').replace('{id}', 'nobody')
    assertDocumented(operation, await call(verb, made, undefined, 'gac.wrong'), about)
    assertDocumented(operation, await call(verb, `${made}?odd=1`), about)
    if (operation['requestBody'] !== undefined) assertDocumented(operation, await call(verb, made, '{'), about)
    if (path.includes('{')) assertDocumented(operation, await call(verb, made, BODIES[about]), about)
  }
})

test('calls about a hook that is not set are refused as documented', async () => {
  await call('DELETE', '/hook')
  const asked = operations().filter(({ verb, path }) => path.startsWith('/hook') && verb !== 'PUT')
  assert.equal(asked.length, 4)
  for (const { verb, path, operation } of asked) {
    const answer = await call(verb, path)
    assert.equal(answer.status, 404, path)
    assertDocumented(operation, answer, `${verb} ${path}`)
  }
})

test('the page of the reference names every route', async () => {
  const page = await server.call('GET', '/docs')
  for (const { operation } of operations()) {
    assert.ok(page.text.includes(`id="${String(operation['operationId'])}"`), String(operation['operationId']))
  }
})
