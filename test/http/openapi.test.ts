// Truth: the document at /openapi.json: what it says of an operation is what the running server does, for good requests (golden files) and bad ones.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020.js'
import { casesOf, METHODS, openScenes, runCase, type Scenes } from '../golden/method-case.ts'
import { objectIn, type Json } from '../support/road.ts'
import { pathOf, startServer, type Answer, type TestServer } from '../support/server.ts'

const WRONG_TOKEN = '0'.repeat(50)
const ROOT = 'https://gate.example/schemas'

interface Operation {
  readonly method: string
  readonly verb: string
  readonly api: 'instance' | 'partner'
  /** The path has a part behind the token. */
  readonly isLong: boolean
  readonly operation: Json
}

let server: TestServer
let scenes: Scenes
let document: Json
let operations: readonly Operation[]
const ajv = new Ajv2020.default({ strict: true, allowUnionTypes: true, validateFormats: false })
before(async () => {
  server = await startServer()
  scenes = await openScenes(server)
  document = objectIn(await server.call('GET', '/openapi.json'))
  ajv.addSchema({ $id: ROOT, $defs: (document['components'] as Json)['schemas'] })
  // Those of the contract; the APIs of our own have suites of their own.
  const paths = Object.entries(document['paths'] as Json).filter(([path]) => !path.startsWith('/api/'))
  operations = paths.flatMap(([path, item]) =>
    Object.entries(item as Json).map(([verb, operation]) => ({
      method: path.split('/')[2] ?? '',
      verb: verb.toUpperCase(),
      api: path.startsWith('/partner/') ? ('partner' as const) : ('instance' as const),
      isLong: path.split('/').length > 4,
      operation: operation as Json,
    })),
  )
})
after(() => server.close())

/** What the document says of an answer of this status, references followed; undefined where it says nothing. */
function responseOf({ operation }: Operation, status: number): Json | undefined {
  const response = (operation['responses'] as Json)[String(status)] as Json | undefined
  const ref = response?.['$ref']
  if (typeof ref !== 'string') return response
  return ((document['components'] as Json)['responses'] as Json)[ref.split('/').at(-1) ?? ''] as Json
}

const compiled = new Map<unknown, ValidateFunction>()

function assertDocumented(answer: Answer, at: Operation): void {
  const said = `${at.verb} ${at.method} ${String(answer.status)}: ${answer.text.slice(0, 500)}`
  const response = responseOf(at, answer.status)
  assert.ok(response !== undefined, `not documented: ${said}`)
  const schema = ((response['content'] as Json | undefined)?.['application/json'] as Json | undefined)?.['schema']
  // Some refusals have a body in some cases alone.
  if (answer.text === '' && (schema === undefined || answer.status === 403)) return
  assert.ok(schema !== undefined, `a body that is not documented: ${said}`)
  const check = compiled.get(schema) ?? ajv.compile(rooted(schema))
  compiled.set(schema, check)
  assert.ok(check(answer.json), `${said}\n${JSON.stringify(check.errors)}`)
}

function rooted(schema: unknown): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/schemas/', `"${ROOT}#/$defs/`)) as Json
}

/** The path of an operation on the WhatsApp scene, or on one of its messengers. */
function pathFor({ method, api, isLong }: Operation, messenger: keyof Scenes = 'whatsapp', token?: string): string {
  const { made } = scenes[messenger]
  const behind = isLong ? '/1' : ''
  if (api === 'partner') return `/partner/${method}/${token ?? 'gac.wrong'}${behind}`
  return pathOf({ ...made, apiTokenInstance: token ?? made.apiTokenInstance }, method + behind)
}

function messengerOf({ operation }: Operation): keyof Scenes {
  return (operation['x-messengers'] as readonly (keyof Scenes)[])[0] ?? 'whatsapp'
}

describe('the document and the server', () => {
  test('good requests are answered as documented', async () => {
    for (const method of METHODS) {
      for (const one of casesOf(method)) {
        const isLong = one.path?.startsWith('/') === true
        const at = operations.find((o) => o.method === method && o.verb === one.verb && o.isLong === isLong)
        assert.ok(at !== undefined, `${one.verb} ${method} is not documented`)
        const { answer } = await runCase(server, scenes, method, one, one.messengers[0] ?? 'whatsapp')
        assert.equal(answer.status, 200, `${method}, ${one.about}: ${answer.text}`)
        assertDocumented(answer, at)
      }
    }
  })

  test('a wrong token, an unknown instance and a wrong verb are refused as documented', async () => {
    for (const at of operations) {
      assertDocumented(await server.call(at.verb, pathFor(at, 'whatsapp', WRONG_TOKEN)), at)
      const patched = await server.call('PATCH', pathFor(at))
      assert.equal(patched.status, 404)
      assertDocumented(patched, at)
      if (at.api === 'partner') continue
      const unknown = await server.call(at.verb, pathFor(at).replace(/waInstance\d+/, 'waInstance1'))
      assert.equal(unknown.status, 403)
      assertDocumented(unknown, at)
    }
  })

  test('a body that is none is refused as documented', async () => {
    for (const at of operations.filter(({ operation }) => operation['requestBody'] !== undefined)) {
      const content = Object.keys((at.operation['requestBody'] as Json)['content'] as Json)
      const isForm = content.includes('multipart/form-data')
      const type = isForm ? 'multipart/form-data; boundary=x' : 'application/json'
      const answer = await server.call(at.verb, pathFor(at, messengerOf(at)), '{"chatId":', { 'Content-Type': type })
      if (at.api === 'instance') assert.equal(answer.status, 400, `${at.method}: ${answer.text}`)
      assertDocumented(answer, at)
    }
  })

  test('a method that the messenger has not is refused as documented', async () => {
    for (const at of operations.filter(({ api }) => api === 'instance')) {
      const known = at.operation['x-messengers'] as readonly string[]
      for (const messenger of ['whatsapp', 'v3', 'telegram'] as const) {
        if (known.includes(messenger)) continue
        const answer = await server.call(at.verb, pathFor(at, messenger))
        assert.equal(answer.status, 400, at.method)
        assert.match(answer.text, /is not supported/)
        assertDocumented(answer, at)
      }
    }
  })

  test('its own examples are good requests', async () => {
    for (const at of operations) {
      const content = (at.operation['requestBody'] as Json | undefined)?.['content'] as Json | undefined
      const media = content?.['application/json'] as Json | undefined
      if (at.api === 'partner' || media?.['example'] === undefined) continue
      // Nothing that is sent leaves this instance.
      const made = await server.make({ typeInstance: messengerOf(at) })
      const answer = await server.on(made, at.verb, at.method, media['example'])
      assertDocumented(answer, at)
      assert.ok(!answer.text.includes('Validation failed'), `${at.method}: ${answer.text}`)
    }
  })

  test('the first server is this one, and the second serves the same', async () => {
    const servers = document['servers'] as readonly { readonly url: string }[]
    assert.deepEqual(
      servers.map(({ url }) => url),
      [server.url, `${server.url}/v3`],
    )
    const { made } = scenes.v3
    assert.equal((await server.call('GET', `/v3${pathOf(made, 'getStateInstance')}`)).status, 200)
  })
})

describe('the pages of the reference', () => {
  test('name every method, ask nobody else for anything and hold no token', async () => {
    const page = await server.call('GET', '/docs')
    assert.equal(page.status, 200)
    assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'/)
    for (const { method } of operations) assert.ok(page.text.includes(`id="${method}"`), method)
    const asked = [...page.text.matchAll(/(?:src|href)="([^"#]*)"/g)].map(([, url]) => url ?? '')
    for (const url of asked.filter((each) => each !== '')) {
      assert.match(url, /^\//)
      assert.equal((await server.call('GET', url)).status, 200, url)
    }
    const all = page.text + JSON.stringify(document) + (await server.call('GET', '/postman.json')).text
    for (const { made } of Object.values(scenes)) assert.ok(!all.includes(made.apiTokenInstance))
  })

  test('are not sent again to who has them', async () => {
    for (const path of ['/docs', '/openapi.json', '/postman.json']) {
      const etag = (await server.call('GET', path)).headers.get('etag') ?? ''
      const again = await server.call('GET', path, undefined, { 'If-None-Match': etag })
      assert.deepEqual([again.status, again.text], [304, ''])
    }
  })
})
