// Truth: the vendor's @green-api/greenapi-integration, unmodified: every method it exports is called, its adapter lives on our webhooks.
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, mock, test } from 'node:test'
import * as integration from '@green-api/greenapi-integration'
import {
  BaseAdapter,
  BaseGreenApiAuthGuard,
  GreenApiClient,
  MessageTransformer,
  StorageProvider,
  type BaseUser,
  type GreenApiWebhook,
  type Instance,
  type Message,
} from '@green-api/greenapi-integration'
import { jpegFile } from '../support/files.ts'
import { at, eventually, linked, messagesOn, newPhone, say, textsOn } from '../support/road.ts'
import { startServer, type Made, type TestServer } from '../support/server.ts'
import { checked, INTEGRATION_ANSWERS, publicMethods } from '../support/vendor-answers.ts'

const AT_ONCE = { delaySendMessagesMilliseconds: 0 }
const chatOf = (number: string) => `${number}@c.us`
/** What the package keeps to itself. */
const INSIDE = ['buildUrl', 'buildEndpoint', 'makeRequest', 'makeFileUploadRequest']

let server: TestServer
const called = new Set<string>()
const clientOf = (one: Instance) => checked(new GreenApiClient(one), INTEGRATION_ANSWERS, called)

before(async () => {
  mock.method(console, 'log', () => undefined)
  server = await startServer({ JADEGATE_DELAY_MIN_MS: '0' })
  // It knows one host only and takes no other: the method that makes its base URL is the one place to say it.
  Object.defineProperty(GreenApiClient.prototype, 'buildUrl', {
    value(this: object) {
      return `${server.url}/waInstance${String(at(Reflect.get(this, 'instance'), 'idInstance'))}`
    },
  })
})
after(async () => {
  await server.close()
  mock.restoreAll()
})

class Users extends StorageProvider {
  readonly instances = new Map<string, Instance>()
  readonly users: object[] = []

  override createInstance(instance: Instance): Promise<Instance> {
    this.instances.set(String(instance.idInstance), instance)
    return Promise.resolve(instance)
  }
  override getInstance(id: number | bigint): Promise<Instance | null> {
    return Promise.resolve(this.instances.get(String(id)) ?? null)
  }
  override removeInstance(id: number | bigint): Promise<Instance> {
    const found = this.instances.get(String(id)) ?? assert.fail('no such instance')
    this.instances.delete(String(id))
    return Promise.resolve(found)
  }
  override createUser(data: object): Promise<BaseUser> {
    this.users.push(data)
    return Promise.resolve(data as BaseUser)
  }
  override findUser(): Promise<BaseUser | null> {
    return Promise.resolve(null)
  }
  override updateUser(_identifier: string, data: object): Promise<BaseUser> {
    return this.createUser(data)
  }
}

interface Said {
  readonly chat: string
  readonly text: unknown
}

/** The platform on the other side of the integration: it writes down what it is told, and its messages are the client's own. */
class Transformer extends MessageTransformer<Message, Said> {
  override toPlatformMessage(webhook: GreenApiWebhook): Said {
    const text = at(webhook, 'messageData.textMessageData.textMessage') ?? at(webhook, 'status')
    return { chat: String(at(webhook, 'senderData.chatId') ?? at(webhook, 'chatId')), text }
  }
  override toGreenApiMessage(message: Message): Message {
    return message
  }
}

class Adapter extends BaseAdapter<Message, Said> {
  readonly told: Said[] = []
  readonly states: string[] = []

  constructor(users: Users) {
    super(new Transformer(), users)
  }
  override sendToPlatform(message: Said): Promise<void> {
    this.told.push(message)
    return Promise.resolve()
  }
  override createPlatformClient(): Promise<null> {
    return Promise.resolve(null)
  }
  override handleStateInstanceWebhook(webhook: { readonly stateInstance: string }): Promise<void> {
    this.states.push(webhook.stateInstance)
    return Promise.resolve()
  }
}

class Guard extends BaseGreenApiAuthGuard {
  static of(users: Users): Guard {
    return new Guard(users)
  }
}

describe('the adapter', () => {
  const TYPES = ['incomingMessageReceived', 'outgoingMessageStatus', 'stateInstanceChanged'] as const
  const users = new Users()
  const adapter = new Adapter(users)
  const guard = Guard.of(users)
  const refused: unknown[] = []
  let http: Server
  let made: Made
  let phone: string

  before(async () => {
    http = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString()) as GreenApiWebhook
        guard
          .validateRequest({ body, headers: { ...request.headers } })
          .then(() => adapter.handleGreenApiWebhook(body, [...TYPES]))
          .catch((error: unknown) => refused.push(error))
          .finally(() => response.end())
      })
    })
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  })
  after(() => {
    http.closeAllConnections()
    http.close()
  })

  test('takes an instance on: its settings are read and set, the token of its webhooks with them', async () => {
    ;({ made, phone } = await linked(server, AT_ONCE))
    const settings = {
      webhookUrl: `http://127.0.0.1:${String((http.address() as AddressInfo).port)}/`,
      webhookUrlToken: integration.generateRandomToken(16),
      incomingWebhook: 'yes',
      outgoingWebhook: 'yes',
      stateWebhook: 'yes',
    }
    const created = await adapter.createInstance({ ...made, settings })
    assert.equal(created.idInstance, made.idInstance)
    assert.equal((await adapter.getInstance(made.idInstance))?.idInstance, made.idInstance)
    await assert.rejects(adapter.createInstance({ ...made, apiTokenInstance: 'x' }), /401/)
  })

  test('what is pushed reaches the platform, past its guard; state changes by their own way', async () => {
    const other = newPhone()
    await say(server, other, phone, 'for the platform')
    await eventually(() => adapter.told.length === 1, 'the text')
    assert.deepEqual(adapter.told, [{ chat: chatOf(other), text: 'for the platform' }])
    await new GreenApiClient(made).reboot()
    await eventually(() => adapter.states.includes('authorized'), 'the state')
    assert.deepEqual(refused, [])
  })

  test('what the platform says is sent, every type of it', async () => {
    const other = newPhone()
    const chatId = chatOf(other)
    const { urlFile } = await new GreenApiClient(made).uploadFile(jpegFile())
    const said: readonly Message[] = [
      { type: 'text', chatId, message: 'from the platform' },
      { type: 'upload-file', chatId, file: { data: jpegFile(), fileName: 'a.jpg' } },
      { type: 'url-file', chatId, file: { url: urlFile, fileName: 'b.jpg' } },
      { type: 'poll', chatId, message: 'When?', options: [{ optionName: 'a' }, { optionName: 'b' }] },
      { type: 'location', chatId, latitude: 1, longitude: 2 },
      { type: 'contact', chatId, contact: { phoneContact: 79001234567, firstName: 'Ann' } },
    ]
    const answers: unknown[] = []
    for (const message of said) answers.push(await adapter.handlePlatformWebhook(message, made.idInstance))
    assert.ok(answers.every((answer) => typeof at(answer, 'idMessage') === 'string'))
    await textsOn(server, other, 6)
    const messages = [String(at(answers[0], 'idMessage'))]
    const forward = { type: 'forward', chatId, chatIdFrom: chatId, messages } as const
    const forwarded = await adapter.handlePlatformWebhook(forward, made.idInstance)
    assert.ok('messages' in forwarded && forwarded.messages.length === 1)
    await textsOn(server, other, 7)
    const kinds = (await messagesOn(server, other)).map(({ kind }) => kind)
    assert.deepEqual(kinds, ['text', 'file', 'file', 'poll', 'location', 'contacts', 'text'])
    await assert.rejects(
      adapter.handlePlatformWebhook({ type: 'text', chatId: 'x', message: 'x' }, made.idInstance),
      /400/,
    )
  })

  test('users and the end of an instance are its storage’s', async () => {
    await adapter.createUser('a', { name: 'a' })
    await adapter.updateUser('a', { name: 'b' })
    assert.deepEqual(users.users, [{ name: 'a' }, { name: 'b' }])
    await adapter.removeInstance(made.idInstance)
    assert.equal(await adapter.getInstance(made.idInstance), null)
    assert.ok(adapter.createGreenApiClient(made) instanceof GreenApiClient)
  })
})

describe('the client', () => {
  test('account', async () => {
    const own = await server.make()
    const client = clientOf(own)
    assert.equal((await client.getQR()).type, 'qrCode')
    const number = newPhone()
    const { code } = await client.getAuthorizationCode(Number(number))
    await server.simulator('link', { code, phoneNumber: number })
    await eventually(async () => (await client.getStateInstance()).stateInstance === 'authorized', 'authorized')
    assert.deepEqual(await client.setSettings({ incomingWebhook: 'yes' }), { saveSettings: true })
    assert.equal((await client.getSettings()).incomingWebhook, 'yes')
    assert.equal((await client.setProfilePicture(jpegFile())).setProfilePicture, true)
    assert.equal((await client.getWaSettings()).phone, number)
    await client.reboot()
    await client.logout()
  })

  test('sends, shows its queue, reads journals, chats and people', async () => {
    const { made: own, phone } = await linked(server, AT_ONCE)
    const client = clientOf(own)
    const other = newPhone()
    const chatId = chatOf(other)
    const { idMessage } = await client.sendMessage({ chatId, message: 'one' })
    const { urlFile } = await client.uploadFile(jpegFile())
    await client.sendFileByUrl({ chatId, file: { url: urlFile, fileName: 'b.jpg' } })
    await client.sendFileByUpload({ chatId, file: { data: jpegFile(), fileName: 'c.jpg' }, caption: 'c' })
    await client.sendPoll({ chatId, message: 'When?', options: [{ optionName: 'a' }, { optionName: 'b' }] })
    await client.sendLocation({ chatId, latitude: 1, longitude: 2 })
    await client.sendContact({ chatId, contact: { phoneContact: 79001234567, firstName: 'Ann' } })
    const buttons = [{ type: 'copy', buttonId: '1', buttonText: 'Copy', copyCode: '7' }] as const
    await client.sendInteractiveButtons({ chatId, header: 'h', body: 'b', footer: 'f', buttons: [...buttons] })
    await client.sendInteractiveButtonsReply({ chatId, body: 'b', buttons: [{ buttonId: '1', buttonText: 'Yes' }] })
    await textsOn(server, other, 8)
    await client.forwardMessages({ chatId, chatIdFrom: chatId, messages: [idMessage] })
    await say(server, other, phone, 'hello')
    await eventually(async () => (await client.lastIncomingMessages()).length === 1, 'stored')
    assert.equal((await client.lastOutgoingMessages(5)).length, 9)
    assert.equal((await client.getChatHistory({ chatId, count: 3 })).length, 3)
    assert.equal((await client.getMessage({ chatId, idMessage })).idMessage, idMessage)
    assert.deepEqual(await client.readChat({ chatId }), { setRead: true })
    assert.equal((await client.checkWhatsapp({ phoneNumber: Number(other) })).existsWhatsapp, true)
    assert.equal((await client.getAvatar({ chatId })).available, true)
    assert.equal(
      (await client.getContacts()).some(({ id }) => id === chatId),
      true,
    )
    await client.archiveChat({ chatId })
    assert.equal((await client.getContactInfo({ chatId })).isArchive, true)
    await client.unarchiveChat({ chatId })
    assert.equal((await client.setDisappearingChat({ chatId, ephemeralExpiration: 0 })).ephemeralExpiration, 0)
    const idle = clientOf(await server.make())
    await idle.sendMessage({ chatId, message: 'waits' })
    assert.equal((await idle.showMessagesQueue()).length, 1)
    assert.deepEqual(await idle.clearMessagesQueue(), { isCleared: true })
  })

  test('groups and statuses', async () => {
    const { made: own, phone } = await linked(server, AT_ONCE)
    const client = clientOf(own)
    const [one, two] = [newPhone(), newPhone()]
    const participantChatId = chatOf(two)
    const { chatId: groupId } = await client.createGroup({ groupName: 'Shift', chatIds: [chatOf(one)] })
    await client.addGroupParticipant({ groupId, participantChatId })
    await client.setGroupAdmin({ groupId, participantChatId })
    await client.removeAdmin({ groupId, participantChatId })
    await client.updateGroupName({ groupId, groupName: 'Night' })
    await client.setGroupPicture({ groupId, file: jpegFile() })
    assert.equal((await client.getGroupData({ groupId })).participants.length, 3)
    await client.removeGroupParticipant({ groupId, participantChatId })
    assert.deepEqual(await client.leaveGroup({ groupId }), { leaveGroup: true })

    const { urlFile } = await client.uploadFile(jpegFile())
    const participants = [chatOf(one)]
    const { idMessage } = await client.sendTextStatus({ message: 'Open', backgroundColor: '', font: '', participants })
    await client.sendVoiceStatus({ urlFile, fileName: 'v.mp3', backgroundColor: '', participants })
    await client.sendMediaStatus({ urlFile, fileName: 'a.jpg', caption: '', participants })
    await eventually(async () => (await client.getStatusStatistic(idMessage)).length === 1, 'told of')
    await server.simulator('statuses', { from: one, text: 'mine', audience: [phone] })
    await eventually(async () => (await client.getIncomingStatuses()).length === 1, 'the other’s')
    assert.equal((await client.getOutgoingStatuses(5)).length, 3)
  })
})

test('the helpers that touch the wire speak of the chats and settings that are here', () => {
  assert.equal(integration.formatPhoneNumber('+7 (900) 123-45-67'), '79001234567@c.us')
  assert.equal(integration.formatPhoneNumber('120363043968066561', 'group'), '120363043968066561@g.us')
  const phoneIn = integration.extractPhoneNumberFromVCard(
    'BEGIN:VCARD\nTEL;type=CELL;waid=79001234567:+79001234567\nEND:VCARD',
  )
  assert.equal(phoneIn?.trim(), '+79001234567')
  assert.equal(integration.isValidSettingValue('incomingWebhook', 'yes'), true)
  assert.deepEqual(integration.validateAndCleanSettings({ nothing: 1 }), {})
})

test('no public method of the package is left out', () => {
  assert.deepEqual([...called].sort(), publicMethods(GreenApiClient.prototype, INSIDE))
  assert.deepEqual(publicMethods(BaseAdapter.prototype, ['handleError']), [
    ...['createGreenApiClient', 'createInstance', 'createUser', 'getInstance', 'handleGreenApiWebhook'],
    ...['handlePlatformWebhook', 'handleStateInstanceWebhook', 'removeInstance', 'updateUser'],
  ])
  assert.deepEqual(publicMethods(BaseGreenApiAuthGuard.prototype), ['validateRequest'])
  assert.deepEqual(
    Object.keys(integration)
      .filter((name) => /^[a-z]/.test(name) && name !== 'default')
      .sort(),
    [
      ...['extractPhoneNumberFromVCard', 'formatPhoneNumber', 'generateRandomToken', 'isValidSettingValue'],
      'validateAndCleanSettings',
    ],
  )
})
