// Truth: the vendor's own npm clients, unmodified: what they send must be understood and what they parse must be there.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, mock, test } from 'node:test'
import clientV1 from '@green-api/whatsapp-api-client'
import { GreenApiClient, GreenApiPartnerClient } from '@green-api/whatsapp-api-client-js-v2'
import {
  at,
  eventually,
  linked,
  messagesOn,
  newPhone,
  notificationCount,
  objectIn,
  say,
  stateOf,
  textsOn,
  type Json,
} from '../support/road.ts'
import { PARTNER_TOKEN, startServer, type Made, type TestServer } from '../support/server.ts'

let server: TestServer
before(async () => {
  // They log every call.
  mock.method(console, 'log', () => undefined)
  server = await startServer({ JADEGATE_DELAY_MIN_MS: '0' })
})
after(async () => {
  await server.close()
  mock.restoreAll()
})

/** js-v2 knows one host only and takes no other: the method that makes its base URL is the one place to say it. */
class LocalClient extends GreenApiClient {
  protected override buildUrl(): string {
    return `${server.url}/waInstance${String(this.instance.idInstance)}`
  }
}

const AT_ONCE = { delaySendMessagesMilliseconds: 0 }

describe('@green-api/whatsapp-api-client-js-v2', () => {
  const partner = () => new GreenApiPartnerClient({ partnerToken: PARTNER_TOKEN, partnerApiUrl: server.url })

  test('the partner client creates, lists and deletes', async () => {
    const settings = { webhookUrl: '', stateWebhook: 'yes', deviceWebhook: 'no', incomingBlockWebhook: 'yes' } as const
    const made = await partner().createInstance({ name: 'js-v2', delaySendMessagesMilliseconds: 1000, ...settings })
    assert.match(made.apiTokenInstance, /^[0-9a-f]{50}$/)
    assert.equal(made.typeInstance, 'whatsapp')
    const row = (await partner().getInstances()).find(({ idInstance }) => idInstance === made.idInstance)
    assert.deepEqual([row?.name, row?.deleted, row?.isPartner, row?.isExpired], ['js-v2', false, true, false])
    assert.deepEqual(await partner().deleteInstanceAccount({ idInstance: made.idInstance }), {
      deleteInstanceAccount: true,
    })
    assert.equal(
      (await partner().getInstances()).find(({ idInstance }) => idInstance === made.idInstance)?.deleted,
      true,
    )
    const refused: unknown = await new GreenApiPartnerClient({
      partnerToken: 'x',
      partnerApiUrl: server.url,
    }).getInstances()
    assert.deepEqual(refused, { code: 401, description: 'Unauthorized' })
  })

  test('links by the QR it was given, and by code', async () => {
    for (const way of ['qr', 'code'] as const) {
      const { idInstance, apiTokenInstance } = await partner().createInstance({ name: way })
      const client = new LocalClient({ idInstance, apiTokenInstance })
      assert.deepEqual(await client.getStateInstance(), { stateInstance: 'notAuthorized' })
      const phone = newPhone()
      if (way === 'qr') {
        const { type, message } = await client.getQR()
        assert.equal(type, 'qrCode')
        assert.equal((await server.simulator('link', { qr: message, phoneNumber: phone })).status, 200)
      } else {
        const { status, code } = await client.getAuthorizationCode(Number(phone))
        assert.equal(status, true)
        assert.equal((await server.simulator('link', { code, phoneNumber: phone })).status, 200)
      }
      await eventually(async () => (await client.getStateInstance()).stateInstance === 'authorized', 'authorized')
      const wa = await client.getWaSettings()
      assert.deepEqual([wa.phone, wa.stateInstance], [phone, 'authorized'])
      assert.deepEqual(await client.getQR(), { type: 'alreadyLogged', message: 'instance account already authorized' })
      assert.deepEqual(await client.reboot(), { isReboot: true })
      assert.deepEqual(await client.logout(), { isLogout: true })
      await eventually(async () => (await client.getStateInstance()).stateInstance === 'notAuthorized', 'logged out')
    }
  })

  test('sets settings, sends, shows and clears the queue, receives and deletes', async () => {
    const { made, phone } = await linked(server, AT_ONCE)
    const client = new LocalClient(made)
    assert.deepEqual(await client.setSettings({ incomingWebhook: 'yes', outgoingWebhook: 'yes' }), {
      saveSettings: true,
    })
    assert.equal((await client.getSettings()).incomingWebhook, 'yes')
    const other = newPhone()
    const { idMessage } = await client.sendMessage({
      chatId: `${other}@c.us`,
      message: 'from js-v2',
      linkPreview: true,
    })
    assert.deepEqual(await textsOn(server, other, 1), ['from js-v2'])
    await say(server, other, phone, 'to js-v2')
    const received: unknown[] = []
    while (received.length < 3) {
      const notification = await client.receiveNotification(20)
      assert.ok(notification !== null)
      received.push(at(notification.body, 'status') ?? at(notification.body, 'messageData.textMessageData.textMessage'))
      assert.equal((await client.deleteNotification(notification.receiptId)).result, true)
    }
    assert.deepEqual(received, ['sent', 'delivered', 'to js-v2'])
    assert.equal((await messagesOn(server, other))[0]?.['id'], idMessage)
    const idle = new LocalClient(await server.make())
    await idle.sendMessage({ chatId: `${other}@c.us`, message: 'waits' })
    assert.deepEqual(
      (await idle.showMessagesQueue()).map(({ type, body }) => [type, at(body, 'message')]),
      [['sendMessage', 'waits']],
    )
    assert.deepEqual(await idle.clearMessagesQueue(), { isCleared: true })
    assert.deepEqual(await idle.showMessagesQueue(), [])
  })

  test('an empty poll is null, and a refusal is an error with our message in it', async () => {
    const made = await server.make()
    const client = new LocalClient(made)
    assert.equal(await client.receiveNotification(), null)
    await assert.rejects(
      client.sendMessage({ chatId: 'nobody', message: 'x' }),
      /'chatId' must be one of the next formats/,
    )
    await assert.rejects(new LocalClient({ ...made, apiTokenInstance: 'x' }).getSettings(), /401/)
  })
})

interface Callbacks {
  onStateInstance(callback: (data: Json) => void): void
  onIncomingMessageText(
    callback: (
      data: Json,
      idInstance: number,
      idMessage: string,
      sender: string,
      typeMessage: string,
      text: string,
    ) => void,
  ): void
  onOutgoingMessageStatus(callback: (data: Json, idInstance: number, idMessage: string, status: string) => void): void
}

/** The types of the package leave these two out. */
interface WaSettings {
  getWaSettings(): Promise<unknown>
}
const { webhookAPI } = clientV1 as unknown as { webhookAPI: (app: object, path: string) => Callbacks }

describe('@green-api/whatsapp-api-client', () => {
  const apiOf = (made: Made) =>
    clientV1.restAPI({
      idInstance: String(made.idInstance),
      apiTokenInstance: made.apiTokenInstance,
      host: server.url,
      media: server.url,
    })

  test('account, settings, linking by QR', async () => {
    const made = await server.make()
    const api = apiOf(made)
    assert.deepEqual(await api.settings.setSettings({ stateWebhook: 'yes', ...AT_ONCE }), { saveSettings: true })
    assert.equal((await api.settings.getSettings()).stateWebhook, 'yes')
    const { type, message } = await api.instance.qr()
    assert.equal(type, 'qrCode')
    const phone = newPhone()
    await server.simulator('link', { qr: message, phoneNumber: phone })
    await eventually(async () => (await api.instance.getStateInstance()).stateInstance === 'authorized', 'authorized')
    assert.equal(at(await (api.settings as unknown as WaSettings).getWaSettings(), 'phone'), phone)
    await api.instance.reboot()
    await eventually(async () => (await stateOf(server, made)) === 'authorized', 'back')
    await api.instance.logout()
    await eventually(async () => (await stateOf(server, made)) === 'notAuthorized', 'logged out')
  })

  test('sends by chat and by number, replies, and sees its queue', async () => {
    const { made } = await linked(server, AT_ONCE)
    const api = apiOf(made)
    const other = newPhone()
    const { idMessage } = await api.message.sendMessage(`${other}@c.us`, null, 'by chat')
    await textsOn(server, other, 1)
    await api.message.sendMessage(null, Number(other), 'by number')
    await api.message.sendMessage(`${other}@c.us`, null, 'a reply', idMessage, false)
    assert.deepEqual(await textsOn(server, other, 3), ['by chat', 'by number', 'a reply'])
    assert.equal(at((await messagesOn(server, other))[2], 'quote.id'), idMessage)
    const idle = apiOf(await server.make())
    await idle.message.sendMessage(`${other}@c.us`, null, 'waits')
    const [queued, ...more] = await idle.message.showMessagesQueue()
    assert.deepEqual([queued?.type, more], ['sendMessage', []])
    assert.deepEqual(await idle.message.clearMessagesQueue(), { isCleared: true })
  })

  test('its receiving loop calls back for each notification and empties the queue', async () => {
    const { made, phone } = await linked(server, {
      ...AT_ONCE,
      incomingWebhook: 'yes',
      outgoingWebhook: 'yes',
      stateWebhook: 'yes',
    })
    const api = apiOf(made)
    const seen: unknown[] = []
    api.webhookService.onReceivingMessageText(
      (body: unknown) => void seen.push(at(body, 'messageData.textMessageData.textMessage')),
    )
    api.webhookService.onReceivingOutboundMessageStatus((body: unknown) => void seen.push(at(body, 'status')))
    api.webhookService.onReceivingAccountStatus((body: unknown) => void seen.push(at(body, 'stateInstance')))
    await api.webhookService.startReceivingNotifications()
    const other = newPhone()
    await say(server, other, phone, 'hello loop')
    await eventually(() => seen.includes('hello loop'), 'the text')
    await api.message.sendMessage(`${other}@c.us`, null, 'hello phone')
    await eventually(() => seen.length === 4, 'all four')
    await api.webhookService.stopReceivingNotifications()
    assert.deepEqual(seen, ['authorized', 'hello loop', 'sent', 'delivered'])
    await eventually(async () => (await notificationCount(server, made)) === 0, 'all deleted')
  })

  test('its webhook receiver understands what is pushed', async () => {
    const handlers = new Map<
      string,
      (request: { body: Json }, response: { send: () => void }, next: (error: unknown) => void) => void
    >()
    const app = { post: (path: string, handler: Parameters<typeof handlers.set>[1]) => handlers.set(path, handler) }
    const api = webhookAPI(app, '/hook')
    const seen: unknown[] = []
    api.onStateInstance((body) => seen.push(at(body, 'stateInstance')))
    api.onIncomingMessageText((_body, idInstance, _id, sender, type, text) =>
      seen.push([idInstance, sender, type, text]),
    )
    api.onOutgoingMessageStatus((_body, _instance, _id, status) => seen.push(status))
    const http = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString()) as Json
        handlers.get(request.url ?? '')?.({ body }, { send: () => response.end() }, (error) => seen.push(error))
      })
    })
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    try {
      const webhookUrl = `http://127.0.0.1:${String((http.address() as AddressInfo).port)}/hook`
      const { made, phone } = await linked(server, {
        ...AT_ONCE,
        webhookUrl,
        incomingWebhook: 'yes',
        outgoingWebhook: 'yes',
        stateWebhook: 'yes',
      })
      const other = newPhone()
      await say(server, other, phone, 'pushed')
      await eventually(() => seen.length === 2, 'state and text')
      objectIn(await server.on(made, 'POST', 'sendMessage', { chatId: `${other}@c.us`, message: 'out' }))
      await eventually(() => seen.length === 4, 'statuses')
      assert.deepEqual(seen, [
        'authorized',
        [made.idInstance, `${other}@c.us`, 'textMessage', 'pushed'],
        'sent',
        'delivered',
      ])
    } finally {
      http.closeAllConnections()
      http.close()
    }
  })
})
