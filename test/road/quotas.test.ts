// Truth: the Developer tariff: three correspondents a month, monthly calls of some methods, the bodies of 466 and quotaExceeded.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { developer, person } from '../support/operator.ts'
import { at, eventually, newPhone, notificationCount, objectIn, say, take } from '../support/road.ts'
import { roomOf, type Room } from '../support/rooms.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let account: string
let here: Room
before(async () => {
  server = await startServer({ JADEGATE_DELAY_MIN_MS: '0' })
  account = await person(server, { instanceQuota: 2 })
  here = await developerRoom()
})
after(() => server.close())

async function developerRoom(): Promise<Room> {
  const made = await developer(server, account, { delaySendMessagesMilliseconds: 0, incomingWebhook: 'yes' })
  const phone = newPhone()
  await server.link(made, phone)
  return roomOf(server, made, phone)
}

const chatOf = (phone: string) => `${phone}@c.us`

test('the fourth correspondent is refused with the whole of it, and told', async () => {
  const three = [here.other, newPhone(), newPhone()]
  for (const phone of three)
    await here.seen(await here.send('sendMessage', { chatId: chatOf(phone), message: 'x' }), () => true, phone)
  const fourth = newPhone()
  const refused = await here.try('sendMessage', { chatId: chatOf(fourth), message: 'x' })
  const body = objectIn(refused, 466)
  const { description, ...correspondents } = body['correspondentsStatus'] as Record<string, unknown>
  assert.deepEqual(correspondents, {
    method: 'correspondents',
    used: 3,
    total: 3,
    status: 'CORRESPONDENTS_QUOTE_EXCEEDED',
  })
  for (const phone of three) assert.ok(String(description).includes(chatOf(phone)))
  assert.deepEqual(
    [at(body, 'invokeStatus.method'), at(body, 'invokeStatus.status'), at(body, 'invokeStatus.total')],
    ['sendmessage', 'QUOTE_ALLOWED', 0],
  )
  const { quotaData, typeWebhook } = await take(server, here.made)
  assert.equal(typeWebhook, 'quotaExceeded')
  assert.deepEqual(
    [at(quotaData, 'used'), at(quotaData, 'total'), at(quotaData, 'status')],
    [3, 3, 'CORRESPONDENTS_QUOTA_EXCEEDED'],
  )

  // Those who are in go on as before.
  await here.seen(await here.send('sendMessage', { chatId: here.chatId, message: 'again' }))

  // Who is beyond is heard and kept, and the integrator is told of the quota alone.
  const id = await say(server, fourth, here.phone, 'do you hear me?')
  assert.equal((await take(server, here.made))['typeWebhook'], 'quotaExceeded')
  assert.equal(
    (await here.post('getMessage', { chatId: chatOf(fourth), idMessage: id }))['textMessage'],
    'do you hear me?',
  )
  await say(server, here.other, here.phone, 'I am in')
  assert.equal((await take(server, here.made))['typeWebhook'], 'incomingMessageReceived')
  assert.equal(await notificationCount(server, here.made), 0)
})

test('a method’s calls of the month; others are not counted with it; an instance’s are its own', async () => {
  const body = { phoneNumber: Number(here.other) }
  for (let calls = 0; calls < 100; calls++) assert.equal((await here.try('CheckWhatsapp', body)).status, 200)
  const { invokeStatus } = objectIn(await here.try('checkWhatsapp', body), 466)
  const { description, ...rest } = invokeStatus as Record<string, unknown>
  assert.deepEqual(rest, { method: 'checkwhatsapp', used: 100, total: 100, status: 'QUOTE_EXCEEDED' })
  assert.match(String(description), /Monthly quota/)
  assert.equal((await here.get('getContacts')).status, 200)
  const another = await developerRoom()
  assert.equal((await another.try('checkWhatsapp', body)).status, 200)
})

test('what is counted is still counted after a restart', async () => {
  await server.stop()
  const { dataDir } = server
  server = await startServer({ JADEGATE_DELAY_MIN_MS: '0', JADEGATE_DATA_DIR: dataDir })
  const { made } = here
  await eventually(
    async () => at((await server.on(made, 'GET', 'getStateInstance')).json, 'stateInstance') === 'authorized',
    'back',
  )
  assert.equal((await server.on(made, 'POST', 'checkWhatsapp', { phoneNumber: Number(here.other) })).status, 466)
  const send = await server.on(made, 'POST', 'sendMessage', { chatId: chatOf(newPhone()), message: 'x' })
  assert.equal(send.status, 466)
})
