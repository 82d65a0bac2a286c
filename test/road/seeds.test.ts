// Truth: the four documents that the project was made from: their URLs and request bodies, letter by letter but for host and token.
import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import {
  eventually,
  listIn,
  newPhone,
  objectIn,
  pageOf,
  rowOf,
  send,
  stateOf,
  textsOn,
  type Json,
} from '../support/road.ts'
import { PARTNER_TOKEN, startServer, type Answer, type Made, type TestServer } from '../support/server.ts'

let server: TestServer
before(async () => {
  server = await startServer()
})
after(() => server.close())

/** As the older page prints it: a comment after a comma. */
const OLDER = `{
    "webhookUrl": "https://mysite.com/webhook/green-api/",
    "webhookUrlToken": "f93537eb3e8fed66847b5bd",
    "delaySendMessagesMilliseconds": 1000,
    "markIncomingMessagesReaded": "no",
    "markIncomingMessagesReadedOnReply": "no",
    "outgoingAPIMessageWebhook": "yes",
    "outgoingWebhook": "yes",
    "outgoingMessageWebhook": "yes",
    "incomingWebhook": "yes",
    "deviceWebhook": "no",
    "stateWebhook": "no",
    "keepOnlineStatus": "no",
    "pollMessageWebhook": "no",
    "incomingBlockWebhook": "yes", // Notification is temporarily not working.
    "incomingCallWebhook": "yes"
}`

/** The oldest page: strict JSON. */
const OLDEST = `{
    "webhookUrl": "https://mysite.com/webhook/green-api/",
    "webhookUrlToken": "f93537eb3e8fed66847b5bd",
    "delaySendMessagesMilliseconds": 1000,
    "markIncomingMessagesReaded": "no",
    "markIncomingMessagesReadedOnReply": "no",
    "outgoingAPIMessageWebhook": "yes",
    "outgoingWebhook": "yes",
    "outgoingMessageWebhook": "yes",
    "incomingWebhook": "yes",
    "deviceWebhook": "no",
    "stateWebhook": "no",
    "keepOnlineStatus": "no"
}`

/** The newest page: comments and a trailing comma. */
const NEWEST = `{
    "name": "Ходабрыш Пробешёлов",
    "webhookUrl": "https://mysite.com/webhook/green-api/",
    "webhookUrlToken": "f93537eb3e8fed66847b5bd",
    "delaySendMessagesMilliseconds": 1000,
    "markIncomingMessagesReaded": "no", // Уведомление временно не работает.
    "markIncomingMessagesReadedOnReply": "no", // Уведомление временно не работает.
    "outgoingAPIMessageWebhook": "yes",
    "outgoingWebhook": "yes",
    "outgoingMessageWebhook": "yes",
    "incomingWebhook": "yes",
    "stateWebhook": "no",
}`

/** The argument of the curl sample, with its uneven indentation. */
const CURL = `{
   "name":"first instance", 
    "webhookUrl": "", 
   "webhookUrlToken": "",
   "delaySendMessagesMilliseconds": 3000,
   "markIncomingMessagesReaded": "no", // Уведомление временно не работает.
   "markIncomingMessagesReadedOnReply": "no", // Уведомление временно не работает.
   "outgoingWebhook": "yes",
   "outgoingMessageWebhook": "yes",
   "outgoingAPIMessageWebhook": "yes",
   "incomingWebhook": "yes",
   "stateWebhook": "yes",
   "keepOnlineStatus": "no",
   "pollMessageWebhook": "yes", // Уведомление временно не работает.
   "incomingCallWebhook": "yes", // Уведомление временно не работает.
   "editedMessageWebhook": "no", // Уведомление временно не работает.
   "deletedMessageWebhook": "no" // Уведомление временно не работает.
}`

/** The string of the Java sample as it stands in the source; its escapes mean in JSON what they mean in Java. */
const JAVA = String.raw`{\r\n    \"name\":\"first instance\", \n    \"webhookUrl\": \"\", \n    \"webhookUrlToken\": \"\",\r\n    \"delaySendMessagesMilliseconds\": 3000,\r\n    \"markIncomingMessagesReaded\": \"no\",\r\n    \"markIncomingMessagesReadedOnReply\": \"no\",\r\n    \"outgoingWebhook\": \"yes\",\r\n    \"outgoingMessageWebhook\": \"yes\",\r\n    \"outgoingAPIMessageWebhook\": \"yes\",\r\n    \"incomingWebhook\": \"yes\",\r\n    \"stateWebhook\": \"yes\",\r\n    \"keepOnlineStatus\": \"no\",\r\n    \"pollMessageWebhook\": \"yes\",\r\n    \"incomingCallWebhook\": \"yes\", \"editedMessageWebhook\": \"no\", \r\n  \"deletedMessageWebhook\": \"no\" \r\n}`

const HOOK = {
  webhookUrl: 'https://mysite.com/webhook/green-api/',
  webhookUrlToken: 'f93537eb3e8fed66847b5bd',
  delaySendMessagesMilliseconds: 1000,
  markIncomingMessagesReaded: 'no',
  markIncomingMessagesReadedOnReply: 'no',
  outgoingAPIMessageWebhook: 'yes',
  outgoingWebhook: 'yes',
  outgoingMessageWebhook: 'yes',
  incomingWebhook: 'yes',
  stateWebhook: 'no',
}
const FIRST = {
  name: 'first instance',
  webhookUrl: '',
  webhookUrlToken: '',
  delaySendMessagesMilliseconds: 3000,
  markIncomingMessagesReaded: 'no',
  markIncomingMessagesReadedOnReply: 'no',
  outgoingWebhook: 'yes',
  outgoingMessageWebhook: 'yes',
  outgoingAPIMessageWebhook: 'yes',
  incomingWebhook: 'yes',
  stateWebhook: 'yes',
  keepOnlineStatus: 'no',
  pollMessageWebhook: 'yes',
  incomingCallWebhook: 'yes',
  editedMessageWebhook: 'no',
  deletedMessageWebhook: 'no',
}
const OLDER_MORE = { deviceWebhook: 'no', keepOnlineStatus: 'no', pollMessageWebhook: 'no' }
const JSON_TYPE = { 'content-type': 'application/json' }

interface Sample {
  readonly name: string
  readonly body: string
  readonly means: Json
  readonly headers: Readonly<Record<string, string>>
}

const SAMPLES: readonly Sample[] = [
  {
    name: 'the older page',
    body: OLDER,
    means: { ...HOOK, ...OLDER_MORE, incomingBlockWebhook: 'yes', incomingCallWebhook: 'yes' },
    headers: {},
  },
  {
    name: 'the oldest page',
    body: OLDEST,
    means: { ...HOOK, deviceWebhook: 'no', keepOnlineStatus: 'no' },
    headers: JSON_TYPE,
  },
  { name: 'the newest page', body: NEWEST, means: { ...HOOK, name: 'Ходабрыш Пробешёлов' }, headers: {} },
  { name: 'the curl sample', body: CURL, means: FIRST, headers: JSON_TYPE },
  {
    name: 'the Java sample',
    body: JSON.parse(`"${JAVA}"`) as string,
    means: FIRST,
    headers: { ...JSON_TYPE, 'user-agent': 'unirest-java/1.3.11', 'accept-encoding': 'gzip' },
  },
  {
    // What `requests.post(url, json=payload)` makes of the Python sample's dictionary.
    name: 'the Python sample',
    body: JSON.stringify(FIRST, undefined, ' ').replaceAll('\n', ''),
    means: FIRST,
    headers: {
      ...JSON_TYPE,
      'user-agent': 'python-requests/2.31.0',
      'accept-encoding': 'gzip, deflate',
      accept: '*/*',
    },
  },
]

/** Everything that was given must come back: `name` in `getInstances`, the rest in `getSettings`. */
async function assertKept(made: Made, given: Json): Promise<void> {
  const { name, ...settings } = given
  if (name !== undefined) assert.equal((await rowOf(server, made))['name'], name)
  const kept = objectIn(await server.on(made, 'GET', 'getSettings'))
  for (const [key, value] of Object.entries(settings)) assert.deepEqual(kept[key], value, key)
  assert.ok(!('name' in kept))
}

function madeIn(answer: Answer, typeInstance: string): Made {
  const { idInstance, apiTokenInstance, typeInstance: type } = objectIn(answer)
  assert.ok(typeof idInstance === 'number' && typeof apiTokenInstance === 'string', answer.text)
  assert.equal(type, typeInstance)
  return { idInstance, apiTokenInstance, typeInstance }
}

describe('createInstance as the documents have it', () => {
  for (const { name, body, means, headers } of SAMPLES) {
    for (const [prefix, type] of [
      ['', 'whatsapp'],
      ['/v3', 'v3'],
    ] as const) {
      test(`${name}, at ${prefix}/partner`, async () => {
        const answer = await server.call('POST', `${prefix}/partner/createInstance/${PARTNER_TOKEN}`, body, headers)
        await assertKept(madeIn(answer, type), means)
      })
    }
  }

  const hasCurl = spawnSync('curl', ['--version']).status === 0
  test('the curl line itself', { skip: hasCurl ? false : 'there is no curl here' }, async () => {
    const url = `${server.url}/partner/createInstance/${PARTNER_TOKEN}`
    const line = ['--location', '--globoff', url, '--header', 'Content-Type: application/json', '--data', CURL]
    const { stdout } = await promisify(execFile)('curl', ['--silent', '--show-error', ...line])
    const { idInstance, apiTokenInstance, typeInstance } = JSON.parse(stdout) as Made
    assert.equal(typeInstance, 'whatsapp')
    await assertKept({ idInstance, apiTokenInstance, typeInstance }, FIRST)
  })

  test('any one parameter is enough, and every value comes back', async () => {
    const values: Json = {
      ...FIRST,
      name: 'Магазин «Ёлка» 🌲',
      webhookUrl: 'http://203.0.113.7:8081/hook?a=b',
      webhookUrlToken: 'Bearer abc',
      deviceWebhook: 'yes',
      incomingBlockWebhook: 'yes',
    }
    for (const [key, value] of Object.entries(values)) {
      const yes = value === 'no' ? 'yes' : value
      await assertKept(await server.make({ [key]: yes }), { [key]: yes })
    }
    for (const delay of [500, 600_000])
      await assertKept(await server.make({ delaySendMessagesMilliseconds: delay }), {
        delaySendMessagesMilliseconds: delay,
      })
  })

  test('what is not given is off, the delay 3000', async () => {
    const kept = objectIn(await server.on(await server.make({ name: 'bare' }), 'GET', 'getSettings'))
    const off = Object.keys({ ...FIRST, ...OLDER_MORE, incomingBlockWebhook: '' }).filter((key) =>
      /Webhook$|^mark|^keep/.test(key),
    )
    assert.equal(off.length, 14)
    for (const key of off) assert.equal(kept[key], 'no', key)
    assert.deepEqual(
      [kept['delaySendMessagesMilliseconds'], kept['webhookUrl'], kept['webhookUrlToken']],
      [3000, '', ''],
    )
  })

  test('keys that other clients send are ignored beside known ones', async () => {
    const made = await server.make({
      name: 'old client',
      typeAccount: 'x',
      partnerUserUiid: 'y',
      typeInstance: 'waba',
      foo: { bar: [] },
    })
    assert.equal(made.typeInstance, 'whatsapp')
  })
})

/** Values that no parameter of the kind may have. */
const WRONG: Readonly<Record<string, readonly unknown[]>> = {
  name: [1, true, {}, ['x'], 'x'.repeat(501), 'a\0b'],
  webhookUrl: [
    1,
    false,
    {},
    ['x'],
    'mysite',
    'ftp://mysite.com/',
    'javascript:alert(1)',
    'http://',
    '//mysite.com',
    `https://mysite.com/${'x'.repeat(4096)}`,
  ],
  webhookUrlToken: [1, true, {}, ['x'], 'a\r\nb: c', 'x'.repeat(4097)],
  delaySendMessagesMilliseconds: ['1000', true, {}, [1000], null, '', 0, 499, 600_001, 1000.5, -1000, 1e30],
}
const FLAG_NAMES = Object.keys({ ...FIRST, ...OLDER_MORE, incomingBlockWebhook: '' }).filter((key) => !(key in WRONG))
const WRONG_FLAGS = ['YES', 'true', 'on', true, false, 1, {}, ['yes'], ' yes']

describe('createInstance refuses', () => {
  const create = (body: unknown, token = PARTNER_TOKEN) => server.call('POST', `/partner/createInstance/${token}`, body)
  const countOf = async () => listIn(await server.partner('GET', 'getInstances')).length

  for (const [field, values] of [...Object.entries(WRONG), ...FLAG_NAMES.map((name) => [name, WRONG_FLAGS] as const)]) {
    test(`a ${field} that is none: code 400 names it, and no instance is made`, async () => {
      const before = await countOf()
      for (const value of values) {
        const refused = objectIn(await create({ name: 'fine', [field]: value }))
        assert.deepEqual(Object.keys(refused), ['code', 'description'])
        assert.equal(refused['code'], 400, JSON.stringify(value))
        assert.match(String(refused['description']), new RegExp(`'${field}'`))
      }
      assert.equal(await countOf(), before)
    })
  }

  test('several wrong fields are all named', async () => {
    const { description } = objectIn(await create({ name: 1, stateWebhook: 'maybe', delaySendMessagesMilliseconds: 1 }))
    for (const field of ['name', 'stateWebhook', 'delaySendMessagesMilliseconds'])
      assert.match(String(description), new RegExp(`'${field}'`))
  })

  const EMPTY: readonly (readonly [string, unknown])[] = [
    ['no body', undefined],
    ['an empty body', ''],
    ['an empty object', {}],
    ['an empty object with a comment', '{ // nothing\n}'],
    ['unknown keys only', { foo: 'bar', idInstance: 1 }],
    ['a list', '[]'],
    ['a string', '"name"'],
    ['null', 'null'],
    ['half an object', '{"name": "x"'],
    ['two objects', '{"name": "x"}{"name": "y"}'],
    ['a form', 'name=x&stateWebhook=yes'],
  ]
  for (const [name, body] of EMPTY) {
    test(`${name}: code 400, and no instance is made`, async () => {
      const before = await countOf()
      const refused = objectIn(await create(body))
      assert.equal(refused['code'], 400)
      assert.ok(typeof refused['description'] === 'string' && refused['description'] !== '')
      assert.equal(await countOf(), before)
    })
  }

  test('a wrong partner token, whatever the body: 200 with code 401', async () => {
    const near = PARTNER_TOKEN.replace(/.$/, '0')
    for (const token of [
      near,
      'gac.1234567891234567891234567891213456789',
      '{{partnerToken}}',
      'x',
      PARTNER_TOKEN.toUpperCase(),
    ]) {
      for (const body of [CURL, '{broken', undefined]) {
        const answer = await create(body, encodeURIComponent(token))
        assert.deepEqual([answer.status, answer.json], [200, { code: 401, description: 'Unauthorized' }])
      }
    }
  })
})

describe('the partners page: the order of work', () => {
  async function assertReady(made: Made): Promise<void> {
    await eventually(async () => (await stateOf(server, made)) === 'authorized', 'linked')
    const other = newPhone()
    await send(server, made, other, 'ready')
    assert.deepEqual(await textsOn(server, other, 1), ['ready'])
  }

  test('create, QR over HTTP, send; list; delete', async () => {
    const made = await server.make(FIRST)
    const page = await server.call('GET', pageOf(made))
    assert.equal(page.status, 200)
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/)
    await server.link(made, newPhone())
    await assertReady(made)
    assert.equal((await rowOf(server, made))['apiTokenInstance'], made.apiTokenInstance)
    assert.deepEqual((await server.partner('POST', 'deleteInstanceAccount', { idInstance: made.idInstance })).json, {
      deleteInstanceAccount: true,
    })
    assert.equal((await rowOf(server, made))['deleted'], true)
  })

  test('create, connection by phone number, send', async () => {
    const made = await server.make({ name: 'by number' })
    const phone = newPhone()
    const { status, code } = objectIn(
      await server.on(made, 'POST', 'getAuthorizationCode', { phoneNumber: Number(phone) }),
    )
    assert.equal(status, true)
    assert.equal((await server.simulator('link', { code, phoneNumber: phone })).status, 200)
    await assertReady(made)
  })
})
