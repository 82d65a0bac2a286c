// Truth: contract messaging §1.7, 3.1, 5 and notifications §1–4.3: what is sent and received end to end, and what each settings flag lets through.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  at,
  eventually,
  linked,
  listIn,
  messagesOn,
  newPhone,
  notificationCount,
  objectIn,
  say,
  send,
  stateOf,
  take,
  takeAll,
  takeUntil,
  textsOn,
  wordOf,
  type Json,
} from '../support/road.ts'
import { startServer, type Made, type TestServer } from '../support/server.ts'

let server: TestServer
before(async () => {
  server = await startServer({ JADEGATE_DELAY_MIN_MS: '0' })
})
after(() => server.close())

const AT_ONCE = { delaySendMessagesMilliseconds: 0 }
const ALL_ON = {
  incomingWebhook: 'yes',
  outgoingWebhook: 'yes',
  outgoingMessageWebhook: 'yes',
  outgoingAPIMessageWebhook: 'yes',
  stateWebhook: 'yes',
}
const waiting = async (made: Made) => objectIn(await server.on(made, 'GET', 'getMessagesCount'))['count']
const read = (phone: string, chat: string) => server.simulator('read', { phone, chat })

/** Asserts a recent moment in whole seconds and takes it out, for the rest to be compared as a whole. */
function timeless({ timestamp, ...rest }: Json): Json {
  assert.ok(Number.isInteger(timestamp) && Math.abs(Number(timestamp) - Date.now() / 1000) < 60, String(timestamp))
  return rest
}

describe('notification bodies, whole', () => {
  test('state, incoming, sent by API, its statuses, sent from the phone, its statuses', async () => {
    const made = await server.make({ ...AT_ONCE, ...ALL_ON })
    const [own, other] = [newPhone(), newPhone()]
    await server.simulator('phones', { phoneNumber: own, name: 'Shop' })
    await server.simulator('phones', { phoneNumber: other, name: 'Dana' })
    await server.link(made, own)
    const wid = `${own}@c.us`
    const chatId = `${other}@c.us`
    const instanceData = { idInstance: made.idInstance, wid, typeInstance: 'whatsapp' }
    const status = (idMessage: string, word: string, sendByApi: boolean) => ({
      typeWebhook: 'outgoingMessageStatus',
      chatId,
      instanceData,
      idMessage,
      status: word,
      sendByApi,
    })
    const next = async () => timeless(await take(server, made))
    const textOf = (text: string) => ({ typeMessage: 'textMessage', textMessageData: { textMessage: text } })

    assert.deepEqual(await next(), { typeWebhook: 'stateInstanceChanged', instanceData, stateInstance: 'authorized' })

    const incoming = await say(server, other, own, 'Is order 118 ready? \u{1f600}')
    assert.deepEqual(await next(), {
      typeWebhook: 'incomingMessageReceived',
      instanceData,
      idMessage: incoming,
      senderData: { chatId, sender: chatId, chatName: 'Dana', senderName: 'Dana', senderContactName: '' },
      messageData: textOf('Is order 118 ready? \u{1f600}'),
    })

    const byApi = await send(server, made, other, 'Yes')
    const announced = await next()
    assert.deepEqual(
      { ...announced, senderData: null },
      {
        typeWebhook: 'outgoingAPIMessageReceived',
        instanceData,
        idMessage: byApi,
        senderData: null,
        messageData: textOf('Yes'),
      },
    )
    assert.deepEqual([at(announced, 'senderData.chatId'), at(announced, 'senderData.sender')], [chatId, wid])
    assert.deepEqual(await next(), status(byApi, 'sent', true))
    assert.deepEqual(await next(), status(byApi, 'delivered', true))
    await read(other, own)
    assert.deepEqual(await next(), status(byApi, 'read', true))

    const fromPhone = await say(server, own, other, 'It waits for you')
    const phoneSent = await next()
    assert.equal(phoneSent['typeWebhook'], 'outgoingMessageReceived')
    assert.deepEqual([phoneSent['idMessage'], at(phoneSent, 'senderData.chatId')], [fromPhone, chatId])
    assert.deepEqual(phoneSent['messageData'], textOf('It waits for you'))
    assert.deepEqual(await next(), status(fromPhone, 'delivered', false))
    await read(other, own)
    assert.deepEqual(await next(), status(fromPhone, 'read', false))
  })

  test('a number without an account, a refusal, a group one is not in', async () => {
    const { made, phone } = await linked(server, AT_ONCE)
    const nobody = await send(server, made, '79990000000', 'anybody there?')
    const first = timeless(await take(server, made))
    assert.deepEqual([first['idMessage'], first['status'], first['sendByApi']], [nobody, 'noAccount', true])
    await server.simulator('faults', { kind: 'failSends', phoneNumber: phone, count: 1, reason: 'spam' })
    await send(server, made, newPhone(), 'refused')
    const second = await take(server, made)
    assert.deepEqual([second['status'], second['description']], ['failed', 'spam'])
    await server.on(made, 'POST', 'setSettings', { outgoingWebhook: 'yes' })
    const group = await server.on(made, 'POST', 'sendMessage', { chatId: '120363043968066561@g.us', message: 'hi all' })
    assert.equal(group.status, 200)
    assert.equal((await take(server, made))['status'], 'notInGroup')
    assert.equal(await waiting(made), 0)
  })

  test('a reply, a link with and without its preview, from the API to the other side', async () => {
    const { made: shop, phone: shopPhone } = await linked(server, { ...AT_ONCE, ...ALL_ON })
    const { made: buyer, phone: buyerPhone } = await linked(server, { ...AT_ONCE, ...ALL_ON })
    const isMessage = (text: string) => (body: Json) =>
      body['typeWebhook'] === 'incomingMessageReceived' && JSON.stringify(body).includes(text)
    const question = await send(server, buyer, shopPhone, 'Is it ready?')
    await takeUntil(server, shop, isMessage('Is it ready?'))
    await send(server, shop, buyerPhone, 'Come by', { quotedMessageId: question })
    const reply = (await takeUntil(server, buyer, isMessage('Come by'))).at(-1)
    const quote = { stanzaId: question, participant: `${buyerPhone}@c.us` }
    assert.deepEqual(at(reply, 'messageData'), {
      typeMessage: 'quotedMessage',
      extendedTextMessageData: { text: 'Come by', ...quote },
      quotedMessage: { ...quote, typeMessage: 'textMessage', textMessage: 'Is it ready?' },
    })
    await send(server, shop, buyerPhone, 'See https://example.org/menu')
    const link = (await takeUntil(server, buyer, isMessage('example.org'))).at(-1)
    assert.equal(at(link, 'messageData.typeMessage'), 'extendedTextMessage')
    assert.equal(at(link, 'messageData.extendedTextMessageData.text'), 'See https://example.org/menu')
    await send(server, shop, buyerPhone, 'And https://example.org/bare', { linkPreview: false })
    const bare = (await takeUntil(server, buyer, isMessage('bare'))).at(-1)
    assert.equal(at(bare, 'messageData.typeMessage'), 'textMessage')
    await server.on(shop, 'POST', 'setSettings', { linkPreview: 'no' })
    await send(server, shop, buyerPhone, 'Last https://example.org/off')
    const off = (await takeUntil(server, buyer, isMessage('off'))).at(-1)
    assert.equal(at(off, 'messageData.typeMessage'), 'textMessage')
    const customPreview = { title: 'Menu', description: 'Lunch', link: 'example.org', jpegThumbnail: 'aGk=' }
    await send(server, shop, buyerPhone, 'Own preview', { customPreview, typePreview: 'large' })
    const own = (await takeUntil(server, buyer, isMessage('Own preview'))).at(-1)
    assert.deepEqual(at(own, 'messageData.extendedTextMessageData.title'), 'Menu')
    assert.deepEqual(at(own, 'messageData.extendedTextMessageData.jpegThumbnail'), 'aGk=')
  })

  for (const [typeInstance, longest] of [
    ['v3', 4000],
    ['telegram', 4096],
  ] as const) {
    test(`two ${typeInstance} instances talk like WhatsApp ones`, async () => {
      const { made: one, phone: onePhone } = await linked(server, { ...AT_ONCE, ...ALL_ON, typeInstance })
      const { made: two, phone: twoPhone } = await linked(server, { ...AT_ONCE, ...ALL_ON, typeInstance })
      await send(server, one, twoPhone, 'ping')
      await send(server, two, onePhone, 'pong')
      for (const [made, text] of [
        [one, 'pong'],
        [two, 'ping'],
      ] as const) {
        const told = await takeUntil(server, made, (body) => body['typeWebhook'] === 'incomingMessageReceived')
        assert.equal(at(told.at(-1), 'messageData.textMessageData.textMessage'), text)
        assert.equal(at(told.at(-1), 'instanceData.typeInstance'), typeInstance)
      }
      for (const [length, status] of [
        [longest, 200],
        [longest + 1, 400],
      ] as const) {
        const body = { chatId: `${twoPhone}@c.us`, message: 'x'.repeat(length) }
        assert.equal((await server.on(one, 'POST', 'sendMessage', body)).status, status)
      }
    })
  }

  test('20000 signs of every kind arrive as they were', async () => {
    const { made } = await linked(server, AT_ONCE)
    const { made: other, phone } = await linked(server, { ...AT_ONCE, incomingWebhook: 'yes' })
    const text = `"\\/\b\f\n\r\t\u2028 *b* _i_ ~s~ \u{1f468}\u200d\u{1f469}\u200d\u{1f467} Ёж 漢字 \u202eRTL`.padEnd(
      20_000,
      '\u{1f332}',
    )
    assert.equal(text.length, 20_000)
    await send(server, made, phone, text)
    assert.equal(at(await take(server, other), 'messageData.textMessageData.textMessage'), text)
  })
})

describe('each settings flag', () => {
  const STATUSES = ['sent', 'delivered', 'read']
  const ALWAYS = ['noAccount', 'failed']
  const PHONE = ['outgoingMessageReceived']
  const API = ['outgoingAPIMessageReceived']
  const CASES: readonly (readonly [flags: readonly string[], expected: readonly string[]])[] = [
    [[], []],
    [['incomingWebhook'], ['incomingMessageReceived']],
    [['outgoingMessageWebhook'], PHONE],
    [['outgoingAPIMessageWebhook'], API],
    [['outgoingWebhook'], STATUSES],
    [
      ['outgoingWebhook', 'outgoingMessageWebhook'],
      [...PHONE, ...STATUSES, 'phone delivered', 'phone read'],
    ],
    [['stateWebhook'], ['authorized', 'notAuthorized']],
    [
      [
        'deviceWebhook',
        'incomingBlockWebhook',
        'pollMessageWebhook',
        'incomingCallWebhook',
        'outgoingCallWebhook',
        'editedMessageWebhook',
        'deletedMessageWebhook',
        'catalogWebhook',
        'incomingMessageStatusWebhook',
        'avatarInfoWebhook',
        'keepOnlineStatus',
        'markIncomingMessagesReaded',
        'markIncomingMessagesReadedOnReply',
      ],
      [],
    ],
    [
      Object.keys(ALL_ON),
      [
        'incomingMessageReceived',
        ...API,
        ...PHONE,
        ...STATUSES,
        'phone delivered',
        'phone read',
        'authorized',
        'notAuthorized',
      ],
    ],
  ]
  const word = (body: Json) => (body['sendByApi'] === false ? `phone ${String(wordOf(body))}` : String(wordOf(body)))

  for (const [flags, expected] of CASES) {
    test(`${flags.join(', ') || 'none'}: exactly ${[...expected, ...ALWAYS].join(', ')}`, async () => {
      const { made, phone } = await linked(server, {
        ...AT_ONCE,
        ...Object.fromEntries(flags.map((name) => [name, 'yes'])),
      })
      await everythingHappens(made, phone)
      assert.deepEqual((await takeAll(server, made)).map(word).sort(), [...expected, ...ALWAYS].sort())
    })
  }

  /** One of each: a message in, one from the phone, three by the API of which one arrives, all read, and the link's end. */
  async function everythingHappens(made: Made, phone: string): Promise<void> {
    const other = newPhone()
    await say(server, other, phone, 'in')
    await say(server, phone, other, 'from the phone')
    await send(server, made, other, 'by API')
    await textsOn(server, other, 3)
    await send(server, made, '79990000000', 'nobody')
    await eventually(async () => (await waiting(made)) === 0, 'sent')
    await server.simulator('faults', { kind: 'failSends', phoneNumber: phone, count: 1 })
    await send(server, made, other, 'refused')
    await eventually(async () => (await waiting(made)) === 0, 'refused')
    await read(other, phone)
    await eventually(async () => {
      const messages = await messagesOn(server, other)
      return messages.filter(({ direction }) => direction === 'in').every(({ status }) => status === 'read')
    }, 'read')
    await server.simulator('unlink', { phoneNumber: phone })
    await eventually(async () => (await stateOf(server, made)) === 'notAuthorized', 'unlinked')
  }
})

describe('the messages queue', () => {
  test('waits for a link, keeps its order, is shown, and leaves by itself once linked', async () => {
    const made = await server.make({ ...AT_ONCE, outgoingAPIMessageWebhook: 'yes' })
    const to = newPhone()
    const ids: string[] = []
    for (let index = 0; index < 10; index++) ids.push(await send(server, made, to, `message ${String(index)}`))
    assert.equal(await waiting(made), 10)
    const shown = listIn(await server.on(made, 'GET', 'showMessagesQueue'))
    assert.deepEqual(
      shown.map(({ messageID, type }) => [messageID, type]),
      ids.map((id) => [id, 'sendMessage']),
    )
    assert.deepEqual(at(shown[3], 'body'), {
      chatId: `${to}@c.us`,
      message: 'message 3',
      linkPreview: true,
      typingTime: null,
    })
    await server.link(made, newPhone())
    assert.deepEqual(
      await textsOn(server, to, 10),
      Array.from({ length: 10 }, (_, index) => `message ${String(index)}`),
    )
    await eventually(async () => (await waiting(made)) === 0, 'empty')
    assert.deepEqual(
      (await takeAll(server, made)).map(({ idMessage }) => idMessage),
      ids,
    )
    assert.deepEqual((await server.on(made, 'GET', 'showMessagesQueue')).json, [])
  })

  test('the queue shows what the caller asked for', async () => {
    const made = await server.make()
    const chatId = `${newPhone()}@c.us`
    const customPreview = {
      title: 'Menu',
      description: 'of the day',
      link: 'example.org',
      urlFile: '',
      jpegThumbnail: '',
    }
    const asked = [
      { chatId, message: 'no link, no preview', linkPreview: false },
      {
        chatId,
        message: 'https://example.org',
        typePreview: 'large',
        customPreview,
        typingTime: 1000,
        archiveChat: true,
      },
      { chatId, message: 'https://example.org', quotedMessageId: '3EB0000000000000AAAA' },
    ]
    for (const body of asked) assert.equal((await server.on(made, 'POST', 'sendMessage', body)).status, 200)
    const shown = listIn(await server.on(made, 'GET', 'showMessagesQueue'))
    assert.deepEqual(
      shown.map(({ body }) => body),
      [
        { ...asked[0], typingTime: null },
        { ...asked[1], linkPreview: true },
        { ...asked[2], linkPreview: true, typingTime: null },
      ],
    )
  })

  test('cleared: nothing of it is sent, nothing is told', async () => {
    const made = await server.make({ ...AT_ONCE, ...ALL_ON })
    const to = newPhone()
    for (const text of ['a', 'b', 'c']) await send(server, made, to, text)
    assert.deepEqual((await server.on(made, 'GET', 'ClearMessagesQueue')).json, { isCleared: true })
    assert.equal(await waiting(made), 0)
    await server.link(made, newPhone())
    await send(server, made, to, 'd')
    assert.deepEqual(await textsOn(server, to, 1), ['d'])
    const told = await takeUntil(server, made, (body) => wordOf(body) === 'delivered')
    assert.deepEqual(told.map(wordOf), ['authorized', 'outgoingAPIMessageReceived', 'sent', 'delivered'])
  })

  test('the delay counts from the previous send; the first leaves at once; typing comes on top', async () => {
    const { made } = await linked(server, { delaySendMessagesMilliseconds: 1500 })
    const to = newPhone()
    const startMs = Date.now()
    await send(server, made, to, 'first')
    await send(server, made, to, 'second')
    await send(server, made, to, 'third', { typingTime: 1000 })
    await textsOn(server, to, 3)
    const times = (await messagesOn(server, to)).map(({ time }) => Number(time))
    const [first = 0, second = 0, third = 0] = times
    assert.ok(first - startMs < 1200, `the first waited ${String(first - startMs)} ms`)
    assert.ok(second - first >= 1490, `${String(second - first)} ms between the first two`)
    assert.ok(third - second >= 2490, `${String(third - second)} ms before the third`)
  })

  test('autoTyping shows "typing" for so many seconds before a send; the typingTime of a call goes first', async () => {
    const { made } = await linked(server, { ...AT_ONCE, autoTyping: 1 })
    const to = newPhone()
    const startMs = Date.now()
    await send(server, made, to, 'typed', { typingTime: 3000 })
    await send(server, made, to, 'typed by setting')
    await textsOn(server, to, 2)
    const [first = 0, second = 0] = (await messagesOn(server, to)).map(({ time }) => Number(time))
    assert.ok(first - startMs >= 2990, `${String(first - startMs)} ms before the first`)
    assert.ok(second - first >= 990, `${String(second - first)} ms before the second`)
  })

  test('two queues do not wait for each other', async () => {
    const slow = await linked(server, { delaySendMessagesMilliseconds: 60_000 })
    const quick = await linked(server, AT_ONCE)
    const to = newPhone()
    await send(server, slow.made, to, 'slow 1')
    await send(server, slow.made, to, 'slow 2')
    for (let index = 0; index < 5; index++) await send(server, quick.made, to, 'quick')
    await textsOn(server, to, 6)
    assert.equal(await waiting(slow.made), 1)
  })

  test('the same Idempotency-Key many times at once: one message on the phone', async () => {
    const { made } = await linked(server, AT_ONCE)
    const to = newPhone()
    const body = { chatId: `${to}@c.us`, message: 'once' }
    const headers = { 'Idempotency-Key': 'order-118' }
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => server.on(made, 'POST', 'sendMessage', body, headers)),
    )
    assert.equal(new Set(answers.map(({ text }) => text)).size, 1)
    const other = await server.on(made, 'POST', 'sendMessage', { ...body, message: 'twice' }, headers)
    assert.equal(objectIn(other, 409)['statusCode'], 409)
    await send(server, made, to, 'last')
    assert.deepEqual(await textsOn(server, to, 2), ['once', 'last'])
  })

  test('a verdict that the network loses: the message is delivered once and counted once', async () => {
    const { made, phone } = await linked(server, { ...AT_ONCE, outgoingWebhook: 'yes' })
    const to = newPhone()
    await server.simulator('faults', { kind: 'loseVerdicts', phoneNumber: phone, count: 1 })
    await send(server, made, to, 'lost and found')
    await takeUntil(server, made, (body) => wordOf(body) === 'delivered')
    await send(server, made, to, 'next')
    assert.deepEqual(await textsOn(server, to, 2), ['lost and found', 'next'])
  })
})

describe('the notifications queue', () => {
  test('counts, hands out the same item until it is deleted, in order, with rising receipts', async () => {
    const { made, phone } = await linked(server, { incomingWebhook: 'yes' })
    const other = newPhone()
    for (const text of ['one', 'two', 'three']) await say(server, other, phone, text)
    await eventually(async () => (await notificationCount(server, made)) === 3, 'three notifications')
    const receipts: number[] = []
    for (const text of ['one', 'two', 'three']) {
      const shown = await server.on(made, 'GET', 'ReceiveNotification')
      assert.equal((await server.on(made, 'GET', 'receiveNotification')).text, shown.text)
      const { receiptId, body } = objectIn(shown)
      assert.equal(at(body, 'messageData.textMessageData.textMessage'), text)
      receipts.push(Number(receiptId))
      assert.equal((await server.on(made, 'DELETE', `DeleteNotification/${String(receiptId)}`)).status, 200)
    }
    assert.deepEqual(
      receipts,
      [...receipts].sort((a, b) => a - b),
    )
    assert.ok(receipts.every((id) => id < 2 ** 31))
    assert.equal(await notificationCount(server, made), 0)
  })

  test('a poll that waits answers the moment something comes; two pollers get the same head', async () => {
    const { made, phone } = await linked(server, { incomingWebhook: 'yes' })
    const polls = [1, 2].map(() => server.on(made, 'GET', 'receiveNotification?receiveTimeout=60'))
    await new Promise((resolve) => setTimeout(resolve, 100))
    const saidAtMs = Date.now()
    await say(server, newPhone(), phone, 'wake up')
    const [one, two] = await Promise.all(polls)
    assert.ok(Date.now() - saidAtMs < 10_000)
    assert.equal(one?.text, two?.text)
    assert.match(one?.text ?? '', /wake up/)
  })

  test('survives a logout, and is read in every state', async () => {
    const { made, phone } = await linked(server, { incomingWebhook: 'yes', stateWebhook: 'yes' })
    await say(server, newPhone(), phone, 'before the logout')
    await eventually(async () => (await notificationCount(server, made)) === 2, 'both are there')
    await server.on(made, 'GET', 'logout')
    const told = await takeUntil(server, made, (body) => wordOf(body) === 'notAuthorized')
    assert.deepEqual(told.map(wordOf), ['authorized', 'incomingMessageReceived', 'notAuthorized'])
  })

  test('cleared once a minute', async () => {
    const { made } = await linked(server, { stateWebhook: 'yes' })
    assert.deepEqual((await server.on(made, 'DELETE', 'clearWebhooksQueue')).json, { isCleared: true, reason: '' })
    assert.equal(await notificationCount(server, made), 0)
    const { isCleared, reason, leftTime } = objectIn(await server.on(made, 'GET', 'ClearWebhooksQueue'))
    assert.deepEqual([isCleared, reason], [false, 'Too many requests'])
    assert.ok(Number.isInteger(leftTime) && Number(leftTime) > 50 && Number(leftTime) <= 60)
  })
})
