// Truth: what our notes of the protocol say of each question, and the contract of facets; a network that is told what to answer. What both ends make of
// it together is the conformance suite's.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DIALOG, GROUP, OTHER, PEER, SELF } from '../../../../test/max/support/made-life.ts'
import { sendingLife, type SendingLife } from '../../../../test/max/support/sending-life.ts'
import { isFault } from '../../../model/fault.ts'
import type { ChatId, MessageId } from '../../../model/ids.ts'
import { newDraft } from '../life.ts'
import type { Chat } from '../wire/shapes.ts'
import { facetsOf } from './facets.ts'

const [CONTACTS, PRESENCE, HISTORY, MARK_READ, GET_CHATS, CHANGE_GROUP] = [32, 35, 49, 50, 53, 55]
const [CHAT_INFO, MEMBERS, SEND, CHANGE_MEMBERS] = [48, 59, 64, 77]
const [group, peer] = [GROUP as ChatId, PEER as ChatId]
const NUMBER = Number(GROUP)

async function withChat(chat: Partial<Chat> = {}): Promise<SendingLife> {
  const life = sendingLife()
  const draft = newDraft()
  await life.directory.noteChat({ id: DIALOG, type: 'DIALOG', lastEventTime: 5_000, newMessages: 2, ...chat }, draft)
  await life.commit(draft)
  life.network.answers(GET_CHATS, () => ({ chats: [], marker: 0 }))
  return life
}

/** While it takes its time, the clock goes on. */
async function ticking<T>({ clock }: SendingLife, asked: Promise<T>): Promise<T> {
  const ticks = setInterval(() => clock.skip(20), 1)
  return await asked.finally(() => clearInterval(ticks))
}

const answerOf = <T>(answer: T) => {
  assert.ok(!isFault(answer), JSON.stringify(answer))
  return answer as Exclude<T, { readonly fault: unknown }>
}
const faultOf = (answer: unknown) => (isFault(answer) ? answer.fault : answer)
const asked = ({ network }: SendingLife, opcode: number) =>
  network.asked.filter((one) => one.opcode === opcode).map(({ payload }) => payload)

describe('reading', () => {
  const at = Date.UTC(2026, 5, 1)
  const message = String((BigInt(at) << 16n) | 7n)

  test('up to a message the mark is the time of that one, and what was read before is not marked again', async () => {
    const life = await withChat()
    life.network.answers(MARK_READ, ({ mark }) => ({ unread: 1, mark }))
    const { chats } = facetsOf(() => life)
    assert.equal(await chats.read(peer, message as MessageId), true)
    assert.deepEqual(asked(life, MARK_READ), [{ type: 'READ_MESSAGE', chatId: DIALOG, messageId: message, mark: at }])
    assert.equal((await life.directory.chat(DIALOG))?.unread, 1)
    assert.equal(await chats.read(peer, message as MessageId), false)
    assert.equal(await chats.read(peer, 'none of them' as MessageId), false)
    assert.equal(asked(life, MARK_READ).length, 1)
  })

  test('all of it is up to the newest that the network has, where it did not come here', async () => {
    const life = await withChat({ newMessages: 3 })
    const id = (BigInt(at) << 16n) | 9n
    life.network.answers(HISTORY, () => ({ messages: [{ id, time: at }] }))
    life.network.answers(MARK_READ, () => ({}))
    const { chats } = facetsOf(() => life)
    assert.equal(await chats.read(peer), true)
    assert.equal(asked(life, MARK_READ)[0]?.['messageId'], String(id))
    assert.equal((await life.directory.chat(DIALOG))?.unread, 0)
    assert.equal(await chats.read(peer), false)
  })
})

test('the chats that a login did not tell of are asked for once, page by page', async () => {
  const life = await withChat()
  const chat = (id: number, lastEventTime: number) => ({
    id,
    type: 'CHAT',
    title: `Group ${String(id)}`,
    lastEventTime,
  })
  life.network.answers(GET_CHATS, ({ marker }) =>
    marker === 5_001 ? { chats: [chat(-7, 4_000)], marker: 4_000 } : { chats: [chat(-8, 3_000)], marker: 0 },
  )
  const { chats } = facetsOf(() => life)
  for (let times = 0; times < 2; times += 1)
    assert.deepEqual(
      answerOf(await ticking(life, chats.list())).map(({ id, type }) => [id, type]),
      [
        [PEER, 'user'],
        ['-7', 'group'],
        ['-8', 'group'],
      ],
    )
  assert.deepEqual(
    asked(life, GET_CHATS).map(({ marker }) => marker),
    [5_001, 4_000],
  )
})

test('what MAX has not is unsupported, and nothing is asked for it', async () => {
  const life = await withChat()
  const { chats, groups } = facetsOf(() => life)
  assert.equal(faultOf(await chats.archive(peer, true)), 'unsupported')
  assert.equal(faultOf(await chats.setEphemeral(peer, 60)), 'unsupported')
  const rights = { allowParticipantsSendMessages: false, allowParticipantsAddMembers: true }
  assert.equal(faultOf(await groups.setRights(group, rights)), 'unsupported')
  assert.deepEqual(life.network.asked, [])
})

describe('groups', () => {
  const shown = {
    ...{
      id: NUMBER,
      type: 'CHAT',
      title: 'Friends',
      owner: Number(PEER),
      created: 1_000,
      link: 'https://max.ru/join/x',
    },
    options: { ONLY_OWNER_CAN_CHANGE_ICON_TITLE: false, ONLY_ADMIN_CAN_ADD_MEMBER: true, ALL_CAN_PIN_MESSAGE: true },
    adminParticipants: { [OTHER]: { permissions: 2 } },
  }
  const member = (id: string) => ({ contact: { id: Number(id), names: [{ name: `Person ${id}`, type: 'ONEME' }] } })

  test('all pages of members are read; the link is for admins alone', async () => {
    const life = await withChat()
    life.network.answers(CHAT_INFO, () => ({ chats: [structuredClone(shown)] }))
    life.network.answers(MEMBERS, ({ marker }) =>
      marker === undefined ? { members: [member(SELF), member(PEER)], marker: 2 } : { members: [member(OTHER)] },
    )
    const data = answerOf(await ticking(life, facetsOf(() => life).groups.data(group)))
    assert.deepEqual(
      data.members.map(({ id, isAdmin, isOwner }) => [id, isAdmin, isOwner]),
      [
        [SELF, false, false],
        [PEER, true, true],
        [OTHER, true, false],
      ],
    )
    assert.deepEqual([data.subject, data.owner, data.createdAt, data.inviteLink], ['Friends', PEER, 1_000, ''])
    assert.deepEqual(data.rights, {
      ...{ allowParticipantsEditGroupSettings: true, allowParticipantsSendMessages: true },
      ...{ allowParticipantsAddMembers: false, allowParticipantsPinMessages: true },
    })
  })

  test('rights are options, of which one is told the other way round', async () => {
    const life = await withChat()
    life.network.answers(CHANGE_GROUP, () => ({}))
    const { groups } = facetsOf(() => life)
    const rights = { allowParticipantsEditGroupSettings: false, allowParticipantsAddMembers: true }
    assert.equal(await groups.setRights(group, { ...rights, allowParticipantsPinMessages: false }), undefined)
    assert.deepEqual(asked(life, CHANGE_GROUP), [
      {
        chatId: GROUP,
        options: {
          ONLY_OWNER_CAN_CHANGE_ICON_TITLE: true,
          ONLY_ADMIN_CAN_ADD_MEMBER: false,
          ALL_CAN_PIN_MESSAGE: false,
        },
      },
    ])
  })

  test('one that is made is asked for again with the same number where no answer came', async () => {
    const life = await withChat({ id: DIALOG })
    life.numbers.set('79001000002', PEER)
    life.mishaps.set(SEND, [{ mishap: { why: 'late', says: 'no answer' }, isHeard: true }])
    life.network.answers(SEND, () => ({ chat: structuredClone(shown), message: { id: 1, time: 1 } }))
    const { groups } = facetsOf(() => life)
    const made = await groups.create('Friends', ['79001000002@c.us' as ChatId, SELF as ChatId], {})
    assert.deepEqual(made, { id: GROUP, inviteLink: 'https://max.ru/join/x' })
    const [first, second] = asked(life, SEND)
    assert.deepEqual(first, second)
    assert.equal((await life.directory.chat(GROUP))?.title, 'Friends')
  })

  const refusals = [
    ['access.denied', 'refused'],
    ['participants.filter.out', 'refused'],
    ['chat.not.found', 'notFound'],
    ['not.found', 'noAccount'],
    ['too.many.requests', 'rateLimited'],
    ['error.limit.violate', 'rateLimited'],
    ['proto.payload', 'unavailable'],
    ['a.new.one', 'refused'],
  ] as const
  for (const [code, fault] of refusals)
    test(`a change that is refused with ${code} is ${fault}`, async () => {
      const life = await withChat({ id: DIALOG })
      life.numbers.set('79001000002', PEER)
      life.network.refuses(CHANGE_MEMBERS, code)
      assert.equal(faultOf(await facetsOf(() => life).groups.add(group, '79001000002@c.us' as ChatId)), fault)
    })
})

test('a person of whom nobody knows is nobody; one that can not be asked for may be somebody', async () => {
  const life = await withChat()
  const { contacts } = facetsOf(() => life)
  life.network.answers(CONTACTS, () => ({ contacts: [] }))
  assert.deepEqual(await contacts.find({ chat: OTHER as ChatId }), { account: null, isRemembered: false })
  assert.equal(faultOf(await contacts.info(OTHER as ChatId)), 'noAccount')
  assert.equal(faultOf(await contacts.info(group)), 'notFound')
  // Longer than any id is: the network is not asked.
  assert.deepEqual(await contacts.find({ chat: '99999999999999999999' as ChatId }), {
    account: null,
    isRemembered: true,
  })
  life.network.refuses(CONTACTS, 'too.many.requests')
  assert.equal(faultOf(await contacts.find({ chat: OTHER as ChatId })), 'rateLimited')
})

test('when somebody was there last is told in ms, in whichever unit the network told it', async () => {
  const life = await withChat()
  const { contacts } = facetsOf(() => life)
  life.network.answers(CONTACTS, () => ({ contacts: [{ id: Number(PEER), description: 'hello' }] }))
  const seenAt = async (seen: number | undefined) => {
    life.network.answers(PRESENCE, () => ({ presence: { [PEER]: { seen } } }))
    return answerOf(await contacts.info(peer)).lastSeen
  }
  const at = Date.UTC(2026, 5, 1)
  assert.deepEqual(
    [await seenAt(at), await seenAt(at / 1_000), await seenAt(0), await seenAt(undefined)],
    [at, at, null, null],
  )
})

test('a question that is never answered ends, and with the life at once', async () => {
  const life = await withChat()
  const { contacts } = facetsOf(() => life)
  life.mishaps.set(CONTACTS, [{ mishap: 'never' }, { mishap: 'never' }])
  const late = contacts.info(peer)
  await new Promise((resolve) => setImmediate(resolve))
  life.clock.skip(30_000)
  assert.equal(faultOf(await late), 'unavailable')
  const over = contacts.info(peer)
  life.end.abort()
  assert.equal(faultOf(await over), 'notConnected')
  assert.equal(faultOf(await contacts.list()), 'notConnected')
})

test('a picture whose bytes are gone or others is not handed over, and the next try is not put off by it', async () => {
  const life = await withChat()
  life.network.answers(CONTACTS, () => ({ contacts: [{ id: Number(SELF), names: [{ name: 'A', firstName: 'A' }] }] }))
  const { profile } = facetsOf(() => life)
  const gone = { at: 'here', sha256: 'a'.repeat(64), size: 4 } as const
  assert.equal(faultOf(await profile.setPicture(gone)), 'fileGone')
  const { sha256, size } = life.host.keep(Buffer.from('face'))
  assert.equal(faultOf(await profile.setPicture({ at: 'here', sha256, size: size + 1 })), 'fileGone')
  assert.equal(faultOf(await profile.setPicture({ at: 'here', sha256, size: 21 * 1024 * 1024 })), 'tooLarge')
  assert.equal(life.network.count(16), 0)
})
