// Truth: the issue's "every method answers every malformed body, path, header and encoding with the contract's error and never with a 500; nothing is stored"; no secret where the contract has none.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import {
  OPERATOR_TOKEN,
  PARTNER_TOKEN,
  pathOf,
  startServer,
  type Answer,
  type Made,
  type TestServer,
} from '../support/server.ts'

let server: TestServer
let made: Made
let other: Made
before(async () => {
  server = await startServer()
  made = await server.make()
  other = await server.make()
})
after(() => server.close())

/** Every row but those that wait, restart or renew the token. */
const ROWS: readonly (readonly [verb: string, method: string])[] = [
  ['GET', 'getSettings'],
  ['POST', 'setSettings'],
  ['GET', 'getStateInstance'],
  ['GET', 'getStateInstanceHistory'],
  ['GET', 'getStatusInstance'],
  ['GET', 'getWaSettings'],
  ['GET', 'getAccountSettings'],
  ['POST', 'getAuthorizationCode'],
  ['POST', 'sendMessage'],
  ['GET', 'showMessagesQueue'],
  ['GET', 'getMessagesCount'],
  ['GET', 'getWebhooksCount'],
  ['DELETE', 'clearWebhooksQueue'],
  ['DELETE', 'deleteNotification/1'],
  ['DELETE', 'deleteNotification'],
]
const PARTNER_ROWS = ['createInstance', 'deleteInstanceAccount'] as const

const NAMES = [
  'chatId',
  'message',
  'quotedMessageId',
  'linkPreview',
  'typePreview',
  'customPreview',
  'typingTime',
  'archiveChat',
  'phoneNumber',
  'count',
  'idInstance',
  'name',
  'typeInstance',
  'webhookUrl',
  'webhookUrlToken',
  'delaySendMessagesMilliseconds',
  'incomingWebhook',
  'autoTyping',
  '__proto__',
  'constructor',
  'toString',
]
/** Values of every kind, never one that a field takes. */
const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    '',
    null,
    0,
    -1,
    1e308,
    1.5,
    [],
    {},
    [[]],
    '\0',
    '\ud800',
    'yes ',
    '79001234567',
    '@c.us',
    true,
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.jsonValue({ maxDepth: 3 }),
)
const fields = fc.dictionary(fc.constantFrom(...NAMES), junk, { maxKeys: 6 })
const body: fc.Arbitrary<string | Uint8Array<ArrayBuffer>> = fc.oneof(
  fields.map((given) => JSON.stringify(given)),
  fields.map((given) => `// c\n${JSON.stringify(given).slice(0, -1)},}`),
  fc.json().map((text) => text.slice(0, Math.ceil(text.length / 2))),
  fc.uint8Array({ maxLength: 60 }).map((bytes) => new Uint8Array(bytes)),
)
const query = fc.oneof(
  fc.constant(''),
  fc.constantFrom(
    '?count=%',
    '?count=1&count=2',
    '?receiveTimeout=',
    '?count=%00',
    '?=',
    '?count[]=1',
    '??',
    '?count=1e99',
  ),
)
const header = fc.dictionary(
  fc.constantFrom(
    'content-type',
    'content-encoding',
    'idempotency-key',
    'x-forwarded-for',
    'accept',
    'origin',
    'range',
  ),
  fc.oneof(
    fc.constantFrom('identity', 'gzip', 'application/json', '*/*', 'x'),
    fc.stringMatching(/^[\x21-\x7e]{0,30}$/),
  ),
  { maxKeys: 3 },
)

/** What no answer may hold, but for the one whose token it is. */
function assertQuiet(answer: Answer): void {
  assert.ok(answer.status < 500, `${String(answer.status)} ${answer.text}`)
  const all = answer.text + JSON.stringify([...answer.headers])
  for (const secret of [made.apiTokenInstance, other.apiTokenInstance, PARTNER_TOKEN, OPERATOR_TOKEN]) {
    assert.ok(!all.includes(secret), answer.text)
  }
  assert.ok(!/ at .*:\d+:\d+|node:internal|\.js:/.test(answer.text), 'no stack')
}

describe('whatever is sent', () => {
  test('every instance method answers below 500 and tells no token', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...ROWS),
        body,
        query,
        header,
        async ([verb, method], given, suffix, headers) => {
          const sent = verb === 'GET' ? undefined : given
          assertQuiet(await server.call(verb, pathOf(made, method) + suffix, sent, headers))
        },
      ),
      { numRuns: 600 },
    )
  })

  test('every partner method answers 200 with a code, and what was refused made nothing', async () => {
    const count = async (): Promise<number> =>
      ((await server.partner('GET', 'getInstances')).json as readonly unknown[]).length
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...PARTNER_ROWS), body, header, async (method, given, headers) => {
        const before = await count()
        const answer = await server.partner('POST', method, given, headers)
        assert.equal(answer.status, 200)
        const { code, idInstance } = answer.json as { code?: number; idInstance?: number }
        if (idInstance === undefined) {
          assert.ok(code === 400 || code === 404 || code === 409, answer.text)
          assertQuiet(answer)
          assert.equal(await count(), before)
        } else assert.equal(await count(), before + 1)
      }),
      { numRuns: 200 },
    )
  })

  test('a refused setSettings changes nothing', async () => {
    const settings = async (): Promise<string> => (await server.on(other, 'GET', 'getSettings')).text
    await fc.assert(
      fc.asyncProperty(body, async (given) => {
        const before = await settings()
        const answer = await server.on(other, 'POST', 'setSettings', given)
        if (answer.status !== 200) assert.equal(await settings(), before)
      }),
      { numRuns: 150 },
    )
  })

  test('every path answers below 500 and tells no token', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '/',
        '//',
        '%',
        '%2f',
        '%00',
        '%ff',
        '..',
        'waInstance',
        'partner',
        'v3',
        'simulator',
        '?',
        '#',
        'qr',
        'assets',
      ),
      fc.constantFrom('1101000000', 'getSettings', 'sendMessage', 'health'),
      fc.stringMatching(/^[\x21-\x7e]{0,12}$/),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 8 }),
        fc.constantFrom('GET', 'POST', 'DELETE', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'TRACE', 'LINK'),
        fc.boolean(),
        async (pieces, verb, withToken) => {
          const path = `/${pieces.join('')}${withToken ? `/${made.apiTokenInstance}` : ''}`.replaceAll(/\s/g, '')
          const text = await server.raw(`${verb} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
          assert.match(text, /^HTTP\/1.1 [2-4]\d\d /, `${verb} ${path}\n${text}`)
          assert.ok(!text.includes(made.apiTokenInstance), `${verb} ${path}\n${text}`)
        },
      ),
      { numRuns: 400 },
    )
  })

  test('nothing of all this was logged as a failure, and no token stands in the log', () => {
    const text = server.logged.join('\n')
    assert.ok(!text.includes('unexpectedly'), text)
    for (const secret of [made.apiTokenInstance, other.apiTokenInstance, PARTNER_TOKEN, OPERATOR_TOKEN]) {
      assert.ok(!text.includes(secret))
    }
  })

  test('the server is alive and in order', async () => {
    assert.equal((await server.call('GET', '/ready')).status, 200)
    assert.equal(
      (await server.on(made, 'POST', 'sendMessage', { chatId: '79001234567@c.us', message: 'x' })).status,
      200,
    )
  })
})
