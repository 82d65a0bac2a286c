// Truth: the contract's MAX and Telegram forms: numeric ids, their own keys, what they have not, and statuses without `sent`.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { fileOn, sayContent } from '../support/files.ts'
import { at, eventually, newPhone, objectIn, say } from '../support/road.ts'
import { ALL_WEBHOOKS, room, type Room } from '../support/rooms.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
before(async () => {
  server = await startServer({ JADEGATE_DELAY_MIN_MS: '0' })
})
after(() => server.close())

for (const typeInstance of ['v3', 'telegram'] as const) {
  describe(typeInstance, () => {
    let here: Room
    /** The other's own id. */
    let chat: string
    before(async () => {
      here = await room(server, { ...ALL_WEBHOOKS, typeInstance })
      chat = String((await here.post('checkAccount', { phoneNumber: Number(here.other) }))['chatId'])
    })

    test('an account is found by its number and answers with a decimal id', async () => {
      assert.match(chat, /^[1-9]\d*$/)
      assert.deepEqual(await here.post('checkAccount', { phoneNumber: here.other }), {
        exist: true,
        chatId: chat,
        fromCache: false,
      })
      assert.equal((await here.post('checkAccount', { phoneNumber: 79990010000 }))['exist'], false)
      const idle = await server.make({ typeInstance })
      const away = await server.on(idle, 'POST', 'checkAccount', { phoneNumber: Number(here.other) })
      assert.deepEqual(away.json, { status: false, reason: 'instance is starting or not authorized' })
    })

    test('a message goes out: decimal ids, delivered and never sent, the journal the same', async () => {
      const id = await here.send('sendMessage', { chatId: chat, message: 'out' })
      assert.match(id, /^\d{18}$/)
      await here.seen(id)
      const statuses: unknown[] = []
      const told = await here.notified((body) => {
        if (body['idMessage'] === id && 'status' in body) statuses.push(body['status'])
        return body['status'] === 'delivered'
      })
      assert.deepEqual([statuses, told['chatId']], [['delivered'], chat])
      const row = await here.post('getMessage', { chatId: chat, idMessage: id })
      assert.deepEqual([row['statusMessage'], row['chatType'], row['senderType']], ['delivered', 'user', 'user'])
    })

    test('a message comes in: numeric sender, its number beside it', async () => {
      const { other, phone, made } = here
      const id = await say(server, other, phone, 'in', { messenger: typeInstance })
      const told = await here.notified(({ idMessage }) => idMessage === id)
      assert.deepEqual(told['instanceData'], { idInstance: made.idInstance, wid: `${phone}@c.us`, typeInstance })
      const sender = told['senderData']
      assert.deepEqual(
        [at(sender, 'chatId'), at(sender, 'sender'), at(sender, 'senderPhoneNumber')],
        [chat, chat, Number(other)],
      )
      const types = [at(sender, 'chatType'), at(sender, 'senderType')]
      assert.deepEqual(types, typeInstance === 'telegram' ? ['user', 'user'] : [undefined, undefined])
    })

    test('a number as an alias is written to, and journaled under that alias', async () => {
      const id = await here.send('sendMessage', { chatId: here.chatId, message: 'by number' })
      await here.seen(id)
      assert.equal((await here.post('getMessage', { chatId: here.chatId, idMessage: id }))['idMessage'], id)
    })

    test('a message that was queued for a number before the instance was linked is found by the number afterwards', async () => {
      const idle = await server.make({ ...ALL_WEBHOOKS, typeInstance })
      const { idMessage } = objectIn(
        await server.on(idle, 'POST', 'sendMessage', { chatId: here.chatId, message: 'early' }),
      )
      const phone = newPhone()
      await server.link(idle, phone)
      const row = objectIn(await server.on(idle, 'POST', 'getMessage', { chatId: here.chatId, idMessage }))
      assert.equal(row['idMessage'], idMessage)
    })

    test('files, places, cards, edits, deletions, reactions', async () => {
      const { other, phone } = here
      const file = await fileOn(server)
      const told = async (content: object, type: string) => {
        const id = await sayContent(server, other, phone, content, { messenger: typeInstance })
        const body = await here.notified(({ idMessage }) => idMessage === id)
        assert.equal(at(body, 'messageData.typeMessage'), type)
        return body
      }
      await told({ kind: 'file', type: 'image', file, name: 'a.jpg' }, 'imageMessage')
      await told({ kind: 'location', latitude: 1, longitude: 2 }, 'locationMessage')
      const target = await say(server, other, phone, 'about', { messenger: typeInstance })
      await told({ kind: 'reaction', target, emoji: '👍' }, 'reactionMessage')
      await told({ kind: 'edit', target, text: 'better' }, 'editedMessage')
      await told({ kind: 'deletion', target }, 'deletedMessage')
      const contact = typeInstance === 'v3' ? { chatId: chat } : { phoneContact: Number(other), firstName: 'Ann' }
      const card = await here.send('sendContact', { chatId: chat, contact })
      await here.seen(card)
      const kept = await here.post('getMessage', { chatId: chat, idMessage: card })
      // A card by its chat id alone is called by that.
      assert.equal(at(kept, 'contact.displayName'), typeInstance === 'v3' ? chat : 'Ann')
      const mine = await here.send('sendMessage', { chatId: chat, message: 'mine' })
      await here.seen(mine)
      assert.deepEqual(await here.post('editMessage', { chatId: chat, idMessage: mine, message: 'my own' }), {
        idMessage: mine,
      })
      await here.seen(mine, ({ isEdited }) => isEdited === true)
      await here.try('deleteMessage', { chatId: chat, idMessage: mine })
      await here.seen(mine, ({ isDeleted }) => isDeleted === true)
    })

    test('groups are negative and named by chatId', async () => {
      const made = await here.post('createGroup', { groupName: 'Shift', chatIds: [chat] })
      const group = String(made['chatId'])
      assert.match(group, /^-\d+$/)
      const data = await here.post('getGroupData', { chatId: group })
      assert.deepEqual([data['chatId'], data['groupId'], data['subject']], [group, undefined, 'Shift'])
      const members = data['participants'] as readonly object[]
      assert.ok(members.some((one) => at(one, 'chatId') === chat && typeof at(one, 'name') === 'string'))
      assert.equal('isSupergroup' in data, typeInstance === 'telegram')
      const id = await here.send('sendMessage', { chatId: group, message: 'to all' })
      await here.seen(id)
      assert.deepEqual(await here.post('leaveGroup', { chatId: group }), { leaveGroup: true })
    })

    test('contacts, chats and the account in their own shapes', async () => {
      const contacts = await here.list('getContacts')
      const found = contacts.find(({ chatId }) => chatId === chat)
      assert.deepEqual([found?.['phoneNumber'], found?.['type']], [Number(here.other), 'user'])
      assert.ok((await here.list('getChats')).some(({ chatId }) => chatId === chat))
      const info = await here.post('getContactInfo', { chatId: chat })
      assert.deepEqual([info['chatId'], info['phoneNumber'], info['chatType']], [chat, Number(here.other), 'user'])
      const account = objectIn(await here.get('getAccountSettings'))
      assert.deepEqual([account['phone'], account['stateInstance']], [here.phone, 'authorized'])
      assert.match(String(account['chatId']), /^[1-9]\d*$/)
    })

    test('what it has not is refused as unsupported, with 400', async () => {
      const { chatId, made } = here
      for (const [verb, method] of [
        ...([
          ['POST', 'checkWhatsapp'],
          ['GET', 'getWaSettings'],
          ['POST', 'sendTextStatus'],
        ] as const),
        ...([
          ['GET', 'lastIncomingCalls'],
          ['POST', 'sendInteractiveButtons'],
          ['POST', 'setDisappearingChat'],
        ] as const),
        ...(typeInstance === 'v3'
          ? ([
              ['POST', 'sendPoll'],
              ['POST', 'archiveChat'],
            ] as const)
          : ([['POST', 'addContact']] as const)),
      ]) {
        const answer = await server.on(made, verb, method, verb === 'POST' ? { chatId } : undefined)
        assert.match(String(objectIn(answer, 400)['message']), /not supported/i, method)
      }
    })

    test('a number that nobody has: noAccount', async () => {
      const idMessage = await here.send('sendMessage', { chatId: '79990010000@c.us', message: 'x' })
      const told = await here.notified((body) => body['idMessage'] === idMessage && 'status' in body)
      assert.equal(told['status'], 'noAccount')
    })
  })
}

test('telegram: polls, stickers, user names, supergroups', async () => {
  const here = await room(server, { ...ALL_WEBHOOKS, typeInstance: 'telegram' })
  const { other, phone } = here
  const username = `dana_${other}`
  objectIn(await server.simulator('phones', { phoneNumber: other, messenger: 'telegram', username }))
  const found = await here.post('checkAccount', { username: `@${username}` })
  assert.equal(found['exist'], true)
  const chatId = String(found['chatId'])
  const options = [{ optionName: 'a' }, { optionName: 'b' }]
  await here.seen(await here.send('sendPoll', { chatId, message: 'When?', options, isAnonymous: true }))
  const sticker = { kind: 'file', type: 'sticker', file: await fileOn(server), mimeType: 'image/webp' }
  const id = await sayContent(server, other, phone, sticker, { messenger: 'telegram' })
  const told = await here.notified(({ idMessage }) => idMessage === id)
  assert.match(String(at(told, 'messageData.stickerMessageData.downloadUrl')), /^http/)
  const made = await here.post('createGroup', { groupName: 'Big', chatIds: [chatId], type: 'supergroup' })
  assert.equal((await here.post('getGroupData', { chatId: made['chatId'] }))['isSupergroup'], true)
  await eventually(
    async () => (await here.list('getChats')).some((chat) => chat['username'] === `@${username}`),
    'by name',
  )
})
