// Truth: the vendor's @green-api/whatsapp-api-client, unmodified: every method it has is called, and answered as its types say.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, mock, test } from 'node:test'
import clientV1 from '@green-api/whatsapp-api-client'
import { fileOn, formOf, JPEG, sayContent } from '../support/files.ts'
import {
  at,
  eventually,
  linked,
  messagesOn,
  newPhone,
  notificationCount,
  say,
  textsOn,
  type Json,
} from '../support/road.ts'
import { startServer, type Made, type TestServer } from '../support/server.ts'
import { checked, JS_V1_ANSWERS, publicMethods } from '../support/vendor-answers.ts'

/** Methods of the package that its types leave out. */
interface Untyped {
  readonly settings: { getWaSettings(): Promise<unknown> }
  readonly message: {
    sendButtons(chatId: string, message: string, footer: string, buttons: readonly object[]): Promise<unknown>
    sendTemplateButtons(chatId: string, message: string, footer: string, buttons: readonly object[]): Promise<unknown>
    sendListMessage(
      chatId: string,
      message: string,
      buttonText: string,
      title: string,
      footer: string,
      sections: readonly object[],
    ): Promise<unknown>
  }
  readonly instance: {
    deleteMessage(chatId: string, idMessage: string): Promise<unknown>
    editMessage(chatId: string, idMessage: string, message: string): Promise<unknown>
    getChats(): Promise<unknown>
  }
}
type Callback = (...args: readonly unknown[]) => void
type Callbacks = Readonly<Record<string, (callback: Callback) => void>>
const { webhookAPI } = clientV1 as unknown as { webhookAPI: (app: object, path: string) => Callbacks }

/** How the package fills its requests; no methods of its users'. */
const INSIDE = ['addChadIdParam', 'addPhoneParam', 'addMessageIdParam']
const AT_ONCE = { delaySendMessagesMilliseconds: 0 }
const chatOf = (number: string) => `${number}@c.us`

let server: TestServer
let folder: string
let picture: string
let made: Made
let phone: string
const called = new Set<string>()

function apiOf({ idInstance, apiTokenInstance }: Made) {
  const api = clientV1.restAPI({
    idInstance: String(idInstance),
    apiTokenInstance,
    host: server.url,
    media: server.url,
  })
  const held = <Part extends object>(part: Part) => checked(part, JS_V1_ANSWERS, called)
  const { message, file, instance, settings, group, webhookService } = api
  return {
    message: held(message),
    file: held(file),
    instance: held(instance),
    settings: held(settings),
    group: held(group),
    webhookService: held(webhookService),
    /** Itself, as its own loop calls its own methods. */
    loop: webhookService,
  }
}
const untyped = (api: ReturnType<typeof apiOf>) => api as unknown as Untyped

before(async () => {
  mock.method(console, 'log', () => undefined)
  server = await startServer({ JADEGATE_DELAY_MIN_MS: '0' })
  folder = mkdtempSync(join(tmpdir(), 'jadegate-client-'))
  picture = join(folder, 'picture.jpg')
  writeFileSync(picture, JPEG)
  ;({ made, phone } = await linked(server, AT_ONCE))
})
after(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
  mock.restoreAll()
})

test('account: settings, linking by QR and by code, states', async () => {
  const own = await server.make()
  const api = apiOf(own)
  assert.deepEqual(await api.settings.setSettings({ stateWebhook: 'yes', ...AT_ONCE }), { saveSettings: true })
  assert.equal((await api.settings.getSettings()).stateWebhook, 'yes')
  const { type, message } = await api.instance.qr()
  assert.equal(type, 'qrCode')
  const number = newPhone()
  const until = (state: string) =>
    eventually(async () => (await api.instance.getStateInstance()).stateInstance === state, state)
  await server.simulator('link', { qr: message, phoneNumber: number })
  await until('authorized')
  assert.equal(at(await untyped(api).settings.getWaSettings(), 'phone'), number)
  await api.instance.getDeviceInfo()
  await api.instance.reboot()
  await until('authorized')
  await api.instance.logout()
  await until('notAuthorized')
  const { code } = await api.instance.getAuthorizationCode(Number(number))
  await server.simulator('link', { code, phoneNumber: number })
  await until('authorized')
})

test('sends every kind, by chat and by number', async () => {
  const api = apiOf(made)
  const other = newPhone()
  const chatId = chatOf(other)
  const number = Number(other)
  const { idMessage } = await api.message.sendMessage(chatId, null, 'by chat')
  await textsOn(server, other, 1)
  await api.message.sendMessage(null, number, 'a reply', idMessage, false)
  await api.message.sendPoll(null, number, 'When?', [{ optionName: 'a' }, { optionName: 'b' }], true, idMessage)
  await api.message.sendLocation(null, number, 'Here', 'Street 1', 59.93, 30.31)
  const contact = { phoneContact: 79001234567, firstName: 'Ann', middleName: null, lastName: null, company: null }
  await api.message.sendContact(null, number, contact)
  await api.message.sendLink(chatId, null, 'https://example.org/')
  const { urlFile } = await api.file.uploadFile(picture)
  await api.file.sendFileByUrl(null, number, urlFile, 'one.jpg')
  const form = formOf([
    { name: 'chatId', value: chatId },
    { name: 'file', value: JPEG, fileName: 'two.jpg', type: 'image/jpeg' },
  ])
  // It wants the form of the package form-data, of which it uses the bytes and `getHeaders`.
  const data = Object.assign(Buffer.from(form.body), { getHeaders: () => ({ 'content-type': form.type }) })
  await api.file.sendFileByUpload(data as unknown as FormData)
  const buttons = [{ buttonId: '1', buttonText: 'green' }]
  await untyped(api).message.sendButtons(chatId, 'Choose', 'soon', buttons)
  const quick = [{ index: 1, quickReplyButton: { displayText: 'Plain', id: 'plain' } }]
  await untyped(api).message.sendTemplateButtons(chatId, 'Choose', 'soon', quick)
  const sections = [{ title: 'One', rows: [{ title: 'A', rowId: 'a' }] }]
  await untyped(api).message.sendListMessage(chatId, 'Choose', 'Open', 'Title', 'soon', sections)
  assert.equal((await api.message.forwardMessages(chatId, chatId, [idMessage])).messages.length, 1)
  await textsOn(server, other, 12)
  const seen = await messagesOn(server, other)
  assert.deepEqual(
    seen.map(({ kind }) => kind),
    ['text', 'text', 'poll', 'location', 'contacts', 'text', 'file', 'file', 'buttons', 'buttons', 'list', 'text'],
  )
  assert.deepEqual([at(seen[1], 'quote.id'), at(seen[2], 'quote.id')], [idMessage, idMessage])

  assert.deepEqual(await untyped(api).instance.editMessage(chatId, idMessage, 'better'), { idMessage })
  await eventually(async () => (await messagesOn(server, other))[0]?.['text'] === 'better', 'edited')
  await untyped(api).instance.deleteMessage(chatId, idMessage)
  await eventually(async () => (await messagesOn(server, other))[0]?.['isDeleted'] === true, 'deleted')
})

test('its queue, its journals, chats and people', async () => {
  const idle = apiOf(await server.make())
  const other = newPhone()
  const chatId = chatOf(other)
  await idle.message.sendMessage(chatId, null, 'waits')
  const [queued, ...more] = await idle.message.showMessagesQueue()
  assert.deepEqual([queued?.type, more], ['sendMessage', []])
  assert.deepEqual(await idle.message.clearMessagesQueue(), { isCleared: true })

  const api = apiOf(made)
  const file = await fileOn(server)
  const idMessage = await sayContent(server, other, phone, { kind: 'file', type: 'image', file, name: 'a.jpg' })
  await eventually(async () => (await api.message.getChatHistory(chatId)).length === 1, 'stored')
  assert.equal(at(await api.message.getMessage(chatId, idMessage), 'typeMessage'), 'imageMessage')
  assert.equal((await api.message.lastIncomingMessages())[0]?.idMessage, idMessage)
  assert.ok((await api.message.lastOutgoingMessages()).length > 0)
  const url = String(at(await api.file.downloadFile(chatId, idMessage), 'downloadUrl'))
  assert.deepEqual(Buffer.from(await (await fetch(url)).arrayBuffer()), JPEG)
  assert.deepEqual(await api.message.readChat(null, Number(other)), { setRead: true })
  assert.equal((await api.instance.checkWhatsapp(Number(other))).existsWhatsapp, true)
  assert.equal((await api.instance.getAvatar(null, Number(other))).available, true)
  await api.instance.archiveChat(chatId)
  assert.equal((await api.instance.getContactInfo(chatId)).isArchive, true)
  await api.instance.unarchiveChat(chatId)
  assert.ok((await api.instance.getContacts()).length > 0)
  assert.equal(at(await untyped(api).instance.getChats(), '0.id') ?? chatId, chatId)
})

test('the life of a group', async () => {
  const { group } = apiOf(made)
  const [one, two] = [newPhone(), newPhone()]
  const { chatId: groupId } = await group.createGroup('Shift', [chatOf(one)])
  // Declared as a string, and refused by the package itself unless it is a number.
  assert.deepEqual(await group.addGroupParticipant(groupId, null, Number(two) as never), { addParticipant: true })
  assert.deepEqual(await group.setGroupAdmin(groupId, chatOf(two)), { setGroupAdmin: true })
  assert.deepEqual(await group.removeAdmin(groupId, chatOf(two)), { removeAdmin: true })
  assert.deepEqual(await group.updateGroupName(groupId, 'Night'), { updateGroupName: true })
  const pictureSet = await group.setGroupPicture(groupId, picture)
  assert.deepEqual(Buffer.from(await (await fetch(pictureSet.urlAvatar)).arrayBuffer()), JPEG)
  const data = await group.getGroupData(groupId)
  assert.deepEqual([data.subject, data.participants.length], ['Night', 3])
  assert.deepEqual(await group.removeGroupParticipant(groupId, chatOf(two), null), { removeParticipant: true })
  assert.deepEqual(await group.leaveGroup(groupId), { leaveGroup: true })
})

/** One of each kind that the client has a callback for, from a phone. */
async function sayEachKind(from: string, to: string): Promise<void> {
  const file = await fileOn(server)
  const preview = {
    title: 't',
    description: 'd',
    link: 'https://example.org/',
    jpegThumbnail: '',
    urlFile: '',
    size: 'small',
  }
  await say(server, from, to, 'hello loop')
  for (const type of ['image', 'video', 'document', 'audio'])
    await sayContent(server, from, to, { kind: 'file', type, file })
  await sayContent(server, from, to, { kind: 'text', text: 'https://example.org/', preview })
  await sayContent(server, from, to, { kind: 'contacts', contacts: [{ displayName: 'Ann', phone: '79001234567' }] })
  await sayContent(server, from, to, { kind: 'location', latitude: 1, longitude: 2 })
}

const NOTIFY = { incomingWebhook: 'yes', outgoingWebhook: 'yes', stateWebhook: 'yes' }

test('its receiving loop calls back for each kind and empties the queue', async () => {
  const { made: own, phone: number } = await linked(server, { ...AT_ONCE, ...NOTIFY })
  const api = apiOf(own)
  const { receiptId } = await api.webhookService.receiveNotification()
  assert.equal((await api.webhookService.deleteNotification(receiptId)).result, true)
  const seen: string[] = []
  const listeners = Object.getOwnPropertyNames(Object.getPrototypeOf(api.loop)).filter((name) => name.startsWith('on'))
  const loop = api.loop as unknown as Callbacks
  for (const name of listeners) {
    called.add(name)
    loop[name]?.call(loop, () => seen.push(name))
  }
  await api.loop.startReceivingNotifications()
  const other = newPhone()
  await sayEachKind(other, number)
  await api.message.sendMessage(chatOf(other), null, 'hello phone')
  await eventually(() => seen.length === 10, 'all ten')
  await api.loop.stopReceivingNotifications()
  for (const name of ['startReceivingNotifications', 'stopReceivingNotifications']) called.add(name)
  assert.deepEqual(seen.slice(0, 8), [
    ...['onReceivingMessageText', 'onReceivingMessageImage', 'onReceivingMessageVideo', 'onReceivingMessageDocument'],
    ...[
      'onReceivingMessageAudio',
      'onReceivingMessageTextURL',
      'onReceivingMessageContact',
      'onReceivingMessageLocation',
    ],
  ])
  assert.deepEqual(seen.slice(8), ['onReceivingOutboundMessageStatus', 'onReceivingOutboundMessageStatus'])
  await eventually(async () => (await notificationCount(server, own)) === 0, 'all deleted')
})

describe('its webhook receiver', () => {
  test('understands each kind that is pushed', async () => {
    const handlers = new Map<string, (request: object, response: object, next: (error: unknown) => void) => void>()
    const app = { post: (path: string, handler: Parameters<typeof handlers.set>[1]) => handlers.set(path, handler) }
    const api = webhookAPI(app, '/hook')
    const seen: (readonly unknown[])[] = []
    const listeners = publicMethods(Object.getPrototypeOf(api) as object, ['init'])
    for (const name of listeners) api[name]?.call(api, (...args) => seen.push([name, ...args.slice(1)]))
    const http = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString()) as Json
        handlers.get(request.url ?? '')?.({ body }, { send: () => response.end() }, (error) =>
          seen.push(['error', error]),
        )
      })
    })
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    try {
      const webhookUrl = `http://127.0.0.1:${String((http.address() as AddressInfo).port)}/hook`
      const { made: own, phone: number } = await linked(server, { ...AT_ONCE, ...NOTIFY, webhookUrl })
      const other = newPhone()
      await sayEachKind(other, number)
      await apiOf(own).message.sendMessage(chatOf(other), null, 'out')
      // The state, the five of the eight that it has a callback for, both statuses.
      await eventually(() => seen.length === 8, 'eight calls')
      assert.deepEqual(
        seen.map(([name]) => name),
        [
          ...['onStateInstance', 'onIncomingMessageText', 'onIncomingMessageFile', 'onIncomingMessageExtendedText'],
          ...['onIncomingMessageContact', 'onIncomingMessageLocation', 'onOutgoingMessageStatus'],
          'onOutgoingMessageStatus',
        ],
      )
      assert.deepEqual(
        seen[1]?.filter((_, index) => index !== 2),
        [...['onIncomingMessageText', own.idInstance, chatOf(other), 'textMessage', 'hello loop']],
      )
      // Dead at the vendor too, so it is never pushed.
      assert.deepEqual(
        listeners.filter((name) => !seen.some(([one]) => one === name)),
        ['onDeviceInfo'],
      )
    } finally {
      http.closeAllConnections()
      http.close()
    }
  })
})

test('no public method of the package is left out', () => {
  const api = clientV1.restAPI({ idInstance: '1', apiTokenInstance: 'x', host: server.url, media: server.url })
  const parts = [api.message, api.file, api.instance, api.settings, api.group, api.webhookService]
  const all = parts.flatMap((part) => publicMethods(Object.getPrototypeOf(part) as object, INSIDE))
  assert.deepEqual([...called].sort(), [...new Set(all)].sort())
  assert.deepEqual(Object.keys(clientV1).sort(), ['restAPI', 'webhookAPI'])
})
