// Truth: the tables of operations and pushes in our notes of the protocol.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { isOutdated, isTokenGone, readNetworkError } from './network-error.ts'
import * as opcodes from './opcodes.ts'
import { pack } from './pack.ts'
import { messageTaken, readPush } from './pushes.ts'
import { readAttach } from './shapes.ts'
import { unpack } from './unpack.ts'
import { wireId, type WireValue } from './values.ts'
import { WireError } from './wire-error.ts'

const { CHAT_INFO, CHANGE_GROUP, CHANGE_MEMBERS, EDIT, HELLO, LOGIN, LOGIN_BY_QR, PRESENCE, SEND } = opcodes

/** As it comes out of a frame. */
const came = (payload: WireValue) => unpack(pack(payload))
const CHAT = '115554123456789012'
const MESSAGE = '115547512345678901'

describe('a question', () => {
  test('of a text with a quote has its ids as such, and all fields that are known', () => {
    const formats = [{ type: 'LINK', from: 0, length: 2, url: 'https://example.org' }] as const
    const link = { kind: 'reply', messageId: MESSAGE } as const
    assert.deepEqual(SEND.ask(CHAT, { text: 'hi', formats, cid: 1_763_115_112_345, link }), {
      chatId: wireId(CHAT),
      message: {
        text: 'hi',
        cid: 1_763_115_112_345,
        elements: [{ type: 'LINK', from: 0, length: 2, attributes: { url: 'https://example.org' } }],
        attaches: [],
        link: { type: 'REPLY', messageId: wireId(MESSAGE) },
      },
      notify: true,
    })
  })

  test('of a new group goes to no chat', () => {
    const asked = SEND.ask(null, { cid: 1, attaches: [{ kind: 'newGroup', title: 'We', userIds: ['7'] }] })
    assert.deepEqual(came(asked), {
      message: {
        cid: 1,
        elements: [],
        attaches: [{ _type: 'CONTROL', event: 'new', chatType: 'CHAT', title: 'We', userIds: [7] }],
      },
      notify: true,
    })
  })

  test('of an edit has its files under another name', () => {
    const asked = EDIT.ask(CHAT, MESSAGE, { text: 'new' }, [{ kind: 'photo', token: 't' }])
    assert.deepEqual(asked['attachments'], [{ _type: 'PHOTO', photoToken: 't' }])
  })

  test('of a login asks for everything, or for what changed', () => {
    const first = { token: 't', chatsCount: 40, sync: 0, isSeen: false }
    assert.deepEqual(came(LOGIN.ask(first)), {
      ...{
        token: 't',
        interactive: false,
        chatsCount: 40,
        chatsSync: 0,
        contactsSync: 0,
        presenceSync: 0,
        draftsSync: 0,
      },
    })
    const later = LOGIN.ask({ ...first, sync: 1_763_115_112_345, configHash: 'h' })
    assert.equal(later['chatsSync'], 1_763_115_112_345)
    assert.equal(later['presenceSync'], -1)
    assert.equal(later['configHash'], 'h')
  })

  test('about members tells rights from membership', () => {
    const change = { chatId: '-5', userIds: ['7'], operation: 'remove' } as const
    assert.deepEqual(came(CHANGE_MEMBERS.ask(change)), {
      chatId: -5,
      userIds: [7],
      operation: 'remove',
      cleanMsgPeriod: 0,
    })
    assert.equal(CHANGE_MEMBERS.ask({ ...change, isAdmin: true })['type'], 'ADMIN')
    assert.equal(CHANGE_MEMBERS.ask({ ...change, operation: 'add' })['showHistory'], true)
  })

  test('about a group has what changes', () => {
    assert.deepEqual(came(CHANGE_GROUP.ask('-5', { theme: 'New' })), { chatId: -5, theme: 'New' })
  })

  test('with an id that is none is refused', () => {
    assert.throws(() => CHAT_INFO.ask(['79001234567@c.us']), WireError)
  })

  test('is never one of those that must not be sent', () => {
    const sent = Object.values(opcodes).flatMap((each) => ('opcode' in each ? [each.opcode] : []))
    assert.ok(sent.length > 30)
    for (const never of [36, 92, 290, 17, 18, 23, 224]) assert.equal(sent.includes(never), false)
  })
})

describe('an answer', () => {
  const message = { id: wireId(MESSAGE), time: 1_763_115_112_345, sender: wireId('7'), text: 'hi', attaches: [] }

  test('has ids as texts and times as numbers, however they came', () => {
    const answer = SEND.read(came({ chatId: wireId(CHAT), message: { ...message, time: wireId('1763115112345') } }))
    assert.equal(answer?.chatId, CHAT)
    assert.equal(answer.message.id, MESSAGE)
    assert.equal(answer.message.sender, '7')
    assert.equal(answer.message.time, 1_763_115_112_345)
  })

  test('of a quote has it whole', () => {
    const link = { type: 'REPLY', chatId: 0, message: { ...message, text: 'before' } }
    assert.equal(SEND.read(came({ message: { ...message, link } }))?.message.link?.message?.text, 'before')
  })

  test('of chats has who has read how far, by id', () => {
    const chat = { id: -5, type: 'CHAT', participants: { 7: wireId('1763115112345') }, admins: [wireId('7')], new: 1 }
    const chats = CHAT_INFO.read(came({ chats: [chat] }))?.chats
    assert.deepEqual(chats?.[0]?.participants, { 7: 1_763_115_112_345 })
    assert.deepEqual(chats[0].admins, ['7'])
    assert.equal(chats[0].id, '-5')
  })

  test('of a login has the token, or asks for the password', () => {
    assert.equal(LOGIN_BY_QR.read({ tokenAttrs: { LOGIN: { token: 't' } } })?.tokenAttrs?.LOGIN?.token, 't')
    assert.equal(LOGIN_BY_QR.read({ passwordChallenge: { trackId: 'a', hint: 'b' } })?.passwordChallenge?.hint, 'b')
    const login = LOGIN.read(came({ profile: { contact: { id: 7, phone: 79_001_234_567 } }, time: 5, token: null }))
    assert.deepEqual(login, { profile: { contact: { id: '7', phone: '79001234567' } }, time: 5 })
  })

  test('without a body is an empty one', () => {
    assert.deepEqual(HELLO.read(null), {})
  })

  test('that is not as it should be is none', () => {
    for (const payload of [
      null,
      5,
      [],
      { message: { id: 'x', time: 1 } },
      { message: { id: 1 } },
      { message: { id: 1.5, time: 1 } },
    ])
      assert.equal(SEND.read(payload), null)
    assert.equal(PRESENCE.read({ presence: [] }), null)
  })
})

describe('a push', () => {
  test('of a message is read, and answered with its ids', () => {
    const told = readPush(
      128,
      came({ chatId: wireId(CHAT), message: { id: wireId(MESSAGE), time: 1, status: 'EDITED' }, unread: 0 }),
    )
    assert.equal(told.kind, 'message')
    assert.deepEqual(told.says.message, { id: MESSAGE, time: 1, status: 'EDITED' })
    assert.deepEqual(messageTaken(told.says.chatId, told.says.message.id), {
      chatId: wireId(CHAT),
      messageId: wireId(MESSAGE),
    })
  })

  test('of every other kind is told by its number', () => {
    const kinds = [
      [1, null, 'ping'],
      [18, { tokenAttrs: { LOGIN: { token: 't' } } }, 'linked'],
      [20, null, 'loggedOut'],
      [129, { chatId: 1, userId: 2 }, 'typing'],
      [130, { chatId: 1, userId: 2, mark: 3 }, 'read'],
      [135, { chat: { id: 1 } }, 'chat'],
      [136, { fileId: 5 }, 'uploaded'],
      [140, { chatId: 1, messageIds: [2] }, 'deleted'],
      [142, { chatId: 1, messageIds: [2] }, 'deletedToo'],
      [155, { chatId: 1, messageId: 2, counters: [{ count: 1, reaction: '👍' }], totalCount: 1 }, 'reactions'],
      [159, {}, 'profile'],
    ] as const
    for (const [opcode, payload, kind] of kinds) assert.equal(readPush(opcode, payload).kind, kind)
    assert.deepEqual(readPush(137, {}), { kind: 'other', opcode: 137 })
    assert.deepEqual(readPush(128, { chatId: 'x' }), { kind: 'unreadable', opcode: 128 })
  })
})

describe('an attachment', () => {
  test('is read by its kind', () => {
    assert.deepEqual(readAttach({ _type: 'FILE', fileId: 5n, name: 'a.pdf', size: 10, token: 't', more: 1 }), {
      ...{ _type: 'FILE', fileId: '5', name: 'a.pdf', size: 10, token: 't', more: 1 },
    })
  })

  test('that is not known, or not as it is known, is told by its name', () => {
    for (const _type of ['POLL', 'FILE', 'toString'])
      assert.deepEqual(readAttach({ _type }), { _type: 'UNKNOWN', named: _type })
    assert.deepEqual(readAttach(5), { _type: 'UNKNOWN', named: '' })
  })
})

describe('what the network says is wrong', () => {
  test('is read, whatever it is made of, and cut short', () => {
    assert.deepEqual(readNetworkError({ error: 'too.many.requests', message: 'Slow' }), {
      code: 'too.many.requests',
      message: 'Slow',
    })
    assert.deepEqual(readNetworkError({ error: 'x', title: 'Wait' }), { code: 'x', message: 'Wait' })
    for (const payload of [null, 5, 'x', [], { error: 5 }])
      assert.deepEqual(readNetworkError(payload), { code: '', message: '' })
    assert.equal(readNetworkError({ message: 'x'.repeat(5_000) }).message.length, 200)
  })

  test('tells a version that is too old and a token that is gone from the rest', () => {
    assert.ok(isOutdated({ code: 'x', message: 'Unsupported client version' }))
    assert.ok(isTokenGone({ code: 'login.token', message: '' }))
    assert.ok(isTokenGone({ code: '', message: 'FAIL_LOGIN_TOKEN' }))
    const other = { code: 'too.many.requests', message: 'Slow down' }
    assert.equal(isOutdated(other) || isTokenGone(other), false)
  })
})

describe('whatever the network sends', () => {
  const field = fc.constantFrom(
    'chatId',
    'message',
    'messages',
    'chats',
    'id',
    'time',
    'participants',
    'link',
    'attaches',
    'info',
  )
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.oneof(fc.integer(), fc.double(), fc.bigInt(), fc.string(), fc.boolean(), fc.constant(null), fc.uint8Array()),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(field, tie('value'), { maxKeys: 6 }),
    ),
  }))
  const operations = Object.values(opcodes).filter((each) => 'read' in each)

  test('is read, or is not as it should be, and never throws', () => {
    fc.assert(
      fc.property(
        value,
        fc.constantFrom(...operations),
        fc.constantFrom(1, 20, 128, 130, 135, 140, 155, 9_999),
        (payload, asked, told) => {
          asked.read(structuredClone(payload))
          assert.ok(readPush(told, structuredClone(payload)).kind)
          assert.ok(readAttach(payload)._type)
          assert.ok(readNetworkError(payload).code.length <= 200)
        },
      ),
      { numRuns: 300 },
    )
  })
})
