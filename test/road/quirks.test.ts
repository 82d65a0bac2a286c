// Truth: what known clients of the contract really put on the wire, odd as it is, and that each of them is understood.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { fileOn, formOf, JPEG, ofKind, sayContent, type FormPart } from '../support/files.ts'
import { at, eventually, linked, listIn, messagesOn, newPhone, objectIn, say, textsOn } from '../support/road.ts'
import { pathOf, startServer, type Answer, type Made, type TestServer } from '../support/server.ts'

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

function form(method: string, parts: readonly FormPart[], type?: string): Promise<Answer> {
  const made_ = formOf(parts)
  return server.on(made, 'POST', method, made_.body, { 'content-type': type ?? made_.type })
}

const file = (fileName: string, type = 'image/jpeg'): FormPart => ({ name: 'file', value: JPEG, fileName, type })

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
    assert.equal(head.text, '')
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

describe('bodies', () => {
  test('what builders and PHP leave empty is absent', async () => {
    const other = newPhone()
    const chatId = chatOf(other)
    const unset = { quotedMessageId: '', typingTime: 0, typingType: '', archiveChat: null }
    const bodies: readonly (readonly [string, object])[] = [
      ['sendMessage', { chatId, message: 'x', linkPreview: null, typePreview: '', customPreview: null, ...unset }],
      ['sendLocation', { chatId, latitude: 1, longitude: 2, nameLocation: '', address: '', ...unset }],
      [
        'sendContact',
        {
          chatId,
          contact: { phoneContact: 79001234567, firstName: 'A', middleName: '', lastName: null, company: '' },
          ...unset,
        },
      ],
      [
        'sendPoll',
        { chatId, message: 'q', options: [{ optionName: 'a' }, { optionName: 'b' }], multipleAnswers: null, ...unset },
      ],
      [
        'sendInteractiveButtons',
        {
          chatId,
          header: '',
          body: 'b',
          footer: '',
          buttons: [
            { type: 'url', buttonId: '1', buttonText: 't', url: 'https://example.org', copyCode: '', phoneNumber: '' },
          ],
          ...unset,
        },
      ],
      [
        'sendInteractiveButtonsReply',
        { chatId, body: 'b', buttons: [{ type: 'reply', buttonId: '1', buttonText: 't' }], ...unset },
      ],
      ['sendTextStatus', { message: 'x', backgroundColor: '', font: '', participants: [] }],
      ['addContact', { chatId, firstName: 'Ann', lastName: null, saveInAddressbook: null }],
      ['readChat', { chatId, idMessage: '' }],
      ['sendTyping', { chatId, typingTime: null, typingType: '' }],
    ]
    for (const [method, body] of bodies) {
      const answer = await post(method, body)
      assert.equal(answer.status, 200, `${method}: ${answer.text}`)
    }
    await textsOn(server, other, 6)
    assert.ok((await messagesOn(server, other)).every(({ quote }) => quote === null))
  })

  test('numbers as strings of digits', async () => {
    const other = newPhone()
    const chatId = chatOf(other)
    for (const [method, body] of [
      ['checkWhatsapp', { phoneNumber: other }],
      ['sendContact', { chatId, contact: { phoneContact: '79001234567', firstName: 'A' } }],
      ['sendMessage', { chatId, message: 'x', typingTime: '1000' }],
      ['setDisappearingChat', { chatId, ephemeralExpiration: '86400' }],
      ['getAvatar', { phoneNumber: other }],
    ] as const) {
      const answer = await post(method, body)
      assert.equal(answer.status, 200, `${method}: ${answer.text}`)
    }
    assert.equal((await post('checkWhatsapp', { chatId: other })).status, 200)
  })

  test('archiveChat in a send: the chat is archived with it', async () => {
    const other = newPhone()
    const chatId = chatOf(other)
    await say(server, other, phone, 'hello')
    objectIn(await post('sendMessage', { chatId, message: 'bye', archiveChat: true }))
    await textsOn(server, other, 2)
    const isArchived = async () =>
      listIn(await server.on(made, 'GET', 'getChats')).find(({ id }) => id === chatId)?.['archive'] === true
    await eventually(isArchived, 'archived')
  })

  test('phoneNumber in the place of the chat', async () => {
    const other = newPhone()
    const urlFile = String(objectIn(await form('uploadFile', [file('a.jpg')]))['urlFile'])
    objectIn(await post('sendFileByUrl', { phoneNumber: Number(other), urlFile, fileName: 'a.jpg', caption: '' }))
    await textsOn(server, other, 1)
    assert.deepEqual(objectIn(await post('getAvatar', { phoneNumber: Number(other) })), {
      urlAvatar: '',
      available: true,
    })
  })

  test('a body with buttons on sendMessage, as two old pages print it', async () => {
    const other = newPhone()
    const chatId = chatOf(other)
    const buttons = [{ buttonId: '1', buttonText: 'Yes' }]
    const templateButtons = [{ index: 1, quickReplyButton: { displayText: 'No', id: 'no' } }]
    objectIn(await post('SendMessage', { chatId, message: 'Choose', footer: 'f', buttons }))
    objectIn(await post('SendMessage', { chatId, message: 'Choose', templateButtons }))
    await textsOn(server, other, 2)
    assert.equal(ofKind(await messagesOn(server, other), 'buttons').length, 2)
  })

  test('Go deletes a contact by editContact with nothing but the chat', async () => {
    const chatId = chatOf(newPhone())
    objectIn(await post('addContact', { chatId, firstName: 'Ann' }))
    assert.deepEqual(objectIn(await post('editContact', { chatId })), { editContact: true })
    assert.equal((await post('deleteContact', { chatId })).status, 404)
  })

  test('the comments of the vendor’s samples', async () => {
    const body = `{\n  "chatId": "${chatOf(newPhone())}", // where to\n  /* what */ "message": "x",\n}`
    objectIn(await post('sendMessage', body))
  })

  test('a group by groupId, by chatId, and by both', async () => {
    const { chatId } = objectIn(await post('createGroup', { groupName: 'g', chatIds: [chatOf(newPhone())] }))
    for (const keys of [{ groupId: chatId }, { chatId }, { groupId: chatId, chatId }, { groupId: '', chatId }]) {
      assert.equal(objectIn(await post('getGroupData', keys))['groupId'], chatId)
    }
    for (const name of ['groupId', 'chatId']) {
      const answer = await form('setGroupPicture', [{ name, value: String(chatId) }, file('a.jpg')])
      assert.equal(objectIn(answer)['setGroupPicture'], true)
    }
  })
})

describe('files', () => {
  test('a form that says it is an image', async () => {
    const uploaded = await form('uploadFile', [file('a.jpg')], 'image/jpeg')
    assert.deepEqual(await bytesAt(String(objectIn(uploaded)['urlFile'])), JPEG)
    const set = await form('setProfilePicture', [file('a.jpg')], 'image/jpeg')
    assert.equal(objectIn(set)['setProfilePicture'], true)
    const { chatId } = objectIn(await post('createGroup', { groupName: 'g', chatIds: [chatOf(newPhone())] }))
    const parts = [{ name: 'groupId', value: String(chatId) }, file('a.jpg')]
    assert.equal(objectIn(await form('setGroupPicture', parts, 'image/jpeg'))['setGroupPicture'], true)
  })

  async function bytesAt(url: string): Promise<Buffer> {
    return Buffer.from(await (await fetch(url)).arrayBuffer())
  }

  test('Go’s part is named by its whole path; every field is a string; the name is optional', async () => {
    const other = newPhone()
    const chatId = chatOf(other)
    const fields = { chatId, caption: '', quotedMessageId: '', typingTime: '', typingType: '' }
    const texts = Object.entries(fields).map(([name, value]) => ({ name, value }))
    objectIn(await form('sendFileByUpload', [...texts, file('/home/user/pictures/cat.jpg')]))
    objectIn(await form('sendFileByUpload', [...texts, file('C:\\Users\\user\\report.pdf', 'application/pdf')]))
    objectIn(await form('sendFileByUpload', [file('x.bin'), { name: 'fileName', value: 'renamed.mp4' }, ...texts]))
    await textsOn(server, other, 3)
    const names = (await messagesOn(server, other)).map(({ content }) => [at(content, 'name'), at(content, 'type')])
    assert.deepEqual(names, [
      ['cat.jpg', 'image'],
      ['report.pdf', 'document'],
      ['renamed.mp4', 'video'],
    ])
  })

  test('raw bytes by type, by GA-Filename, and by nothing', async () => {
    const upload = async (headers: Record<string, string>) =>
      String(objectIn(await server.on(made, 'POST', 'uploadFile', new Uint8Array(JPEG), headers))['urlFile'])
    assert.match(await upload({ 'content-type': 'image/png' }), /\.png$/)
    assert.match(await upload({ 'content-type': 'text/x-unknown', 'ga-filename': 'main.go' }), /\.go$/)
    assert.match(await upload({ 'content-type': 'application/x-nobody-knows' }), /\.bin$/)
  })

  test('HEAD on a link tells from when to when it is good', async () => {
    const url = String(objectIn(await form('uploadFile', [file('a.jpg')]))['urlFile'])
    const head = await fetch(url, { method: 'HEAD' })
    assert.deepEqual([head.status, head.headers.get('content-length')], [200, String(JPEG.length)])
    for (const name of ['date', 'last-modified', 'expires'])
      assert.ok(!Number.isNaN(Date.parse(head.headers.get(name) ?? '')), name)
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

test('the file of a message is there for whoever lost its link', async () => {
  const other = newPhone()
  const sha256 = await fileOn(server)
  const idMessage = await sayContent(server, other, phone, { kind: 'file', type: 'audio', file: sha256, name: 'a.ogg' })
  const chatId = chatOf(other)
  await eventually(async () => (await post('getMessage', { chatId, idMessage })).status === 200, 'stored')
  assert.match(String(objectIn(await post('downloadFile', { chatId, idMessage }))['downloadUrl']), /^http.*\.ogg$/)
})
