// Truth: what known clients of the contract really put into bodies and forms, odd as it is, and that each of them is understood.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { fileOn, formOf, JPEG, ofKind, sayContent, type FormPart } from '../support/files.ts'
import { at, eventually, linked, listIn, messagesOn, newPhone, objectIn, say, textsOn } from '../support/road.ts'
import { startServer, type Answer, type Made, type TestServer } from '../support/server.ts'

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

function form(method: string, parts: readonly FormPart[], type?: string): Promise<Answer> {
  const { body, type: own } = formOf(parts)
  return server.on(made, 'POST', method, body, { 'content-type': type ?? own })
}

const file = (fileName: string, type = 'image/jpeg'): FormPart => ({ name: 'file', value: JPEG, fileName, type })

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
    objectIn(await form('sendFileByUpload', [...texts, file('/srv/shop/pictures/cat.jpg')]))
    objectIn(await form('sendFileByUpload', [...texts, file('D:\\shop\\report.pdf', 'application/pdf')]))
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

test('the file of a message is there for whoever lost its link', async () => {
  const other = newPhone()
  const sha256 = await fileOn(server)
  const idMessage = await sayContent(server, other, phone, { kind: 'file', type: 'audio', file: sha256, name: 'a.ogg' })
  const chatId = chatOf(other)
  await eventually(async () => (await post('getMessage', { chatId, idMessage })).status === 200, 'stored')
  assert.match(String(objectIn(await post('downloadFile', { chatId, idMessage }))['downloadUrl']), /^http.*\.ogg$/)
})
