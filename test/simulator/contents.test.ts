// Truth: model/content.ts and the link's protocol: what each kind of content becomes on its way between phones and linked devices.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Content } from '../../src/simulator/contents.ts'
import type { FromNetwork, Pushed } from '../../src/simulator/protocol.ts'
import { ask, call, NetworkBench, type Json, type RawProcess } from '../support/simulated-network.ts'

const OWN = '79005560001'
const PEER = '79005560002'
const THIRD = '79005560003'
const STATUSES = 'status@broadcast'

type Message = Extract<Pushed, { kind: 'message' }>

let bench: NetworkBench
let server: RawProcess
let own: number
let peer: number
beforeEach(async () => {
  bench = new NetworkBench()
  await bench.setUp()
  server = await bench.connect()
  own = (await server.link(bench.url, OWN)).channel
  peer = (await server.link(bench.url, PEER)).channel
})
afterEach(() => bench.tearDown())

async function say(from: string, to: string, what: object): Promise<string> {
  return String((await ask(bench.url, 'POST', 'messages', { from, to, ...what })).body['idMessage'])
}

async function refusal(path: string, body: object): Promise<string> {
  const answer = await call(bench.url, 'POST', path, body)
  assert.equal(answer.status, 400)
  return String(answer.body['error'])
}

async function seen(phone: string, chat: string): Promise<readonly Json[]> {
  return (await ask(bench.url, 'GET', `messages?phone=${phone}&chat=${encodeURIComponent(chat)}`)).list
}

async function upload(bytes: Buffer | string): Promise<string> {
  const response = await fetch(`${bench.url}/simulator/files`, { method: 'POST', body: bytes })
  return ((await response.json()) as { sha256: string }).sha256
}

/** The message number `index` that was pushed on a channel. */
async function pushed(channel: number, index = 0): Promise<Message> {
  await server.next(channel, 'push', index)
  const messages = () => server.on(channel, 'push').flatMap(({ event }) => (event.kind === 'message' ? [event] : []))
  for (let more = index + 1; messages()[index] === undefined; more += 1) await server.next(channel, 'push', more)
  const message = messages()[index]
  assert.ok(message)
  return message
}

async function verdict(channel: number, id: string): Promise<FromNetwork> {
  const all = () => [...server.on(channel, 'accepted'), ...server.on(channel, 'rejected')].find((one) => one.id === id)
  for (;;) {
    const found = all()
    if (found !== undefined) return found
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const POLL: Content = { kind: 'poll', question: 'Lunch?', options: ['Soup', 'Salad'], multipleAnswers: false }
const LIST: Content = {
  ...{ kind: 'list', title: 'T', body: 'B', footer: 'F', buttonText: 'Open' },
  sections: [{ title: 'S', rows: [{ id: 'r1', title: 'Row', description: '' }] }],
}

/** One of each kind that stands for itself; files are put in by the tests. */
const PLAIN: readonly Content[] = [
  { kind: 'text', text: 'words', forwardingScore: 2 },
  {
    kind: 'text',
    text: 'see https://example.org',
    preview: {
      ...{ title: 'T', description: 'D', link: 'https://example.org', jpegThumbnail: '' },
      ...{ urlFile: '', size: 'large' },
    },
  },
  { kind: 'location', latitude: 55.7, longitude: 37.6, name: 'Here', address: 'A street', jpegThumbnail: '' },
  { kind: 'contacts', contacts: [{ displayName: 'Aru', vcard: 'BEGIN:VCARD\nEND:VCARD', address: THIRD }] },
  POLL,
  {
    ...{ kind: 'buttons', style: 'interactive', header: 'H', body: 'B', footer: 'F' },
    buttons: [{ id: '1', text: 'Yes', action: 'reply', value: '' }],
  },
  LIST,
  {
    ...{ kind: 'groupInvite', group: '120363000000000001@g.us', groupName: 'G', code: 'c' },
    ...{ expiresAt: 1, caption: '', jpegThumbnail: '' },
  },
  {
    ...{ kind: 'product', productId: 'p', title: 'T', description: 'D', currency: 'EUR', price: '9.90', url: '' },
    imageCount: 0,
  },
  {
    ...{ kind: 'order', orderId: 'o', token: 't', title: 'T', itemCount: 2, currency: 'EUR', total: '990' },
    seller: OWN,
  },
  { kind: 'unreadable', why: 'undecrypted' },
]

describe('contents that stand for themselves', () => {
  test('travel whole from a device to the other side’s devices and phone', async () => {
    for (const [index, content] of PLAIN.entries()) server.say(own, `P${String(index)}`, PEER, content)
    for (const [index, content] of PLAIN.entries()) {
      const message = await pushed(peer, index)
      assert.deepEqual(message.content, content)
      assert.deepEqual([message.direction, message.chat.address, message.author.address], ['in', OWN, OWN])
    }
    const views = await seen(PEER, OWN)
    assert.deepEqual(
      views.map((one) => one['content']),
      PLAIN,
    )
    assert.ok(views.every((one) => typeof one['text'] === 'string' && one['text'] !== ''))
  })

  test('travel whole from a phone to devices, with what it left out', async () => {
    for (const content of PLAIN) await say(PEER, OWN, { content })
    for (const [index, content] of PLAIN.entries()) assert.deepEqual((await pushed(own, index)).content, content)
    await say(PEER, OWN, { content: { kind: 'location', latitude: 1, longitude: 2 } })
    await say(PEER, OWN, { content: { kind: 'contacts', contacts: [{ displayName: 'Aru', phone: `+${THIRD}` }] } })
    await say(PEER, OWN, { content: { kind: 'buttons', body: 'B', buttons: [{ text: 'One' }, { text: 'Two' }] } })
    const location = await pushed(own, PLAIN.length)
    assert.deepEqual(location.content, {
      ...{ kind: 'location', latitude: 1, longitude: 2, name: '', address: '', jpegThumbnail: '' },
    })
    const card = (await pushed(own, PLAIN.length + 1)).content
    assert.ok(card.kind === 'contacts')
    assert.equal(card.contacts[0]?.address, THIRD)
    assert.match(card.contacts[0].vcard, new RegExp(`FN:Aru\nTEL;type=CELL;waid=${THIRD}:`))
    const buttons = (await pushed(own, PLAIN.length + 2)).content
    assert.deepEqual(buttons.kind === 'buttons' && buttons.buttons.map(({ id }) => id), ['1', '2'])
  })

  test('a reply carries what it replies to, a forwarded message how often it was', async () => {
    const poll = await say(OWN, PEER, { content: POLL })
    await say(PEER, OWN, { text: 'a reply', quotedId: poll })
    const reply = await pushed(own, 1)
    assert.deepEqual(reply.content.quote, { id: poll, participant: OWN, content: POLL })
    await say(OWN, THIRD, { forwardedId: reply.id })
    const forwarded = await pushed(own, 2)
    assert.deepEqual(forwarded.content, { kind: 'text', text: 'a reply', forwardingScore: 1 })
    assert.deepEqual([forwarded.direction, forwarded.chat.address], ['out', THIRD])
    server.say(own, 'Q1', PEER, { kind: 'text', text: 'x', quote: { id: 'none', participant: PEER, content: null } })
    assert.deepEqual((await pushed(peer, 2)).content.quote, { id: 'none', participant: PEER, content: null })
  })

  test('a phone is refused what is no content, and stores nothing of it', async () => {
    const wrong: readonly (readonly [content: object, names: RegExp])[] = [
      [{ kind: 'telegram' }, /'content.kind' must be one of text, file/],
      [{ kind: 'location', latitude: 1 }, /'content' is no location/],
      [{ kind: 'poll', question: '?', options: ['one'] }, /'content' is no poll/],
      [{ kind: 'statusText', text: 'x' }, /such a text is a status/],
      [{ kind: 'file', file: 'f'.repeat(64) }, /not on the network/],
      [{ kind: 'file', file: 'short' }, /'content' is no file/],
      [{ kind: 'edit', target: 'none', text: 'x' }, /not in this chat/],
    ]
    for (const [content, names] of wrong)
      assert.match(await refusal('messages', { from: PEER, to: OWN, content }), names)
    assert.match(await refusal('messages', { from: PEER, to: OWN, text: 'x', content: PLAIN[0] }), /exclude each other/)
    assert.match(await refusal('messages', { from: PEER, to: OWN, forwardedId: 'none' }), /'forwardedId'/)
    assert.equal((await seen(PEER, OWN)).length, 0)
  })

  test('in the chat with oneself the other devices hear of it and nothing is unread', async () => {
    const second = (await server.link(bench.url, OWN)).channel
    server.send(own, 'S1', OWN, 'a note')
    const note = await pushed(second)
    assert.deepEqual([note.direction, note.chat.address, note.author.address], ['out', OWN, OWN])
    const [chat] = (await ask(bench.url, 'GET', `chats?phone=${OWN}`)).list
    assert.deepEqual([chat?.['chat'], chat?.['unread']], [OWN, 0])
    const [message] = await seen(OWN, OWN)
    assert.equal(message?.['status'], 'sent', 'nobody receives it')
    assert.equal(server.on(own, 'push').filter(({ event }) => event.kind === 'status').length, 0)
  })
})

describe('files', () => {
  test('a device and a phone send what was uploaded; a hash that is unknown is refused', async () => {
    const bytes = Buffer.from('a small picture')
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const put = await fetch(`${bench.url}/link/files`, { method: 'PUT', body: bytes })
    assert.deepEqual(await put.json(), { sha256, size: bytes.length })
    const file: Content = {
      ...{ kind: 'file', type: 'image', file: { sha256, size: bytes.length }, name: 'a.jpg', mimeType: 'image/jpeg' },
      ...{ caption: 'look', jpegThumbnail: '' },
    }
    server.say(own, 'F1', PEER, file)
    assert.deepEqual((await pushed(peer)).content, file)
    const got = await fetch(`${bench.url}/link/files/${sha256}`)
    assert.deepEqual(Buffer.from(await got.arrayBuffer()), bytes)
    const head = await fetch(`${bench.url}/link/files/${sha256}`, { method: 'HEAD' })
    assert.deepEqual([head.status, head.headers.get('content-length')], [200, String(bytes.length)])
    server.say(own, 'F2', PEER, { ...file, file: { sha256: '0'.repeat(64), size: 1 } })
    const refused = await verdict(own, 'F2')
    assert.ok(refused.t === 'rejected' && refused.fault === 'refused')
    for (const type of ['image', 'video', 'audio', 'document', 'sticker'])
      await say(PEER, OWN, { content: { kind: 'file', type, file: sha256, name: `x.${type}` } })
    const { content } = await pushed(own, 4)
    assert.deepEqual(content.kind === 'file' && [content.type, content.file], ['sticker', file.file])
    await say(PEER, OWN, { content: { kind: 'file', type: 'video', file: null } })
    const lost = (await pushed(own, 5)).content
    assert.ok(lost.kind === 'file' && lost.file === null)
  })
})

describe('what changes another message', () => {
  test('an edit: the phones show the new text, both sides’ devices hear of it, and only the author may', async () => {
    server.send(own, 'E1', PEER, 'frist')
    server.say(own, 'E2', PEER, { kind: 'edit', target: 'E1', text: 'first', isCaption: true })
    const told = await pushed(peer, 1)
    assert.deepEqual(told.content, { kind: 'edit', target: 'E1', text: 'first', isCaption: false })
    assert.deepEqual(
      (await seen(PEER, OWN)).map((one) => [one['id'], one['text'], one['isEdited']]),
      [['E1', 'first', true]],
    )
    assert.match(
      await refusal('messages', { from: PEER, to: OWN, content: { kind: 'edit', target: 'E1', text: 'x' } }),
      /own/,
    )
    const id = await say(PEER, OWN, { text: 'theirs' })
    server.say(own, 'E3', PEER, { kind: 'edit', target: id, text: 'mine now', isCaption: false })
    const refused = await verdict(own, 'E3')
    assert.ok(refused.t === 'rejected' && refused.fault === 'refused')
    await say(PEER, OWN, { content: { kind: 'edit', target: id, text: 'their own' } })
    assert.equal((await pushed(own, 1)).content.kind, 'edit')
    assert.equal((await seen(OWN, PEER))[1]?.['text'], 'their own')
    const [chat] = (await ask(bench.url, 'GET', `chats?phone=${OWN}`)).list
    assert.equal(chat?.['unread'], 1, 'an edit is nothing to read')
  })

  test('a deletion for everyone takes it from both sides, one for oneself from the own side alone', async () => {
    server.send(own, 'D1', PEER, 'gone for all')
    server.send(own, 'D2', PEER, 'gone for me')
    server.say(own, 'D3', PEER, { kind: 'deletion', target: 'D1', forEveryone: true })
    assert.deepEqual((await pushed(peer, 2)).content, { kind: 'deletion', target: 'D1', forEveryone: true })
    const second = (await server.link(bench.url, OWN)).channel
    server.say(own, 'D4', PEER, { kind: 'deletion', target: 'D2', forEveryone: false })
    assert.deepEqual((await pushed(second)).content, { kind: 'deletion', target: 'D2', forEveryone: false })
    const shown = async (phone: string, chat: string) =>
      (await seen(phone, chat)).map((one) => [one['id'], one['isDeleted'], one['text']])
    assert.deepEqual(await shown(OWN, PEER), [['D1', true, '']])
    assert.deepEqual(await shown(PEER, OWN), [
      ['D1', true, ''],
      ['D2', false, 'gone for me'],
    ])
    const content = { kind: 'deletion', target: 'D2' }
    assert.match(await refusal('messages', { from: PEER, to: OWN, content }), /only one’s own/)
    server.say(own, 'D5', PEER, { kind: 'reaction', target: 'D1', participant: '', emoji: '👍' })
    assert.equal((await verdict(own, 'D5')).t, 'rejected', 'nothing can be said about what is deleted')
    assert.equal(server.on(peer, 'push').length, 3, 'the other side hears nothing of the second deletion')
  })

  test('a reaction names whose message it is about, is replaced and withdrawn', async () => {
    server.send(own, 'R1', PEER, 'nice?')
    for (const emoji of ['👍', '❤️']) await say(PEER, OWN, { content: { kind: 'reaction', target: 'R1', emoji } })
    assert.deepEqual((await pushed(own)).content, { kind: 'reaction', target: 'R1', participant: OWN, emoji: '👍' })
    assert.deepEqual((await seen(OWN, PEER))[0]?.['reactions'], [{ from: PEER, emoji: '❤️' }])
    await say(PEER, OWN, { content: { kind: 'reaction', target: 'R1' } })
    const withdrawn = (await pushed(own, 2)).content
    assert.ok(withdrawn.kind === 'reaction' && withdrawn.emoji === '')
    assert.deepEqual((await seen(OWN, PEER))[0]?.['reactions'], [])
  })

  test('a vote names its voter at the options that the poll has, and the last one counts', async () => {
    server.say(own, 'V1', PEER, POLL)
    await say(PEER, OWN, { content: { kind: 'vote', poll: 'V1', choices: ['Soup'] } })
    await say(PEER, OWN, { content: { kind: 'vote', poll: 'V1', choices: ['Salad'] } })
    assert.deepEqual((await pushed(own)).content, {
      ...{ kind: 'vote', poll: 'V1', question: 'Lunch?', multipleAnswers: false },
      options: [
        { name: 'Soup', voters: [PEER] },
        { name: 'Salad', voters: [] },
      ],
    })
    const results = async () => (await seen(OWN, PEER))[0]?.['votes']
    assert.deepEqual(await results(), [
      { option: 'Soup', voters: [] },
      { option: 'Salad', voters: [PEER] },
    ])
    await say(PEER, OWN, { content: { kind: 'vote', poll: 'V1', choices: [] } })
    assert.deepEqual(await results(), [
      { option: 'Soup', voters: [] },
      { option: 'Salad', voters: [] },
    ])
    const vote = (content: object) =>
      refusal('messages', { from: PEER, to: OWN, content: { kind: 'vote', ...content } })
    assert.match(await vote({ poll: 'V1', choices: ['Fish'] }), /no option 'Fish'/)
    assert.match(await vote({ poll: 'V1', choices: ['Soup', 'Salad'] }), /one answer/)
    assert.match(await vote({ poll: 'none', choices: ['Soup'] }), /the poll is not in this chat/)
  })

  test('a choice names the button or row with its text and place', async () => {
    server.say(own, 'C1', PEER, {
      ...{ kind: 'buttons', style: 'plain', header: '', body: 'B', footer: '' },
      buttons: ['Yes', 'No'].map((text, index) => ({ id: `b${String(index)}`, text, action: 'reply', value: '' })),
    })
    server.say(own, 'C2', PEER, LIST)
    await say(PEER, OWN, { content: { kind: 'choice', target: 'C1', id: 'b1' } })
    await say(PEER, OWN, { content: { kind: 'choice', target: 'C2', id: 'r1' } })
    const [button, row] = [(await pushed(own)).content, (await pushed(own, 1)).content]
    assert.deepEqual(button, { kind: 'choice', target: 'C1', id: 'b1', index: 1, text: 'No', of: 'plain' })
    assert.deepEqual(row, { kind: 'choice', target: 'C2', id: 'r1', index: 0, text: 'Row', of: 'list' })
    const content = { kind: 'choice', target: 'C1', id: 'b9' }
    assert.match(await refusal('messages', { from: PEER, to: OWN, content }), /offers no 'b9'/)
    assert.equal((await seen(OWN, PEER)).at(-1)?.['text'], 'Row')
  })

  test('offered twice they happen once, and come again after a restart until they are acknowledged', async () => {
    const { keys } = await server.link(bench.url, THIRD)
    await say(THIRD, PEER, { text: 'x' })
    const target = String((await seen(THIRD, PEER))[0]?.['id'])
    const channel = await server.open(keys)
    for (let time = 0; time < 2; time += 1)
      server.say(channel, 'A1', PEER, { kind: 'reaction', target, participant: '', emoji: '👍' })
    await server.next(channel, 'accepted', 1)
    await say(PEER, THIRD, { content: { kind: 'reaction', target, emoji: '🎉' } })
    await bench.stop()
    await bench.start()
    const again = await bench.connect()
    const reopened = await again.open(keys)
    await again.next(reopened, 'push', 2)
    const kinds = again.on(reopened, 'push').map(({ event }) => event.kind === 'message' && event.content.kind)
    assert.deepEqual(kinds, ['text', false, 'reaction'])
    assert.deepEqual((await seen(PEER, THIRD))[0]?.['reactions'], [
      { from: THIRD, emoji: '👍' },
      { from: PEER, emoji: '🎉' },
    ])
  })

  test('none of them is told to be delivered or read', async () => {
    server.send(own, 'N1', PEER, 'x')
    server.say(own, 'N2', PEER, { kind: 'edit', target: 'N1', text: 'y', isCaption: false })
    await verdict(own, 'N2')
    await ask(bench.url, 'POST', 'read', { phone: PEER, chat: OWN })
    await server.next(own, 'push', 1)
    const told = server.on(own, 'push').map(({ event }) => event.kind === 'status' && [event.id, event.status])
    assert.deepEqual(told, [
      ['N1', 'delivered'],
      ['N1', 'read'],
    ])
  })
})

async function newGroup(): Promise<string> {
  const made = await ask(bench.url, 'POST', 'groups', { by: OWN, name: 'Team', members: [PEER, THIRD] })
  return String(made.body['group'])
}

describe('groups', () => {
  test('every member gets what one says, and its sender hears when all have received and read it', async () => {
    const group = await newGroup()
    await ask(bench.url, 'POST', 'phones', { phoneNumber: THIRD, online: false })
    server.send(own, 'G1', group, 'to all')
    const message = await pushed(peer)
    assert.deepEqual([message.chat.address, message.chat.name, message.author.address], [group, 'Team', OWN])
    assert.equal((await seen(THIRD, group))[0]?.['text'], 'to all')
    await ask(bench.url, 'POST', 'read', { phone: PEER, chat: group })
    await verdict(own, 'G1')
    assert.equal(server.on(own, 'push').length, 0, 'one member has nothing yet')
    await ask(bench.url, 'POST', 'phones', { phoneNumber: THIRD, online: true })
    await server.next(own, 'push')
    await ask(bench.url, 'POST', 'read', { phone: THIRD, chat: group })
    await server.next(own, 'push', 1)
    const told = server.on(own, 'push').map(({ event }) => event.kind === 'status' && [event.chat, event.status])
    assert.deepEqual(told, [
      [group, 'delivered'],
      [group, 'read'],
    ])
  })

  test('polls, votes and replies work in it; who is not in it may say nothing', async () => {
    const group = await newGroup()
    server.say(own, 'G2', group, POLL)
    await say(THIRD, group, { content: { kind: 'vote', poll: 'G2', choices: ['Soup'] } })
    await say(PEER, group, { text: 'hm', quotedId: 'G2' })
    const vote = await pushed(own)
    assert.deepEqual([vote.chat.address, vote.author.address, vote.content.kind], [group, THIRD, 'vote'])
    assert.equal((await pushed(peer, 1)).author.address, THIRD)
    assert.deepEqual((await seen(PEER, group))[0]?.['votes'], [
      { option: 'Soup', voters: [THIRD] },
      { option: 'Salad', voters: [] },
    ])
    const stranger = (await server.link(bench.url, '79005560009')).channel
    server.send(stranger, 'G3', group, 'let me in')
    const refused = await verdict(stranger, 'G3')
    assert.ok(refused.t === 'rejected' && refused.fault === 'notInGroup')
    assert.match(await refusal('messages', { from: '79005560009', to: group, text: 'x' }), /'to' is a group/)
    const [chat] = (await ask(bench.url, 'GET', `chats?phone=${THIRD}`)).list
    assert.deepEqual([chat?.['chat'], chat?.['name'], chat?.['unread']], [group, 'Team', 2])
  })

  test('where only admins write, others are refused', async () => {
    const group = await newGroup()
    const rights = { allowParticipantsSendMessages: false }
    await ask(bench.url, 'POST', 'groups/settings', { by: OWN, group, rights })
    server.send(peer, 'G4', group, 'may I?')
    const refused = await verdict(peer, 'G4')
    assert.ok(refused.t === 'rejected' && refused.fault === 'refused')
    server.send(own, 'G5', group, 'I may')
    assert.equal((await verdict(own, 'G5')).t, 'accepted')
  })
})

describe('statuses', () => {
  test('one of a device reaches its audience alone, and each viewer’s receipts come back', async () => {
    const content: Content = { kind: 'statusText', text: 'good morning', backgroundColor: '#228B22', font: 'SERIF' }
    server.tell({ t: 'send', channel: own, id: 'T1', to: STATUSES, content, audience: [PEER] })
    const status = await pushed(peer)
    assert.deepEqual([status.chat.address, status.author.address, status.content], [STATUSES, OWN, content])
    assert.equal((await ask(bench.url, 'GET', `statuses?phone=${THIRD}`)).list.length, 0)
    await ask(bench.url, 'POST', 'statuses/view', { phone: PEER, id: 'T1' })
    await server.next(own, 'push', 1)
    const told = server
      .on(own, 'push')
      .map(({ event }) => event.kind === 'receipt' && [event.participant, event.status])
    assert.deepEqual(told, [
      [PEER, 'delivered'],
      [PEER, 'read'],
    ])
    const [mine] = (await ask(bench.url, 'GET', `statuses?phone=${OWN}`)).list
    const [viewer] = mine?.['viewers'] as Json[]
    assert.deepEqual([viewer?.['phone'], viewer?.['status']], [PEER, 'read'])
    assert.equal((await ask(bench.url, 'GET', `chats?phone=${PEER}`)).list.length, 0, 'it is in no chat')
    assert.match(await refusal('statuses/view', { phone: THIRD, id: 'T1' }), /no status that this phone may see/)
  })

  test('without an audience all contacts get it; a deletion takes it back; after a day nobody shows it', async () => {
    await say(THIRD, OWN, { text: 'we have a chat' })
    await ask(bench.url, 'POST', 'messages', { from: PEER, to: OWN, text: 'we too' })
    server.say(own, 'T2', STATUSES, { kind: 'statusText', text: 'to all', backgroundColor: '#000000', font: 'SERIF' })
    await verdict(own, 'T2')
    const shown = async (phone: string) =>
      (await ask(bench.url, 'GET', `statuses?phone=${phone}`)).list.map((one) => one['text'])
    assert.deepEqual([await shown(PEER), await shown(THIRD)], [['to all'], ['to all']])
    server.say(own, 'T3', STATUSES, { kind: 'deletion', target: 'T2', forEveryone: true })
    assert.deepEqual((await pushed(peer, 2)).content, { kind: 'deletion', target: 'T2', forEveryone: true })
    assert.deepEqual(await shown(PEER), [])
    await ask(bench.url, 'POST', 'statuses', { from: PEER, text: 'from a phone', audience: [OWN] })
    const theirs = await pushed(own, 2)
    assert.deepEqual([theirs.author.address, theirs.content.kind], [PEER, 'statusText'])
    assert.deepEqual(await shown(OWN), ['from a phone'])
    const posted = await ask(bench.url, 'POST', 'statuses', { from: PEER, text: 'a mistake', audience: [OWN] })
    await say(PEER, STATUSES, { content: { kind: 'deletion', target: posted.body['idMessage'] } })
    assert.deepEqual(await shown(OWN), ['from a phone'])
    bench.clock.skip(86_400_001)
    assert.deepEqual(await shown(OWN), [])
  })

  test('a status is a text or a file, nothing else', async () => {
    server.say(own, 'T4', STATUSES, { kind: 'text', text: 'no' })
    const refused = await verdict(own, 'T4')
    assert.ok(refused.t === 'rejected' && refused.fault === 'refused')
    assert.match(await refusal('statuses', { from: PEER, content: POLL }), /a status is/)
    assert.match(await refusal('statuses', { from: PEER }), /'text' or 'content' is required/)
    const sha256 = await upload('a picture')
    const content = { kind: 'file', type: 'image', file: { sha256 }, name: 'a.jpg', caption: 'see' }
    await ask(bench.url, 'POST', 'statuses', { from: PEER, content, audience: [OWN] })
    assert.equal((await pushed(own)).content.kind, 'file')
  })
})

describe('a phone that blocks somebody', () => {
  test('hears nothing of that one until it is lifted; the other side is not told', async () => {
    const first = await say(PEER, OWN, { text: 'we know each other' })
    await ask(bench.url, 'POST', 'blocks', { phone: PEER, chat: OWN })
    server.send(own, 'B1', PEER, 'are you there?')
    assert.equal((await verdict(own, 'B1')).t, 'accepted')
    await ask(bench.url, 'POST', 'calls', { from: OWN, to: PEER, status: 'declined' })
    server.say(own, 'B2', STATUSES, { kind: 'statusText', text: 'x', backgroundColor: '#000000', font: 'SERIF' })
    await verdict(own, 'B2')
    assert.equal((await seen(OWN, PEER)).at(-1)?.['status'], 'sent')
    assert.deepEqual((await ask(bench.url, 'GET', `blocks?phone=${PEER}`)).body['blocked'], [OWN])
    await ask(bench.url, 'POST', 'blocks', { phone: PEER, chat: OWN, isBlocked: false })
    server.send(own, 'B3', PEER, 'and now?')
    assert.equal((await pushed(peer, 1)).id, 'B3')
    const arrived = server
      .on(peer, 'push')
      .filter(({ event }) => event.kind === 'call' || JSON.stringify(event).includes(OWN))
    assert.deepEqual(
      arrived.map(({ event }) => event.kind !== 'restricted' && event.id),
      [first, first, 'B3'],
    )
  })
})

describe('other names for persons', () => {
  test('a device that hides numbers hears ids instead, in contents too, and may use either', async () => {
    const hidden = await server.link(bench.url, THIRD, 'whatsapp', true)
    await say(PEER, THIRD, { text: 'who am I?' })
    const { author } = await pushed(hidden.channel)
    assert.match(author.address, /^\d+@lid$/)
    assert.ok(!JSON.stringify(server.on(hidden.channel, 'push')).includes(PEER), 'the number is nowhere')
    server.say(hidden.channel, 'L1', author.address, {
      ...{ kind: 'text', text: 'you', quote: { id: 'x', participant: author.address, content: null } },
    })
    assert.deepEqual((await pushed(peer, 1)).content.quote, { id: 'x', participant: PEER, content: null })
  })

  test('on MAX and Telegram persons are numbers of their own, and ids of messages are decimal', async () => {
    const max = (await server.link(bench.url, OWN, 'v3')).channel
    const id = await say(PEER, OWN, { text: 'hello', messenger: 'v3' })
    assert.match(id, /^\d{18}$/)
    const { author, chat } = await pushed(max)
    assert.match(author.address, /^\d+$/)
    assert.notEqual(author.address, PEER)
    assert.deepEqual([author.phone, author.type, chat.address], [PEER, 'user', author.address])
    server.send(max, 'X1', author.address, 'hello yourself')
    assert.equal((await verdict(max, 'X1')).t, 'accepted')
    await server.next(max, 'push', 1)
    const told = server.on(max, 'push')[1]?.event
    assert.equal(told?.kind === 'status' && told.chat, author.address)
  })
})
