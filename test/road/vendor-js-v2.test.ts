// Truth: the vendor's @green-api/whatsapp-api-client-js-v2, unmodified: every method it has is called, and answered as its types say.
import assert from 'node:assert/strict'
import { after, before, describe, mock, test } from 'node:test'
import { GreenApiClient, GreenApiPartnerClient } from '@green-api/whatsapp-api-client-js-v2'
import { fileOn, JPEG, jpegFile, sayContent } from '../support/files.ts'
import { at, eventually, linked, messagesOn, newPhone, say, textsOn } from '../support/road.ts'
import { PARTNER_TOKEN, startServer, type Made, type TestServer } from '../support/server.ts'
import { checked, JS_V2_ANSWERS, PARTNER_ANSWERS, publicMethods } from '../support/vendor-answers.ts'

/** It knows one host only and takes no other: the method that makes its base URL is the one place to say it. */
class LocalClient extends GreenApiClient {
  protected override buildUrl(): string {
    return `${server.url}/waInstance${String(this.instance.idInstance)}`
  }
}

let server: TestServer
let made: Made
let phone: string
let client: GreenApiClient
const called = new Set<string>()
const calledOfPartner = new Set<string>()
const clientOf = (one: Made) => checked<GreenApiClient>(new LocalClient(one), JS_V2_ANSWERS, called)
const AT_ONCE = { delaySendMessagesMilliseconds: 0 }
const chatOf = (number: string) => `${number}@c.us`

before(async () => {
  // It logs every call.
  mock.method(console, 'log', () => undefined)
  server = await startServer({ JADEGATE_DELAY_MIN_MS: '0' })
  ;({ made, phone } = await linked(server, AT_ONCE))
  client = clientOf(made)
})
after(async () => {
  await server.close()
  mock.restoreAll()
})

describe('the partner client', () => {
  const partner = () =>
    checked(
      new GreenApiPartnerClient({ partnerToken: PARTNER_TOKEN, partnerApiUrl: server.url }),
      PARTNER_ANSWERS,
      calledOfPartner,
    )

  test('creates, lists and deletes', async () => {
    const settings = { webhookUrl: '', stateWebhook: 'yes', deviceWebhook: 'no', incomingBlockWebhook: 'yes' } as const
    const one = await partner().createInstance({ name: 'js-v2', delaySendMessagesMilliseconds: 1000, ...settings })
    const row = (await partner().getInstances()).find(({ idInstance }) => idInstance === one.idInstance)
    assert.deepEqual([row?.name, row?.deleted, row?.isPartner, row?.isExpired], ['js-v2', false, true, false])
    const deleted = await partner().deleteInstanceAccount({ idInstance: one.idInstance })
    assert.deepEqual(deleted, { deleteInstanceAccount: true })
    const after = (await partner().getInstances()).find(({ idInstance }) => idInstance === one.idInstance)
    assert.equal(after?.deleted, true)
    const stranger = new GreenApiPartnerClient({ partnerToken: 'x', partnerApiUrl: server.url })
    const refused: unknown = await stranger.getInstances()
    assert.deepEqual(refused, { code: 401, description: 'Unauthorized' })
  })
})

describe('account', () => {
  test('links by the QR it was given, and by code', async () => {
    for (const way of ['qr', 'code'] as const) {
      const own = clientOf(await server.make())
      assert.deepEqual(await own.getStateInstance(), { stateInstance: 'notAuthorized' })
      const number = newPhone()
      if (way === 'qr') {
        const { type, message } = await own.getQR()
        assert.equal(type, 'qrCode')
        assert.equal((await server.simulator('link', { qr: message, phoneNumber: number })).status, 200)
      } else {
        const { status, code } = await own.getAuthorizationCode(Number(number))
        assert.equal(status, true)
        assert.equal((await server.simulator('link', { code, phoneNumber: number })).status, 200)
      }
      await eventually(async () => (await own.getStateInstance()).stateInstance === 'authorized', 'authorized')
      assert.equal((await own.getWaSettings()).phone, number)
      assert.deepEqual(await own.getQR(), { type: 'alreadyLogged', message: 'instance account already authorized' })
      assert.deepEqual(await own.reboot(), { isReboot: true })
      assert.deepEqual(await own.logout(), { isLogout: true })
      await eventually(async () => (await own.getStateInstance()).stateInstance === 'notAuthorized', 'logged out')
    }
  })

  test('settings and the profile’s picture', async () => {
    assert.deepEqual(await client.setSettings({ incomingWebhook: 'yes' }), { saveSettings: true })
    assert.equal((await client.getSettings()).incomingWebhook, 'yes')
    const { urlAvatar, ...rest } = await client.setProfilePicture(jpegFile())
    assert.deepEqual(rest, { reason: null, setProfilePicture: true })
    assert.deepEqual(Buffer.from(await (await fetch(urlAvatar)).arrayBuffer()), JPEG)
    const { avatar } = await client.getWaSettings()
    assert.deepEqual(Buffer.from(await (await fetch(avatar)).arrayBuffer()), JPEG)
  })
})

describe('messages', () => {
  test('every kind it sends arrives; its queue is shown and cleared', async () => {
    const other = newPhone()
    const chatId = chatOf(other)
    const { idMessage } = await client.sendMessage({ chatId, message: 'from js-v2', linkPreview: true })
    await textsOn(server, other, 1)
    const { urlFile } = await client.uploadFile(jpegFile())
    await client.uploadFile(new Blob([JPEG]), 'named.jpg')
    const data = new Blob([JPEG])
    await client.sendFileByUpload({
      chatId,
      file: { data, fileName: 'one.jpg' },
      caption: 'up',
      quotedMessageId: idMessage,
    })
    await client.sendFileByUrl({ chatId, file: { url: urlFile, fileName: 'two.jpg' }, caption: 'by url' })
    await client.sendPoll({ chatId, message: 'When?', options: [{ optionName: 'a' }, { optionName: 'b' }] })
    await client.sendLocation({ chatId, latitude: 59.93, longitude: 30.31, nameLocation: 'Here' })
    await client.sendContact({ chatId, contact: { phoneContact: 79001234567, firstName: 'Ann' } })
    const { messages } = await client.forwardMessages({ chatId, chatIdFrom: chatId, messages: [idMessage] })
    assert.equal(messages.length, 1)
    await textsOn(server, other, 7)
    const seen = await messagesOn(server, other)
    assert.deepEqual(
      seen.map(({ kind }) => kind),
      ['text', 'file', 'file', 'poll', 'location', 'contacts', 'text'],
    )
    assert.equal(at(seen[1], 'quote.id'), idMessage)
    assert.equal(seen[6]?.['forwardingScore'], 1)

    assert.deepEqual(await client.editMessage({ chatId, idMessage, message: 'better' }), { idMessage })
    await eventually(async () => (await messagesOn(server, other))[0]?.['text'] === 'better', 'edited')
    await client.deleteMessage({ chatId, idMessage })
    await eventually(async () => (await messagesOn(server, other))[0]?.['isDeleted'] === true, 'deleted')

    const idle = clientOf(await server.make())
    await idle.sendMessage({ chatId, message: 'waits' })
    assert.deepEqual(
      (await idle.showMessagesQueue()).map(({ type, body }) => [type, at(body, 'message')]),
      [['sendMessage', 'waits']],
    )
    assert.deepEqual(await idle.clearMessagesQueue(), { isCleared: true })
    assert.deepEqual(await idle.showMessagesQueue(), [])
  })

  test('receives, deletes, downloads; reads the journals', async () => {
    const other = newPhone()
    const chatId = chatOf(other)
    const file = await fileOn(server)
    const idMessage = await sayContent(server, other, phone, {
      kind: 'file',
      type: 'image',
      file,
      mimeType: 'image/jpeg',
    })
    const notification = await client.receiveNotification(20)
    assert.equal(at(notification?.body, 'messageData.typeMessage'), 'imageMessage')
    assert.equal((await client.deleteNotification(notification?.receiptId ?? 0)).result, true)
    const { downloadUrl } = await client.downloadFile({ chatId, idMessage })
    assert.deepEqual(Buffer.from(await (await fetch(downloadUrl)).arrayBuffer()), JPEG)

    assert.equal((await client.getMessage({ chatId, idMessage })).typeMessage, 'imageMessage')
    assert.deepEqual(
      (await client.getChatHistory({ chatId, count: 5 })).map((row) => row.idMessage),
      [idMessage],
    )
    assert.equal((await client.lastIncomingMessages())[0]?.idMessage, idMessage)
    assert.ok((await client.lastOutgoingMessages(60)).length >= 7)
  })

  test('an empty poll is null, and a refusal is an error with our message in it', async () => {
    const own = await server.make()
    const idle = clientOf(own)
    assert.equal(await idle.receiveNotification(), null)
    await assert.rejects(
      idle.sendMessage({ chatId: 'nobody', message: 'x' }),
      /'chatId' must be one of the next formats/,
    )
    await assert.rejects(clientOf({ ...own, apiTokenInstance: 'x' }).getSettings(), /401/)
  })
})

describe('people, groups and statuses', () => {
  test('chats and contacts', async () => {
    const other = newPhone()
    const chatId = chatOf(other)
    await say(server, other, phone, 'hello')
    await eventually(async () => (await client.getChatHistory({ chatId })).length === 1, 'the text')
    assert.deepEqual(await client.readChat({ chatId }), { setRead: true })
    assert.equal((await client.checkWhatsapp({ phoneNumber: Number(other) })).existsWhatsapp, true)
    assert.deepEqual(await client.getAvatar({ chatId }), { urlAvatar: '', available: true })
    await client.archiveChat({ chatId })
    assert.equal((await client.getContactInfo({ chatId })).isArchive, true)
    await client.unarchiveChat({ chatId })
    assert.deepEqual(await client.setDisappearingChat({ chatId, ephemeralExpiration: 86400 }), {
      chatId,
      disappearingMessagesInChat: true,
      ephemeralExpiration: 86400,
    })
    assert.deepEqual(await client.addContact({ chatId, firstName: 'Ann' }), { addContact: true })
    assert.deepEqual(await client.editContact({ chatId, firstName: 'Anna', lastName: 'B' }), { editContact: true })
    assert.equal((await client.getContacts()).find(({ id }) => id === chatId)?.contactName, 'Anna B')
    assert.deepEqual(await client.deleteContact({ chatId }), { deleteContact: true })
  })

  test('the life of a group', async () => {
    const [one, two] = [newPhone(), newPhone()]
    const { chatId: groupId } = await client.createGroup({ groupName: 'Shift', chatIds: [chatOf(one)] })
    const participantChatId = chatOf(two)
    assert.deepEqual(await client.addGroupParticipant({ groupId, participantChatId }), { addParticipant: true })
    assert.deepEqual(await client.setGroupAdmin({ groupId, participantChatId }), { setGroupAdmin: true })
    assert.deepEqual(await client.removeAdmin({ groupId, participantChatId }), { removeAdmin: true })
    assert.deepEqual(await client.updateGroupName({ groupId, groupName: 'Night' }), { updateGroupName: true })
    assert.equal((await client.setGroupPicture({ groupId, file: jpegFile() })).setGroupPicture, true)
    const data = await client.getGroupData({ groupId })
    assert.deepEqual([data.subject, data.participants.length, data.owner], ['Night', 3, chatOf(phone)])
    assert.deepEqual(await client.removeGroupParticipant({ groupId, participantChatId }), { removeParticipant: true })
    assert.deepEqual(await client.leaveGroup({ groupId }), { leaveGroup: true })
  })

  test('statuses', async () => {
    const other = newPhone()
    const participants = [chatOf(other)]
    const { urlFile } = await client.uploadFile(jpegFile())
    const { idMessage } = await client.sendTextStatus({ message: 'Open', font: 'SERIF', participants })
    await client.sendVoiceStatus({ urlFile, fileName: 'voice.mp3', backgroundColor: '#228B22', participants })
    await client.sendMediaStatus({ urlFile, fileName: 'a.jpg', caption: 'c', participants })
    await eventually(
      async () => (await client.getStatusStatistic({ idMessage }))[0]?.participant === participants[0],
      'told of',
    )
    await server.simulator('statuses', { from: other, text: 'mine', audience: [phone] })
    await eventually(async () => (await client.getIncomingStatuses()).length === 1, 'the status of the other')
    assert.equal((await client.getOutgoingStatuses({ minutes: 5 })).length, 3)
    await client.deleteStatus({ idMessage })
  })
})

test('no public method of the package is left out', () => {
  assert.deepEqual([...called].sort(), publicMethods(GreenApiClient.prototype, ['validatePhoneNumber']))
  assert.deepEqual([...calledOfPartner].sort(), publicMethods(GreenApiPartnerClient.prototype))
})
