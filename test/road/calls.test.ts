// Truth: the contract's calls: who is told of what and when, and the two journals of calls.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { eventually, newPhone, objectIn, takeAll, type Json } from '../support/road.ts'
import { ALL_WEBHOOKS, room, type Room } from '../support/rooms.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let here: Room
before(async () => {
  server = await startServer({ JADEGATE_DELAY_MIN_MS: '0' })
  here = await room(server)
})
after(() => server.close())

async function call(from: string, to: string, more: object = {}): Promise<string> {
  return String(objectIn(await server.simulator('calls', { from, to, ...more }))['idCall'])
}
const told = (status: string) => here.notified((body) => body['status'] === status)
const journal = (name: string, id: string) =>
  eventually(async () => (await here.list(name)).find(({ idMessage }) => idMessage === id), `call ${id} in ${name}`)

test('one that comes in: offer, then how it ended, by the same id; the journal has it once', async () => {
  const { other, phone, chatId, made } = here
  const id = await call(other, phone, { isVideo: true })
  const { timestamp, ...offer } = await told('offer')
  const instanceData = { idInstance: made.idInstance, wid: `${phone}@c.us`, typeInstance: 'whatsapp' }
  const body = { from: chatId, typeWebhook: 'incomingCall', instanceData, idMessage: id, isVideo: true }
  assert.deepEqual(offer, { ...body, status: 'offer' })
  assert.equal(typeof timestamp, 'number')
  await server.simulator('calls/end', { id, status: 'pickUp', durationS: 42 })
  assert.equal((await told('pickUp'))['idMessage'], id)
  const { timestamp: at, ...row } = await journal('lastIncomingCalls', id)
  assert.deepEqual(row, {
    ...{ type: 'incoming', idMessage: id, typeMessage: 'incomingCall', chatId },
    ...{ duration: 42, isVideo: true, isGroup: false, status: 'pickUp' },
  })
  assert.equal(typeof at, 'number')
  assert.equal((await here.list('lastIncomingCalls')).filter(({ idMessage }) => idMessage === id).length, 1)
})

test('refused and unanswered', async () => {
  const { other, phone } = here
  for (const status of ['hungUp', 'declined']) {
    const id = await call(other, phone, { status })
    assert.equal((await told(status))['idMessage'], id)
    assert.equal((await journal('lastIncomingCalls', id))['status'], status)
  }
})

test('one that goes out is told once, when it is over, with who took part', async () => {
  const { other, phone, chatId } = here
  const id = await call(phone, other, { status: 'pickUp', durationS: 7 })
  const body = await here.notified(({ typeWebhook }) => typeWebhook === 'outgoingCall')
  assert.deepEqual([body['from'], body['duration'], body['status']], [chatId, 7, 'pickUp'])
  assert.deepEqual(body['participants'], [{ wid: chatId, id: chatId, status: 'pickUp' }])
  const row = await journal('lastOutgoingCalls', id)
  assert.deepEqual(row['participants'], [{ id: chatId, status: 'pickUp' }])
})

test('calls are in no other journal, and minutes bound them', async () => {
  const { other, phone, chatId } = here
  await call(other, phone, { status: 'declined' })
  await told('declined')
  const history = await server.on(here.made, 'POST', 'getChatHistory', { chatId })
  assert.ok(!history.text.includes('Call'), history.text)
  assert.ok(!JSON.stringify(await here.list('lastIncomingMessages')).includes('Call'))
  assert.deepEqual(await here.list('lastIncomingCalls?minutes=0'), [])
})

test('each of its settings gates its notification; the journals have the calls all the same', async () => {
  for (const [off, expected] of [
    ['incomingWebhook', ['outgoingCall']],
    ['incomingCallWebhook', ['outgoingCall']],
    ['outgoingCallWebhook', ['incomingCall', 'incomingCall']],
  ] as const) {
    const one = await room(server, { ...ALL_WEBHOOKS, stateWebhook: 'no', [off]: 'no' })
    await call(one.other, one.phone, { status: 'declined' })
    await call(one.phone, newPhone(), { status: 'pickUp', durationS: 1 })
    await eventually(async () => (await one.list('lastOutgoingCalls')).length === 1, 'both are over')
    assert.equal((await one.list('lastIncomingCalls')).length, 1)
    const types = (await takeAll(server, one.made)).map((body: Json) => body['typeWebhook'])
    assert.deepEqual(types, expected, off)
  }
})
