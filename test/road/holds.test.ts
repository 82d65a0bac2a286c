// Truth: docs/partners.md as callers of instances meet it: suspended, expired, no room for files; and the way back.
import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { SkippingClock } from '../../src/lib/skipping-clock.ts'
import { paidAhead, partnerAccount, person } from '../support/operator.ts'
import { at, eventually, linked, newPhone, objectIn, pageOf, rowOf, stateOf, type Json } from '../support/road.ts'
import { pathOf, startServer, type Answer, type Made, type TestServer } from '../support/server.ts'

const DAY_MS = 86_400_000
const SUSPENDED = 'Your account is suspended'
const EXPIRED = 'Instance account is expired. Renew your instance from personal area'

const clock = new SkippingClock()
const env = { JADEGATE_DATA_DIR: mkdtempSync(join(tmpdir(), 'jadegate-holds-')), JADEGATE_WEBHOOK_ALLOW: '127.0.0.0/8' }
let server: TestServer
let account: string
before(async () => {
  server = await startServer(env, { clock })
  account = await partnerAccount(server)
})
after(() => server.close())

const suspend = async (): Promise<Json> =>
  objectIn(await server.operator('POST', `/accounts/${account}/suspend`, { reason: 'unpaid' }))
const resume = async (): Promise<Json> => objectIn(await server.operator('POST', `/accounts/${account}/resume`, {}))
const terms = async (changed: object): Promise<Json> =>
  objectIn(await server.operator('PATCH', `/accounts/${account}`, { terms: changed }))

/** Every way to call an instance is answered so. */
async function refusedEverywhere(made: Made, status: number, message: string): Promise<void> {
  const text = { chatId: `${newPhone()}@c.us`, message: 'x' }
  const calls: [string, string, object?][] = [
    ['GET', 'getSettings'],
    ['GET', 'getStateInstance'],
    ['POST', 'sendMessage', text],
    ['GET', 'receiveNotification'],
    ['GET', 'qr'],
    ['GET', 'logout'],
    ['POST', 'setSettings', { stateWebhook: 'yes' }],
    ['GET', 'updateApiToken'],
  ]
  for (const [verb, method, body] of calls) {
    const answer = await server.on(made, verb, method, body)
    assert.deepEqual([answer.status, at(answer.json, 'message')], [status, message], `${method}: ${answer.text}`)
    assert.doesNotMatch(answer.text, new RegExp(made.apiTokenInstance))
  }
  // Whoever has not the token learns nothing of it.
  assert.equal((await server.call('GET', `${pathOf(made, 'getSettings')}0`)).status, 401)
  assert.match(await upgrade(made), new RegExp(`^HTTP/1.1 ${String(status)} `))
  const page = await server.call('GET', pageOf(made))
  assert.equal(page.status, status)
  assert.match(page.text, /data-state="paused"/)
  assert.equal((await server.call('GET', '/assets/qr.js')).status, 200)
}

function upgrade(made: Made): Promise<string> {
  const lines = [
    `GET ${pathOf(made, 'scanqrcode')} HTTP/1.1`,
    'Host: x',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ]
  return server.raw(`${lines.join('\r\n')}\r\n\r\n`)
}

test('suspended: every call is 403, partner methods say so; resumed: linked as before, with what came meanwhile', async () => {
  const { made, phone } = await linked(server, { incomingWebhook: 'yes' })
  const unlinked = await server.make()
  const file = await server.on(made, 'POST', 'uploadFile', Buffer.from('kept'), { 'content-type': 'text/plain' })
  const link = new URL(String(objectIn(file)['urlFile'])).pathname
  assert.equal((await server.call('GET', link)).text, 'kept')
  await suspend()
  assert.equal((await server.call('GET', link)).status, 404, 'links stand still too')
  await refusedEverywhere(made, 403, SUSPENDED)
  await refusedEverywhere(unlinked, 403, SUSPENDED)
  const refused = { code: 403, description: 'Account is suspended' }
  assert.deepEqual((await server.partner('GET', 'getInstances')).json, refused)
  assert.deepEqual((await server.partner('POST', 'createInstance', { name: 'x' })).json, refused)
  await server.simulator('messages', { from: newPhone(), to: phone, text: 'while nobody listened' })
  await server.stop()
  server = await startServer(env, { clock })
  await refusedEverywhere(made, 403, SUSPENDED)
  await resume()
  await eventually(async () => (await stateOf(server, made)) === 'authorized', 'the instance is back')
  const got = await server.on(made, 'GET', 'receiveNotification?receiveTimeout=20')
  assert.match(got.text, /while nobody listened/)
  assert.equal((await server.call('GET', link)).text, 'kept')
  assert.equal((await server.call('GET', pageOf(unlinked))).status, 200)
})

test('a receive that waits is told', async () => {
  const made = await server.make()
  const waiting = server.on(made, 'GET', 'receiveNotification?receiveTimeout=60')
  await eventually(async () => (await server.on(made, 'GET', 'getStateInstance')).status === 200, 'it answers')
  await suspend()
  const told = await waiting
  assert.deepEqual([told.status, at(told.json, 'message')], [403, SUSPENDED])
  await resume()
})

test('expired: every call is 400 from that moment on; renewed by hand it comes back linked', async () => {
  const owner = await person(server)
  const made = await paidAhead(server, owner)
  const phone = newPhone()
  await server.link(made, phone)
  clock.skip(30 * DAY_MS - 60_000)
  assert.equal((await server.on(made, 'GET', 'getStateInstance')).status, 200)
  clock.skip(60_000)
  await refusedEverywhere(made, 400, EXPIRED)
  clock.skip(61_000)
  const view = async (): Promise<Json> =>
    objectIn(await server.operator('GET', `/accounts/${owner}/instances/${String(made.idInstance)}`))
  await eventually(async () => (await view())['isOnline'] === false, 'its session is closed')
  assert.deepEqual([(await view())['held'], (await view())['isExpired']], ['expired', true])
  const renewed = await server.operator('POST', `/accounts/${owner}/instances/${String(made.idInstance)}/renew`, {
    payment: 'hand',
  })
  assert.deepEqual([objectIn(renewed)['held'], objectIn(renewed)['isExpired']], [null, false])
  await eventually(async () => (await stateOf(server, made)) === 'authorized', 'it is back')
  assert.equal((await view())['phone'], phone)
})

describe('an account without room for files', () => {
  const upload = (made: Made, name: string): Promise<Answer> => {
    const form = ['--x', 'Content-Disposition: form-data; name="file"; filename="a.jpg"', '', name, '--x--', '']
    return server.on(made, 'POST', 'uploadFile', form.join('\r\n'), {
      'content-type': 'multipart/form-data; boundary=x',
    })
  }

  test('uploads are answered 466, and work again when there is room', async () => {
    const made = await server.make()
    await terms({ storedBytes: 10 })
    assert.equal((await upload(made, '12345')).status, 200)
    await terms({ storedBytes: 0 })
    const refused = await eventually(async () => {
      const answer = await upload(made, String(clock.now()))
      return answer.status !== 200 && answer
    }, 'the room is measured')
    const { statusCode, path, message } = objectIn(refused, 466)
    assert.deepEqual([statusCode, message], [466, 'The files of this account take up all the room that it has'])
    assert.doesNotMatch(String(path), new RegExp(made.apiTokenInstance))
    await terms({ storedBytes: null })
    assert.equal((await upload(made, 'again')).status, 200)
  })

  test('a file at a URL is not fetched: the message is failed, and the next one leaves', async () => {
    const { made } = await linked(server, { outgoingWebhook: 'yes' })
    const source = objectIn(await upload(made, 'something'))['urlFile']
    const { made: other } = await linked(server, { outgoingWebhook: 'yes' })
    await terms({ storedBytes: 0 })
    await upload(other, String(clock.now()))
    const chatId = `${newPhone()}@c.us`
    await server.on(other, 'POST', 'sendFileByUrl', { chatId, urlFile: source, fileName: 'a.jpg' })
    const told = await eventually(async () => {
      const { body } = objectIn(await server.on(other, 'GET', 'receiveNotification?receiveTimeout=20')) as {
        body: Json
      }
      return body
    }, 'the failure is told')
    assert.deepEqual(
      [told['status'], told['description']],
      ['failed', 'The files of this account take up all the room that it has'],
    )
    await terms({ storedBytes: null })
  })
})

test('what a tariff shows in getInstances', async () => {
  const made = await server.make()
  const { tariff, isFree, isPartner, isExpired } = await rowOf(server, made)
  assert.deepEqual([tariff, isFree, isPartner, isExpired], ['PARTNER', false, true, false])
})
