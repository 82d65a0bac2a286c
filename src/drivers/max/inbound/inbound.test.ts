// Truth: pushes as our notes of the protocol have them (B2.4); the contract of `driver.ts`: committed first, then acknowledged, and known again.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { MessageId } from '../../../model/ids.ts'
import { DIALOG, GROUP, madeLife, OTHER, PEER, SELF, type MadeLife } from '../../../../test/max/support/made-life.ts'
import { byUs, inDialog, LINKED_AT, loginAnswer, messageIdAt, push, told } from '../../../../test/max/support/told.ts'
import { CONTACTS } from '../wire/opcodes.ts'
import { Inbound } from './inbound.ts'

const [MESSAGE, READ, CHAT, UPLOADED, DELETED, PROFILE] = [128, 130, 135, 136, 142, 159]
const names = [{ firstName: 'Peter', type: 'ONEME' }]

async function begun(life = madeLife()): Promise<{ life: MadeLife; inbound: Inbound }> {
  life.network.answers(CONTACTS.opcode, () => ({ contacts: [{ id: Number(PEER), names, phone: 79001000002 }] }))
  const inbound = new Inbound(life)
  await inbound.begin(loginAnswer())
  return { life, inbound }
}

const kinds = ({ host }: MadeLife) => host.messages().map(({ content }) => content.kind)

describe('what the network of MAX tells', () => {
  test('a message is committed, with who wrote it where, and then acknowledged', async () => {
    const { life, inbound } = await begun()
    const message = told('hello')
    const asked: number[] = []
    life.host.afterKeeping = () => Promise.resolve(void asked.push(life.host.messages().length))
    const [acknowledged] = await push(inbound, MESSAGE, inDialog(message))
    assert.deepEqual(asked, [1])
    assert.deepEqual(
      JSON.parse(
        JSON.stringify(acknowledged, (_name, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
      ),
      {
        chatId: { value: DIALOG },
        messageId: { value: String(message.id) },
      },
    )
    const party = { id: PEER, name: 'Peter', contactName: '', phone: '79001000002' }
    const around = { id: String(message.id), direction: 'in', chat: party, author: party, at: message.time }
    assert.deepEqual(life.host.messages(), [{ ...around, content: { kind: 'text', text: 'hello' } }])
    const chat = await life.directory.chat(DIALOG)
    assert.deepEqual([chat?.last, chat?.unread], [{ message: String(message.id), at: message.time }, 1])
  })

  test('what could not be kept is not acknowledged, and is news when it comes again', async () => {
    const { life, inbound } = await begun()
    const message = told('hello')
    life.host.rejectNext(1)
    await assert.rejects(push(inbound, MESSAGE, inDialog(message)))
    assert.deepEqual(life.host.messages(), [])
    const next = await begun(madeLife(life.host.kept))
    assert.equal((await push(next.inbound, MESSAGE, inDialog(message))).length, 1)
    assert.equal(next.life.host.messages().length, 1)
  })

  test('the same again is no news and is acknowledged; what comes out of order is', async () => {
    const { life, inbound } = await begun()
    const [first, second] = [told('one'), told('two')]
    for (const message of [second, second, first, first, second]) {
      assert.equal((await push(inbound, MESSAGE, inDialog(message))).length, 1)
    }
    assert.deepEqual(
      life.host.messages().map(({ id }) => id),
      [String(second.id), String(first.id)],
    )
    const again = new Inbound(life)
    await again.begin(loginAnswer())
    for (const message of [second, first]) await push(again, MESSAGE, inDialog(message))
    assert.equal(life.host.messages().length, 2)
  })

  test('what is older than the link is of the past, and an old one that changed is a change', async () => {
    const { life, inbound } = await begun()
    await push(inbound, MESSAGE, inDialog(told('long ago', { time: LINKED_AT - 5_000 })))
    const old = told('edited now', { time: LINKED_AT - 9_000, status: 'EDITED', updateTime: LINKED_AT + 1 })
    await push(inbound, MESSAGE, inDialog(old))
    const events = life.host.events.map(
      (event) => event.kind === 'message' && [event.message.content.kind, event.isPast],
    )
    assert.deepEqual(events, [
      ['text', true],
      ['edit', undefined],
    ])
  })

  test('what another device of the account writes goes out, and is delivered', async () => {
    const { life, inbound } = await begun()
    const message = byUs('from the phone')
    await push(inbound, MESSAGE, inDialog(message, { unread: 0 }))
    const [sent] = life.host.messages()
    assert.deepEqual([sent?.direction, sent?.chat.id, sent?.author.id], ['out', PEER, SELF])
    assert.deepEqual(life.host.statuses(String(message.id)), ['delivered'])
    await push(inbound, READ, { chatId: Number(DIALOG), userId: Number(PEER), mark: message.time })
    assert.deepEqual(life.host.statuses(String(message.id)), ['delivered', 'read'])
  })

  test('a message of ours whose verdict was lost is recognised by its cid, and becomes its status', async () => {
    const { life, inbound } = await begun()
    const id = '115000000000000001' as MessageId
    await life.messageIds.willSend({ id, chat: DIALOG, cid: LINKED_AT })
    const message = byUs('ours', { cid: LINKED_AT })
    await push(inbound, MESSAGE, inDialog(message))
    await push(inbound, MESSAGE, inDialog({ ...message, updateTime: 5 }))
    assert.deepEqual([life.host.messages(), life.host.statuses(id)], [[], ['delivered']])
    assert.equal(await life.messageIds.networkIdOf(id), String(message.id))
    const edited = { ...message, text: 'ours, edited on the phone', status: 'EDITED', updateTime: LINKED_AT + 9 }
    await push(inbound, MESSAGE, inDialog(edited))
    const [edit] = life.host.messages()
    assert.deepEqual(edit?.content, { kind: 'edit', target: id, text: edited.text, isCaption: false })
  })

  test('a message of ours that was read before it was recognised is delivered first', async () => {
    const { life, inbound } = await begun()
    const id = '115000000000000001' as MessageId
    await life.messageIds.willSend({ id, chat: DIALOG, cid: LINKED_AT })
    const message = byUs('ours', { cid: LINKED_AT })
    await push(inbound, READ, { chatId: Number(DIALOG), userId: Number(PEER), mark: message.time })
    await push(inbound, MESSAGE, inDialog(message))
    assert.deepEqual(life.host.statuses(id), ['delivered', 'read'])
  })

  test('edits and removals name what they are about, each once, and in the next process too', async () => {
    const { life, inbound } = await begun()
    const message = told('helo')
    await push(inbound, MESSAGE, inDialog(message))
    const edit = inDialog({ ...message, text: 'hello', status: 'EDITED', updateTime: message.time + 5 })
    const removal = inDialog({ ...message, status: 'REMOVED', updateTime: message.time + 9 })
    for (const change of [edit, edit, removal]) await push(inbound, MESSAGE, change)
    const target = String(message.id)
    const [, edited, removed] = life.host.events
    assert.ok(edited?.kind === 'message' && removed?.kind === 'message')
    assert.deepEqual(edited.message.content, { kind: 'edit', target, text: 'hello', isCaption: false })
    assert.deepEqual(edited.original, { chat: PEER, id: target, isAllowed: true })
    assert.deepEqual(removed.message.content, { kind: 'deletion', target, forEveryone: true })
    assert.deepEqual(removed.message.author.id, PEER)
    const next = await begun(madeLife(life.host.kept))
    for (const change of [edit, removal]) await push(next.inbound, MESSAGE, change)
    const ids = (of: MadeLife) => of.host.messages().map(({ id }) => id)
    assert.deepEqual(ids(next.life), ids(life).slice(1))
    assert.match(ids(life)[1] ?? '', /^9\d{17}$/)
  })

  test('removals that are told by ids are those of messages that are known', async () => {
    const { life, inbound } = await begun()
    const [message, own] = [told('one'), byUs('two')]
    for (const one of [message, own]) await push(inbound, MESSAGE, inDialog(one))
    const messageIds = [message.id, own.id, messageIdAt(LINKED_AT + 3)]
    await push(inbound, DELETED, { chatId: Number(DIALOG), messageIds })
    const removed = life.host.messages().slice(2)
    assert.deepEqual(
      removed.map(({ direction, content }) => [direction, content.kind === 'deletion' && content.target]),
      [
        ['in', String(message.id)],
        ['out', String(own.id)],
      ],
    )
  })

  test('replies bring what they are about, and what is forwarded says so', async () => {
    const { life, inbound } = await begun()
    const original = byUs('the question')
    await push(
      inbound,
      MESSAGE,
      inDialog(told('the answer', { link: { type: 'REPLY', chatId: Number(DIALOG), message: original } })),
    )
    const forwarded = { type: 'FORWARD', chatId: 5, message: told('wise words', { sender: Number(OTHER) }) }
    await push(inbound, MESSAGE, inDialog(told('', { link: forwarded })))
    const [answer, wise] = life.host.messages()
    const quote = { id: String(original.id), participant: SELF, content: { kind: 'text', text: 'the question' } }
    assert.deepEqual(answer?.content, { kind: 'text', text: 'the answer', quote })
    assert.deepEqual(wise?.content, { kind: 'text', text: 'wise words', forwardingScore: 1 })
    assert.equal(wise.author.id, PEER)
  })

  test('each picture of an album is a message, of which the first has the words and the id', async () => {
    const { life, inbound } = await begun()
    const photo = (photoId: number) => ({ _type: 'PHOTO', photoId, baseUrl: 'https://i.example' })
    const album = told('look', { attaches: [photo(1), photo(2)] })
    await push(inbound, MESSAGE, inDialog(album))
    assert.deepEqual(kinds(life), ['file', 'file'])
    const [one, two] = life.host.messages()
    assert.equal(one?.id, String(album.id))
    assert.match(two?.id ?? '', /^9\d{17}$/)
  })

  test('a channel says what it says itself; a group is named by its title', async () => {
    const { life, inbound } = await begun()
    const chat = { id: Number(GROUP), type: 'CHANNEL', title: 'News' }
    await push(inbound, MESSAGE, {
      chatId: Number(GROUP),
      chat,
      message: told('today', { sender: undefined, type: 'CHANNEL' }),
    })
    const [news] = life.host.messages()
    assert.deepEqual([news?.chat, news?.author.id], [{ id: GROUP, name: 'News', contactName: '' }, GROUP])
  })

  test('changes of a group change what is known of it, and are no messages', async () => {
    const { life, inbound } = await begun()
    const control = (attach: object) =>
      push(inbound, MESSAGE, {
        chatId: Number(GROUP),
        message: told('', { attaches: [{ _type: 'CONTROL', ...attach }] }),
      })
    await push(inbound, CHAT, { chat: { id: Number(GROUP), type: 'CHAT', title: 'Friends', newMessages: 2 } })
    await control({ event: 'title', title: 'Best friends' })
    await control({ event: 'remove', userId: Number(PEER) })
    assert.equal((await life.directory.chat(GROUP))?.title, 'Best friends')
    await control({ event: 'remove', userId: Number(SELF) })
    assert.equal(await life.directory.chat(GROUP), null)
    assert.deepEqual(life.host.messages(), [])
  })

  test('what the account reads elsewhere is read here', async () => {
    const { life, inbound } = await begun()
    const message = told('read me')
    await push(inbound, MESSAGE, inDialog(message))
    const read = (mark: number, more = {}) =>
      push(inbound, READ, { chatId: Number(DIALOG), userId: Number(SELF), mark, ...more })
    await read(message.time)
    const chat = await life.directory.chat(DIALOG)
    assert.deepEqual([chat?.unread, chat?.readTo], [0, message.time])
    await read(message.time - 1, { setAsUnread: true })
    assert.equal((await life.directory.chat(DIALOG))?.unread, 1)
  })

  test('files that are ready are told to who waits for them, and a profile to the directory', async () => {
    const { life, inbound } = await begun()
    const { signal } = life.end
    const ready = life.handovers.wait('77', 1_000, signal)
    await push(inbound, UPLOADED, { fileId: 77 })
    assert.equal(await ready, true)
    const contact = { id: Number(SELF), names: [{ firstName: 'New me', type: 'ONEME' }] }
    await push(inbound, PROFILE, { profile: { contact } })
    assert.equal((await life.directory.person(SELF))?.name, 'New me')
  })

  test('whatever is told that makes no sense is left, and nothing waits for it', async () => {
    const { life, inbound } = await begun()
    const odd = [null, {}, { chatId: 'x' }, { chatId: 1, message: 5 }, { chatId: 1, message: { id: 1 } }]
    for (const opcode of [1, 18, 20, 128, 129, 130, 132, 135, 136, 137, 140, 142, 155, 156, 159, 60_000])
      for (const payload of odd) assert.deepEqual(await push(inbound, opcode, payload), [])
    assert.deepEqual([life.host.messages(), life.failures], [[], []])
  })

  test('what is odd beside a message costs nobody the message', async () => {
    const { life, inbound } = await begun()
    const odd = { elements: [{ type: 7 }, 'x'], reactionInfo: 5, link: 'none', attaches: 'none' }
    const [acknowledged] = await push(inbound, MESSAGE, {
      ...inDialog(told('said', odd)),
      chat: { id: 'x' },
      unread: 0.5,
    })
    assert.ok(acknowledged !== undefined)
    assert.deepEqual(
      life.host.messages().map(({ content }) => content),
      [{ kind: 'text', text: 'said' }],
    )
  })

  test('an id that has no room in 64 bits is none, and breaks nothing', async () => {
    const { life, inbound } = await begun()
    for (const id of [2n ** 63n, 2n ** 64n - 1n, -(2n ** 63n) - 1n]) {
      assert.deepEqual(await push(inbound, MESSAGE, inDialog({ ...told('odd'), id })), [])
      assert.deepEqual(await push(inbound, MESSAGE, { ...inDialog(told('odd')), chatId: id }), [])
    }
    assert.equal((await push(inbound, MESSAGE, inDialog({ ...told('last'), id: 2n ** 63n - 1n }))).length, 1)
    assert.equal(life.host.messages().length, 1)
  })

  test('what is forwarded, and what came with nothing that is known, is told as unreadable and not lost', async () => {
    const { life, inbound } = await begun()
    await push(inbound, MESSAGE, inDialog(told('', { link: { type: 'FORWARD', chatId: 5, message: 'odd' } })))
    await push(inbound, MESSAGE, inDialog(told('')))
    assert.deepEqual(kinds(life), ['unreadable', 'unreadable'])
  })

  test('names, texts and lists without end are cut', async () => {
    const { life, inbound } = await begun()
    const attaches = Array.from({ length: 5_000 }, (_none, photoId) => ({
      _type: 'PHOTO',
      photoId,
      baseUrl: 'https://i.example',
    }))
    await push(inbound, MESSAGE, inDialog(told('x'.repeat(100_000), { attaches })))
    assert.equal(life.host.messages().length, 64)
    const quoted = { type: 'REPLY', message: told('y'.repeat(100_000)) }
    await push(inbound, MESSAGE, inDialog(told('short', { link: quoted })))
    const last = life.host.messages().at(-1)
    assert.ok(last?.content.kind === 'text' && last.content.quote?.content?.kind === 'text')
    assert.equal(last.content.quote.content.text.length, 65_536)
  })
})
