// Truth: the contract's forms for MAX over HTTP on one side, what people see on their phones on the other; between them the server and a fake MAX.
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { WebSocket } from 'ws'
import type { Message } from '../fakes/max/model.ts'
import { startFakeMax, type FakeMax } from '../fakes/max/server.ts'
import { formOf, JPEG } from '../support/files.ts'
import { Inbox } from '../support/inbox.ts'
import { MESSAGE_WEBHOOKS, type LiveGateway } from '../support/live-gateway.ts'
import { at, eventually, listIn, objectIn, stateOf, type Json } from '../support/road.ts'
import { OPERATOR_TOKEN, pathOf, type Made } from '../support/server.ts'
import { startGateway } from './support/gateway.ts'

const OWN = '79001100001'
const PEER = '79001100002'
const OTHER = '79001100003'
const SETTINGS = { ...MESSAGE_WEBHOOKS, typeInstance: 'v3' }
const PDF = Buffer.from('%PDF-1.4 the price list')
/** An empty recording of one second: the two pages that name it, and where it ends. */
const VOICE = Buffer.concat([
  ...[Buffer.from('OggS\0\x02'), Buffer.alloc(22), Buffer.from('OpusHead\x01\x01'), Buffer.alloc(10)],
  ...[Buffer.from('OggS\0\x04'), Buffer.from([0x80, 0xbb, 0, 0, 0, 0, 0, 0]), Buffer.alloc(40)],
])
const FAILED = (reason: string) => ({ status: false, data: { status: 'fail', reason } })
const SUCCESS = { status: true, data: { status: 'success', reason: '' } }

let fake: FakeMax
let gateway: LiveGateway
let web: Server
let webUrl = ''
/** Linked to OWN by the first test, as everything after it needs. */
let made: Made
let inbox: Inbox
/** The chat ids of the two others. */
let chat = ''
let third = ''

const scan = (phone: string, qr: string) => fake.scan(phone, qr)
const idOf = (phone: string) => String(fake.person(phone).person.id)
const ask = async (method: string, on = made) => objectIn(await gateway.on(on, 'GET', method))
const list = async (method: string, on = made) => listIn(await gateway.on(on, 'GET', method))
const post = async (method: string, body: object, on = made) => objectIn(await gateway.on(on, 'POST', method, body))
const sent = async (method: string, body: object, on = made) => String((await post(method, body, on))['idMessage'])
const until = (state: string, on = made) =>
  eventually(async () => (await stateOf(gateway, on)) === state, `state ${state}`)

/** Somebody's newest message that fits, once it is there. */
const seen = (fits: (message: Message) => boolean, phone = PEER): Promise<Message> =>
  eventually(() => fake.person(phone).received().findLast(fits), `a message on the phone ${phone}`)
const seenText = (text: string, phone = PEER) => seen((message) => message.text === text, phone)

/** As it stands at a person: what was attached. */
async function shown(method: string, body: object): Promise<Json> {
  const before = fake.person(PEER).received().length
  await sent(method, { chatId: chat, ...body })
  const message = await eventually(() => fake.person(PEER).received()[before], `${method} on the phone`)
  return message.attaches[0] ?? {}
}

/** From somebody else. */
const comes = (type: string) => (body: Json) =>
  body['typeWebhook'] === 'incomingMessageReceived' && at(body, 'messageData.typeMessage') === type

async function bytesAt(url: unknown): Promise<Buffer> {
  assert.ok(typeof url === 'string')
  const response = await fetch(url)
  assert.equal(response.status, 200, url)
  return Buffer.from(await response.arrayBuffer())
}

describe('the road of an instance on MAX', { timeout: 120_000 }, () => {
  before(async () => {
    fake = await startFakeMax({ settings: { pollingMs: 1_000, redelivers: 'all' } })
    fake.person(OWN).setName('Shop')
    fake.person(PEER).setName('Dana')
    fake.person(OTHER).setName('Lee')
    chat = idOf(PEER)
    third = idOf(OTHER)
    gateway = await startGateway(fake)
    web = createServer((_request, response) => response.end(PDF))
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
    webUrl = `http://127.0.0.1:${String((web.address() as AddressInfo).port)}`
  })
  after(async () => {
    await gateway.close()
    await fake.close()
    web.closeAllConnections()
    web.close()
  })

  test('created by the partner, linked by the picture of a code, authorized', async () => {
    made = await gateway.make({ ...SETTINGS, stateWebhook: 'yes' })
    inbox = new Inbox(gateway, made)
    assert.equal(await stateOf(gateway, made), 'notAuthorized')
    const page = await gateway.call('GET', `/waInstance${String(made.idInstance)}/${made.apiTokenInstance}`)
    assert.match(page.text, /data-messenger="v3" data-ways="qr token"/)
    const code = await gateway.qr(made)
    assert.equal(await gateway.qr(made), code, 'it stays until it is replaced')
    assert.equal(await scan(OWN, code), 'linked')
    await gateway.isAuthorized(made)
    assert.equal(await gateway.wid(made), `${OWN}@c.us`)
    const news = await inbox.got((body) => body['stateInstance'] === 'authorized', 'the news')
    assert.deepEqual(news['instanceData'], { idInstance: made.idInstance, wid: `${OWN}@c.us`, typeInstance: 'v3' })
    assert.deepEqual(await ask('qr'), { type: 'alreadyLogged', message: 'instance account already authorized' })
    const own = await ask('getAccountSettings')
    assert.deepEqual([own['phone'], own['stateInstance'], own['chatId']], [OWN, 'authorized', idOf(OWN)])
  })

  test('a text out is delivered and read, and never sent; one in comes whole', async () => {
    const id = await sent('sendMessage', { chatId: chat, message: 'Is it *ready*? \u{1f600}' })
    assert.match(id, /^\d{18}$/)
    const { elements } = await seenText('Is it ready? \u{1f600}')
    assert.equal(elements[0]?.['type'], 'STRONG')
    await inbox.status(id, 'delivered')
    fake.person(PEER).read(OWN)
    await inbox.status(id, 'read')
    const words = inbox.bodies.filter((body) => body['idMessage'] === id).map((body) => body['status'])
    assert.deepEqual(words, [undefined, 'delivered', 'read'])

    const incoming = String(fake.person(PEER).say(OWN, 'It waits for you').id)
    const told = await inbox.message(incoming)
    assert.deepEqual(
      [told['typeWebhook'], at(told, 'senderData.chatId'), at(told, 'senderData.sender')],
      ['incomingMessageReceived', chat, chat],
    )
    assert.deepEqual([at(told, 'senderData.senderName'), at(told, 'senderData.chatName')], ['Dana', 'Dana'])
    assert.deepEqual(at(told, 'messageData'), {
      ...{ typeMessage: 'textMessage', textMessageData: { textMessage: 'It waits for you' } },
    })
    await eventually(() => fake.person(OWN).unacknowledged().length === 0, 'it is acknowledged')
  })

  test('what the account writes elsewhere is told as its own; a number is an alias', async () => {
    const id = String(fake.person(OWN).say(PEER, 'from the phone').id)
    const told = await inbox.message(id)
    assert.deepEqual(
      [told['typeWebhook'], at(told, 'senderData.chatId'), at(told, 'senderData.sender')],
      ['outgoingMessageReceived', chat, idOf(OWN)],
    )
    await sent('sendMessage', { chatId: `${OTHER}@c.us`, message: 'by number' })
    await seenText('by number', OTHER)
  })

  test('files by upload and by URL, a voice: byte for byte', async () => {
    const form = formOf([
      { name: 'chatId', value: chat },
      { name: 'caption', value: 'Prices' },
      { name: 'file', value: PDF, fileName: 'list.pdf', type: 'application/pdf' },
    ])
    const uploaded = await gateway.on(made, 'POST', 'sendFileByUpload', form.body, { 'content-type': form.type })
    assert.deepEqual(await bytesAt(objectIn(uploaded)['urlFile']), PDF)
    const [document = {}] = (await seenText('Prices')).attaches
    assert.deepEqual([document['_type'], document['name']], ['FILE', 'list.pdf'])
    const byUrl = await shown('sendFileByUrl', { urlFile: `${webUrl}/list.pdf`, fileName: 'list.pdf' })
    assert.deepEqual([byUrl['_type'], byUrl['size']], ['FILE', PDF.length])
    const picture = await gateway.on(made, 'POST', 'uploadFile', new Uint8Array(JPEG), { 'content-type': 'image/jpeg' })
    const photo = await shown('sendFileByUrl', { urlFile: objectIn(picture)['urlFile'], fileName: 'a.jpg' })
    assert.equal(photo['_type'], 'PHOTO')
    assert.deepEqual(await bytesAt(photo['baseUrl']), Buffer.from(JPEG))
    const kept = await gateway.on(made, 'POST', 'uploadFile', new Uint8Array(VOICE), { 'content-type': 'audio/ogg' })
    const voice = await shown('sendFileByUrl', { urlFile: objectIn(kept)['urlFile'], fileName: 'word.ogg' })
    assert.equal(voice['_type'], 'AUDIO')
    assert.deepEqual(await bytesAt(voice['url']), VOICE)
  })

  test('files that come are kept and can be fetched', async () => {
    const says = (what: object) => inbox.message(String(fake.person(PEER).say(OWN, what).id))
    const told = await says({ text: 'Look', file: { kind: 'photo', bytes: JPEG, mimeType: 'image/jpeg' } })
    assert.equal(at(told, 'messageData.typeMessage'), 'imageMessage')
    assert.equal(at(told, 'messageData.fileMessageData.caption'), 'Look')
    assert.deepEqual(await bytesAt(at(told, 'messageData.fileMessageData.downloadUrl')), Buffer.from(JPEG))
    const file = await says({ file: { kind: 'file', bytes: PDF, name: 'list.pdf', mimeType: 'application/pdf' } })
    assert.equal(at(file, 'messageData.typeMessage'), 'documentMessage')
    assert.equal(at(file, 'messageData.fileMessageData.fileName'), 'list.pdf')
    assert.deepEqual(await bytesAt(at(file, 'messageData.fileMessageData.downloadUrl')), PDF)
    const heard = await says({ file: { kind: 'audio', bytes: VOICE, mimeType: 'audio/ogg' } })
    assert.equal(at(heard, 'messageData.typeMessage'), 'audioMessage')
    assert.deepEqual(await bytesAt(at(heard, 'messageData.fileMessageData.downloadUrl')), VOICE)
  })

  test('places, cards, quotes, forwards, reactions, edits and deletions, both ways', async () => {
    const phone = fake.person(PEER)
    assert.equal((await shown('sendLocation', { latitude: 51.5, longitude: -0.12 }))['_type'], 'LOCATION')
    const card = await shown('sendContact', { contact: { chatId: third } })
    assert.deepEqual([card['_type'], card['name']], ['CONTACT', 'Lee'])

    const question = String(phone.say(OWN, 'The white one?').id)
    await inbox.message(question)
    await sent('sendMessage', { chatId: chat, message: 'Yes', quotedMessageId: question })
    assert.equal(String((await seenText('Yes')).link?.message.id), question)
    await post('forwardMessages', { chatId: third, chatIdFrom: chat, messages: [question] })
    const pointed = await seen(({ link }) => link?.type === 'FORWARD', OTHER)
    assert.equal(String(pointed.link?.message.id), question)

    const own = await sent('sendMessage', { chatId: chat, message: 'teh end' })
    const theirs = await seenText('teh end')
    await inbox.status(own, 'delivered')
    const reply = await inbox.message(String(phone.say(OWN, { text: 'which end?', replyTo: theirs.id }).id))
    assert.equal(at(reply, 'messageData.typeMessage'), 'quotedMessage')
    assert.equal(at(reply, 'messageData.quotedMessage.stanzaId'), own)
    phone.react(OWN, theirs.id, '👍')
    const liked = await inbox.got(comes('reactionMessage'), 'a reaction')
    assert.deepEqual(
      [at(liked, 'messageData.extendedTextMessageData.text'), at(liked, 'messageData.quotedMessage.stanzaId')],
      ['👍', own],
    )
    await post('editMessage', { chatId: chat, idMessage: own, message: 'the end' })
    await eventually(() => theirs.isEdited && theirs.text === 'the end', 'the edit on the phone')
    assert.equal((await gateway.on(made, 'POST', 'deleteMessage', { chatId: chat, idMessage: own })).status, 200)
    await eventually(() => theirs.isRemoved, 'the deletion on the phone')

    const wrong = phone.say(OWN, 'on Fryday').id
    await inbox.message(String(wrong))
    phone.edit(OWN, wrong, 'on Friday')
    const edit = await inbox.got(comes('editedMessage'), 'an edit')
    assert.deepEqual(at(edit, 'messageData.editedMessageData'), { textMessage: 'on Friday', stanzaId: String(wrong) })
    phone.remove(OWN, [wrong])
    const gone = await inbox.got(comes('deletedMessage'), 'a deletion')
    assert.deepEqual(at(gone, 'messageData.deletedMessageData'), { stanzaId: String(wrong) })
  })

  test('a group: made, written in by all, renamed, left', async () => {
    const { created, chatId } = await post('createGroup', { groupName: 'Night', chatIds: [chat] })
    assert.equal(created, true)
    assert.match(String(chatId), /^-\d+$/)
    await sent('sendMessage', { chatId, message: 'to all' })
    await seenText('to all')
    const told = await inbox.message(String(fake.person(PEER).say(String(chatId), 'here').id))
    assert.deepEqual(
      [at(told, 'senderData.chatId'), at(told, 'senderData.sender'), at(told, 'senderData.chatName')],
      [chatId, chat, 'Night'],
    )
    assert.deepEqual(await post('updateGroupName', { chatId, groupName: 'Day' }), { updateGroupName: true })
    const member = { chatId, participantChatId: third }
    assert.deepEqual(await post('addGroupParticipant', member), { addParticipant: true })
    assert.deepEqual(await post('setGroupAdmin', member), { setGroupAdmin: true })
    const data = await post('getGroupData', { chatId })
    assert.deepEqual([data['subject'], data['owner']], ['Day', idOf(OWN)])
    const admin = (data['participants'] as readonly Json[]).find((one) => one['chatId'] === third)
    assert.equal(admin?.['isAdmin'], true)
    assert.deepEqual(await post('leaveGroup', { chatId }), { leaveGroup: true })
    const late = await sent('sendMessage', { chatId, message: 'anyone?' })
    await inbox.got((body) => body['idMessage'] === late && /notInGroup|failed/.test(String(body['status'])), 'refused')
  })

  test('who is on MAX, contacts, chats, history, read marks; what MAX has not', async () => {
    const found = await post('checkAccount', { phoneNumber: Number(OTHER) })
    assert.deepEqual([found['exist'], found['chatId']], [true, third])
    const again = { phoneNumber: Number(OTHER) }
    assert.deepEqual(await post('checkAccount', again), { exist: true, chatId: third, fromCache: true })
    const anew = await post('checkAccount', { ...again, force: true })
    assert.deepEqual(anew, { exist: true, chatId: third, fromCache: false })
    const none = { exist: false, chatId: '' }
    for (const fromCache of [false, true])
      assert.deepEqual(await post('checkAccount', { phoneNumber: 79990010000 }), { ...none, fromCache })
    const info = await post('getContactInfo', { chatId: chat })
    assert.deepEqual([info['chatId'], info['name']], [chat, 'Dana'])
    assert.ok((await list('getChats')).some(({ chatId }) => chatId === chat))
    const unread = fake.person(PEER).say(OWN, 'read me')
    await inbox.message(String(unread.id))
    assert.deepEqual(await post('readChat', { chatId: chat, idMessage: String(unread.id) }), { setRead: true })
    const dialog = fake.person(OWN).chat(PEER)
    const mark = () => dialog.members.get(fake.person(OWN).person.id)?.readMark ?? 0
    await eventually(() => mark() >= unread.time, 'the read mark')
    const rows = listIn(await gateway.on(made, 'POST', 'getChatHistory', { chatId: chat, count: 100 }))
    assert.equal(rows[0]?.['idMessage'], String(unread.id))
    assert.equal(new Set(rows.map(({ idMessage }) => idMessage)).size, rows.length)
    for (const [method, body] of [
      ['archiveChat', { chatId: chat }],
      ['sendPoll', { chatId: chat, message: 'Q?', options: [{ optionName: 'a' }, { optionName: 'b' }] }],
    ] as const)
      assert.equal((await gateway.on(made, 'POST', method, body)).status, 400, method)
  })

  test('a reboot and an end of the server change nothing, and what was said meanwhile arrives', async () => {
    const devices = () => [...fake.person(OWN).person.devices.values()].map(({ deviceId }) => deviceId)
    const before = devices()
    assert.deepEqual(await ask('reboot'), { isReboot: true })
    await until('authorized')
    await sent('sendMessage', { chatId: chat, message: 'after the reboot' })
    await seenText('after the reboot')
    await gateway.stop()
    const meanwhile = String(fake.person(PEER).say(OWN, 'while you were away').id)
    await gateway.start()
    await inbox.message(meanwhile)
    await until('authorized')
    assert.deepEqual(devices(), before)
    assert.deepEqual(gateway.errors, [])
  })

  test('no way by SMS; an account with a password by QR: qr, the web socket and the methods say so', async () => {
    const other = await gateway.make(SETTINGS)
    const reason = 'this messenger is not linked in this way: scan the QR code'
    assert.deepEqual(await post('startAuthorization', { phoneNumber: Number(OTHER) }, other), FAILED(reason))
    assert.deepEqual(await post('sendAuthorizationCode', { code: '1' }, other), FAILED('authorization_not_started'))
    fake.person(OTHER).setPassword('sesame')
    const socket = new WebSocket(gateway.url.replace('http', 'ws') + pathOf(other, 'scanqrcode'))
    const frames: Json[] = []
    socket.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString()) as Json))
    try {
      assert.equal(await scan(OTHER, await gateway.qr(other)), 'password')
      await until('pendingPassword', other)
      assert.equal((await ask('qr', other))['type'], 'pending_password')
      await eventually(() => frames.some(({ type }) => type === 'pending_password'), 'the frame')
      const give = (password: string) => post('sendAuthorizationPassword', { password }, other)
      assert.deepEqual(await give('open'), FAILED('invalid_password'))
      assert.deepEqual(await give('sesame'), SUCCESS)
      await gateway.isAuthorized(other)
      await eventually(() => frames.some(({ type }) => type === 'accountData'), 'the last frame')
    } finally {
      socket.terminate()
    }
    fake.revoke(OTHER)
    await until('notAuthorized', other)
    const logins = fake.recording.asked(19, OTHER).length
    await scan(PEER, await gateway.qr(other))
    await gateway.isAuthorized(other)
    assert.equal(fake.recording.asked(19, OTHER).length, logins, 'it never logs in by itself')
    assert.deepEqual(await ask('logout', other), { isLogout: true })
    await eventually(() => fake.person(PEER).person.devices.size === 0, 'the phone has no device left')
  })

  test('by the token of a device, which the operator gives', async () => {
    const other = await gateway.make(SETTINGS)
    const { items } = objectIn(await operator('GET', '/accounts'))
    const account = String((items as readonly Json[])[0]?.['id'])
    const give = (token: string) =>
      operator('PUT', `/accounts/${account}/instances/${String(other.idInstance)}/link/token`, { token })
    assert.equal((await give('nobody has this one')).status, 400)
    assert.equal(await stateOf(gateway, other), 'notAuthorized')
    const token = JSON.stringify({ viewerId: idOf(OTHER), token: fake.issueToken(OTHER) })
    assert.deepEqual(objectIn(await give(token)), { wid: `${OTHER}@c.us`, phone: OTHER, name: 'Lee' })
    await gateway.isAuthorized(other)
    await sent('sendMessage', { chatId: chat, message: 'by token' }, other)
    await seenText('by token')
    assert.deepEqual(await ask('logout', other), { isLogout: true })
  })

  test('nothing of it was wrong: figures without names, and a fake that has nothing to complain of', async () => {
    const metrics = (await gateway.call('GET', '/metrics')).text
    const measured = (name: string) => Number(new RegExp(`^jadegate_max_${name} (\\d+)$`, 'm').exec(metrics)?.[1])
    assert.ok(measured('sessions{standing="open"}') >= 1, metrics)
    for (const secret of [OWN, PEER, String(made.idInstance)]) assert.ok(!metrics.includes(secret))
    assert.deepEqual(fake.recording.complaints, [])
    assert.deepEqual(gateway.errors, [])
  })
})

function operator(verb: string, path: string, body?: object) {
  const headers = { authorization: `Bearer ${OPERATOR_TOKEN}`, 'content-type': 'application/json' }
  return gateway.call(verb, `/api/operator/v1${path}`, body, headers)
}
