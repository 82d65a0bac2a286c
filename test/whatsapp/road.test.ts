// Truth: the contract's bodies over HTTP on one side, what people see on their phones on the other; between them the server and the engine.
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { WebSocket } from 'ws'
import { engineIsInstalled } from '../../src/drivers/whatsapp/engine/load.ts'
import type { Seen, SeenContent } from '../fakes/whatsapp/virtual-phone.ts'
import { startWorld, type World } from '../fakes/whatsapp/world.ts'
import { formOf, JPEG } from '../support/files.ts'
import { at, eventually, listIn, objectIn, Receiver, stateOf, type Json } from '../support/road.ts'
import { pathOf, type Made } from '../support/server.ts'
import { type Gateway, MESSAGE_WEBHOOKS, startGateway } from './support/gateway.ts'
import { Inbox } from '../support/inbox.ts'

const skip = engineIsInstalled() ? false : 'the WhatsApp engine is not installed'

const OWN = '79001100001'
const PEER = '79001100002'
const OTHER = '79001100003'
const chatOf = (phone: string) => `${phone}@c.us`
const CHAT = chatOf(PEER)
const PDF = Buffer.from('%PDF-1.4 the price list')
/** An empty recording of one second: the two pages that name it, and where it ends. */
const VOICE = Buffer.concat([
  ...[Buffer.from('OggS\0\x02'), Buffer.alloc(22), Buffer.from('OpusHead\x01\x01'), Buffer.alloc(10)],
  ...[Buffer.from('OggS\0\x04'), Buffer.from([0x80, 0xbb, 0, 0, 0, 0, 0, 0]), Buffer.alloc(40)],
])

let world: World
let gateway: Gateway
let web: Server
let webUrl = ''
/** Linked to OWN by the first test, as everything after it needs. */
let made: Made
let inbox: Inbox

const scan = (phone: string, qr: string) => world.fake.scan(phone, qr)
const ask = async (method: string, on = made) => objectIn(await gateway.on(on, 'GET', method))
const list = async (method: string, on = made) => listIn(await gateway.on(on, 'GET', method))
const post = async (method: string, body: object, on = made) => objectIn(await gateway.on(on, 'POST', method, body))
const sent = async (method: string, body: object, on = made) => String((await post(method, body, on))['idMessage'])
const seen = (id: string, phone = PEER): Promise<Seen> =>
  world.phone(phone).sees((message) => message.id === id, 10_000)
const until = (state: string, on = made) =>
  eventually(async () => (await stateOf(gateway, on)) === state, `state ${state}`)

/** As it stands at a person: sent, and read by the phone as it was meant. */
async function shown(method: string, body: object): Promise<SeenContent> {
  return (await seen(await sent(method, { chatId: CHAT, ...body }))).content
}

async function bytesAt(url: unknown): Promise<Buffer> {
  assert.ok(typeof url === 'string')
  const response = await fetch(url)
  assert.equal(response.status, 200, url)
  return Buffer.from(await response.arrayBuffer())
}

function timeless({ timestamp, ...rest }: Json): Json {
  assert.ok(Number.isInteger(timestamp) && Math.abs(Number(timestamp) - Date.now() / 1000) < 60, String(timestamp))
  return rest
}

describe('the road of an instance on WhatsApp', { skip, timeout: 120_000 }, () => {
  before(async () => {
    world = await startWorld()
    world.person(OWN, 'Shop')
    world.person(PEER, 'Dana')
    world.person(OTHER, 'Lee')
    gateway = await startGateway(world.fake)
    web = createServer((_request, response) => response.end(PDF))
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
    webUrl = `http://127.0.0.1:${String((web.address() as AddressInfo).port)}`
  })
  after(async () => {
    await gateway.close()
    await world.close()
    web.closeAllConnections()
    web.close()
  })

  test('created by the partner, linked by the picture of a code, authorized', async () => {
    made = await gateway.make({ ...MESSAGE_WEBHOOKS, stateWebhook: 'yes' })
    inbox = new Inbox(gateway, made)
    assert.equal(await stateOf(gateway, made), 'notAuthorized')
    const code = await gateway.qr(made)
    assert.equal(await gateway.qr(made), code, 'it stays until it is replaced')
    assert.equal(await scan(OWN, code), 'linked')
    await gateway.isAuthorized(made)
    assert.equal(await gateway.wid(made), chatOf(OWN))
    const news = await inbox.got((body) => body['stateInstance'] === 'authorized', 'the news')
    const instanceData = { idInstance: made.idInstance, wid: chatOf(OWN), typeInstance: 'whatsapp' }
    assert.deepEqual(timeless(news), {
      ...{ typeWebhook: 'stateInstanceChanged', instanceData, stateInstance: 'authorized' },
    })
    assert.deepEqual(await ask('qr'), { type: 'alreadyLogged', message: 'instance account already authorized' })
    const own = await ask('getWaSettings')
    assert.deepEqual([own['phone'], own['stateInstance']], [OWN, 'authorized'])
  })

  test('a text out is sent, delivered and read; one in comes whole, to pollers and by webhook', async () => {
    const id = await sent('sendMessage', { chatId: CHAT, message: 'Is it ready? \u{1f600}' })
    assert.deepEqual((await seen(id)).content, { kind: 'text', text: 'Is it ready? \u{1f600}' })
    const announced = await inbox.message(id)
    assert.equal(announced['typeWebhook'], 'outgoingAPIMessageReceived')
    const instanceData = { idInstance: made.idInstance, wid: chatOf(OWN), typeInstance: 'whatsapp' }
    const status = { typeWebhook: 'outgoingMessageStatus', chatId: CHAT, instanceData, idMessage: id, sendByApi: true }
    assert.deepEqual(timeless(await inbox.status(id, 'sent')), { ...status, status: 'sent' })
    assert.deepEqual(timeless(await inbox.status(id, 'delivered')), { ...status, status: 'delivered' })
    await world.phone(PEER).read(OWN)
    assert.deepEqual(timeless(await inbox.status(id, 'read')), { ...status, status: 'read' })
    const words = inbox.bodies.filter((body) => body['idMessage'] === id).map((body) => body['status'])
    assert.deepEqual(words, [undefined, 'sent', 'delivered', 'read'])

    const incoming = await world.phone(PEER).say(OWN, 'It waits for you')
    const body = {
      ...{ typeWebhook: 'incomingMessageReceived', instanceData, idMessage: incoming },
      senderData: { chatId: CHAT, sender: CHAT, chatName: 'Dana', senderName: 'Dana', senderContactName: '' },
      messageData: { typeMessage: 'textMessage', textMessageData: { textMessage: 'It waits for you' } },
    }
    assert.deepEqual(timeless(await inbox.message(incoming)), body)

    const receiver = await Receiver.listen()
    try {
      await post('setSettings', { webhookUrl: receiver.url, webhookUrlToken: 'Bearer it' })
      const next = await world.phone(PEER).say(OWN, 'by webhook')
      const [delivery] = await receiver.got(1)
      const { timestamp, ...told } = delivery?.body ?? {}
      assert.ok(Number.isInteger(timestamp))
      const messageData = { typeMessage: 'textMessage', textMessageData: { textMessage: 'by webhook' } }
      assert.deepEqual(told, { ...body, idMessage: next, messageData })
      assert.equal(delivery?.headers.authorization, 'Bearer it')
      const answer = await sent('sendMessage', { chatId: CHAT, message: 'Thank you' })
      const announced = await receiver.got(2)
      assert.equal(announced[1]?.body['idMessage'], answer)
      assert.equal(at(announced[1].body, 'senderData.chatName'), 'Dana')
    } finally {
      await post('setSettings', { webhookUrl: '', webhookUrlToken: '' })
      await receiver.close()
    }
  })

  test('what the own phone says is told as such', async () => {
    const id = await world.phone(OWN).say(PEER, 'from the phone')
    const told = await inbox.message(id)
    assert.equal(told['typeWebhook'], 'outgoingMessageReceived')
    assert.deepEqual(
      [at(told, 'senderData.chatId'), at(told, 'senderData.sender'), at(told, 'messageData.textMessageData')],
      [CHAT, chatOf(OWN), { textMessage: 'from the phone' }],
    )
    assert.equal(at(told, 'senderData.chatName'), 'Dana')
  })

  test('files by upload and by URL, a voice, a picture: byte for byte', async () => {
    const form = formOf([
      { name: 'chatId', value: CHAT },
      { name: 'caption', value: 'Prices' },
      { name: 'file', value: PDF, fileName: 'list.pdf', type: 'application/pdf' },
    ])
    const uploaded = await gateway.on(made, 'POST', 'sendFileByUpload', form.body, { 'content-type': form.type })
    const { idMessage, urlFile } = objectIn(uploaded)
    const { content: document } = await seen(String(idMessage))
    assert.ok(document.kind === 'file', JSON.stringify(document))
    assert.deepEqual(
      [document.type, document.name, document.mimeType, document.caption, Buffer.from(document.bytes)],
      ['document', 'list.pdf', 'application/pdf', 'Prices', PDF],
    )
    assert.deepEqual(await bytesAt(urlFile), PDF)

    const byUrl = await shown('sendFileByUrl', { urlFile: `${webUrl}/list.pdf`, fileName: 'list.pdf' })
    assert.ok(byUrl.kind === 'file' && Buffer.from(byUrl.bytes).equals(PDF), JSON.stringify(byUrl))

    const kept = await gateway.on(made, 'POST', 'uploadFile', new Uint8Array(VOICE), { 'content-type': 'audio/ogg' })
    const voice = await shown('sendFileByUrl', { urlFile: objectIn(kept)['urlFile'], fileName: 'word.ogg' })
    assert.ok(voice.kind === 'file', JSON.stringify(voice))
    assert.deepEqual([voice.type, voice.isVoice, Buffer.from(voice.bytes)], ['audio', true, VOICE])
  })

  test('files and voices that come are kept and can be fetched', async () => {
    const picture = { kind: 'file', type: 'image', bytes: JPEG, mimeType: 'image/jpeg', caption: 'Look' } as const
    const told = await inbox.message(await world.phone(PEER).say(OWN, picture))
    assert.equal(at(told, 'messageData.typeMessage'), 'imageMessage')
    assert.equal(at(told, 'messageData.fileMessageData.caption'), 'Look')
    assert.deepEqual(await bytesAt(at(told, 'messageData.fileMessageData.downloadUrl')), JPEG)
    const word = {
      kind: 'file',
      type: 'audio',
      isVoice: true,
      bytes: VOICE,
      mimeType: 'audio/ogg; codecs=opus',
    } as const
    const heard = await inbox.message(await world.phone(PEER).say(OWN, word))
    assert.equal(at(heard, 'messageData.typeMessage'), 'audioMessage')
    assert.deepEqual(await bytesAt(at(heard, 'messageData.fileMessageData.downloadUrl')), VOICE)
  })

  test('a poll and its votes', async () => {
    const options = [{ optionName: 'Friday' }, { optionName: 'Sunday' }]
    const id = await sent('sendPoll', { chatId: CHAT, message: 'Which day?', options, multipleAnswers: false })
    const { content } = await seen(id)
    assert.deepEqual(content, {
      ...{ kind: 'poll', question: 'Which day?', options: ['Friday', 'Sunday'], multipleAnswers: false },
    })
    const vote = await world.phone(PEER).say(OWN, { kind: 'vote', poll: id, choices: ['Sunday'] })
    assert.deepEqual(at(await inbox.message(vote), 'messageData'), {
      typeMessage: 'pollUpdateMessage',
      pollMessageData: {
        ...{ stanzaId: id, name: 'Which day?', multipleAnswers: false },
        votes: [
          { optionName: 'Friday', optionVoters: [] },
          { optionName: 'Sunday', optionVoters: [CHAT] },
        ],
      },
    })
  })

  test('places, cards, quotes, reactions, edits and deletions, both ways', async () => {
    const phone = world.phone(PEER)
    const place = { latitude: 51.5, longitude: -0.12, nameLocation: 'Cafe', address: 'Main Street 1' }
    const location = await shown('sendLocation', place)
    assert.ok(location.kind === 'location', JSON.stringify(location))
    assert.deepEqual([location.latitude, location.longitude, location.name], [51.5, -0.12, 'Cafe'])
    const card = await shown('sendContact', { contact: { phoneContact: 79001234568, firstName: 'Ada' } })
    assert.ok(card.kind === 'contacts' && card.contacts[0]?.vcard.includes('79001234568'), JSON.stringify(card))

    const question = await phone.say(OWN, 'The white one?')
    await inbox.message(question)
    const answer = await shown('sendMessage', { message: 'Yes', quotedMessageId: question })
    assert.deepEqual(answer, { kind: 'text', text: 'Yes', quote: question })
    const own = await sent('sendMessage', { chatId: CHAT, message: 'teh end' })
    await seen(own)
    const reply = await inbox.message(await phone.say(OWN, { kind: 'text', text: 'which end?', quote: own }))
    const quote = { stanzaId: own, participant: chatOf(OWN) }
    assert.deepEqual(at(reply, 'messageData'), {
      ...{ typeMessage: 'quotedMessage', extendedTextMessageData: { text: 'which end?', ...quote } },
      quotedMessage: { ...quote, typeMessage: 'textMessage', textMessage: 'teh end' },
    })
    const liked = await inbox.message(await phone.say(OWN, { kind: 'reaction', target: own, emoji: '👍' }))
    assert.deepEqual(at(liked, 'messageData'), {
      ...{ typeMessage: 'reactionMessage', extendedTextMessageData: { text: '👍' }, quotedMessage: quote },
    })

    const edited = await post('editMessage', { chatId: CHAT, idMessage: own, message: 'the end' })
    assert.ok(typeof edited['idMessage'] === 'string')
    await eventually(() => phone.message(own)?.edited === 'the end', 'the edit on the phone')
    assert.equal((await gateway.on(made, 'POST', 'deleteMessage', { chatId: CHAT, idMessage: own })).status, 200)
    await eventually(() => phone.message(own)?.isDeleted === true, 'the deletion on the phone')

    const theirs = await phone.say(OWN, 'on Fryday')
    await inbox.message(theirs)
    const edit = await inbox.message(await phone.say(OWN, { kind: 'edit', target: theirs, text: 'on Friday' }))
    assert.deepEqual(at(edit, 'messageData'), {
      ...{ typeMessage: 'editedMessage', editedMessageData: { textMessage: 'on Friday', stanzaId: theirs } },
    })
    const deletion = await inbox.message(await phone.say(OWN, { kind: 'deletion', target: theirs }))
    assert.deepEqual(at(deletion, 'messageData'), {
      ...{ typeMessage: 'deletedMessage', deletedMessageData: { stanzaId: theirs } },
    })
  })

  test('a group: made, written in by all, renamed, left', async () => {
    const { created, chatId, groupInviteLink } = await post('createGroup', { groupName: 'Night', chatIds: [CHAT] })
    assert.deepEqual([created, String(chatId).endsWith('@g.us')], [true, true])
    assert.match(String(groupInviteLink), /chat\.whatsapp\.com/)
    const id = await sent('sendMessage', { chatId, message: 'to all' })
    assert.deepEqual((await seen(id)).content, { kind: 'text', text: 'to all' })
    const told = await inbox.message(await world.phone(PEER).say(String(chatId), 'here'))
    assert.deepEqual(
      [at(told, 'senderData.chatId'), at(told, 'senderData.sender'), at(told, 'senderData.chatName')],
      [chatId, CHAT, 'Night'],
    )
    assert.equal(at(await inbox.message(id), 'senderData.chatName'), 'Night')
    const renamed = await post('updateGroupName', { groupId: chatId, groupName: 'Day' })
    assert.deepEqual(renamed, { updateGroupName: true })
    const member = { groupId: chatId, participantChatId: chatOf(OTHER) }
    assert.deepEqual(await post('addGroupParticipant', member), { addParticipant: true })
    const data = await post('getGroupData', { groupId: chatId })
    assert.deepEqual([data['subject'], data['size'], data['owner']], ['Day', 3, chatOf(OWN)])
    const more = await sent('sendMessage', { chatId, message: 'and to you' })
    assert.deepEqual((await seen(more, OTHER)).content, { kind: 'text', text: 'and to you' })
    assert.deepEqual(await post('leaveGroup', { groupId: chatId }), { leaveGroup: true })
    const late = await sent('sendMessage', { chatId, message: 'anyone?' })
    await inbox.status(late, 'notInGroup')
  })

  test('statuses, out and in', async () => {
    const status = { message: 'Open till nine', backgroundColor: '#228B22', font: 'SERIF', participants: [CHAT] }
    const id = await sent('sendTextStatus', status)
    const { content, chat } = await seen(id)
    assert.equal(chat, 'status@broadcast')
    assert.deepEqual(content, { kind: 'statusText', text: 'Open till nine', backgroundColor: '#228B22', font: 'SERIF' })
    await world.phone(PEER).read('status@broadcast', id)
    const statistic = () => list(`getStatusStatistic?idMessage=${id}`)
    await eventually(async () => (await statistic())[0]?.['status'] === 'read', 'it was viewed')
    await world.phone(PEER).say('status@broadcast', 'theirs', { audience: [OWN] })
    const [theirs] = await eventually(async () => {
      const rows = await list('getIncomingStatuses?minutes=5')
      return rows.length > 0 && rows
    }, 'theirs')
    assert.deepEqual([theirs?.['senderId'], theirs?.['textMessage']], [CHAT, 'theirs'])
  })

  test('who is on WhatsApp, contacts, chats, pictures, history, archive, read marks', async () => {
    const phone = world.phone(PEER)
    const check = (body: object) => post('checkWhatsapp', body)
    const found = await check({ phoneNumber: Number(PEER) })
    assert.deepEqual([found['existsWhatsapp'], found['chatId'], found['phoneNumber']], [true, CHAT, CHAT])
    assert.equal((await check({ phoneNumber: 79990010000 }))['existsWhatsapp'], false)
    const info = await post('getContactInfo', { chatId: CHAT })
    assert.deepEqual([info['chatId'], info['name'], info['isArchive']], [CHAT, 'Dana', false])
    assert.deepEqual(await post('getAvatar', { chatId: CHAT }), { urlAvatar: '', available: true })
    const contact = (await list('getContacts')).find(({ id }) => id === CHAT)
    assert.deepEqual([contact?.['name'], contact?.['type']], ['Dana', 'user'])
    const chat = async () => (await list('getChats')).find(({ id }) => id === CHAT)
    assert.equal((await chat())?.['archive'], false)

    const unread = await phone.say(OWN, 'read me')
    await inbox.message(unread)
    assert.deepEqual(await post('readChat', { chatId: CHAT, idMessage: unread }), { setRead: true })
    await eventually(() => phone.message(unread)?.progress.get(OWN) === 'read', 'the read mark on the phone')
    assert.equal((await gateway.on(made, 'POST', 'archiveChat', { chatId: CHAT })).status, 200)
    await eventually(async () => (await chat())?.['archive'] === true, 'it is archived')
    const rows = listIn(await gateway.on(made, 'POST', 'getChatHistory', { chatId: CHAT, count: 100 }))
    assert.equal(rows[0]?.['idMessage'], unread)
    assert.equal(new Set(rows.map(({ idMessage }) => idMessage)).size, rows.length)
  })

  test('the picture that somebody shows', async () => {
    const bytesAt = async (url: unknown) => Buffer.from(await (await fetch(String(url))).arrayBuffer())
    world.pictures.change(PEER, world.person(PEER), JPEG)
    const { urlAvatar, available } = await post('getAvatar', { chatId: CHAT })
    assert.equal(available, true)
    assert.deepEqual(await bytesAt(urlAvatar), Buffer.from(JPEG))
    assert.deepEqual(await bytesAt((await post('getContactInfo', { chatId: CHAT }))['avatar']), Buffer.from(JPEG))
    world.pictures.hidden.add(PEER)
    assert.equal((await post('getAvatar', { chatId: CHAT }))['urlAvatar'], '')
    world.pictures.hidden.delete(PEER)
    world.pictures.change(PEER, world.person(PEER), null)
  })

  test('a business: what it says of itself and what it sells', async () => {
    const about = { email: 'tea@example.com', category: 'Shop', description: 'Tea of the hills' }
    const imageUrl = 'https://media.example.com/tea.jpg'
    world.shops.byPhone.set(PEER, {
      ...about,
      products: [
        { id: '1', name: 'Green', description: 'A pound', price: 12_500, currency: 'EUR', imageUrl },
        // As little as a product may have.
        { id: '2', name: 'A question', isHidden: true },
      ],
    })
    const info = await post('getContactInfo', { chatId: CHAT })
    assert.deepEqual(
      [info['isBusiness'], info['email'], info['category'], info['description']],
      [true, about.email, about.category, about.description],
    )
    const always = { reviewStatus: { whatsapp: 'APPROVED' }, availability: 'in stock' }
    assert.deepEqual(info['products'], [
      {
        ...{ ...always, id: '1', name: 'Green', description: 'A pound', price: '12.5 EUR', isHidden: false },
        imageUrls: { requested: imageUrl, original: imageUrl },
      },
      {
        ...{ ...always, id: '2', name: 'A question', description: '', price: null, isHidden: true },
        imageUrls: { requested: '', original: '' },
      },
    ])
    world.shops.byPhone.delete(PEER)
    const person = await post('getContactInfo', { chatId: CHAT })
    assert.deepEqual([person['isBusiness'], person['products']], [false, []])
  })

  test('a call that comes in: offered, then how it ended', async () => {
    const { id } = world.calls.ring(world.person(PEER), world.person(OWN), true)
    const offer = await inbox.status(id, 'offer')
    const instanceData = { idInstance: made.idInstance, wid: chatOf(OWN), typeInstance: 'whatsapp' }
    const body = { from: CHAT, typeWebhook: 'incomingCall', instanceData, idMessage: id, isVideo: true }
    assert.deepEqual(timeless(offer), { ...body, status: 'offer' })
    world.calls.end(id, 'rejected')
    await inbox.status(id, 'hungUp')
  })

  test('a reboot and an end of the server change nothing', async () => {
    const devices = () => [...world.person(OWN).devices.keys()]
    const before = devices()
    assert.deepEqual(await ask('reboot'), { isReboot: true })
    await until('authorized')
    await seen(await sent('sendMessage', { chatId: CHAT, message: 'after the reboot' }))
    await gateway.stop()
    const meanwhile = await world.phone(PEER).say(OWN, 'while you were away')
    await gateway.start()
    await inbox.message(meanwhile)
    await until('authorized')
    assert.deepEqual(devices(), before)
    assert.deepEqual(gateway.errors, [])
  })

  test('linked by a code that is typed into the phone; taken off by the phone; linked again', async () => {
    const other = await gateway.make()
    const { status, code } = await post('getAuthorizationCode', { phoneNumber: Number(OTHER) }, other)
    assert.equal(status, true)
    await eventually(
      () =>
        world.fake.enterCode(OTHER, String(code)).then(
          () => true,
          () => false,
        ),
      'the phone takes the code',
    )
    await gateway.isAuthorized(other)
    assert.equal(await gateway.wid(other), chatOf(OTHER))
    for (const device of [...world.person(OTHER).devices.keys()]) world.fake.unlink(OTHER, device)
    await until('notAuthorized', other)
    await scan(OTHER, await gateway.qr(other))
    await gateway.isAuthorized(other)
    assert.deepEqual(await ask('logout', other), { isLogout: true })
    await eventually(() => world.person(OTHER).devices.size === 0, 'the phone has no device left')
    assert.equal(await stateOf(gateway, other), 'notAuthorized')
  })

  test('a passkey that the phone wants is said by qr and scanqrcode', async () => {
    const phone = '79001100004'
    world.person(phone).wantsPasskey = true
    const other = await gateway.make()
    const socket = new WebSocket(gateway.url.replace('http', 'ws') + pathOf(other, 'scanqrcode'))
    const frames: Json[] = []
    socket.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString()) as Json))
    try {
      assert.equal(await scan(phone, await gateway.qr(other)), 'passkey')
      const asked = { type: 'passkeyRequired', message: 'confirm the passkey on the phone' }
      await eventually(() => frames.some(({ type }) => type === 'passkeyRequired'), 'the frame')
      assert.deepEqual(
        frames.find(({ type }) => type === 'passkeyRequired'),
        asked,
      )
      assert.deepEqual(await ask('qr', other), asked)
      await world.fake.confirmPasskey(phone)
      await gateway.isAuthorized(other)
      await eventually(() => frames.some(({ type }) => type === 'accountData'), 'the last frame')
      assert.equal(frames.at(-1)?.['wid'], chatOf(phone))
    } finally {
      socket.terminate()
    }
  })

  test('enableLidMode: persons by an id that is no number, which is written to like one', async () => {
    const phone = '79001100005'
    world.person(phone)
    const other = await gateway.link(scan, phone, { ...MESSAGE_WEBHOOKS, enableLidMode: 'yes' })
    const box = new Inbox(gateway, other)
    // Said while the phone still tells its past, and so told twice: it is news all the same.
    const told = await box.message(await world.phone(PEER).say(phone, 'who am I?'))
    const lid = `${world.person(PEER).lid}@lid`
    assert.deepEqual([at(told, 'senderData.chatId'), at(told, 'senderData.sender')], [lid, lid])
    for (const chatId of [lid, CHAT]) {
      const id = await sent('sendMessage', { chatId, message: 'you' }, other)
      assert.deepEqual((await seen(id)).content, { kind: 'text', text: 'you' })
      await box.status(id, 'delivered')
    }
    const found = await post('checkWhatsapp', { phoneNumber: Number(PEER) }, other)
    assert.deepEqual([found['chatId'], found['phoneNumber']], [lid, CHAT])
  })

  test('nobody behind a number, and nothing that the phones could not read', async () => {
    const id = await sent('sendMessage', { chatId: '79990010001@c.us', message: 'anybody?' })
    await inbox.status(id, 'noAccount')
    const { phones } = world.statistics.summary()
    const metrics = (await gateway.call('GET', '/metrics')).text
    const measured = (name: string) => Number(new RegExp(`^jadegate_whatsapp_${name} (\\d+)$`, 'm').exec(metrics)?.[1])
    assert.ok(measured('sessions{standing="open"}') >= 2, metrics)
    assert.ok(measured('connections_opened_total') >= 2)
    assert.ok(measured('connections_closed_total{code="515"}') >= 1)
    assert.equal(measured('logins_waiting'), 0)
    assert.equal(measured('unreadable_total'), 0)
    for (const secret of [OWN, PEER, String(made.idInstance)]) assert.ok(!metrics.includes(secret))
    assert.deepEqual([phones.unreadable, phones.retriesAsked, world.troubles], [0, 0, []])
    assert.deepEqual(gateway.errors, [])
  })
})
