// Truth: the contract's contacts, chats and look-ups, and the settings whose effect is seen on the other side.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { JPEG, sayContent } from '../support/files.ts'
import { at, eventually, listIn, messagesOn, newPhone, objectIn, say, take } from '../support/road.ts'
import { room, type Room } from '../support/rooms.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let here: Room
before(async () => {
  server = await startServer({ JADEGATE_DELAY_MIN_MS: '0' })
  here = await room(server)
})
after(() => server.close())

const chatOf = (phone: string) => `${phone}@c.us`
const statusOn = async (phone: string, id: string) =>
  (await messagesOn(server, phone)).find((message) => message['id'] === id)?.['status']

describe('look-ups', () => {
  test('checkWhatsapp: by number or chat, never by both, and never from memory', async () => {
    const { chatId, other } = here
    const found = { existsWhatsapp: true, chatId, username: '', phoneNumber: chatId, fromCache: false }
    for (const body of [{ phoneNumber: Number(other) }, { chatId }, { chatId: other }, { chatId, force: true }]) {
      assert.deepEqual(await here.post('checkWhatsapp', body), found)
    }
    const none = await here.post('checkWhatsapp', { phoneNumber: 79990010000 })
    assert.deepEqual(none, { existsWhatsapp: false, chatId: '', username: '', phoneNumber: '', fromCache: false })
    for (const [body, text] of [
      [{ phoneNumber: 123 }, /valid from 11 to 16 digits/],
      [{ phoneNumber: Number(other), chatId }, /XOR/],
      [{}, /at least 1 key/],
    ] as const) {
      assert.match((await here.try('checkWhatsapp', body)).text, text)
    }
  })

  test('getAvatar and getContactInfo: shown, not set, hidden', async () => {
    const { chatId, other } = here
    assert.deepEqual(await here.post('getAvatar', { chatId }), { urlAvatar: '', available: true })
    await server.simulator('pictures', { phoneNumber: other, picture: JPEG.toString('base64') })
    const { urlAvatar, available } = await here.post('getAvatar', { chatId })
    assert.equal(available, true)
    assert.deepEqual(Buffer.from(await (await fetch(String(urlAvatar))).arrayBuffer()), JPEG)
    const more = { isBusiness: true, email: 'a@example.org', category: 'Tea', description: 'Shop', name: 'Dana' }
    const products = [
      {
        id: '1',
        name: 'Tea',
        description: 'Green',
        price: '10',
        imageUrl: 'https://example.org/a.jpg',
        isAvailable: true,
        isHidden: false,
      },
    ]
    objectIn(await server.simulator('phones', { phoneNumber: other, ...more, products }))
    const info = await here.post('getContactInfo', { chatId })
    assert.deepEqual(
      [info['name'], info['email'], info['isBusiness'], info['category']],
      ['Dana', 'a@example.org', true, 'Tea'],
    )
    assert.deepEqual(at((info['products'] as readonly unknown[])[0], 'reviewStatus.whatsapp'), 'APPROVED')
    objectIn(await server.simulator('phones', { phoneNumber: other, hidesPicture: true }))
    assert.deepEqual(await here.post('getAvatar', { chatId }), { urlAvatar: '', available: false })
  })
})

describe('the address book', () => {
  test('added once, renamed, seen in notifications, taken out', async () => {
    const { phone } = here
    const other = newPhone()
    const chatId = chatOf(other)
    const contactName = async () => (await here.list('getContacts')).find(({ id }) => id === chatId)?.['contactName']
    assert.deepEqual(await here.post('addContact', { chatId, firstName: 'Ann', lastName: 'Bell' }), {
      addContact: true,
    })
    assert.match((await here.try('addContact', { chatId, firstName: 'Ann' })).text, /already exists/)
    assert.equal((await here.try('addContact', { chatId: '79990010000@c.us', firstName: 'X' })).status, 404)
    assert.equal(await contactName(), 'Ann Bell')
    const id = await say(server, other, phone, 'hi')
    const told = await here.notified(({ idMessage }) => idMessage === id)
    assert.equal(at(told, 'senderData.senderContactName'), 'Ann Bell')
    assert.deepEqual(await here.post('editContact', { chatId, firstName: 'Anna' }), { editContact: true })
    assert.equal(await contactName(), 'Anna')
    assert.deepEqual(await here.post('deleteContact', { chatId }), { deleteContact: true })
    assert.ok(!['Anna', 'Ann Bell'].includes(String(await contactName())))
  })

  test('lists: persons, groups, so many', async () => {
    await here.post('createGroup', { groupName: 'Listed', chatIds: [here.chatId] })
    const groups = await here.list('getContacts?group=true')
    assert.ok(groups.some(({ name }) => name === 'Listed') && groups.every(({ type }) => type === 'group'))
    assert.ok((await here.list('getContacts?group=false')).every(({ type }) => type === 'user'))
    assert.equal((await here.list('getContacts?count=1')).length, 1)
  })
})

test('chats: the latest first, archived and not, with messages that vanish', async () => {
  const one = await room(server)
  const later = newPhone()
  for (const from of [one.other, later]) {
    const id = await say(server, from, one.phone, 'hello')
    await one.notified(({ idMessage }) => idMessage === id)
  }
  const names = async () => (await one.list('getChats')).map(({ id }) => id)
  assert.deepEqual((await names()).slice(0, 2), [chatOf(later), one.chatId])
  assert.deepEqual((await one.list('getChats?count=1')).length, 1)
  const chat = async () => (await one.list('getChats')).find(({ id }) => id === one.chatId)
  await one.try('archiveChat', { chatId: one.chatId })
  assert.equal((await chat())?.['archive'], true)
  await one.try('unarchiveChat', { chatId: one.chatId })
  assert.equal((await chat())?.['archive'], false)
  assert.match((await one.try('archiveChat', { chatId: chatOf(newPhone()) })).text, /last message not found/)
  for (const ephemeralExpiration of [86_400, 604_800, 7_776_000, 0]) {
    const set = await one.post('setDisappearingChat', { chatId: one.chatId, ephemeralExpiration })
    assert.equal(set['disappearingMessagesInChat'], ephemeralExpiration > 0)
    assert.equal((await chat())?.['ephemeralExpiration'], ephemeralExpiration)
    assert.equal((await one.post('getContactInfo', { chatId: one.chatId }))['messageExpiration'], ephemeralExpiration)
  }
  assert.equal((await one.try('setDisappearingChat', { chatId: one.chatId, ephemeralExpiration: 5 })).status, 400)
  assert.match(
    (await one.try('setDisappearingChat', { chatId: one.chatId })).text,
    /'ephemeralExpiration' is required|at least 2 keys/,
  )
})

describe('read marks', () => {
  test('readChat: up to a message, then all of it; the sender sees it', async () => {
    const { chatId, other, phone } = here
    const ids: string[] = []
    for (const text of ['1', '2', '3']) ids.push(await say(server, other, phone, text))
    await here.notified(({ idMessage }) => idMessage === ids[2])
    assert.deepEqual(await here.post('readChat', { chatId, idMessage: ids[0] }), { setRead: true })
    await eventually(async () => (await statusOn(other, ids[0] ?? '')) === 'read', 'the first is read')
    assert.equal(await statusOn(other, ids[2] ?? ''), 'delivered')
    assert.deepEqual(await here.post('readChat', { chatId }), { setRead: true })
    await eventually(async () => (await statusOn(other, ids[2] ?? '')) === 'read', 'all are read')
    assert.deepEqual(await here.post('readChat', { chatId: chatOf(newPhone()) }), { setRead: false })
  })

  test('markIncomingMessagesReaded reads at once', async () => {
    const one = await room(server, { markIncomingMessagesReaded: 'yes' })
    const id = await say(server, one.other, one.phone, 'read me')
    await eventually(async () => (await statusOn(one.other, id)) === 'read', 'read')
  })

  test('markIncomingMessagesReadedOnReply waits for the answer', async () => {
    const one = await room(server, {
      incomingWebhook: 'yes',
      markIncomingMessagesReaded: 'yes',
      markIncomingMessagesReadedOnReply: 'yes',
    })
    const id = await say(server, one.other, one.phone, 'answer me')
    await take(server, one.made)
    assert.equal(await statusOn(one.other, id), 'delivered')
    await one.send('sendMessage', { chatId: one.chatId, message: 'here' })
    await eventually(async () => (await statusOn(one.other, id)) === 'read', 'read by the answer')
  })

  test('what the other reads is told, once', async () => {
    const { chatId, other, phone } = here
    const id = await here.send('sendMessage', { chatId, message: 'seen?' })
    await here.seen(id)
    await server.simulator('read', { phone: other, chat: phone })
    const told = await here.notified((body) => body['idMessage'] === id && body['status'] === 'read')
    assert.equal(told['sendByApi'], true)
    assert.equal((await here.post('getMessage', { chatId, idMessage: id }))['statusMessage'], 'read')
  })
})

describe('settings that others see', () => {
  test('keepOnlineStatus shows the account as online, and takes it back', async () => {
    const one = await room(server, {})
    const isPresent = async () =>
      listIn(await server.call('GET', `/simulator/phones?phone=${one.phone}`))[0]?.['isPresent']
    assert.equal(await isPresent(), false)
    for (const [flag, shown] of [
      ['yes', true],
      ['no', false],
    ] as const) {
      await one.post('setSettings', { keepOnlineStatus: flag })
      await eventually(async () => (await isPresent()) === shown, `keepOnlineStatus ${flag}`)
    }
  })

  test('enableLidMode: persons by an id that is no number, which is written to like one', async () => {
    const one = await room(server, { incomingWebhook: 'yes', enableLidMode: 'yes' })
    const id = await say(server, one.other, one.phone, 'who am I?')
    const told = await one.notified(({ idMessage }) => idMessage === id)
    const lid = String(at(told, 'senderData.chatId'))
    assert.match(lid, /^\d+@lid$/)
    assert.ok(!lid.includes(one.other))
    assert.equal(at(told, 'senderData.sender'), lid)
    for (const chatId of [lid, one.chatId]) await one.seen(await one.send('sendMessage', { chatId, message: 'you' }))
    const found = await one.post('checkWhatsapp', { phoneNumber: Number(one.other) })
    assert.deepEqual([found['chatId'], found['phoneNumber']], [lid, one.chatId])
    assert.equal((await one.post('getContactInfo', { chatId: lid }))['chatId'], lid)
  })

  test('linkPreview: a link goes with a preview unless the setting or the call says no', async () => {
    const one = await room(server, {})
    const hasPreview = async (more: object) => {
      const id = await one.send('sendMessage', { chatId: one.chatId, message: 'see https://example.org/', ...more })
      return at((await one.seen(id))['content'], 'preview') !== undefined
    }
    assert.deepEqual([await hasPreview({}), await hasPreview({ linkPreview: false })], [true, false])
    await one.post('setSettings', { linkPreview: 'no' })
    assert.deepEqual([await hasPreview({}), await hasPreview({ linkPreview: true })], [false, true])
    const own = { title: 'Own', description: 'd', link: 'example', jpegThumbnail: 'AAAA' }
    const id = await one.send('sendMessage', {
      chatId: one.chatId,
      message: 'https://example.org/',
      customPreview: own,
    })
    assert.equal(at((await one.seen(id))['content'], 'preview.title'), 'Own')
  })

  test('who is blocked by the phone is not heard any more', async () => {
    const one = await room(server, { incomingWebhook: 'yes' })
    objectIn(await server.simulator('blocks', { phone: one.phone, chat: one.other }))
    await sayContent(server, one.other, one.phone, { kind: 'text', text: 'into the void' })
    const id = await say(server, newPhone(), one.phone, 'from somebody else')
    assert.equal((await take(server, one.made))['idMessage'], id)
  })
})
