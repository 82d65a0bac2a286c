// Truth: the description of MAX's user protocol where it speaks of people, groups and files.
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { until } from '../../../src/lib/until.ts'
import { Id, type Fields, type Value } from './msgpack.ts'
import { ASK, TELL } from './opcodes.ts'
import { at, idAt, RawClient, text, textAt } from './raw-client.ts'
import { startFakeMax, type FakeMax } from './server.ts'

let last = 79_100_000_000
function number(): string {
  last += 1
  return String(last)
}

describe('fake MAX: people, groups, files', { timeout: 60_000 }, () => {
  let fake: FakeMax
  let own: string
  let peer: string
  let client: RawClient

  before(async () => {
    fake = await startFakeMax()
  })
  beforeEach(async () => {
    own = number()
    peer = number()
    fake.person(peer).setName('Anna', 'Petrova')
    client = await RawClient.of(fake, own)
  })
  afterEach(() => client.close())
  after(() => fake.close())

  const idOf = (phone: string) => new Id(fake.network.person(phone).id)
  const refused = async (asked: Promise<Fields>, code: string) =>
    assert.rejects(asked, (error: Error) => error.message === code)
  const dialog = () => idOf(own).value ^ idOf(peer).value

  describe('people', () => {
    test('are found by number, seen by id, and called as the address book says', async () => {
      const { contact } = await client.answered(ASK.findByPhone, { phone: `+${peer}` })
      assert.deepEqual([idAt(contact, 'id'), at(contact, 'phone')], [idOf(peer).value, Number(peer)])
      await refused(client.answered(ASK.findByPhone, { phone: '+79991112233' }), 'not.found')
      await refused(client.answered(ASK.findByPhone, { phone: 'Anna' }), 'proto.payload')
      const contactId = idOf(peer)
      await client.answered(ASK.editContact, { contactId, action: 'ADD', firstName: 'Aunt' })
      const { contacts } = await client.answered(ASK.contacts, { contactIds: [contactId] })
      assert.deepEqual(
        [at(contacts, 0, 'names', 0, 'name'), at(contacts, 0, 'names', 1, 'name')],
        ['Aunt', 'Anna Petrova'],
      )
      await client.answered(ASK.editContact, { contactId, action: 'REMOVE' })
      await refused(client.answered(ASK.editContact, { contactId, action: 'REMOVE' }), 'not.found')
    })

    test('hide their number and picture, and come and go', async () => {
      const who = fake.person(peer)
      Object.assign(who.person, { hidesPhone: true, hidesPicture: true })
      who.setPicture(Buffer.from('a face'))
      const contactIds = [idOf(peer)]
      const { contacts } = await client.answered(ASK.contacts, { contactIds })
      assert.deepEqual([at(contacts, 0, 'phone'), at(contacts, 0, 'baseUrl')], [undefined, undefined])
      who.say(own, 'hello')
      who.show(true)
      assert.equal(idAt(await client.pushed(TELL.presence), 'userId'), idOf(peer).value)
      const { presence } = await client.answered(ASK.presence, { contactIds })
      assert.equal(at(presence, String(idOf(peer)), 'status'), 1)
    })

    test('are looked up so often and no more', async () => {
      const usual = fake.settings.lookUpLimit
      fake.settings.lookUpLimit = { count: 2, withinMs: 60_000 }
      for (let n = 0; n < 2; n += 1) await client.answered(ASK.findByPhone, { phone: peer })
      await refused(client.answered(ASK.findByPhone, { phone: peer }), 'too.many.requests')
      fake.settings.lookUpLimit = usual
    })

    test('call, and it is read in the chat when it is over', async () => {
      const id = fake.person(peer).call(own, true)
      assert.equal((await client.pushed(TELL.call))['conversationId'], id)
      fake.person(peer).hangUp(own, id, 'MISSED', 0)
      assert.equal(at(await client.pushed(TELL.message), 'message', 'attaches', 0, 'hangupType'), 'MISSED')
    })

    test('sessions are listed, and the others closed', async () => {
      const other = await RawClient.of(fake, own)
      const { sessions } = await client.answered(ASK.sessions, {})
      assert.deepEqual(
        (sessions as Fields[]).map(({ current }) => current),
        [true, false],
      )
      await client.answered(ASK.closeSessions, {})
      await other.closed()
    })
  })

  describe('groups', () => {
    const found = async (cid = 1) => {
      const control = { _type: 'CONTROL', event: 'new', chatType: 'CHAT', title: 'Friends', userIds: [idOf(peer)] }
      const message = { text: '', cid, elements: [], attaches: [control] }
      const answer = await client.answered(ASK.send, { message, notify: true })
      return { chatId: new Id(idAt(answer, 'chatId')), chat: answer['chat'] }
    }

    test('are made once by a message without a chat; members hear of it and write', async () => {
      const other = await RawClient.of(fake, peer)
      const { chatId, chat } = await found()
      assert.ok(chatId.value < 0n)
      assert.deepEqual([idAt(chat, 'owner'), at(chat, 'participantsCount')], [idOf(own).value, 2])
      assert.equal((await found()).chatId.value, chatId.value)
      const told = await other.pushed(TELL.message)
      assert.deepEqual([at(told, 'chat', 'title'), at(told, 'message', 'attaches', 0, 'event')], ['Friends', 'new'])
      await other.answered(ASK.send, text(chatId.value, 'hello, all', 5))
      assert.equal(idAt(await client.pushed(TELL.message), 'message', 'sender'), idOf(peer).value)
      other.close()
    })

    test('members are added, made admins and taken out by who has the right', async () => {
      const { chatId } = await found()
      const third = number()
      const other = await RawClient.of(fake, peer)
      const change = { chatId, userIds: [idOf(third)], cleanMsgPeriod: 0 }
      await refused(other.answered(ASK.editMembers, { ...change, operation: 'add' }), 'access.denied')
      await client.answered(ASK.editMembers, { ...change, operation: 'add', showHistory: true })
      await refused(client.answered(ASK.editMembers, { ...change, operation: 'add' }), 'participants.filter.out')
      const admin = { chatId, userIds: [idOf(peer)], type: 'ADMIN' }
      await client.answered(ASK.editMembers, { ...admin, operation: 'add', permissions: 2 })
      await other.answered(ASK.editMembers, { ...change, operation: 'remove' })
      await refused(other.answered(ASK.editChat, { chatId, theme: 'Mine' }), 'access.denied')
      const { chat } = await client.answered(ASK.editMembers, { ...admin, operation: 'remove' })
      assert.deepEqual((at(chat, 'admins') as Id[]).map(String), [String(idOf(own))])
      const { members } = await client.answered(ASK.members, { chatId, type: 'MEMBER', count: 50 })
      assert.equal((members as Fields[]).length, 2)
      other.close()
    })

    test('title, options and picture change for all; who leaves sees it no more; a link lets in', async () => {
      const { chatId, chat } = await found()
      const other = await RawClient.of(fake, peer)
      await client.answered(ASK.editChat, { chatId, theme: 'Enemies' })
      assert.equal(at(await other.pushed(TELL.chat), 'chat', 'title'), 'Enemies')
      const options = { ONLY_OWNER_CAN_CHANGE_ICON_TITLE: false }
      const changed = await client.answered(ASK.editChat, { chatId, options })
      assert.equal(at(changed, 'chat', 'options', 'ONLY_OWNER_CAN_CHANGE_ICON_TITLE'), false)
      await other.answered(ASK.editChat, { chatId, theme: 'Ours' })
      await other.answered(ASK.leave, { chatId })
      await refused(other.answered(ASK.send, text(chatId.value, 'still here?', 9)), 'chat.not.found')
      assert.deepEqual((await other.answered(ASK.chatsById, { chatIds: [chatId] }))['chats'], [])
      const joined = await other.answered(ASK.join, { link: at(chat, 'link') ?? '' })
      assert.equal(at(joined, 'chat', 'title'), 'Ours')
      other.close()
    })

    test('a person makes and changes one by phone', async () => {
      const who = fake.person(peer)
      const group = who.found('Family', [own])
      who.rename(group, 'Kin')
      who.setOptions(group, { ALL_CAN_PIN_MESSAGE: true })
      const { id } = who.say(group, 'dinner?')
      const pinned = await client.answered(ASK.editChat, {
        chatId: new Id(group),
        pinMessageId: new Id(id),
        notifyPin: false,
      })
      assert.equal(idAt(pinned, 'chat', 'pinnedMessageId'), id)
      who.takeOut(group, [own])
      const isOut = () => client.told(TELL.chat).some(({ payload }) => at(payload, 'chat', 'status') === 'REMOVED')
      await until(isOut, 'the end')
      await refused(client.answered(ASK.send, text(group, 'yes', 3)), 'chat.not.found')
    })

    test('chats are listed by pages, the latest first', async () => {
      const { chatId } = await found()
      fake.person(peer).say(own, 'hello')
      const first = await client.answered(ASK.chats, { marker: Date.now() + 60_000, count: 1 })
      assert.equal(idAt(first, 'chats', 0, 'id'), dialog())
      const second = await client.answered(ASK.chats, { marker: first['marker'] ?? 0, count: 1 })
      assert.deepEqual([idAt(second, 'chats', 0, 'id'), second['marker']], [chatId.value, 0])
      assert.deepEqual((await client.answered(ASK.chats, { marker: 0 }))['chats'], [])
    })
  })

  describe('files', () => {
    const asked = { count: 1, type: 0, uploaderType: 0, profile: false }
    const put = (url: Value | undefined, bytes: Buffer, range: string) =>
      fetch(textAt({ url }, 'url'), {
        method: 'POST',
        body: bytes,
        headers: { 'content-range': range, 'content-disposition': 'attachment; filename="price%20list.txt"' },
      })

    test('a picture goes up as a form, and is the face or the message', async () => {
      const url = textAt(await client.answered(ASK.uploadPhoto, asked), 'url')
      const form = new FormData()
      form.append('file', new Blob(['a face'], { type: 'image/png' }), 'face.png')
      const { photos } = (await (await fetch(url, { method: 'POST', body: form })).json()) as {
        photos: Record<string, { token: string }>
      }
      const photoToken = Object.values(photos)[0]?.token ?? ''
      const attaches = [{ _type: 'PHOTO', photoToken }]
      const sent = await client.answered(ASK.send, text(dialog(), '', 1, { attaches }))
      const shown = await fetch(textAt(sent, 'message', 'attaches', 0, 'baseUrl'))
      assert.deepEqual([shown.headers.get('content-type'), await shown.text()], ['image/png', 'a face'])
      const profile = { firstName: 'Me', photoToken, avatarType: 'USER_AVATAR' }
      const changed = await client.answered(ASK.editProfile, profile)
      assert.notEqual(at(changed, 'profile', 'contact', 'baseUrl'), undefined)
    })

    test('a file goes up in pieces, is ready when that is told, and comes down again', async () => {
      const { info } = await client.answered(ASK.uploadFile, asked)
      const [url, fileId] = [at(info, 0, 'url'), at(info, 0, 'fileId')]
      const attaches = [{ _type: 'FILE', fileId: fileId ?? 0 }]
      await refused(client.answered(ASK.send, text(dialog(), '', 1, { attaches })), 'attachment.not.ready')
      assert.equal((await put(url, Buffer.from('cheap'), '0-9/5')).status, 400)
      assert.equal((await put(url, Buffer.from('che'), '0-2/5')).status, 200)
      assert.equal((await put(url, Buffer.from('ap'), '3-4/5')).status, 200)
      assert.equal(idAt(await client.pushed(TELL.uploaded), 'fileId'), (fileId as Id).value)
      fake.faults.uploadsNotReady = 1
      await refused(client.answered(ASK.send, text(dialog(), '', 1, { attaches })), 'attachment.not.ready')
      const sent = await client.answered(ASK.send, text(dialog(), '', 1, { attaches }))
      assert.equal(at(sent, 'message', 'attaches', 0, 'name'), 'price list.txt')
      const messageId = new Id(idAt(sent, 'message', 'id'))
      const got = await client.answered(ASK.downloadFile, { chatId: new Id(dialog()), messageId, fileId: fileId ?? 0 })
      assert.equal(await (await fetch(textAt(got, 'url'))).text(), 'cheap')
    })

    test('a video and a voice have tokens, and an empty file is a file', async () => {
      const voice = await client.answered(ASK.uploadVideo, { ...asked, type: 2, uploaderType: 1 })
      await put(at(voice['info'], 0, 'url'), Buffer.from('la la'), 'bytes 0-4/5')
      await client.pushed(TELL.uploaded)
      const audio = { _type: 'AUDIO', audioId: at(voice['info'], 0, 'audioId') ?? 0, duration: 700 }
      const wave = new Uint8Array(80)
      const attaches = [{ ...audio, token: at(voice['info'], 0, 'token') ?? '', wave }]
      const sent = await client.answered(ASK.send, text(dialog(), '', 1, { attaches }))
      assert.equal(at(sent, 'message', 'attaches', 0, 'duration'), 700)
      const other = [{ ...audio, token: 'none' }]
      await refused(client.answered(ASK.send, text(dialog(), '', 2, { attaches: other })), 'not.found')
      const { info } = await client.answered(ASK.uploadFile, asked)
      assert.equal((await put(at(info, 0, 'url'), Buffer.alloc(0), '0--1/0')).status, 200)
    })

    test('places, cards and polls are attached; what a phone sent is there at once', async () => {
      const sendOne = async (cid: number, attached: Fields) =>
        client.answered(ASK.send, text(dialog(), '', cid, { attaches: [attached] }))
      await sendOne(1, { _type: 'LOCATION', latitude: 55.75, longitude: 37.6 })
      await sendOne(2, { _type: 'CONTACT', contactId: idOf(peer) })
      const poll = await sendOne(3, {
        _type: 'POLL',
        title: 'Tea?',
        answers: [{ text: 'yes' }, { text: 'no' }],
        settings: 0,
      })
      const [messageId, pollId] = [
        new Id(idAt(poll, 'message', 'id')),
        at(poll, 'message', 'attaches', 0, 'pollId') ?? 0,
      ]
      const vote = { chatId: new Id(dialog()), messageId, pollId, answersIds: [1] }
      const voted = await client.answered(ASK.vote, vote)
      assert.equal(at(voted, 'message', 'attaches', 0, 'answers', 0, 'votes'), 1)
      const kinds = fake
        .person(peer)
        .received()
        .flatMap(({ attaches }) => attaches.map(({ _type }) => _type))
      assert.deepEqual(kinds, ['LOCATION', 'CONTACT', 'POLL'])
      const file = { kind: 'file', bytes: Buffer.from('from a phone'), name: 'a.txt' } as const
      const { id } = fake.person(peer).say(own, { file })
      const told = await client.pushed(TELL.message)
      const fileId = at(told, 'message', 'attaches', 0, 'fileId') ?? 0
      const asks = { chatId: new Id(dialog()), messageId: new Id(id), fileId }
      const url = textAt(await client.answered(ASK.downloadFile, asks), 'url')
      assert.equal(await (await fetch(url)).text(), 'from a phone')
    })
  })
})
