// Truth: what known clients of the contract really put on the wire, odd as it is, and that each of them is understood.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { JPEG } from '../support/files.ts'
import { at, eventually, linked, listIn, newPhone, objectIn, say, textsOn } from '../support/road.ts'
import { pathOf, startServer, type Made, type TestServer } from '../support/server.ts'

let server: TestServer
let made: Made
let phone: string
before(async () => {
  server = await startServer({ JADEGATE_DELAY_MIN_MS: '0' })
  ;({ made, phone } = await linked(server, { delaySendMessagesMilliseconds: 0, incomingWebhook: 'yes' }))
})
after(() => server.close())

const chatOf = (number: string) => `${number}@c.us`
const post = (method: string, body: unknown, own = made) => server.on(own, 'POST', method, body)

/** A request with everything under the test's control, the body of a GET too; the answer's head and body. */
async function raw(verb: string, method: string, body: string, type = 'application/json', own = made) {
  const head = [`${verb} ${pathOf(own, method)} HTTP/1.1`, 'Host: x', 'Connection: close', `Content-Type: ${type}`]
  const text = await server.raw(`${[...head, `Content-Length: ${String(body.length)}`].join('\r\n')}\r\n\r\n${body}`)
  const [, status = '', headers = '', rest = ''] =
    /^HTTP\/1\.1 (\d+)[^\n]*\n([\s\S]*?)\r\n\r\n([\s\S]*)$/.exec(text) ?? []
  return { status: Number(status), headers: headers.toLowerCase(), text: rest }
}

describe('paths', () => {
  test('the capitals of PHP, of the web chat and of the older client', async () => {
    const other = newPhone()
    const chatId = chatOf(other)
    const { idMessage } = objectIn(await post('SendMessage', { chatId, message: 'capital' }))
    await textsOn(server, other, 1)
    objectIn(await post('GetAvatar', { chatId }))
    objectIn(await post('GetContactInfo', { chatId }))
    objectIn(await post('ForwardMessages', { chatId, chatIdFrom: chatId, messages: [idMessage] }))
    objectIn(await server.on(made, 'GET', 'ClearMessagesQueue'))
    const uploaded = await server.on(made, 'POST', 'UploadFile', new Uint8Array(JPEG), { 'content-type': 'image/jpeg' })
    assert.match(String(objectIn(uploaded)['urlFile']), /\.jpg$/)
  })

  test('/v3 before any instance of any messenger', async () => {
    for (const typeInstance of ['whatsapp', 'v3', 'telegram']) {
      const own = await server.make({ typeInstance })
      const answer = await server.call('GET', `/v3${pathOf(own, 'getSettings')}`)
      assert.equal(objectIn(answer)['typeInstance'], typeInstance)
    }
  })

  test('Python’s delete: a slash at the end, the receipt as a number in the body', async () => {
    await say(server, newPhone(), phone, 'x')
    const { receiptId } = objectIn(await server.on(made, 'GET', 'receiveNotification?receiveTimeout=20'))
    const path = `${pathOf(made, 'deleteNotification')}/`
    const deleted = await server.call('DELETE', path, String(receiptId), { 'content-type': 'application/json' })
    assert.deepEqual(deleted.json, { result: true, reason: '' })
  })

  test('HEAD and OPTIONS: no body, and browsers may go on', async () => {
    const head = await server.on(made, 'HEAD', 'getStateInstance')
    assert.deepEqual([head.status, head.text], [200, ''])
    const options = await server.on(made, 'OPTIONS', 'sendFileByUpload')
    assert.deepEqual([options.status, options.text], [200, ''])
    assert.equal(options.headers.get('access-control-allow-origin'), '*')
    assert.match(options.headers.get('access-control-allow-headers') ?? '', /GA-Filename/i)
    for (const verb of ['GET', 'POST', 'DELETE', 'HEAD']) {
      assert.match(options.headers.get('access-control-allow-methods') ?? '', new RegExp(verb))
    }
  })
})

describe('GET with a body', () => {
  test('Go sends {} or {"minutes":N} with a JSON type', async () => {
    for (const method of ['lastIncomingMessages', 'lastOutgoingMessages', 'lastIncomingCalls', 'lastOutgoingCalls']) {
      for (const body of ['{}', '{"minutes":5}', '{"minutes":"5"}', '{"minutes":""}']) {
        const { status, text } = await raw('GET', method, body)
        assert.equal(status, 200, `${method} ${body}: ${text}`)
        assert.ok(text.startsWith('['), text)
      }
    }
    for (const method of ['getSettings', 'getContacts', 'getChats', 'showMessagesQueue', 'getIncomingStatuses']) {
      assert.equal((await raw('GET', method, '{}')).status, 200, method)
    }
  })

  test('the minutes of the body count when the query has none, else those of the query', async () => {
    const { made: own, phone: number } = await linked(server, {})
    await say(server, newPhone(), number, 'now')
    await eventually(async () => listIn(await server.on(own, 'GET', 'lastIncomingMessages')).length === 1, 'stored')
    const count = async (method: string, body: string) => {
      const { text } = await raw('GET', method, body, 'application/json', own)
      const rows: unknown = JSON.parse(text)
      return Array.isArray(rows) ? rows.length : -1
    }
    assert.equal(await count('lastIncomingMessages', '{"minutes":0}'), 0)
    assert.equal(await count('lastIncomingMessages?minutes=5', '{"minutes":0}'), 1)
    assert.equal(await count('lastIncomingMessages?minutes=', '{}'), 1)
  })

  test('getContactInfo by GET, its chat in the body', async () => {
    const chatId = chatOf(newPhone())
    const { status, text } = await raw('GET', 'getContactInfo', JSON.stringify({ chatId }))
    assert.equal(status, 200, text)
    assert.equal(at(JSON.parse(text), 'chatId'), chatId)
  })

  test('numbers in a query are strings, and may be empty', async () => {
    for (const method of [
      ...[
        'lastIncomingMessages?minutes=1440',
        'getContacts?count=1&group=',
        'getChats?count=',
        'getContacts?group=true',
      ],
      ...['getOutgoingStatuses?minutes=3', 'receiveNotification?receiveTimeout=2', 'getStateInstanceHistory?count=1'],
    ]) {
      if (method.startsWith('receive')) await say(server, newPhone(), phone, 'so that nothing waits')
      assert.equal((await server.on(made, 'GET', method)).status, 200, method)
    }
  })
})

describe('answers', () => {
  test('always 200, and where the contract has nothing to say, zero bytes', async () => {
    const other = newPhone()
    const chatId = chatOf(other)
    await say(server, other, phone, 'hello')
    const { idMessage } = objectIn(await post('sendMessage', { chatId, message: 'x' }))
    await textsOn(server, other, 2)
    const status = objectIn(await post('sendTextStatus', { message: 'x' }))['idMessage']
    for (const [method, body] of [
      ['sendTyping', { chatId }],
      ['archiveChat', { chatId }],
      ['unarchiveChat', { chatId }],
      ['deleteMessage', { chatId, idMessage }],
      ['deleteStatus', { idMessage: status }],
    ] as const) {
      const { status: code, headers, text } = await raw('POST', method, JSON.stringify(body))
      assert.deepEqual([code, text], [200, ''], method)
      assert.match(headers, /content-length: 0/, method)
    }
  })

  test('an empty list is [], never null', async () => {
    const { made: own } = await linked(server, {})
    for (const method of [
      ...[
        'showMessagesQueue',
        'lastIncomingMessages',
        'lastOutgoingMessages',
        'lastIncomingCalls',
        'lastOutgoingCalls',
      ],
      ...[
        'getIncomingStatuses',
        'getOutgoingStatuses',
        'getStatusStatistic?idMessage=3EB0C767D097B7C7C030',
        'getChats',
      ],
      ...['getContacts?group=true'],
    ]) {
      const answer = await server.on(own, 'GET', method)
      assert.deepEqual([answer.status, answer.text], [200, '[]'], method)
    }
    const history = await post('getChatHistory', { chatId: chatOf(newPhone()) }, own)
    assert.deepEqual([history.status, history.text], [200, '[]'])
    assert.equal((await post('getChatHistory', { count: 10 }, own)).text, '[]')
  })

  test('a group that is none is told by a string', async () => {
    const answer = await post('getGroupData', { groupId: '120363000000000000@g.us' })
    assert.deepEqual([answer.status, answer.json], [200, 'Error: item-not-found'])
  })

  test('a refusal is an object with a message', async () => {
    const answer = await post('downloadFile', { chatId: chatOf(newPhone()), idMessage: '3EB0C767D097B7C7C030' })
    assert.match(String(objectIn(answer, 400)['message']), /File message encrypted url not found by chatId/)
    assert.match(
      String(
        objectIn(
          await post('forwardMessages', { chatId: chatOf(phone), chatIdFrom: chatOf(phone), messages: [] }),
          400,
        )['message'],
      ),
      /'messages' must contain at least 1 items/,
    )
    assert.match(String(objectIn(await post('checkWhatsapp', {}), 400)['message']), /'value' must have at least 1 key/)
  })
})

test('ids with @c.us and @g.us on MAX and Telegram', async () => {
  for (const typeInstance of ['v3', 'telegram']) {
    const { made: own, phone: number } = await linked(server, { typeInstance, delaySendMessagesMilliseconds: 0 })
    const other = newPhone()
    await server.simulator('phones', { phoneNumber: other, messenger: typeInstance })
    const found = objectIn(await post('checkAccount', { phoneNumber: Number(other) }, own))
    for (const chatId of [chatOf(other), String(found['chatId']), `${String(found['chatId'])}@c.us`]) {
      objectIn(await post('sendMessage', { chatId, message: chatId }, own))
    }
    const seen = await eventually(async () => {
      const messages = listIn(await server.call('GET', `/simulator/messages?phone=${other}&messenger=${typeInstance}`))
      return messages.length === 3 && messages
    }, 'three texts')
    assert.ok(seen.every(({ from }) => from === number))
    const group = objectIn(await post('createGroup', { groupName: 'g', chatIds: [chatOf(other)] }, own))
    assert.match(String(group['chatId']), /^-\d+$/)
    objectIn(await post('sendMessage', { chatId: `${String(group['chatId'])}@g.us`, message: 'all' }, own))
    assert.equal(objectIn(await post('getGroupData', { groupId: group['chatId'] }, own))['chatId'], group['chatId'])
  }
})
