// Truth: contract §3, messaging §5, DECISIONS E: what an instance tells of itself, how it is set, linked, restarted and unlinked.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, describe, test } from 'node:test'
import { PNG } from 'pngjs'
import { WebSocket } from 'ws'
import { SkippingClock } from '../../src/lib/skipping-clock.ts'
import {
  at,
  eventually,
  linked,
  listIn,
  newPhone,
  objectIn,
  say,
  stateOf,
  take,
  takeUntil,
  wordOf,
  type Json,
} from '../support/road.ts'
import { pathOf, startServer, type Made, type TestServer } from '../support/server.ts'

const clock = new SkippingClock()
let server: TestServer
before(async () => {
  server = await startServer({}, { clock })
})
after(() => server.close())

const FLAGS = [
  'markIncomingMessagesReaded',
  'markIncomingMessagesReadedOnReply',
  'outgoingWebhook',
  'outgoingMessageWebhook',
  'outgoingAPIMessageWebhook',
  'incomingWebhook',
  'stateWebhook',
  'deviceWebhook',
  'keepOnlineStatus',
  'pollMessageWebhook',
  'incomingBlockWebhook',
  'incomingCallWebhook',
  'outgoingCallWebhook',
  'editedMessageWebhook',
  'deletedMessageWebhook',
  'catalogWebhook',
  'incomingMessageStatusWebhook',
  'avatarInfoWebhook',
  'linkPreview',
  'enableLidMode',
]
const FRESH: Json = {
  wid: '',
  typeInstance: 'whatsapp',
  countryInstance: '',
  typeAccount: '',
  webhookUrl: '',
  webhookUrlToken: '',
  delaySendMessagesMilliseconds: 3000,
  autoTyping: 0,
  sharedSession: 'no',
  proxyInstance: 'system proxy',
  statusInstanceWebhook: 'no',
  enableMessagesHistory: 'no',
  ...Object.fromEntries(FLAGS.map((name) => [name, name === 'linkPreview' ? 'yes' : 'no'])),
}

const ask = async (made: Made, method: string) => objectIn(await server.on(made, 'GET', method))
const set = (made: Made, settings: unknown) => server.on(made, 'POST', 'setSettings', settings)
const until = (made: Made, state: string) =>
  eventually(async () => (await stateOf(server, made)) === state, `state ${state}`)

describe('settings', () => {
  test('getSettings returns every key, as numbers and "yes"/"no"', async () => {
    assert.deepEqual(await ask(await server.make(), 'getSettings'), FRESH)
  })

  test('each setting can be set by itself, comes back, and leaves the others', async () => {
    const made = await server.make()
    const expected: Record<string, unknown> = { ...FRESH }
    const changes: Json = {
      webhookUrl: 'https://example.org:8443/hook?x=1',
      webhookUrlToken: 'Basic dTpw',
      delaySendMessagesMilliseconds: 600_000,
      autoTyping: 10,
      ...Object.fromEntries(FLAGS.map((name) => [name, name === 'linkPreview' ? 'no' : 'yes'])),
    }
    for (const [name, value] of Object.entries(changes)) {
      assert.deepEqual(objectIn(await set(made, { [name]: value })), { saveSettings: true })
      expected[name] = value
      assert.deepEqual(await ask(made, 'getSettings'), expected)
    }
    assert.deepEqual(objectIn(await set(made, { webhookUrl: '', webhookUrlToken: '' })), { saveSettings: true })
    assert.equal((await ask(made, 'getSettings'))['webhookUrl'], '')
  })

  test('dead and unknown keys are ignored beside a live one', async () => {
    const made = await server.make()
    const dead = {
      sharedSession: 'yes',
      proxyInstance: '1.2.3.4',
      countryInstance: 'kz',
      statusInstanceWebhook: 'yes',
      wid: 'x',
      name: 'x',
    }
    assert.equal((await set(made, { ...dead, stateWebhook: 'yes' })).status, 200)
    assert.deepEqual(await ask(made, 'getSettings'), { ...FRESH, stateWebhook: 'yes' })
  })

  test('a value that is none is named, and nothing of the call is stored', async () => {
    const made = await server.make()
    const wrong: readonly (readonly [string, unknown])[] = [
      ...FLAGS.flatMap(
        (name) =>
          [
            [name, 'maybe'],
            [name, true],
          ] as const,
      ),
      ['webhookUrl', 'nowhere'],
      ['webhookUrlToken', 5],
      ['delaySendMessagesMilliseconds', 499],
      ['delaySendMessagesMilliseconds', 600_001],
      ['delaySendMessagesMilliseconds', '1000'],
      ['autoTyping', 11],
      ['autoTyping', 1.5],
    ]
    for (const [name, value] of wrong) {
      const body = objectIn(await set(made, { incomingWebhook: 'yes', [name]: value }), 400)
      assert.match(String(body['message']), new RegExp(`^Validation failed\\. Details: '${name}' `))
    }
    for (const empty of [undefined, {}, { foo: 1 }, { stateWebhook: '' }]) {
      assert.match(String(objectIn(await set(made, empty), 400)['message']), /at least 1 key/)
    }
    assert.deepEqual(await ask(made, 'getSettings'), FRESH)
  })
})

describe('linking by QR', () => {
  test('a PNG that is the same until it rotates, every 20 s; the phone takes a fresh one only', async () => {
    const made = await server.make()
    const first = await ask(made, 'qr')
    assert.deepEqual(Object.keys(first), ['type', 'message'])
    assert.equal(first['type'], 'qrCode')
    const { width, height } = PNG.sync.read(Buffer.from(String(first['message']), 'base64'))
    assert.ok(width === height && width >= 256 && width <= 320)
    assert.deepEqual(await ask(made, 'qr'), first)
    for (let turn = 0; turn < 2; turn++) {
      clock.skip(20_000)
      await eventually(async () => (await ask(made, 'qr'))['message'] !== first['message'], 'another QR')
    }
    const stale = await server.simulator('link', { qr: first['message'], phoneNumber: newPhone() })
    assert.equal(stale.status, 400)
    await server.link(made, newPhone())
    assert.deepEqual(await ask(made, 'qr'), { type: 'alreadyLogged', message: 'instance account already authorized' })
  })

  test('the web socket: codes as they come, then who was linked', async () => {
    const made = await server.make({ webhookUrl: 'http://127.0.0.1:9/hook' })
    const socket = await ScanSocket.open(made)
    const first = await socket.frame(0)
    assert.equal(first['type'], 'qrCode')
    clock.skip(20_000)
    const second = await socket.frame(1)
    assert.notEqual(second['message'], first['message'])
    const phone = newPhone()
    await server.simulator('phones', { phoneNumber: phone, name: 'Dana' })
    assert.equal((await server.simulator('link', { qr: second['message'], phoneNumber: phone })).status, 200)
    assert.deepEqual(await socket.frame(2), {
      type: 'accountData',
      wid: `${phone}@c.us`,
      pushname: 'Dana',
      proxy: '',
      webhookUrl: 'http://127.0.0.1:9/hook',
    })
    assert.equal(await socket.closed(), 1000)
    const late = await ScanSocket.open(made)
    assert.deepEqual(await late.frame(0), { type: 'alreadyLogged', message: 'instance account already authorized' })
    assert.equal(await late.closed(), 1000)
  })

  test('the web socket: nobody scans for 100 s', async () => {
    const socket = await ScanSocket.open(await server.make())
    await socket.frame(0)
    clock.skip(101_000)
    await socket.closed()
    assert.deepEqual(socket.frames.at(-1), { type: 'timeout', message: 'timeoutExpired' })
  })

  test('the web socket is refused like any call: wrong id, wrong token, deleted', async () => {
    const made = await server.make()
    const gone = await server.make()
    await server.partner('POST', 'deleteInstanceAccount', { idInstance: gone.idInstance })
    assert.equal(await ScanSocket.refused({ ...made, idInstance: 1_199_999_999 }), 403)
    assert.equal(await ScanSocket.refused({ ...made, apiTokenInstance: 'x' }), 401)
    assert.equal(await ScanSocket.refused(gone), 400)
  })

  test('watching by socket and asking by HTTP show the same code; /v3 and any case are the same socket', async () => {
    const made = await server.make({ name: 'max' }, '/v3')
    const socket = await ScanSocket.open(made, `/v3${pathOf(made, 'ScanQRcode')}`)
    assert.equal((await socket.frame(0))['message'], (await ask(made, 'qr'))['message'])
    await server.link(made, newPhone())
    await eventually(() => socket.frames.some(({ type }) => type === 'accountData'), 'accountData')
  })
})

describe('linking by phone number', () => {
  const code = async (made: Made, phoneNumber: unknown) =>
    server.on(made, 'POST', 'getAuthorizationCode', { phoneNumber })

  test('a code of eight signs, good for that number only; numbers as integers and strings', async () => {
    const made = await server.make()
    const phone = newPhone()
    const first = objectIn(await code(made, Number(phone)))
    assert.deepEqual(Object.keys(first), ['status', 'code'])
    assert.match(String(first['code']), /^[0-9A-Z]{8}$/)
    const second = objectIn(await code(made, phone))
    assert.notEqual(second['code'], first['code'])
    assert.equal((await server.simulator('link', { code: first['code'], phoneNumber: phone })).status, 400)
    assert.equal((await server.simulator('link', { code: second['code'], phoneNumber: newPhone() })).status, 400)
    assert.equal((await ask(made, 'qr'))['type'], 'error')
    assert.equal((await server.simulator('link', { code: second['code'], phoneNumber: phone })).status, 200)
    await until(made, 'authorized')
    const refused = objectIn(await code(made, phone))
    assert.deepEqual([refused['status'], refused['code']], [false, ''])
  })

  test('what is no number is named; MAX links by QR', async () => {
    const made = await server.make()
    for (const wrong of [undefined, '', 'abc', 12, '+7900', true, {}]) {
      assert.match(String(objectIn(await code(made, wrong), 400)['message']), /'phoneNumber'/)
    }
    const max = await server.make({ name: 'm' }, '/v3')
    assert.match(String(objectIn(await code(max, 79001234567), 400)['message']), /not supported/)
  })
})

describe('who is linked', () => {
  test('getWaSettings and getSettings before, after, and after a logout', async () => {
    const made = await server.make()
    const empty = { avatar: '', phone: '', stateInstance: 'notAuthorized', deviceId: '', chatId: '', base64Avatar: '' }
    assert.deepEqual(await ask(made, 'getWaSettings'), empty)
    const phone = newPhone()
    await server.link(made, phone)
    const { deviceId, ...rest } = await ask(made, 'getWaSettings')
    assert.deepEqual(rest, {
      avatar: '',
      phone,
      stateInstance: 'authorized',
      chatId: `${phone}@c.us`,
      base64Avatar: '',
    })
    assert.match(String(deviceId), new RegExp(`^${phone}:\\d+@s\\.whatsapp\\.net$`))
    assert.equal((await ask(made, 'getSettings'))['wid'], `${phone}@c.us`)
    assert.deepEqual(await ask(made, 'getStatusInstance'), { statusInstance: 'online' })
    assert.deepEqual(await ask(made, 'logout'), { isLogout: true })
    await until(made, 'notAuthorized')
    assert.deepEqual(await ask(made, 'getWaSettings'), empty)
    assert.equal((await ask(made, 'getSettings'))['wid'], '')
    assert.deepEqual(await ask(made, 'getStatusInstance'), { statusInstance: 'offline' })
  })

  test('getAccountSettings of a MAX instance; each messenger has its own of the two', async () => {
    const { made, phone } = await linked(server, {}, '/v3')
    const { chatId, ...rest } = await ask(made, 'getAccountSettings')
    assert.deepEqual(rest, { avatar: '', phone, stateInstance: 'authorized' })
    assert.match(String(chatId), /^[1-9]\d{7}$/)
    objectIn(await server.on(made, 'GET', 'getWaSettings'), 400)
    objectIn(await server.on(await server.make(), 'GET', 'getAccountSettings'), 400)
  })

  test('updateApiToken: the new token works, the old one is dead at once, the link stays', async () => {
    const { made } = await linked(server, {})
    const { apiTokenInstance } = await ask(made, 'updateApiToken')
    assert.match(String(apiTokenInstance), /^[0-9a-f]{50}$/)
    assert.equal((await server.on(made, 'GET', 'getStateInstance')).status, 401)
    assert.deepEqual((await server.on(made, 'GET', 'updateApiToken')).json, { code: 401, description: 'Unauthorized' })
    assert.equal(await stateOf(server, { ...made, apiTokenInstance: String(apiTokenInstance) }), 'authorized')
  })
})

describe('states', () => {
  test('linked, unlinked by the phone, linked again: told by webhook, shown, and kept in the history', async () => {
    const { made, phone } = await linked(server, { stateWebhook: 'yes' })
    assert.equal((await server.simulator('unlink', { phoneNumber: phone })).status, 200)
    await until(made, 'notAuthorized')
    const next = newPhone()
    await server.link(made, next)
    const told = [await take(server, made), await take(server, made), await take(server, made)]
    assert.deepEqual(
      told.map((body) => [wordOf(body), at(body, 'instanceData.wid')]),
      [
        ['authorized', `${phone}@c.us`],
        ['notAuthorized', ''],
        ['authorized', `${next}@c.us`],
      ],
    )
    const history = listIn(await server.on(made, 'GET', 'getStateInstanceHistory'))
    assert.deepEqual(
      history.map(({ stateInstance, phoneNumber }) => [stateInstance, phoneNumber]),
      [
        ['authorized', `${next}@c.us`],
        ['notAuthorized', ''],
        ['authorized', `${phone}@c.us`],
      ],
    )
    for (const { timestamp } of history) assert.ok(Math.abs(Number(timestamp) - clock.now() / 1000) < 60)
    for (const one of [
      await server.on(made, 'GET', 'getStateInstanceHistory?count=2'),
      await server.raw(bodyOnGet(made, 'GetStateInstanceHistory', '{"count":2}')).then((text) => ({
        status: 200,
        text,
        json: JSON.parse(text.split('\r\n\r\n')[1] ?? '') as unknown,
        headers: new Headers(),
      })),
    ]) {
      assert.deepEqual(listIn(one), history.slice(0, 2))
    }
  })

  test('restricted: suspended keeps the queue; blocked ends the session; both are lifted', async () => {
    const { made, phone } = await linked(server, { stateWebhook: 'yes' })
    await server.simulator('faults', { kind: 'suspend', phoneNumber: phone })
    await until(made, 'suspended')
    assert.equal(
      (await server.on(made, 'POST', 'sendMessage', { chatId: `${newPhone()}@c.us`, message: 'later' })).status,
      200,
    )
    assert.equal((await ask(made, 'getMessagesCount'))['count'], 1)
    assert.equal((await server.call('DELETE', `/simulator/faults?kind=suspend&phoneNumber=${phone}`)).status, 200)
    await until(made, 'authorized')
    await eventually(async () => (await ask(made, 'getMessagesCount'))['count'] === 0, 'the queue runs again')
    await server.simulator('faults', { kind: 'block', phoneNumber: phone })
    await until(made, 'blocked')
    const told = await takeUntil(server, made, (body) => wordOf(body) === 'blocked')
    assert.deepEqual(told.map(wordOf), ['authorized', 'suspended', 'authorized', 'blocked'])
    assert.equal(
      (await server.on(made, 'POST', 'sendMessage', { chatId: `${newPhone()}@c.us`, message: 'x' })).status,
      200,
    )
  })

  test('reboot answers at once, is told, and brings the link back by itself', async () => {
    const { made, phone } = await linked(server, { stateWebhook: 'yes', incomingWebhook: 'yes' })
    await take(server, made)
    assert.deepEqual(await ask(made, 'reboot'), { isReboot: true })
    assert.deepEqual([wordOf(await take(server, made)), wordOf(await take(server, made))], ['starting', 'authorized'])
    await say(server, newPhone(), phone, 'after the reboot')
    assert.equal(at(await take(server, made), 'messageData.textMessageData.textMessage'), 'after the reboot')
    const bare = await server.make()
    assert.deepEqual(await ask(bare, 'reboot'), { isReboot: true })
    assert.deepEqual(await ask(bare, 'logout'), { isLogout: true })
    assert.equal(await stateOf(server, bare), 'notAuthorized')
  })

  test('while the network cannot be reached a rebooted instance is starting, then authorized', async () => {
    const { made, phone } = await linked(server, {})
    await server.simulator('faults', { kind: 'refuseConnections', phoneNumber: phone, durationMs: 600 })
    await ask(made, 'reboot')
    assert.equal(await stateOf(server, made), 'starting')
    await until(made, 'authorized')
  })
})

/** A client of the web socket that writes down what comes. */
class ScanSocket {
  readonly frames: Json[] = []
  readonly #socket: WebSocket
  readonly #closed: Promise<unknown[]>

  private constructor(socket: WebSocket) {
    this.#socket = socket
    this.#closed = once(socket, 'close')
    socket.on('message', (data) => {
      assert.ok(Buffer.isBuffer(data))
      this.frames.push(JSON.parse(data.toString()) as Json)
    })
  }

  static #connect(path: string): WebSocket {
    return new WebSocket(`${server.url.replace('http', 'ws')}${path}`)
  }

  static async open(made: Made, path = pathOf(made, 'scanqrcode')): Promise<ScanSocket> {
    const socket = this.#connect(path)
    const scan = new ScanSocket(socket)
    await once(socket, 'open')
    return scan
  }

  /** The status with which the opening was refused. */
  static async refused(made: Made): Promise<number | undefined> {
    const socket = this.#connect(pathOf(made, 'scanqrcode'))
    socket.on('error', () => undefined)
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode?: number }]
    socket.terminate()
    return response.statusCode
  }

  frame(index: number): Promise<Json> {
    return eventually(() => this.frames[index], `frame ${String(index)}`)
  }

  async closed(): Promise<unknown> {
    const [code] = await this.#closed
    this.#socket.terminate()
    return code
  }
}

/** `fetch` refuses what some of the contract's clients do. */
function bodyOnGet(made: Made, method: string, body: string): string {
  const head = [
    'Host: localhost',
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${String(body.length)}`,
  ]
  return `GET ${pathOf(made, method)} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n${body}`
}
