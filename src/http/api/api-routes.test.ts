// Truth: what the APIs of our own promise of every route: errors that name the field, rights, keys that count once, bodies and streams with bounds.
import assert from 'node:assert/strict'
import { get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, test } from 'node:test'
import Fastify, { type FastifyInstance, type InjectOptions } from 'fastify'
import fc from 'fast-check'
import { Registry } from 'prom-client'
import Type from 'typebox'
import { SkippingClock } from '../../lib/skipping-clock.ts'
import type { Log } from '../../lib/log.ts'
import { until } from '../../lib/until.ts'
import { fault, isFault } from '../../model/fault.ts'
import { isRepeated } from '../../model/once.ts'
import type { Batch, Committed, Earlier } from '../../storage/store.ts'
import { RequestCounter } from '../request-counter.ts'
import { apiRoutes, refuseApiUrl } from './api-routes.ts'
import { earlierAnswer } from './keyed.ts'
import { defineRoute, Download, type ApiRow, type MakeOnce } from './route.ts'

interface Caller {
  readonly id: string
  readonly mayWrite: boolean
}

const CALLERS: Readonly<Record<string, Caller>> = {
  'Bearer full': { id: 'one', mayWrite: true },
  'Bearer read': { id: 'one', mayWrite: false },
  'Bearer other': { id: 'two', mayWrite: true },
}

/** What a store does with `once` guards, and nothing else. */
class Answers {
  readonly rows = new Map<string, Earlier>()
  readonly answers = {
    find: (scope: string, key: string) => Promise.resolve(this.rows.get(`${scope}\n${key}`) ?? null),
  }

  async commit(batch: Batch): Promise<Committed> {
    await sleep(1)
    const onces = batch.guards.filter((guard) => guard.kind === 'once')
    for (const guard of onces) {
      const earlier = this.rows.get(`${guard.scope}\n${guard.key}`)
      if (earlier !== undefined) return { ok: false, refusedBy: guard, earlier }
    }
    for (const { scope, key, bodyHash, answer } of onces) this.rows.set(`${scope}\n${key}`, { bodyHash, answer })
    return { ok: true }
  }
}

const define = defineRoute<Caller>()
const store = new Answers()
let made = 0
const downloads = { pieces: 0, closed: 0 }

async function make(once: MakeOnce, name: string, part?: string): Promise<object> {
  if (name === 'bad') return fault('quotaExceeded', 'No more of these')
  const answer = { name, number: (made += 1) }
  const guard = once<object>((result) => result, part)?.(answer)
  const committed = await store.commit({ guards: guard === undefined ? [] : [guard], writes: [] })
  return !committed.ok && committed.earlier !== undefined ? { earlier: committed.earlier } : answer
}

async function* endless(): AsyncGenerator<string> {
  try {
    for (;;) {
      await sleep(0)
      downloads.pieces += 1
      yield 'x'.repeat(16_384)
    }
  } finally {
    downloads.closed += 1
  }
}

// eslint-disable-next-line @typescript-eslint/require-await -- a source that fails at once
async function* broken(): AsyncGenerator<string> {
  if (made >= 0) throw new Error('the disk is gone: gac.secret')
  yield ''
}

async function* some(): AsyncGenerator<string> {
  await sleep(0)
  yield 'a;'
  yield ''
  yield 'б'
}

const terms = {
  currency: Type.String({ pattern: '^[A-Z]{3}$' }),
  limit: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
}
/** What fails the calls of `/waits`. */
const waiting: ((error: Error) => void)[] = []
const ROWS: readonly ApiRow<Caller>[] = [
  define({
    verb: 'GET',
    at: '/things/{number}',
    summary: 'One.',
    group: 'things',
    scope: 'read',
    path: { number: Type.Integer() },
    query: { limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10 })), all: Type.Optional(Type.Boolean()) },
    answer: Type.Object({}),
    handle: (caller, { path, query }) => ({ caller: caller.id, ...path, ...query }),
  }),
  define({
    verb: 'POST',
    at: '/things',
    summary: 'Makes one.',
    group: 'things',
    scope: 'full',
    body: {
      name: Type.String({ minLength: 1, maxLength: 50 }),
      terms: Type.Optional(Type.Object(terms)),
      free: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    },
    answer: Type.Object({}),
    created: true,
    idempotent: true,
    handle: (_caller, { body, once }) => make(once, body.name),
  }),
  define({
    verb: 'POST',
    at: '/many',
    summary: 'Makes many.',
    group: 'things',
    scope: 'full',
    body: { names: Type.Array(Type.String(), { minItems: 1 }) },
    answer: Type.Object({}),
    idempotent: 'parts',
    async handle(_caller, { body, once }) {
      const items: unknown[] = []
      for (const [index, name] of body.names.entries()) {
        const outcome = await make(once, name, String(index))
        items.push(isRepeated(outcome) ? earlierAnswer(outcome) : isFault(outcome) ? { error: outcome.fault } : outcome)
      }
      return { items }
    },
  }),
  define({
    verb: 'POST',
    at: '/waits',
    summary: 'Waits for its outcome.',
    group: 'things',
    scope: 'full',
    answer: Type.Object({}),
    handle: () => new Promise<object>((_settle, fail) => waiting.push(fail)),
  }),
  ...(['crash', 'gone', 'broken', 'some', 'endless'] as const).map((name) =>
    define({
      verb: 'GET',
      at: `/${name}`,
      summary: name,
      group: 'things',
      scope: 'read',
      answer: 'text/csv',
      handle() {
        if (name === 'crash') throw new Error('secret innards')
        if (name === 'gone') return null
        const sources = { broken, some, endless }
        return new Download('text/csv; charset=utf-8', sources[name](), 'a.csv', { 'X-Own': '1' })
      },
    }),
  ),
]

const open: FastifyInstance[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()))
})

function start(perSecond = 1000, clock = new SkippingClock()) {
  const app = Fastify({ frameworkErrors: (_error, _request, reply) => void refuseApiUrl(reply) })
  const logged: string[] = []
  const keep = (fields: object, text: string): void => {
    logged.push(`${text} ${JSON.stringify(fields)}`)
  }
  const log: Log = { debug: keep, info: keep, warn: keep, error: keep, child: () => log }
  const registry = new Registry()
  app.register(
    apiRoutes<Caller>({
      name: 'test.v1',
      base: '/api/test/v1',
      rows: ROWS,
      authenticate: ({ headers }) => CALLERS[headers.authorization ?? ''] ?? fault('unauthorized', 'Unauthorized'),
      ownerOf: (caller) => caller.id,
      mayWrite: (caller) => caller.mayWrite,
      perSecond,
      store,
      register: { decide: (work) => Promise.resolve(work()) },
      clock,
      log,
      counter: new RequestCounter(registry),
    }),
  )
  open.push(app)
  const call = async (
    method: NonNullable<InjectOptions['method']>,
    url: string,
    payload?: unknown,
    headers: object = {},
  ) => {
    const isReady = typeof payload === 'string' || Buffer.isBuffer(payload)
    const type = { 'content-type': 'application/json' }
    const response = await app.inject({
      method,
      url: `/api/test/v1${url}`,
      headers: { authorization: 'Bearer full', ...(payload !== undefined && type), ...headers },
      ...(payload !== undefined && { payload: isReady ? payload : JSON.stringify(payload) }),
    })
    const { statusCode, body } = response
    const json: unknown = body.startsWith('{') ? JSON.parse(body) : undefined
    return { status: statusCode, json, text: body, headers: response.headers }
  }
  return { app, call, logged, registry }
}

type Call = ReturnType<typeof start>['call']
type Answered = Awaited<ReturnType<Call>>

function assertError(answered: Answered, status: number, code: string, message?: RegExp): void {
  assert.equal(answered.status, status, answered.text)
  const { error } = answered.json as { error: { code: string; message: string } }
  assert.equal(error.code, code)
  assert.deepEqual([Object.keys(answered.json as object), Object.keys(error)], [['error'], ['code', 'message']])
  if (message !== undefined) assert.match(error.message, message)
  assert.equal(answered.headers['cache-control'], 'no-store')
  assert.equal(answered.headers['x-content-type-options'], 'nosniff')
}

describe('what a call must be', () => {
  test('texts of paths and queries become what the schemas say, and nothing else does', async () => {
    const { call } = start()
    const answered = await call('GET', '/things/7?limit=3&all=true')
    assert.deepEqual([answered.status, answered.json], [200, { caller: 'one', number: 7, limit: 3, all: true }])
    assertError(await call('GET', '/things/7?limit=0x3'), 400, 'invalid', /'limit' must be an integer/)
    assertError(await call('GET', '/things/7?limit=11'), 400, 'invalid', /'limit' must be less than or equal to 10/)
    assertError(await call('GET', '/things/7?limit=1&limit=2'), 400, 'invalid', /'limit' must be given once/)
    assertError(await call('GET', '/things/7?Limit=1'), 400, 'invalid', /'Limit' is not known/)
    assertError(await call('GET', '/things/7?all=yes'), 400, 'invalid', /'all' must be a boolean/)
    assertError(await call('GET', '/things/7?__proto__=1'), 400, 'invalid', /'__proto__' is not known/)
    assertError(await call('GET', '/things/seven'), 404, 'notFound')
    assertError(await call('POST', '/things', { name: 7 }), 400, 'invalid', /'name' must be a string/)
  })

  test('a body is JSON with the fields that are known, and each fault names its field', async () => {
    const { call } = start()
    assertError(await call('POST', '/things'), 400, 'invalid', /'name' is required/)
    assertError(await call('POST', '/things', {}), 400, 'invalid', /'name' is required/)
    assertError(await call('POST', '/things', 'null'), 400, 'invalid', /'name' is required/)
    assertError(await call('POST', '/things', '[]'), 400, 'invalid', /'value' must be of type object/)
    assertError(await call('POST', '/things', { name: '' }), 400, 'invalid', /'name' is not allowed to be empty/)
    assertError(await call('POST', '/things', { name: 'a', nmae: 1 }), 400, 'invalid', /'nmae' is not known/)
    assertError(
      await call('POST', '/things', '{"name":"a","__proto__":{}}'),
      400,
      'invalid',
      /'__proto__' is not known/,
    )
    const nested = { name: 'a', terms: { currency: 'usd', limit: 'x', more: 1 } }
    const answered = await call('POST', '/things', nested)
    assertError(answered, 400, 'invalid', /'terms.currency' has not the right form: \^\[A-Z\]\{3\}\$/)
    assertError(answered, 400, 'invalid', /'terms.limit' must be an integer or must be null/)
    assertError(answered, 400, 'invalid', /'terms.more' is not known/)
    assertError(await call('POST', '/things', { name: 'a\0' }), 400, 'invalid', /'name' must not contain the NUL/)
    assertError(await call('POST', '/things', '{"name":"\\ud800"}'), 400, 'invalid', /'name' must be well-formed/)
    const deep = `{"name":"a","free":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`
    assertError(await call('POST', '/things', deep), 400, 'invalid', /nested too deeply/)
    const large = { name: 'a', terms: { currency: 'USD', limit: 2 ** 60 } }
    assertError(await call('POST', '/things', large), 400, 'invalid', /'terms.limit' is too large a number/)
  })

  test('a body is JSON whatever its content type says, as curl sends it', async () => {
    const { call } = start()
    for (const type of ['application/x-www-form-urlencoded', 'text/plain']) {
      const { status } = await call('POST', '/things', '{"name":"a"}', { 'content-type': type })
      assert.equal(status, 201, type)
    }
  })

  test('what is no JSON, or too much of it, is refused in the same shape', async () => {
    const { call } = start()
    assertError(await call('POST', '/things', '{name:1}'), 400, 'invalid', /not valid JSON/)
    assertError(await call('POST', '/things', Buffer.from([0x22, 0xff, 0x22])), 400, 'invalid', /UTF-8/)
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    assertError(await call('POST', '/things', 'name=a', form), 400, 'invalid', /not valid JSON/)
    assertError(await call('POST', '/things', '{}', { 'content-encoding': 'gzip' }), 400, 'invalid', /Encoding/)
    assertError(await call('POST', '/things', { name: 'a'.repeat(256 * 1024) }), 413, 'tooLarge')
    assertError(await call('POST', '/things', { name: 'a'.repeat(200 * 1024) }), 400, 'invalid', /'name' length/)
  })

  test('no junk is a fault of the server', async () => {
    const { call } = start()
    const property = fc.asyncProperty(fc.json(), fc.string(), async (body, query) => {
      const first = await call('POST', '/things', body)
      assert.ok(first.status === 400 || first.status === 201, first.text)
      const second = await call('GET', `/things/1?${encodeURIComponent(query)}`)
      assert.ok(second.status === 400 || second.status === 200, second.text)
    })
    await fc.assert(property, { numRuns: 150 })
  })
})

describe('who may call', () => {
  test('without a good token nothing is read; a token that reads may not write', async () => {
    const { call } = start()
    const answered = await call('POST', '/things', '{', { authorization: 'Bearer wrong' })
    assertError(answered, 401, 'unauthorized')
    assert.equal(answered.headers['www-authenticate'], 'Bearer')
    assertError(
      await call('POST', '/things', { name: 'a' }, { authorization: 'Bearer read' }),
      403,
      'forbidden',
      /only read/,
    )
    assert.equal((await call('GET', '/things/1', undefined, { authorization: 'Bearer read' })).status, 200)
  })

  test('each account has its own budget', async () => {
    const { call } = start(2)
    assert.equal((await call('GET', '/things/1')).headers['x-ratelimit-remaining'], '1')
    assert.equal((await call('GET', '/things/1')).status, 200)
    const refused = await call('GET', '/things/1')
    assertError(refused, 429, 'rateLimited')
    assert.equal(refused.headers['retry-after'], '1')
    assert.equal((await call('GET', '/things/1', undefined, { authorization: 'Bearer other' })).status, 200)
  })

  test('unknown paths are 404 and wrong verbs 405, whoever asks', async () => {
    const { call } = start()
    for (const url of ['', '/', '/nothing', '/things/1/2', '/things/%zz', `/things/${'9'.repeat(2000)}`]) {
      assertError(await call('GET', url, undefined, { authorization: '' }), 404, 'notFound')
    }
    const answered = await call('DELETE', '/things/1')
    assertError(answered, 405, 'methodNotAllowed')
    assert.equal(answered.headers['allow'], 'GET, HEAD')
    const preflight = await call('OPTIONS', '/things', undefined, { origin: 'https://evil.example' })
    assert.equal(preflight.status, 405)
    assert.equal(preflight.headers['access-control-allow-origin'], undefined)
  })
})

describe('keys', () => {
  test('the same call with the same key is done once and answered alike', async () => {
    const { call } = start()
    const key = { 'idempotency-key': 'k1' }
    const answers = await Promise.all([1, 2, 3].map(() => call('POST', '/things', { name: 'a' }, key)))
    assert.deepEqual(new Set(answers.map(({ text }) => text)).size, 1)
    assert.deepEqual(
      answers.map(({ status }) => status),
      [201, 201, 201],
    )
    assert.equal(answers.filter(({ headers }) => headers['idempotency-replayed'] === 'true').length, 2)
    assertError(await call('POST', '/things', { name: 'b' }, key), 409, 'conflict')
    assertError(
      await call('POST', '/things', { name: 'a' }, { 'idempotency-key': 'ä' }),
      400,
      'invalid',
      /Idempotency-Key/,
    )
    const others = await call('POST', '/things', { name: 'b' }, { ...key, authorization: 'Bearer other' })
    assert.equal(others.status, 201)
    assert.notEqual(others.text, answers[0]?.text)
  })

  test('a call of many keeps each outcome: what had failed is tried again, what had not is not', async () => {
    const { call } = start()
    const key = { 'idempotency-key': 'k2' }
    const wanted = { names: ['a', 'bad', 'c'] }
    const first = await call('POST', '/many', wanted, key)
    const before = made
    const second = await call('POST', '/many', wanted, key)
    assert.deepEqual([first.status, second.json], [200, first.json])
    assert.equal(first.headers['idempotency-replayed'], undefined)
    assert.equal(second.headers['idempotency-replayed'], 'true')
    const { items } = first.json as { items: readonly { number?: number; error?: string }[] }
    assert.deepEqual(
      items.map(({ error }) => error),
      [undefined, 'quotaExceeded', undefined],
    )
    assertError(await call('POST', '/many', { names: ['a', 'bad', 'c', 'd'] }, key), 409, 'conflict')
    assert.equal(store.rows.size, new Set(store.rows.keys()).size)
    assert.ok(made >= before)
  })
})

describe('answers', () => {
  test('nothing is 204; trouble of the server tells nothing of itself, and is logged', async () => {
    const { call, logged, registry } = start()
    assert.deepEqual([(await call('GET', '/gone')).status, (await call('GET', '/gone')).text], [204, ''])
    for (const url of ['/crash', '/broken']) {
      const answered = await call('GET', url)
      assertError(answered, 500, 'internal')
      assert.doesNotMatch(answered.text, /innards|disk/)
      assert.match(String(answered.headers['content-type']), /json/)
    }
    assert.equal(logged.length, 2)
    const metrics = await registry.metrics()
    assert.match(metrics, /method="test.v1 GET \/crash",status="500"\} 1/)
    assert.match(metrics, /method="test.v1 GET \/gone",status="204"\} 2/)
  })

  test('a download is sent in pieces with its name; a HEAD takes nothing of it', async () => {
    const { call } = start()
    const answered = await call('GET', '/some')
    assert.deepEqual([answered.status, answered.text], [200, 'a;б'])
    assert.equal(answered.headers['content-type'], 'text/csv; charset=utf-8')
    assert.equal(answered.headers['content-disposition'], 'attachment; filename="a.csv"')
    assert.equal(answered.headers['x-own'], '1')
    assert.equal(answered.headers['cache-control'], 'no-store')
    const pieces = downloads.pieces
    assert.equal((await call('HEAD', '/endless')).status, 200)
    assert.equal(downloads.pieces, pieces)
  })

  test('a slow reader holds back what is made for it, and its going away ends it', async () => {
    const { app } = start()
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    const headers = { authorization: 'Bearer full' }
    await new Promise<void>((resolve, reject) => {
      const request = get({ port, host: '127.0.0.1', path: '/api/test/v1/endless', headers }, (response) => {
        response.pause()
        const look = async (): Promise<void> => {
          let before = -1
          for (let tries = 0; before !== downloads.pieces && tries < 100; tries++) {
            before = downloads.pieces
            await sleep(50)
          }
          assert.equal(before, downloads.pieces, 'it stands still while nobody reads')
          response.destroy()
          for (let tries = 0; downloads.closed === 0 && tries < 100; tries++) await sleep(20)
          assert.equal(downloads.closed, 1)
        }
        look().then(resolve, reject)
      })
      request.on('error', () => undefined)
    })
  })
})

test('a call whose outcome does not come is told so within its bound, and its late trouble is in the log alone', async () => {
  const clock = new SkippingClock()
  const { call, logged } = start(1000, clock)
  const answered = call('POST', '/waits')
  const fail = await until(() => waiting.pop(), 'it is handled')
  clock.skip(77_000)
  const answer = await answered
  assertError(answer, 504, 'unconfirmed')
  assert.equal(answer.headers['retry-after'], undefined)
  fail(new Error('too late'))
  await until(() => logged.length > 0, 'it is in the log')
})
