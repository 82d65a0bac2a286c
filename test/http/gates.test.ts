// Truth: DECISIONS E and contract §5: who is refused with what, in which order; transports as known clients use them.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { SkippingClock } from '../../src/lib/skipping-clock.ts'
import { pathOf, startServer, type Made, type TestServer } from '../support/server.ts'

let server: TestServer
let made: Made
const clock = new SkippingClock()

before(async () => {
  server = await startServer({}, { clock })
  made = await server.make()
})
after(() => server.close())

describe('who may call', () => {
  const wrong = (): Made => ({ ...made, apiTokenInstance: 'f'.repeat(50) })

  for (const id of ['1', '1101999999', 'abc', '', '-1', '1e9', '11010000000000000000', '%00']) {
    test(`an instance "${id}" that there is not: 403, nothing more`, async () => {
      const answer = await server.call('GET', `/waInstance${id}/getSettings/${made.apiTokenInstance}`)
      assert.deepEqual([answer.status, answer.text], [403, ''])
    })
  }

  for (const [verb, method, body] of [
    ['GET', 'getSettings', undefined],
    ['POST', 'sendMessage', '{broken'],
    ['GET', 'receiveNotification', undefined],
    ['GET', 'noSuchMethod', undefined],
    ['POST', 'getSettings', '{}'],
  ] as const) {
    test(`a wrong token on ${verb} ${method}: 401, empty, as JSON, before anything else`, async () => {
      const answer = await server.on(wrong(), verb, method, body)
      assert.deepEqual([answer.status, answer.text], [401, ''])
      assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
      assert.equal(answer.headers.get('access-control-allow-origin'), '*')
    })
  }

  for (const token of ['', 'f', 'c'.repeat(51), 'é'.repeat(50), '%', '\u{1f600}'.repeat(25)]) {
    test(`token ${JSON.stringify(token)} is wrong like any other`, async () => {
      const answer = await server.call('POST', `/waInstance${String(made.idInstance)}/sendMessage/${encodeURI(token)}`)
      assert.equal(answer.status, 401)
    })
  }

  test('updateApiToken says a wrong token with 200', async () => {
    const answer = await server.on(wrong(), 'GET', 'updateApiToken')
    assert.deepEqual([answer.status, answer.json], [200, { code: 401, description: 'Unauthorized' }])
  })

  test('a deleted instance says so for a day, then knows nobody', async () => {
    const gone = await server.make()
    await server.partner('POST', 'deleteInstanceAccount', { idInstance: gone.idInstance })
    const first = await server.on(gone, 'GET', 'getStateInstance')
    assert.equal(first.status, 400)
    assert.equal((first.json as { message: string }).message, 'Instance is deleted')
    assert.equal((await server.on({ ...gone, apiTokenInstance: 'x' }, 'GET', 'getStateInstance')).status, 401)
    clock.skip(86_400_000)
    const later = await server.on(gone, 'GET', 'getStateInstance')
    assert.deepEqual([later.status, later.text], [401, ''])
  })

  for (const [verb, method] of [
    ['GET', 'noSuchMethod'],
    ['POST', 'getSettings'],
    ['PUT', 'sendMessage'],
    ['PATCH', 'sendMessage'],
    ['GET', 'sendMessage'],
    ['GET', 'getSettings/42'],
    ['GET', 'constructor'],
    ['GET', '__proto__'],
  ] as const) {
    test(`${verb} ${method}: 404 with the token masked`, async () => {
      const answer = await server.on(made, verb, method)
      assert.equal(answer.status, 404)
      const { statusCode, timestamp, path, message } = answer.json as Record<string, string>
      assert.equal(statusCode, 404)
      assert.equal(message, 'Not Found')
      assert.ok(Math.abs(Date.parse(timestamp ?? '') - clock.now()) < 60_000)
      assert.ok(!(path ?? '').includes(made.apiTokenInstance) && (path ?? '').includes('***'))
    })
  }

  for (const path of ['GETSETTINGS', 'GetSettings', 'getsettings']) {
    test(`${path} is getSettings`, async () => assert.equal((await server.on(made, 'GET', path)).status, 200))
  }

  test('a method of another messenger: 400 that says so', async () => {
    const max = await server.make({ name: 'm' }, '/v3')
    const answer = await server.on(max, 'GET', 'getWaSettings')
    assert.equal(answer.status, 400)
    assert.match(answer.text, /not supported/)
    assert.equal((await server.on(made, 'GET', 'getAccountSettings')).status, 400)
  })
})

describe('paths and verbs', () => {
  const settings = () => pathOf(made, 'getSettings')

  test('prefix, slashes, encoding and absolute form lead to the same method', async () => {
    for (const path of [`/v3${settings()}`, `/${settings()}`, settings().replaceAll('/', '//'), `${settings()}/`]) {
      assert.equal((await server.call('GET', path)).status, 200, path)
    }
    assert.equal((await server.call('GET', settings().replace('getSettings', '%67etSettings'))).status, 200)
    const host = new URL(server.url).host
    const absolute = `GET ${server.url}${settings()} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`
    assert.match(await server.raw(absolute), /^HTTP\/1.1 200 /)
  })

  test('HEAD tells whether a GET is allowed and does nothing', async () => {
    const before = (await server.on(made, 'GET', 'getSettings')).text
    assert.equal((await server.on(made, 'HEAD', 'updateApiToken')).status, 200)
    assert.equal((await server.on(made, 'HEAD', 'sendMessage')).status, 404)
    assert.equal((await server.on({ ...made, apiTokenInstance: 'x' }, 'HEAD', 'getSettings')).status, 401)
    assert.equal((await server.on(made, 'GET', 'getSettings')).text, before)
  })

  test('OPTIONS is answered for every path of the contract, and for no other', async () => {
    for (const path of [settings(), '/waInstance1/x/y', '/partner/getInstances/z', '/v3/partner/getInstances/z']) {
      const answer = await server.call('OPTIONS', path)
      assert.deepEqual([answer.status, answer.text], [200, ''], path)
      assert.equal(answer.headers.get('access-control-allow-origin'), '*')
      assert.match(answer.headers.get('access-control-allow-methods') ?? '', /DELETE/)
      const allowed = (answer.headers.get('access-control-allow-headers') ?? '').split(',')
      for (const name of ['Content-Type', 'Idempotency-Key', 'GA-Filename', 'Authorization'])
        assert.ok(allowed.includes(name))
    }
    for (const path of ['/health', '/metrics', '/simulator/phones', '/']) {
      for (const verb of ['OPTIONS', 'GET']) {
        const answer = await server.call(verb, path, undefined, { origin: 'https://elsewhere.example' })
        assert.equal(answer.headers.get('access-control-allow-origin'), null, `${verb} ${path}`)
      }
    }
  })

  test('a request that offers HTTP/2, as Java sends it, is served like any other', async () => {
    const body = JSON.stringify({ chatId: '79001234567@c.us', message: 'hi' })
    const head = [
      `POST ${pathOf(made, 'sendMessage')} HTTP/1.1`,
      'Host: localhost',
      'Connection: Upgrade, HTTP2-Settings',
      'Upgrade: h2c',
      'HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA',
      `Content-Length: ${String(body.length)}`,
    ]
    const request = Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`)
    const second = Buffer.from(`GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
    const answers = await server.raw(Buffer.concat([request, second]))
    assert.match(answers, /^HTTP\/1.1 200 OK[\s\S]*"idMessage":"[\s\S]*HTTP\/1.1 200 OK[\s\S]*"status":"ok"/)
  })

  test('oversized heads and rubbish end the connection with a 4xx', async () => {
    assert.match(
      await server.raw(`GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`),
      /^HTTP\/1.1 (431|414|400) /,
    )
    assert.match(await server.raw('rubbish\r\n\r\n'), /^HTTP\/1.1 400 /)
    assert.match(
      await server.raw('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: a\0b\r\n\r\n'),
      /^HTTP\/1.1 400 /,
    )
  })

  test('unknown paths are 404 in the same shape, with tokens masked', async () => {
    for (const path of [
      '/nothing',
      '/%',
      '/%00',
      '/a%2fb',
      '/../etc/passwd',
      `/x/${made.apiTokenInstance}`,
      '/partner',
      '/assets/',
    ]) {
      const answer = await server.call('GET', path)
      assert.ok([400, 404].includes(answer.status), `${path} ${String(answer.status)}`)
      assert.ok(!answer.text.includes(made.apiTokenInstance))
    }
  })
})

describe('bodies', () => {
  const message = { chatId: '79001234567@c.us', message: 'hello' }
  const send = (body: unknown, headers?: Record<string, string>) =>
    server.on(made, 'POST', 'sendMessage', body, headers)

  test('JSON is taken whatever its content type says, with a byte order mark, comments and trailing commas', async () => {
    const text = JSON.stringify(message)
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/json; charset=utf-16',
      'nonsense',
    ]) {
      assert.equal((await send(text, { 'content-type': type })).status, 200, type)
    }
    assert.equal((await send(`\uFEFF${text}`)).status, 200)
    const commented = '{\n  "chatId": "79001234567@c.us", // whom\n  /* what */ "message": "hi // there",\n}'
    assert.equal((await send(commented)).status, 200)
  })

  const broken: readonly (readonly [string, unknown, RegExp])[] = [
    ['nothing', undefined, /'chatId' is required, 'message' is required/],
    ['only spaces', '  \n', /'chatId' is required/],
    ['no JSON', '{chatId', /Unexpected token c in JSON at position 1/],
    ['half an object', '{"chatId":"7', /Unexpected/],
    ['an array', '[]', /'value' must be of type object/],
    ['a string', '"x"', /'value' must be of type object/],
    ['a number', '7', /'value' must be of type object/],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), /UTF-8/],
    ['a form', 'chatId=79001234567%40c.us&message=x', /Unexpected token c/],
    ['200 KB of brackets', '['.repeat(200_000), /JSON|nested/],
    ['200 KB of brackets after a comment', `//\n${'['.repeat(200_000)}`, /JSON|nested/],
  ]
  for (const [name, body, expected] of broken) {
    test(`${name}: 400 in the contract's shape`, async () => {
      const answer = await send(body)
      assert.equal(answer.status, 400)
      assert.match((answer.json as { message: string }).message, expected)
    })
  }

  test('over 256 KB: 413 in the words that clients know', async () => {
    for (const size of [257 * 1024, 3_000_000, 9_000_000]) {
      const answer = await send({ ...message, message: 'x'.repeat(size) }).catch(() => undefined)
      if (answer === undefined) continue
      assert.equal(answer.status, 413)
      assert.equal((answer.json as { message: string }).message, 'request entity too large')
    }
    const justFits = { ...message, padding: 'x'.repeat(255 * 1024) }
    assert.equal((await send(justFits)).status, 200)
  })

  test('a compressed body is refused', async () => {
    assert.equal((await send(JSON.stringify(message), { 'content-encoding': 'gzip' })).status, 400)
  })

  test('nothing of what was refused is queued', async () => {
    const before = (await server.on(made, 'GET', 'getMessagesCount')).json
    for (const [, body] of broken) await send(body)
    assert.deepEqual((await server.on(made, 'GET', 'getMessagesCount')).json, before)
  })
})

test('rates: the headers count down, the call over the rate is refused and costs nothing', async () => {
  const strict = await startServer({ JADEGATE_RATE_LIMIT_SCALE: '1' })
  try {
    const one = await strict.make()
    const two = await strict.make()
    const first = await strict.on(one, 'GET', 'getStateInstance')
    assert.deepEqual([first.status, first.headers.get('x-ratelimit-remaining')], [200, '0'])
    assert.equal(first.headers.get('x-ratelimit-replenish-rate'), '1')
    for (let tries = 0; tries < 3; tries++) {
      const refused = await strict.on(one, 'GET', 'getStateInstance')
      assert.equal(refused.status, 429)
      assert.equal(refused.headers.get('retry-after'), '1')
      const { path, timestamp, ...rest } = refused.json as Record<string, unknown>
      assert.deepEqual(rest, { statusCode: 429, message: 'Too Many Requests' })
      assert.ok(typeof timestamp === 'string' && !String(path).includes(one.apiTokenInstance))
    }
    assert.equal((await strict.on(two, 'GET', 'getStateInstance')).status, 200)
    assert.equal((await strict.on(one, 'GET', 'getSettings')).status, 200)
    await new Promise((resolve) => setTimeout(resolve, 1050))
    assert.equal((await strict.on(one, 'GET', 'getStateInstance')).status, 200)
    const many = await strict.on(one, 'POST', 'sendMessage', { chatId: '79001234567@c.us', message: 'x' })
    assert.deepEqual(
      [many.headers.get('x-ratelimit-remaining'), many.headers.get('x-ratelimit-replenish-rate')],
      ['49', '50'],
    )
  } finally {
    await strict.close()
  }
})
