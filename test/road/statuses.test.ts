// Truth: the contract's statuses (stories): seen by those they are for, counted, listed, taken back, and never a notification.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { JPEG } from '../support/files.ts'
import { at, eventually, listIn, newPhone, notificationCount, objectIn, send, takeAll } from '../support/road.ts'
import { room, type Room } from '../support/rooms.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let here: Room
before(async () => {
  server = await startServer({ JADEGATE_DELAY_MIN_MS: '0' })
  here = await room(server)
})
after(() => server.close())

async function shownOn(phone: string) {
  return listIn(await server.call('GET', `/simulator/statuses?phone=${phone}`))
}
const statistic = async (id: string) =>
  (await here.list(`getStatusStatistic?idMessage=${id}`)).map(({ participant, status }) => [participant, status])

test('a text for one: shown, viewed, counted, taken back', async () => {
  const { chatId, other, made } = here
  await takeAll(server, made)
  const body = { message: 'Open till nine', backgroundColor: '#228B22', font: 'SERIF', participants: [chatId] }
  const id = await here.send('sendTextStatus', body)
  await eventually(async () => (await shownOn(other)).length === 1, 'shown')
  await eventually(async () => at(await statistic(id), 'length') !== 0 && (await statistic(id)).length === 1, 'counted')
  assert.deepEqual(await shownOn(newPhone()), [])
  assert.equal((await server.simulator('statuses/view', { phone: other, id })).status, 200)
  await eventually(async () => (await statistic(id))[0]?.[1] === 'read', 'viewed')
  assert.equal((await statistic(id))[0]?.[0], chatId)

  const [row] = await here.list('getOutgoingStatuses')
  assert.deepEqual(
    [row?.['idMessage'], row?.['typeMessage'], row?.['extendedTextMessage']],
    [
      id,
      'extendedTextMessage',
      { text: 'Open till nine', backgroundColor: '#228B22', font: 'SERIF', participants: [chatId] },
    ],
  )
  assert.equal((await here.try('deleteStatus', { idMessage: id })).text, '')
  await eventually(async () => (await shownOn(other)).length === 0, 'taken back')
  const listed = await eventually(async () => {
    const rows = await here.list('getOutgoingStatuses')
    return rows.find((one) => one['idMessage'] === id && one['typeMessage'] === 'deletedMessage') ?? false
  }, 'listed as taken back')
  const keys = ['type', 'idMessage', 'timestamp', 'typeMessage', 'chatId', 'statusMessage', 'sendByApi']
  assert.deepEqual(Object.keys(listed), keys)
  assert.equal(await notificationCount(server, made), 0)
})

test('media for all contacts; those of others are listed and told to nobody', async () => {
  const { chatId, other, phone, made } = here
  await send(server, made, other, 'so that we have a chat')
  const uploaded = await server.on(made, 'POST', 'uploadFile', new Uint8Array(JPEG), { 'content-type': 'image/jpeg' })
  const urlFile = objectIn(uploaded)['urlFile']
  await here.send('sendMediaStatus', { urlFile, fileName: 'a.jpg', caption: 'New' })
  await here.send('sendVoiceStatus', { urlFile, fileName: 'a.mp3' })
  await eventually(async () => (await shownOn(other)).length === 2, 'both shown')
  await takeAll(server, made)
  await server.simulator('statuses', { from: other, text: 'theirs', audience: [phone] })
  const [theirs] = await eventually(async () => {
    const rows = await here.list('getIncomingStatuses?minutes=5')
    return rows.length === 1 && rows
  }, 'theirs')
  assert.deepEqual([theirs?.['senderId'], theirs?.['textMessage']], [chatId, 'theirs'])
  assert.deepEqual(
    (await here.list('getOutgoingStatuses')).slice(0, 2).map(({ typeMessage, caption }) => [typeMessage, caption]),
    [
      ['audioMessage', ''],
      ['imageMessage', 'New'],
    ],
  )
  assert.equal(await notificationCount(server, made), 0)
})

test('a status is none of a chat’s messages, and an unknown one can’t be taken back', async () => {
  const history = await server.on(here.made, 'POST', 'getChatHistory', { chatId: 'status@broadcast' })
  assert.equal(history.status, 400)
  assert.equal((await here.try('deleteStatus', { idMessage: '3EB0000000000000000000' })).status, 400)
})
