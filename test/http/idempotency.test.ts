// Truth: DECISIONS E, row "idempotency": scope, 24 h, same body same answer, another body 409, of concurrent calls one wins.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startServer, type Answer, type Made, type TestServer } from '../support/server.ts'

let server: TestServer
let made: Made

before(async () => {
  server = await startServer()
  made = await server.make()
})
after(() => server.close())

const message = { chatId: '79001234567@c.us', message: 'once' }
const send = (key: string, body: object = message, on: Made = made): Promise<Answer> =>
  server.on(on, 'POST', 'sendMessage', body, { 'idempotency-key': key })
const create = (key: string, body: object, prefix = ''): Promise<Answer> =>
  server.call('POST', `${prefix}/partner/createInstance/gac.5ab31f2c7e9d4860b1c2d3e4f5a6978890a1b2c3d4e5f6`, body, {
    'idempotency-key': key,
  })
const queued = async (on: Made = made): Promise<number> =>
  ((await server.on(on, 'GET', 'getMessagesCount')).json as { count: number }).count
const instances = async (): Promise<number> =>
  ((await server.partner('GET', 'getInstances')).json as readonly unknown[]).length

describe('sendMessage with an Idempotency-Key', () => {
  test('the same again gets the same answer, byte for byte, and queues nothing', async () => {
    const before = await queued()
    const first = await send('k1')
    const again = await send('k1', { message: 'once', chatId: '79001234567@c.us', unknown: 1 })
    assert.equal(again.text, first.text)
    assert.deepEqual(
      [first.headers.get('idempotency-replayed'), again.headers.get('idempotency-replayed')],
      [null, 'true'],
    )
    assert.equal(await queued(), before + 1)
  })

  test('another body is refused with 409', async () => {
    await send('k2')
    const other = await send('k2', { ...message, message: 'twice' })
    assert.equal(other.status, 409)
    assert.equal((other.json as { statusCode: number }).statusCode, 409)
  })

  test('of many at once one wins and all get its answer', async () => {
    const before = await queued()
    const answers = await Promise.all(Array.from({ length: 20 }, () => send('k3')))
    assert.equal(new Set(answers.map((answer) => answer.text)).size, 1)
    assert.equal(answers.filter((answer) => answer.headers.get('idempotency-replayed') === null).length, 1)
    assert.equal(await queued(), before + 1)
  })

  test('a refused call has used up nothing', async () => {
    assert.equal((await send('k4', { chatId: 'nobody', message: 'x' })).status, 400)
    assert.equal((await send('k4')).status, 200)
  })

  test('another instance may use the same key', async () => {
    const other = await server.make()
    const first = await send('k5')
    assert.notEqual((await send('k5', message, other)).text, first.text)
  })

  for (const key of ['', ' ', 'x'.repeat(256), 'a b', 'ключ']) {
    test(`the key ${JSON.stringify(key.slice(0, 20))} is refused`, async () => {
      const header = Buffer.from(key).toString('latin1')
      const answer = await send(header)
      assert.equal(answer.status, 400)
      assert.match(answer.text, /Idempotency-Key/)
    })
  }
})

describe('createInstance with an Idempotency-Key', () => {
  test('the same again gets the same instance; another body or messenger 200 with code 409', async () => {
    const before = await instances()
    const first = await create('c1', { name: 'a' })
    assert.equal((await create('c1', { name: 'a' })).text, first.text)
    for (const other of [await create('c1', { name: 'b' }), await create('c1', { name: 'a' }, '/v3')]) {
      assert.deepEqual([other.status, (other.json as { code: number }).code], [200, 409])
    }
    assert.equal(await instances(), before + 1)
  })

  test('of many at once one makes an instance', async () => {
    const before = await instances()
    const answers = await Promise.all(Array.from({ length: 10 }, () => create('c2', { name: 'x' })))
    assert.equal(new Set(answers.map((answer) => answer.text)).size, 1)
    assert.equal(await instances(), before + 1)
  })
})

test('the answer is still the same after a restart', async () => {
  const first = await startServer()
  const one = await first.make()
  const key = { 'idempotency-key': 'kept' }
  const sent = await first.on(one, 'POST', 'sendMessage', message, key)
  await first.stop()
  const second = await startServer({ JADEGATE_DATA_DIR: first.dataDir })
  const again = await second.on(one, 'POST', 'sendMessage', message, key)
  assert.deepEqual([again.text, again.headers.get('idempotency-replayed')], [sent.text, 'true'])
  assert.equal((await second.on(one, 'GET', 'getMessagesCount')).text, '{"count":1}')
  await second.close()
})
