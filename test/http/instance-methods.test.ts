// Truth: contract: partner-account §3, messaging §3.1 and §5, notifications §1.1, 1.3 and 1.4; DECISIONS E.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { until } from '../../src/lib/until.ts'
import { startServer, type Answer, type Made, type TestServer } from '../support/server.ts'

let server: TestServer
before(async () => {
  server = await startServer()
})
after(() => server.close())

type Fields = Readonly<Record<string, unknown>>
const messageOf = (answer: Answer): string => (answer.json as { message: string }).message

describe('settings and state', () => {
  test('getSettings shows the full superset, dead keys with their defaults', async () => {
    const made = await server.make()
    const settings = (await server.on(made, 'GET', 'getSettings')).json as Fields
    const known = {
      wid: '',
      typeInstance: 'whatsapp',
      countryInstance: '',
      typeAccount: '',
      webhookUrl: '',
      webhookUrlToken: '',
      delaySendMessagesMilliseconds: 3000,
      sharedSession: 'no',
      proxyInstance: 'system proxy',
      statusInstanceWebhook: 'no',
      enableMessagesHistory: 'no',
      incomingWebhook: 'no',
      deviceWebhook: 'no',
      incomingBlockWebhook: 'no',
      catalogWebhook: 'no',
      autoTyping: 0,
      linkPreview: 'yes',
      enableLidMode: 'no',
    }
    for (const [name, value] of Object.entries(known)) assert.equal(settings[name], value, name)
    assert.ok(!('name' in settings))
  })

  test('setSettings is partial, in force at once, and takes back what getSettings gave', async () => {
    const made = await server.make({ incomingWebhook: 'yes' })
    const set = await server.on(made, 'POST', 'setSettings', { delaySendMessagesMilliseconds: 500, unknown: {} })
    assert.deepEqual(set.json, { saveSettings: true })
    const all = (await server.on(made, 'GET', 'getSettings')).json as Fields
    assert.deepEqual([all['delaySendMessagesMilliseconds'], all['incomingWebhook']], [500, 'yes'])
    assert.equal((await server.on(made, 'POST', 'setSettings', all)).status, 200)
    assert.deepEqual((await server.on(made, 'GET', 'getSettings')).json, all)
  })

  test('setSettings refuses what is wrong as a whole', async () => {
    const made = await server.make()
    const before = (await server.on(made, 'GET', 'getSettings')).text
    for (const [body, expected] of [
      [{}, "Validation failed. Details: 'value' must have at least 1 key"],
      [{ nothing: 1 }, "Validation failed. Details: 'value' must have at least 1 key"],
      [
        { incomingWebhook: 'yes', stateWebhook: 'on' },
        "Validation failed. Details: 'stateWebhook' must be one of [yes, no]",
      ],
      [{ autoTyping: 11 }, "Validation failed. Details: 'autoTyping' must be less than or equal to 10"],
    ] as const) {
      const answer = await server.on(made, 'POST', 'setSettings', body)
      assert.deepEqual([answer.status, messageOf(answer)], [400, expected])
    }
    assert.equal((await server.on(made, 'GET', 'getSettings')).text, before)
  })

  test('states, history, account data and logout over a life', async () => {
    const made = await server.make()
    assert.deepEqual((await server.on(made, 'GET', 'getStateInstance')).json, { stateInstance: 'notAuthorized' })
    assert.deepEqual((await server.on(made, 'GET', 'getStatusInstance')).json, { statusInstance: 'offline' })
    await server.link(made, '79001110001')
    assert.deepEqual((await server.on(made, 'GET', 'getStatusInstance')).json, { statusInstance: 'online' })
    const account = (await server.on(made, 'GET', 'getWaSettings')).json as Fields
    assert.deepEqual(
      [account['phone'], account['stateInstance'], account['chatId'], account['avatar']],
      ['79001110001', 'authorized', '79001110001@c.us', ''],
    )
    assert.match(String(account['deviceId']), /^79001110001:\d+@s\.whatsapp\.net$/)
    assert.equal(((await server.on(made, 'GET', 'getSettings')).json as Fields)['wid'], '79001110001@c.us')
    assert.deepEqual((await server.on(made, 'GET', 'reboot')).json, { isReboot: true })
    assert.deepEqual((await server.on(made, 'GET', 'logout')).json, { isLogout: true })
    await until(
      async () => (await server.on(made, 'GET', 'getStateInstance')).text.includes('notAuthorized'),
      'logged out',
    )
    assert.equal(((await server.on(made, 'GET', 'getWaSettings')).json as Fields)['phone'], '')
    const history = (await server.on(made, 'GET', 'getStateInstanceHistory')).json as Fields[]
    assert.deepEqual(
      history.map((line) => [line['stateInstance'], line['phoneNumber']]),
      [
        ['notAuthorized', ''],
        ['authorized', '79001110001@c.us'],
      ],
    )
    assert.ok(history.every((line) => Number.isInteger(line['timestamp'])))
    for (const [query, body] of [
      ['?count=1', undefined],
      ['', { count: 1 }],
      ['', { count: '1' }],
    ] as const) {
      // A GET with a body, as some clients send it, needs a plain socket: fetch refuses it.
      const answer =
        body === undefined
          ? (await server.on(made, 'GET', `getStateInstanceHistory${query}`)).text
          : await getWithBody(made, body)
      assert.equal((answer.match(/stateInstance"/g) ?? []).length, 1, answer)
    }
    assert.equal((await server.on(made, 'GET', 'getStateInstanceHistory?count=x')).status, 400)
  })

  async function getWithBody(made: Made, fields: object): Promise<string> {
    const body = JSON.stringify(fields)
    const path = `/waInstance${String(made.idInstance)}/getStateInstanceHistory/${made.apiTokenInstance}`
    const head = `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${String(body.length)}`
    return server.raw(`${head}\r\n\r\n${body}`)
  }
})

describe('sendMessage', () => {
  const chatId = '79001230000@c.us'
  let made: Made
  before(async () => {
    made = await server.make()
  })
  const send = (body: object): Promise<Answer> => server.on(made, 'POST', 'sendMessage', body)

  const refused: readonly (readonly [object, string])[] = [
    [{ message: 'x' }, "'chatId' is required"],
    [{ chatId }, "'message' is required"],
    [{ chatId: '', message: 'x' }, "'chatId' is not allowed to be empty"],
    [{ chatId, message: '' }, "'message' is not allowed to be empty"],
    [{ chatId: 7, message: 'x' }, "'chatId' must be a string"],
    [{ chatId: null, message: null }, "'chatId' must be a string, 'message' must be a string"],
    [
      { chatId: '79001230000', message: 'x' },
      "'chatId' must be one of the next formats: 'phone_number@c.us', 'chat_id@lid' or 'group_id@g.us'",
    ],
    [
      { chatId: '1@newsletter', message: 'x' },
      "'chatId' must be one of the next formats: 'phone_number@c.us', 'chat_id@lid' or 'group_id@g.us'",
    ],
    [{ chatId, message: 'x'.repeat(20_001) }, "'message' length must be less than or equal to 20000 characters long"],
    [{ chatId, message: '😀'.repeat(10_001) }, "'message' length must be less than or equal to 20000 characters long"],
    [{ chatId, message: 'x', quotedMessageId: 'short' }, "'message id' must be at least 16 symbols"],
    [{ chatId, message: 'x', linkPreview: 'yes' }, "'linkPreview' must be a boolean"],
    [{ chatId, message: 'x', typePreview: 'huge' }, "'typePreview' must be one of [large, small]"],
    [{ chatId, message: 'x', typingTime: 999 }, "'typingTime' must be greater than or equal to 1000"],
    [{ chatId, message: 'x', typingTime: 20_001 }, "'typingTime' must be less than or equal to 20000"],
    [{ chatId, message: 'x', customPreview: {} }, "'customPreview.title' is required"],
    [{ chatId, message: 'x', customPreview: 'x' }, "'customPreview' must be of type object"],
    [
      { chatId, message: 'x', customPreview: { title: 'x'.repeat(301) } },
      "'customPreview.title' length must be less than or equal to 300 characters long",
    ],
    [{ chatId, message: 'x', archiveChat: 1 }, "'archiveChat' must be a boolean"],
  ]
  for (const [body, details] of refused) {
    test(`${JSON.stringify(body).slice(0, 70)}: ${details.slice(0, 60)}`, async () => {
      const answer = await send(body)
      assert.deepEqual([answer.status, messageOf(answer)], [400, `Validation failed. Details: ${details}`])
    })
  }

  test('is queued while nobody is linked, and shown in the queue in order', async () => {
    const other = await server.make()
    const sends: object[] = [
      { chatId, message: ' ' },
      { chatId, message: 'x'.repeat(20_000) },
      { chatId: '120363043968066561@g.us', message: 'see https://site.example/a', quotedMessageId: '', typingTime: 0 },
      { chatId, message: 'https://site.example', linkPreview: false, typingTime: 1500, archiveChat: true },
      { chatId, message: 'x', quotedMessageId: 'BAE5F4886F6F2D05', customPreview: { title: 't', description: null } },
    ]
    const ids: unknown[] = []
    for (const body of sends) {
      const answer = await server.on(other, 'POST', 'sendMessage', body)
      assert.equal(answer.status, 200, answer.text)
      const { idMessage } = answer.json as { idMessage: string }
      assert.match(idMessage, /^[0-9A-F]{16,20}$/)
      ids.push(idMessage)
    }
    assert.deepEqual((await server.on(other, 'GET', 'getMessagesCount')).json, { count: 5 })
    const shown = (await server.on(other, 'GET', 'showMessagesQueue')).json as {
      messageID: string
      type: string
      body: Fields
    }[]
    assert.deepEqual(
      shown.map((item) => item.messageID),
      ids,
    )
    assert.ok(shown.every((item) => item.type === 'sendMessage'))
    assert.deepEqual(shown[0]?.body, { chatId, message: ' ', linkPreview: true, typingTime: null })
    assert.deepEqual(shown[3]?.body, {
      chatId,
      message: 'https://site.example',
      linkPreview: false,
      typingTime: 1500,
      archiveChat: true,
    })
    assert.equal(shown[4]?.body['quotedMessageId'], 'BAE5F4886F6F2D05')
    assert.deepEqual((await server.on(other, 'GET', 'clearMessagesQueue')).json, { isCleared: true })
    assert.deepEqual((await server.on(other, 'GET', 'showMessagesQueue')).json, [])
  })

  test('reaches the phone with its preview and quote', async () => {
    const linked = await server.make({ delaySendMessagesMilliseconds: 500 })
    await server.link(linked, '79001230001')
    await server.simulator('phones', { phoneNumber: '79001230002' })
    const sent = await server.on(linked, 'POST', 'sendMessage', { chatId: '79001230002@c.us', message: 'hello there' })
    assert.equal(sent.status, 200)
    await until(
      async () => (await server.call('GET', '/simulator/messages?phone=79001230002')).text.includes('hello there'),
      'the message is on the phone',
    )
  })
})

describe('receiving', () => {
  let made: Made
  before(async () => {
    made = await server.make({ incomingWebhook: 'yes', stateWebhook: 'yes' })
    await server.link(made, '79002220001')
    await server.on(made, 'DELETE', 'clearWebhooksQueue')
  })
  const receive = (query = ''): Promise<Answer> => server.on(made, 'GET', `receiveNotification${query}`)
  const write = async (text: string): Promise<void> => {
    const answer = await server.simulator('messages', { from: '79002220002', to: '79002220001', text })
    assert.equal(answer.status, 200, answer.text)
  }

  test('the head again and again until it is deleted, then the next; the count follows', async () => {
    await write('one')
    await write('two')
    const first = await receive()
    const head = first.json as { receiptId: number; body: Fields }
    assert.match(first.text, /"textMessage":"one"/)
    assert.equal((await receive()).text, first.text)
    await until(async () => (await server.on(made, 'GET', 'getWebhooksCount')).text === '{"count":2}', 'two wait')
    const notHead = await server.on(made, 'DELETE', `deleteNotification/${String(head.receiptId + 1)}`)
    assert.equal((notHead.json as Fields)['result'], false)
    const gone = await server.on(made, 'DELETE', `deleteNotification/${String(head.receiptId)}`)
    assert.deepEqual(gone.json, { result: true, reason: '' })
    const again = await server.on(made, 'DELETE', `deleteNotification/${String(head.receiptId)}`)
    assert.equal((again.json as Fields)['result'], false)
    const second = (await receive()).json as { receiptId: number }
    assert.ok(second.receiptId > head.receiptId)
    // One client ends the path with a slash and sends the number as the body.
    const odd = await server.on(made, 'DELETE', 'deleteNotification/', String(second.receiptId))
    assert.deepEqual(odd.json, { result: true, reason: '' })
  })

  for (const receipt of ['abc', '1.5', '-1', '%20', '', '1/2', '99999999999999999999']) {
    test(`deleteNotification with the receipt ${JSON.stringify(receipt)} is refused`, async () => {
      const answer = await server.on(made, 'DELETE', `deleteNotification/${receipt}`)
      assert.deepEqual([answer.status, messageOf(answer)], [400, 'Parameter receiptId must be a Number!'])
    })
  }

  test('a poll waits for what comes, and an empty one answers null', async () => {
    const started = performance.now()
    const waiting = receive('?receiveTimeout=30')
    await new Promise((resolve) => setTimeout(resolve, 300))
    await write('while you wait')
    assert.match((await waiting).text, /while you wait/)
    assert.ok(performance.now() - started < 4000)
    const { receiptId } = (await receive()).json as { receiptId: number }
    await server.on(made, 'DELETE', `deleteNotification/${String(receiptId)}`)
    const empty = await receive('?receiveTimeout=1')
    assert.deepEqual([empty.status, empty.text], [200, 'null'])
  })

  test('a poll that waits is told when the instance is deleted', async () => {
    const gone = await server.make()
    const waiting = server.on(gone, 'GET', 'receiveNotification?receiveTimeout=60')
    // Sent later on another connection: should it be handled first, the poll finds the instance deleted, with the same answer.
    assert.deepEqual((await server.partner('POST', 'deleteInstanceAccount', { idInstance: gone.idInstance })).json, {
      deleteInstanceAccount: true,
    })
    const answer = await waiting
    assert.equal(answer.status, 400)
    assert.equal(messageOf(answer), 'Instance is deleted')
  })

  test('with a webhook URL set both methods are refused, a waiting poll too', async () => {
    const one = await server.make()
    const waiting = server.on(one, 'GET', 'receiveNotification?receiveTimeout=60')
    await new Promise((resolve) => setTimeout(resolve, 200))
    await server.on(one, 'POST', 'setSettings', { webhookUrl: 'http://127.0.0.1:9/' })
    for (const answer of [
      await waiting,
      await server.on(one, 'GET', 'receiveNotification'),
      await server.on(one, 'DELETE', 'deleteNotification/1'),
    ]) {
      const { path, timestamp, message, ...rest } = answer.json as Fields
      assert.equal(answer.status, 400)
      assert.deepEqual(rest, { statusCode: 400, code: 'INVALID_PARAM', status: 'error' })
      assert.match(String(message), /^Message cannot be received because custom webhook url is set/)
      assert.ok(typeof timestamp === 'string' && String(path).includes('***'))
    }
    await server.on(one, 'POST', 'setSettings', { webhookUrl: '' })
    assert.equal((await server.on(one, 'DELETE', 'deleteNotification/1')).status, 200)
  })

  test('clearWebhooksQueue once a minute, by both verbs, and says how long to wait', async () => {
    const one = await server.make()
    assert.deepEqual((await server.on(one, 'DELETE', 'clearWebhooksQueue')).json, { isCleared: true, reason: '' })
    const early = await server.on(one, 'GET', 'clearWebhooksQueue')
    const { leftTime, ...rest } = early.json as Fields
    assert.deepEqual([early.status, rest], [200, { isCleared: false, reason: 'Too many requests' }])
    assert.ok(Number.isInteger(leftTime) && Number(leftTime) > 50 && Number(leftTime) <= 60)
  })
})

test('a server that closes answers the polls that wait, at once', async () => {
  const other = await startServer()
  const made = await other.make()
  const waiting = other.on(made, 'GET', 'receiveNotification?receiveTimeout=60')
  await new Promise((resolve) => setTimeout(resolve, 200))
  const started = performance.now()
  const closed = other.close()
  assert.equal((await waiting).text, 'null')
  await closed
  assert.ok(performance.now() - started < 3000)
})
