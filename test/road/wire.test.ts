// Truth: the table of DECISIONS E, one test a row, in its order; and the transports that known clients use (messaging §1, §11).
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { SkippingClock } from '../../src/lib/skipping-clock.ts'
import {
  at,
  eventually,
  linked,
  listIn,
  newPhone,
  objectIn,
  pageOf,
  rowOf,
  say,
  send,
  stateOf,
  take,
  type Json,
} from '../support/road.ts'
import { PARTNER_TOKEN, pathOf, startServer, type Answer, type Made, type TestServer } from '../support/server.ts'

const clock = new SkippingClock()
let server: TestServer
let made: Made
before(async () => {
  server = await startServer({ JADEGATE_DELAY_MIN_MS: '0' }, { clock })
  made = await server.make()
})
after(() => server.close())

const MESSAGE = { chatId: '79001234567@c.us', message: 'hello' }
const get = (method: string, on = made) => server.on(on, 'GET', method)
const sendTo = (on: Made, body: unknown, headers?: Record<string, string>) =>
  server.on(on, 'POST', 'sendMessage', body, headers)
const wrongToken = (): Made => ({ ...made, apiTokenInstance: 'a'.repeat(50) })
const queued = async (on = made) => objectIn(await get('getMessagesCount', on))['count']
const createAt = (prefix: string, body: unknown) =>
  server.call('POST', `${prefix}/partner/createInstance/${PARTNER_TOKEN}`, body)

/** The shape of an error on an instance's methods; nothing but `extra` may be there beside it. */
function assertEnvelope(answer: Answer, status: number, message: RegExp | string, extra: Json = {}): void {
  const { statusCode, timestamp, path, message: text, ...rest } = objectIn(answer, status)
  assert.equal(statusCode, status)
  assert.ok(
    Math.abs(Date.parse(String(timestamp)) - clock.now()) < 60_000 && /^\d{4}-.*\.\d{3}Z$/.test(String(timestamp)),
  )
  assert.match(String(path), /^\/(v3\/)?(waInstance|partner)/)
  assert.doesNotMatch(String(path), /[0-9a-f]{32}/)
  if (typeof message === 'string') assert.equal(text, message)
  else assert.match(String(text), message)
  assert.deepEqual(rest, extra)
}

function assertEmpty(answer: Answer, status: number): void {
  assert.deepEqual([answer.status, answer.text], [status, ''])
  assert.equal(answer.headers.get('content-length'), '0')
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
}

describe('DECISIONS E', () => {
  test('unknown keys: ignored everywhere; alone they are nothing', async () => {
    assert.equal((await sendTo(made, { ...MESSAGE, foo: [1], archiveChat: true, phoneNumber: 1 })).status, 200)
    assert.equal((await server.on(made, 'POST', 'setSettings', { incomingWebhook: 'no', bar: 1 })).status, 200)
    assertEnvelope(await server.on(made, 'POST', 'setSettings', { bar: 1 }), 400, /at least 1 key/)
    assert.equal(objectIn(await createAt('', { bar: 1 }))['code'], 400)
  })

  test('empty values: absent, a value or an error, as each field says', async () => {
    const absent = {
      quotedMessageId: '',
      typingTime: 0,
      linkPreview: null,
      typePreview: '',
      customPreview: null,
      archiveChat: null,
    }
    assert.equal((await sendTo(made, { ...MESSAGE, ...absent })).status, 200)
    assert.equal(
      (await server.on(made, 'POST', 'setSettings', { webhookUrl: '', stateWebhook: '', autoTyping: null })).status,
      200,
    )
    assertEnvelope(
      await sendTo(made, { chatId: '', message: 'x' }),
      400,
      "Validation failed. Details: 'chatId' is not allowed to be empty",
    )
    assertEnvelope(
      await sendTo(made, { ...MESSAGE, message: '' }),
      400,
      "Validation failed. Details: 'message' is not allowed to be empty",
    )
  })

  test('the messenger of a new instance: body, else path, else whatsapp; an unknown one in the body is ignored', async () => {
    assert.equal((await server.make({ typeInstance: 'telegram' }, '/v3')).typeInstance, 'telegram')
    assert.equal((await server.make({ name: 'x' }, '/v3')).typeInstance, 'v3')
    assert.equal((await server.make({ name: 'x' })).typeInstance, 'whatsapp')
    assert.equal((await server.make({ name: 'x', typeInstance: 'icq' })).typeInstance, 'whatsapp')
  })

  test('id ranges: ten digits, a JSON number, one sequence each', async () => {
    for (const [typeInstance, first, last] of [
      ['whatsapp', 1_101_000_000, 1_999_999_999],
      ['v3', 3_100_000_000, 3_999_999_999],
      ['telegram', 4_100_000_000, 4_999_999_999],
    ] as const) {
      const one = await server.make({ typeInstance })
      const two = await server.make({ typeInstance })
      assert.ok(one.idInstance >= first && two.idInstance <= last)
      assert.equal(two.idInstance, one.idInstance + 1)
    }
  })

  test('settings: the full set in getSettings, the name in getInstances, the delay 3000 and from 500 to 600000', async () => {
    const strict = await startServer()
    try {
      const bare = await strict.make({ name: 'shop' })
      const settings = objectIn(await strict.on(bare, 'GET', 'getSettings'))
      assert.equal(Object.keys(settings).length, 32)
      assert.ok(!('name' in settings))
      assert.equal((await rowOf(strict, bare))['name'], 'shop')
      assert.equal(settings['delaySendMessagesMilliseconds'], 3000)
      for (const [delay, status] of [
        [499, 400],
        [500, 200],
        [600_000, 200],
        [600_001, 400],
      ] as const) {
        assert.equal(
          (await strict.on(bare, 'POST', 'setSettings', { delaySendMessagesMilliseconds: delay })).status,
          status,
        )
      }
    } finally {
      await strict.close()
    }
  })

  test('times without a zone are UTC; a live instance was deleted in the year 1', async () => {
    const { timeCreated, timeDeleted } = await rowOf(server, await server.make())
    assert.ok(Math.abs(Date.parse(`${String(timeCreated)}Z`) - clock.now()) < 60_000)
    assert.equal(timeDeleted, '0001-01-01T00:00:00')
  })

  test('the tariff is a name', async () => assert.equal((await rowOf(server, made))['tariff'], 'PARTNER'))

  test('malformed or unknown idInstance: 403, empty', async () => {
    for (const id of ['1101999999', '0', '', 'x', '1e3', '-1', '9'.repeat(400), '1101000000.5', '%31']) {
      for (const verb of ['GET', 'POST', 'DELETE']) {
        assertEmpty(await server.call(verb, `/waInstance${id}/sendMessage/${made.apiTokenInstance}`), 403)
      }
    }
  })

  test('wrong instance token: 401, empty, before validation and before a poll waits', async () => {
    const startMs = Date.now()
    for (const [verb, method, body] of [
      ['GET', 'receiveNotification?receiveTimeout=60', undefined],
      ['POST', 'sendMessage', '{bro'],
      ['PUT', 'nothing', undefined],
    ] as const) {
      assertEmpty(await server.on(wrongToken(), verb, method, body), 401)
    }
    assert.ok(Date.now() - startMs < 20_000)
  })

  test('deleted instance: 400 for 24 h, then 401', async () => {
    const gone = await server.make()
    await server.partner('POST', 'deleteInstanceAccount', { idInstance: gone.idInstance })
    for (const method of ['getStateInstance', 'qr', 'receiveNotification'])
      assertEnvelope(await get(method, gone), 400, 'Instance is deleted')
    assertEnvelope(await sendTo(gone, MESSAGE), 400, 'Instance is deleted')
    clock.skip(86_400_000)
    assertEmpty(await get('getStateInstance', gone), 401)
  })

  test('partner methods, any failure: 200 with code and description', async () => {
    const failures: readonly (readonly [Answer, number, RegExp])[] = [
      [await createAt('', { stateWebhook: 'x' }), 400, /'stateWebhook'/],
      [await server.call('GET', '/partner/getInstances/gac.1'), 401, /^Unauthorized$/],
      [await server.call('POST', '/v3/partner/deleteInstanceAccount/gac.1', {}), 401, /^Unauthorized$/],
      [await server.partner('POST', 'deleteInstanceAccount', { idInstance: 5 }), 404, /^Not found$/],
      [await server.partner('POST', 'createInstance', '{"name":'), 400, /Unexpected end of JSON input/],
      [await server.partner('POST', 'createInstance', { name: 'x'.repeat(300_000) }), 413, /request entity too large/],
    ]
    for (const [answer, code, description] of failures) {
      const body = objectIn(answer)
      assert.deepEqual(Object.keys(body), ['code', 'description'])
      assert.equal(body['code'], code)
      assert.match(String(body['description']), description)
    }
  })

  test('updateApiToken with a wrong token: 200 with code 401', async () => {
    assert.deepEqual((await get('updateApiToken', wrongToken())).json, { code: 401, description: 'Unauthorized' })
    assertEmpty(await get('updateApiToken', { ...made, idInstance: 1 }), 403)
  })

  test('validation: 400 in the envelope, every fault named, the token masked', async () => {
    assertEnvelope(
      await sendTo(made, {}),
      400,
      "Validation failed. Details: 'chatId' is required, 'message' is required",
    )
    const bad = await sendTo(made, { chatId: '79001234567', message: 'x' })
    assertEnvelope(
      bad,
      400,
      "Validation failed. Details: 'chatId' must be one of the next formats: 'phone_number@c.us', 'chat_id@lid' or 'group_id@g.us'",
    )
    assert.equal(at(bad.json, 'path'), `/waInstance${String(made.idInstance)}/sendMessage/***`)
  })

  test('polling while a webhook URL is set: 400 with both known bodies in one', async () => {
    const hooked = await server.make({ webhookUrl: 'https://example.org/' })
    for (const answer of [
      await get('receiveNotification', hooked),
      await server.on(hooked, 'DELETE', 'deleteNotification/1'),
    ]) {
      assertEnvelope(answer, 400, /^Message cannot be received because custom webhook url is set/, {
        code: 'INVALID_PARAM',
        status: 'error',
      })
    }
  })

  test('unsupported on this messenger: 400 that says so; unknown method or wrong verb: 404', async () => {
    const max = await server.make({ name: 'max' }, '/v3')
    assertEnvelope(await get('getWaSettings', max), 400, /getWaSettings is not supported for v3/)
    assertEnvelope(await get('getAccountSettings'), 400, /not supported/)
    for (const [verb, method] of [
      ['GET', 'sendReaction'],
      ['GET', 'sendMessage'],
      ['POST', 'getSettings'],
      ['PUT', 'setSettings'],
      ['GET', 'deleteNotification/1'],
      ['PATCH', 'qr'],
    ] as const) {
      assertEnvelope(await server.on(made, verb, method), 404, 'Not Found')
    }
  })

  test('too large: 413 in the vendor’s words, and nothing is queued', async () => {
    const before = await queued()
    assertEnvelope(await sendTo(made, { ...MESSAGE, message: 'x'.repeat(256 * 1024) }), 413, 'request entity too large')
    assert.equal(await queued(), before)
    assert.equal((await sendTo(made, { ...MESSAGE, padding: 'x'.repeat(200 * 1024) })).status, 200)
  })

  test('idempotency: same again, another body, per instance', async () => {
    const headers = { 'Idempotency-Key': 'row' }
    const first = await sendTo(made, MESSAGE, headers)
    assert.equal((await sendTo(made, { message: 'hello', chatId: MESSAGE.chatId }, headers)).text, first.text)
    assertEnvelope(await sendTo(made, { ...MESSAGE, message: 'other' }, headers), 409, /Idempotency-Key/)
    const other = await server.make()
    assert.notEqual((await sendTo(other, MESSAGE, headers)).text, first.text)
    assert.equal(await queued(other), 1)
  })

  test('restricted: suspended, never another word; WhatsApp queues, MAX answers 403', async () => {
    for (const [prefix, isTaken] of [
      ['', true],
      ['/v3', false],
    ] as const) {
      const { made: own, phone } = await linked(server, {}, prefix)
      await server.simulator('faults', { kind: 'suspend', phoneNumber: phone })
      await eventually(async () => (await stateOf(server, own)) === 'suspended', 'suspended')
      const answer = await sendTo(own, MESSAGE)
      if (isTaken) assert.equal(answer.status, 200)
      else assertEnvelope(answer, 403, 'Your account is suspended')
      assert.equal(await queued(own), isTaken ? 1 : 0)
    }
  })

  test('never emitted: settings of dead notifications are kept and change nothing', async () => {
    const dead = { deviceWebhook: 'yes', incomingBlockWebhook: 'yes', avatarInfoWebhook: 'yes' }
    const { made: own, phone } = await linked(server, dead)
    await say(server, newPhone(), phone, 'x')
    await server.simulator('unlink', { phoneNumber: phone })
    await eventually(async () => (await stateOf(server, own)) === 'notAuthorized', 'unlinked')
    assert.equal(at((await get('getWebhooksCount', own)).json, 'count'), 0)
    assert.equal(at((await get('getSettings', own)).json, 'deviceWebhook'), 'yes')
  })

  test('text length counts UTF-16 units; no link is fetched for a simulated messenger', async () => {
    assert.equal((await sendTo(made, { ...MESSAGE, message: '\u{1f332}'.repeat(10_000) })).status, 200)
    assert.equal((await sendTo(made, { ...MESSAGE, message: '\u{1f332}'.repeat(10_000) + 'x' })).status, 400)
  })

  test('receiptId: a number below 2³¹, the same on each attempt, rising', async () => {
    const { made: own, phone } = await linked(server, { incomingWebhook: 'yes' })
    const from = newPhone()
    let last = 0
    for (const text of ['a', 'b', 'c']) {
      await say(server, from, phone, text)
      const { receiptId } = objectIn(await get('receiveNotification', own))
      assert.ok(Number.isInteger(receiptId) && Number(receiptId) > last && Number(receiptId) < 2 ** 31)
      assert.equal(objectIn(await get('receiveNotification', own))['receiptId'], receiptId)
      last = Number(receiptId)
      await take(server, own)
    }
  })

  test('Allow-Headers: what browsers of these clients send', async () => {
    const answer = await server.call('OPTIONS', pathOf(made, 'sendMessage'), undefined, { origin: 'https://a.example' })
    assert.equal(answer.status, 200)
    const allowed = (answer.headers.get('access-control-allow-headers') ?? '').toLowerCase().split(/,\s*/)
    for (const name of ['content-type', 'idempotency-key', 'ga-filename', 'authorization', 'range', 'cache-control'])
      assert.ok(allowed.includes(name), name)
    assert.equal(answer.headers.get('access-control-allow-methods'), 'GET, POST, OPTIONS, DELETE, HEAD')
    assert.equal(answer.headers.get('access-control-max-age'), '1728000')
  })

  test('CORS is open on the contract’s answers, refusals too, and on nothing else', async () => {
    const headers = { origin: 'https://shop.example' }
    const fromPage = (verb: string, method: string, on: Made, body?: object) =>
      server.on(on, verb, method, body, headers)
    for (const answer of [
      await fromPage('GET', 'getSettings', made),
      await fromPage('GET', 'getSettings', wrongToken()),
      await fromPage('POST', 'sendMessage', made, {}),
      await fromPage('GET', 'nothing', made),
      await server.partner('GET', 'getInstances', undefined, headers),
    ]) {
      assert.equal(answer.headers.get('access-control-allow-origin'), '*')
      assert.equal(answer.headers.get('access-control-expose-headers'), '*')
    }
    for (const path of ['/health', '/metrics', '/simulator/phones', pageOf(made)]) {
      const answer = await server.call('GET', path, undefined, headers)
      assert.equal(answer.headers.get('access-control-allow-origin'), null, path)
    }
  })

  test('secrets are shown where the contract shows them, and stand in no log line', () => {
    assert.ok(!server.logged.some((line) => line.includes(made.apiTokenInstance) || line.includes(PARTNER_TOKEN)))
  })
})

describe('rates', () => {
  const RATES: readonly (readonly [verb: string, method: string, perSecond: number, body?: object])[] = [
    ...[
      'getSettings',
      'getStateInstance',
      'getStatusInstance',
      'getWaSettings',
      'reboot',
      'logout',
      'showMessagesQueue',
      'getMessagesCount',
      'clearMessagesQueue',
      'getWebhooksCount',
      'getStateInstanceHistory',
      'updateApiToken',
    ].map((name) => ['GET', name, 1] as const),
    ['POST', 'setSettings', 1, { stateWebhook: 'no' }],
    ['GET', 'qr', 3],
    ['POST', 'sendMessage', 50, MESSAGE],
    ['POST', 'getAuthorizationCode', 50, { phoneNumber: 79001234567 }],
    ['DELETE', 'deleteNotification/1', 100],
  ]

  test('each method has its own, told in headers; over it 429 with Retry-After; refused calls cost nothing', async () => {
    const still = new SkippingClock(Date.now())
    const strict = await startServer({ JADEGATE_RATE_LIMIT_SCALE: '1' }, { clock: still })
    try {
      for (const [verb, method, perSecond, body] of RATES) {
        const own = await strict.make()
        for (let left = perSecond - 1; left >= 0; left--) {
          const answer = await strict.on(own, verb, method, body)
          assert.equal(answer.status, 200, `${method} ${answer.text}`)
          assert.equal(answer.headers.get('x-ratelimit-remaining'), String(left), method)
          assert.equal(answer.headers.get('x-ratelimit-replenish-rate'), String(perSecond), method)
        }
        // Its own call has replaced the token.
        if (method === 'updateApiToken') continue
        for (let tries = 0; tries < 3; tries++) {
          const refused = await strict.on(own, verb, method, body)
          assert.equal(refused.status, 429, method)
          assert.equal(refused.headers.get('retry-after'), '1')
          assert.equal(refused.headers.get('x-ratelimit-remaining'), '0')
          assert.deepEqual([at(refused.json, 'statusCode'), at(refused.json, 'message')], [429, 'Too Many Requests'])
        }
        assert.equal((await strict.on({ ...own, apiTokenInstance: 'x' }, verb, method, body)).status, 401)
        still.skip(Math.ceil(1000 / perSecond) + 1)
        assert.equal((await strict.on(own, verb, method, body)).status, 200, `${method} after a pause`)
      }
    } finally {
      await strict.close()
    }
  })

  test('a wrong token, an unknown method and a wrong verb use no budget', async () => {
    const strict = await startServer({ JADEGATE_RATE_LIMIT_SCALE: '1' }, { clock: new SkippingClock(Date.now()) })
    try {
      const own = await strict.make()
      for (let tries = 0; tries < 5; tries++) {
        await strict.on({ ...own, apiTokenInstance: 'x' }, 'GET', 'getSettings')
        await strict.on(own, 'POST', 'getSettings')
        await strict.on(own, 'GET', 'nothing')
      }
      assert.equal((await strict.on(own, 'GET', 'getSettings')).status, 200)
      assert.equal((await strict.on(await strict.make(), 'GET', 'getSettings')).status, 200)
    } finally {
      await strict.close()
    }
  })
})

describe('as known clients send it', () => {
  test('any case, /v3, doubled slashes', async () => {
    const path = pathOf(made, 'getSettings')
    for (const variant of [
      path.replace('getSettings', 'GetSettings'),
      path.toLowerCase().replace('wainstance', 'waInstance'),
      `/v3${path}`,
      `/${path}`,
      `${path}/`,
    ]) {
      assert.equal((await server.call('GET', variant)).status, 200, variant)
    }
  })

  test('GET with a body and a JSON content type', async () => {
    const { made: own } = await linked(server, {})
    for (const [method, body] of [
      ['getSettings', '{}'],
      ['GetStateInstanceHistory', '{"count":1}'],
    ] as const) {
      const head = [
        `GET ${pathOf(own, method)} HTTP/1.1`,
        'Host: x',
        'Content-Type: application/json',
        `Content-Length: ${String(body.length)}`,
        'Connection: close',
      ]
      assert.match(await server.raw(`${head.join('\r\n')}\r\n\r\n${body}`), /^HTTP\/1\.1 200 /)
    }
  })

  test('Python’s deleteNotification: a slash at the end and the receipt as the body', async () => {
    const { made: own, phone } = await linked(server, { incomingWebhook: 'yes' })
    await say(server, newPhone(), phone, 'x')
    const { receiptId } = objectIn(await get('receiveNotification', own))
    const deleted = await server.call('DELETE', `${pathOf(own, 'deleteNotification')}/`, String(receiptId), {
      'content-type': 'application/json',
    })
    assert.deepEqual(deleted.json, { result: true, reason: '' })
    for (const receipt of ['abc', '-1', '1.5', '1/2']) {
      assert.equal((await server.on(own, 'DELETE', `deleteNotification/${receipt}`)).status, 400, receipt)
    }
  })

  test('text/plain, no type, a byte order mark, chunks; not UTF-8 and gzip are refused', async () => {
    const text = JSON.stringify(MESSAGE)
    for (const type of [
      'text/plain;charset=UTF-8',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/json; charset=cp1251',
    ]) {
      assert.equal((await sendTo(made, text, { 'content-type': type })).status, 200, type)
    }
    assert.equal((await sendTo(made, Buffer.from(`\ufeff${text}`))).status, 200)
    assert.equal((await sendTo(made, Buffer.from(text))).status, 200)
    assertEnvelope(await sendTo(made, Buffer.from(text.replace('hello', 'h\xe9llo'), 'latin1')), 400, /UTF-8/)
    assertEnvelope(await sendTo(made, gzipSync(text), { 'content-encoding': 'gzip' }), 400, /Content-Encoding/)
    const chunked = `POST ${pathOf(made, 'sendMessage')} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`
    assert.match(await server.raw(chunked), /^HTTP\/1\.1 200 [\s\S]*idMessage/)
  })

  test('lists are lists when empty, and an empty poll is null', async () => {
    const own = await server.make()
    assert.deepEqual(listIn(await get('showMessagesQueue', own)), [])
    assert.deepEqual(listIn(await get('getStateInstanceHistory', own)), [])
    const polled = await get('receiveNotification?receiveTimeout=5', own)
    assert.deepEqual([polled.status, polled.text], [200, 'null'])
  })

  test('after all of this the server is whole', async () => {
    assert.deepEqual((await server.call('GET', '/health')).json, { status: 'ok' })
    const { made: own, phone } = await linked(server, { incomingWebhook: 'yes' })
    await send(server, own, newPhone(), 'still here')
    await say(server, newPhone(), phone, 'me too')
    assert.match(JSON.stringify(await take(server, own)), /me too/)
    assert.ok(!server.logged.some((line) => line.includes('unexpectedly')), server.logged.join('\n'))
  })
})
