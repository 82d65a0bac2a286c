// Truth: the contract's words where a person can't be found or named, and its rule that everything told is under a person's own chat id.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { formOf, JPEG } from '../support/files.ts'
import { at, linked, newPhone, objectIn, takeUntil } from '../support/road.ts'
import { ALL_WEBHOOKS, room, type Room } from '../support/rooms.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let here: Room
before(async () => {
  server = await startServer({ JADEGATE_DELAY_MIN_MS: '0', JADEGATE_RATE_LIMIT_SCALE: '1000' })
  here = await room(server)
})
after(() => server.close())

test('a contact who has no account, or is not in the address book: 404 with the words that clients show', async () => {
  const nobody = '79995550000@c.us'
  const added = await here.try('addContact', { chatId: nobody, firstName: 'Nobody' })
  assert.deepEqual([added.status, at(added.json, 'message')], [404, `${nobody} is not on WhatsApp`])
  const removed = await here.try('deleteContact', { chatId: here.chatId })
  assert.deepEqual([removed.status, at(removed.json, 'message')], [404, `Contact ${here.chatId} not found`])
})

test('a number that is none, or too short or long', async () => {
  const cases: readonly (readonly [unknown, string])[] = [
    ['7999abc', "Wrong format. 'phoneNumber' must contain only digits"],
    [79.5, "Validation failed. Details: 'phoneNumber' is not valid"],
    [123, 'bad phone number, valid from 11 to 16 digits'],
    ['79990000000000000', 'bad phone number, valid from 11 to 16 digits'],
    [0, "Validation failed. Details: 'value' must have at least 1 key"],
  ]
  for (const [phoneNumber, message] of cases) {
    const answer = await here.try('checkWhatsapp', { phoneNumber })
    assert.deepEqual([answer.status, at(answer.json, 'message')], [400, message], String(phoneNumber))
  }
})

test('flags that do nothing any more are settings all the same, in both spellings', async () => {
  for (const name of ['statusInstanceWebhook', 'statusInstanceChangedWebhook']) {
    assert.deepEqual(await here.post('setSettings', { [name]: 'yes' }), { saveSettings: true })
    assert.equal((await here.try('setSettings', { [name]: true })).status, 400)
  }
  assert.equal(at((await here.get('getSettings')).json, 'statusInstanceWebhook'), 'no')
})

for (const typeInstance of ['v3', 'telegram'] as const) {
  test(`a file to a number on ${typeInstance} is told, kept and found under the numeric chat id`, async () => {
    const settings = { typeInstance, ...ALL_WEBHOOKS, delaySendMessagesMilliseconds: 0 }
    const { made, phone } = await linked(server, settings)
    const alias = `${newPhone()}@c.us`
    const found = objectIn(await server.on(made, 'POST', 'checkAccount', { phoneNumber: alias.replace('@c.us', '') }))
    const { body, type } = formOf([
      { name: 'chatId', value: alias },
      { name: 'file', value: JPEG, fileName: 'a.jpg', type: 'image/jpeg' },
    ])
    const sent = objectIn(await server.on(made, 'POST', 'sendFileByUpload', body, { 'content-type': type }))
    const by = { chatId: alias, urlFile: String(sent['urlFile']), fileName: 'b.jpg' }
    const sentByUrl = objectIn(await server.on(made, 'POST', 'sendFileByUrl', by))
    for (const idMessage of [String(sent['idMessage']), String(sentByUrl['idMessage'])]) {
      const told = (await takeUntil(server, made, (one) => one['idMessage'] === idMessage)).at(-1)
      assert.deepEqual(
        [at(told, 'senderData.chatId'), at(told, 'senderData.senderPhoneNumber')],
        [found['chatId'], Number(phone)],
      )
      for (const chatId of [alias, found['chatId']]) {
        const named = { chatId, idMessage }
        assert.equal(objectIn(await server.on(made, 'POST', 'getMessage', named))['chatId'], found['chatId'])
        assert.match(String(objectIn(await server.on(made, 'POST', 'downloadFile', named))['downloadUrl']), /^http/)
      }
    }
  })
}

test('where numbers are hidden, what is sent to a number is told under the hidden id', async () => {
  const { made } = await linked(server, { ...ALL_WEBHOOKS, enableLidMode: 'yes', delaySendMessagesMilliseconds: 0 })
  const chatId = `${newPhone()}@c.us`
  const found = objectIn(await server.on(made, 'POST', 'checkWhatsapp', { chatId }))
  assert.match(String(found['chatId']), /^\d+@lid$/)
  const sent = objectIn(await server.on(made, 'POST', 'sendMessage', { chatId, message: 'hello' }))
  const idMessage = String(sent['idMessage'])
  const kept = objectIn(await server.on(made, 'POST', 'getMessage', { chatId: String(found['chatId']), idMessage }))
  assert.equal(kept['chatId'], found['chatId'])
  const again = objectIn(await server.on(made, 'POST', 'getMessage', { chatId, idMessage }))
  assert.equal(again['idMessage'], idMessage)
  const { body, type } = formOf([
    { name: 'chatId', value: chatId },
    { name: 'file', value: JPEG, fileName: 'a.jpg', type: 'image/jpeg' },
  ])
  const file = objectIn(await server.on(made, 'POST', 'sendFileByUpload', body, { 'content-type': type }))
  const named = { chatId: String(found['chatId']), idMessage: String(file['idMessage']) }
  assert.match(String(objectIn(await server.on(made, 'POST', 'downloadFile', named))['downloadUrl']), /^http/)
})
