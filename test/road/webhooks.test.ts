// Truth: contract notifications §1.2–1.4 and DECISIONS E: how notifications are pushed, from the integrator's server's side.
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import {
  at,
  eventually,
  linked,
  newPhone,
  notificationCount,
  objectIn,
  Receiver,
  say,
  take,
  wordOf,
  type Delivery,
} from '../support/road.ts'
import { startServer, type Made, type TestServer } from '../support/server.ts'

const RETRY_MS = 150

let server: TestServer
let receiver: Receiver
before(async () => {
  server = await startServer({ JADEGATE_WEBHOOK_RETRY_MS: String(RETRY_MS), JADEGATE_WEBHOOK_TIMEOUT_MS: '3000' })
})
after(() => server.close())
beforeEach(async () => {
  receiver = await Receiver.listen()
})
afterEach(() => receiver.close())

const hook = () => ({ webhookUrl: `${receiver.url}/hook/1?a=b`, incomingWebhook: 'yes' })
const textOf = ({ body }: Delivery) => at(body, 'messageData.textMessageData.textMessage')
const set = async (made: Made, settings: object) =>
  assert.deepEqual((await server.on(made, 'POST', 'setSettings', settings)).json, { saveSettings: true })
const isEmpty = (made: Made) => eventually(async () => (await notificationCount(server, made)) === 0, 'all settled')

describe('a webhook', () => {
  test('is a POST of the bare notification to the whole URL, in order, each removed by a 200', async () => {
    const { made, phone } = await linked(server, { ...hook(), stateWebhook: 'yes' })
    const from = newPhone()
    for (let index = 0; index < 20; index++) await say(server, from, phone, `message ${String(index)}`)
    const got = await receiver.got(21)
    assert.equal(wordOf(got[0]?.body ?? {}), 'authorized')
    assert.deepEqual(
      got.slice(1).map(textOf),
      Array.from({ length: 20 }, (_, index) => `message ${String(index)}`),
    )
    for (const { path, headers, body } of got) {
      assert.equal(path, '/hook/1?a=b')
      assert.match(headers['content-type'] ?? '', /^application\/json/)
      assert.equal(headers.authorization, undefined)
      assert.ok('typeWebhook' in body && !('receiptId' in body) && !('body' in body))
    }
    await isEmpty(made)
  })

  for (const [token, header] of [
    ['f93537eb3e8fed66847b5bd', 'Bearer f93537eb3e8fed66847b5bd'],
    ['Bearer abc', 'Bearer abc'],
    ['bearer abc', 'bearer abc'],
    ['Basic dXNlcjpwYXNz', 'Basic dXNlcjpwYXNz'],
    ['', undefined],
  ] as const) {
    test(`with webhookUrlToken "${token}" carries ${header ?? 'no Authorization'}`, async () => {
      const { phone } = await linked(server, { ...hook(), webhookUrlToken: token })
      await say(server, newPhone(), phone, 'x')
      const [first] = await receiver.got(1)
      assert.equal(first?.headers.authorization, header)
    })
  }

  test('is repeated, the same item again after the pause, until 200; what follows waits', async () => {
    receiver.plan.push(500, 201, 204, 302, 401, 'never')
    const { made, phone } = await linked(server, hook())
    const from = newPhone()
    await say(server, from, phone, 'first')
    await say(server, from, phone, 'second')
    const got = await receiver.got(8)
    assert.deepEqual(got.map(textOf), [...Array<string>(7).fill('first'), 'second'])
    assert.equal(new Set(got.slice(0, 7).map(({ body }) => JSON.stringify(body))).size, 1)
    assert.ok(
      got.every(({ path }) => path === '/hook/1?a=b'),
      'no redirect is followed',
    )
    for (let index = 1; index < 7; index++) {
      const pauseMs = (got[index]?.atMs ?? 0) - (got[index - 1]?.atMs ?? 0)
      assert.ok(pauseMs >= RETRY_MS - 20, `pause ${String(index)} was ${String(pauseMs)} ms`)
    }
    await isEmpty(made)
  })

  test('that hangs or is dead slows no other instance', async () => {
    const hanging = await Receiver.listen()
    try {
      hanging.plan.push(...Array<'never'>(100).fill('never'))
      const stuck = await linked(server, { ...hook(), webhookUrl: hanging.url })
      await say(server, newPhone(), stuck.phone, 'stuck')
      await hanging.got(1)
      const dead = await linked(server, { webhookUrl: 'http://127.0.0.1:9/', incomingWebhook: 'yes' })
      await say(server, newPhone(), dead.phone, 'dead')
      const quick = await linked(server, hook())
      for (let index = 0; index < 10; index++) await say(server, newPhone(), quick.phone, 'quick')
      await isEmpty(quick.made)
      assert.equal(await notificationCount(server, stuck.made), 1)
      assert.equal(await notificationCount(server, dead.made), 1)
    } finally {
      await hanging.close()
    }
  })

  test('never reaches a private or metadata address: the item stays, and is delivered where it may be', async () => {
    const refused = [
      'http://10.1.2.3/',
      'http://169.254.169.254/latest',
      'http://192.168.1.1:8080/',
      'http://[fd00::1]/',
      'http://0x0a010203/',
    ]
    for (const address of refused) {
      const { made, phone } = await linked(server, { ...hook(), webhookUrl: address })
      await say(server, newPhone(), phone, address)
      await eventually(async () => (await notificationCount(server, made)) === 1, 'the item is there')
      await eventually(
        () => server.logged.some((line) => line.includes(String(made.idInstance))),
        'the refusal is logged',
      )
      assert.equal(await notificationCount(server, made), 1)
      await set(made, hook())
      await isEmpty(made)
    }
    assert.deepEqual([...new Set(receiver.deliveries.map(textOf))], refused)
  })
})

describe('webhook or polling', () => {
  const REFUSED = ['statusCode', 'timestamp', 'path', 'code', 'status', 'message']

  test('never both: receive and delete are refused while a URL is set, a waiting poll too', async () => {
    const { made } = await linked(server, { incomingWebhook: 'yes' })
    const waiting = server.on(made, 'GET', 'receiveNotification?receiveTimeout=60')
    await new Promise((resolve) => setTimeout(resolve, 100))
    await set(made, hook())
    for (const answer of [
      await waiting,
      await server.on(made, 'GET', 'receiveNotification'),
      await server.on(made, 'DELETE', 'deleteNotification/1'),
    ]) {
      const body = objectIn(answer, 400)
      assert.deepEqual(Object.keys(body), REFUSED)
      assert.deepEqual([body['statusCode'], body['code'], body['status']], [400, 'INVALID_PARAM', 'error'])
      assert.match(String(body['message']), /^Message cannot be received because custom webhook url is set/)
      assert.ok(!answer.text.includes(made.apiTokenInstance))
    }
  })

  test('back and forth: nothing is lost, nothing comes twice, the order holds', async () => {
    const { made, phone } = await linked(server, { incomingWebhook: 'yes' })
    const from = newPhone()
    await say(server, from, phone, 'polled 1')
    await say(server, from, phone, 'pushed 1')
    assert.equal(at(await take(server, made), 'messageData.textMessageData.textMessage'), 'polled 1')
    await set(made, hook())
    await receiver.got(1)
    await say(server, from, phone, 'pushed 2')
    await receiver.got(2)
    await isEmpty(made)
    await set(made, { webhookUrl: '' })
    await say(server, from, phone, 'polled 2')
    assert.equal(at(await take(server, made), 'messageData.textMessageData.textMessage'), 'polled 2')
    assert.deepEqual(receiver.deliveries.map(textOf), ['pushed 1', 'pushed 2'])
  })

  test('an item fetched but not deleted is pushed once a URL is set', async () => {
    const { made, phone } = await linked(server, { incomingWebhook: 'yes' })
    await say(server, newPhone(), phone, 'seen')
    const { body } = objectIn(await server.on(made, 'GET', 'receiveNotification?receiveTimeout=20'))
    await set(made, hook())
    const [first] = await receiver.got(1)
    assert.deepEqual(first?.body, body)
  })

  test('another URL takes over at once, in the middle of a pause', async () => {
    const { made, phone } = await linked(server, { incomingWebhook: 'yes', webhookUrl: 'http://127.0.0.1:9/' })
    await say(server, newPhone(), phone, 'moved')
    await set(made, hook())
    assert.equal(textOf((await receiver.got(1))[0] ?? assert.fail()), 'moved')
  })
})
