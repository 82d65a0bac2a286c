// Truth: how a linked device sees and keeps its account's chats.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import type { AnswerOf, AskName } from '../../src/simulator/asks.ts'
import { answerTo, faultOf } from '../support/link-questions.ts'
import { ask, NetworkBench, type RawProcess } from '../support/simulated-network.ts'

const OWN = '79005556001'
const PEER = '79005556002'
const OTHER = '79005556003'

let bench: NetworkBench
let server: RawProcess
let channel: number
beforeEach(async () => {
  bench = new NetworkBench()
  await bench.setUp()
  server = await bench.connect()
  channel = (await server.link(bench.url, OWN)).channel
})
afterEach(() => bench.tearDown())

function answer<Name extends AskName>(name: Name, value: object, on = channel): Promise<AnswerOf<Name>> {
  return answerTo(server, on, name, value)
}

function fault(name: AskName, value: object): Promise<string> {
  return faultOf(server, channel, name, value)
}

async function say(from: string, text: string): Promise<string> {
  const { body } = await ask(bench.url, 'POST', 'messages', { from, to: OWN, text })
  return String(body['idMessage'])
}

async function listed(): Promise<[string, number][]> {
  return (await answer('chats.list', {})).map(({ address, unread }) => [address, unread])
}

test('the chat with the latest message comes first, and tells how many are unread', async () => {
  assert.deepEqual(await answer('chats.list', {}), [])
  await say(PEER, 'one')
  await say(PEER, 'two')
  bench.clock.skip(1_000)
  await say(OTHER, 'three')
  assert.deepEqual(await listed(), [
    [OTHER, 1],
    [PEER, 2],
  ])
  bench.clock.skip(1_000)
  const { body } = await ask(bench.url, 'POST', 'groups', {
    by: PEER,
    name: 'Us',
    members: [OWN],
    messenger: 'whatsapp',
  })
  const [group] = await answer('chats.list', {})
  assert.deepEqual([group?.address, group?.name, group?.type, group?.unread], [body['group'], 'Us', 'group', 0])
})

test('reading a chat, up to a message or to its end, tells whether anything was unread', async () => {
  const first = await say(PEER, 'one')
  await say(PEER, 'two')
  assert.equal(await answer('chats.read', { chat: PEER, upTo: first }), true)
  assert.deepEqual(await listed(), [[PEER, 1]])
  assert.equal(await answer('chats.read', { chat: PEER }), true)
  assert.equal(await answer('chats.read', { chat: PEER }), false)
  assert.deepEqual(await listed(), [[PEER, 0]])
  assert.equal(await answer('chats.read', { chat: '79005550000' }), false)
  assert.equal(await answer('chats.read', { chat: PEER, upTo: 'unknown' }), false)
})

test('a chat with messages can be archived and taken back', async () => {
  assert.equal(await fault('chats.archive', { chat: PEER, isArchived: true }), 'notFound')
  await say(PEER, 'one')
  const isArchived = async () => (await answer('chats.list', {}))[0]?.isArchived
  assert.equal(await answer('chats.archive', { chat: PEER, isArchived: true }), null)
  assert.equal(await isArchived(), true)
  assert.equal((await answer('contacts.info', { chat: PEER })).isArchived, true)
  assert.equal(await answer('chats.archive', { chat: PEER, isArchived: false }), null)
  assert.equal(await isArchived(), false)
  assert.equal(await fault('chats.archive', { chat: '120363000000000001@g.us', isArchived: true }), 'notFound')
})

test('vanishing messages are the same for both sides, and last as long as WhatsApp offers', async () => {
  const peer = (await server.link(bench.url, PEER)).channel
  await say(PEER, 'one')
  assert.equal(await fault('chats.ephemeral', { chat: PEER, seconds: 5 }), 'invalid')
  assert.equal(await fault('chats.ephemeral', { chat: '79005550000', seconds: 86_400 }), 'noAccount')
  assert.equal(await answer('chats.ephemeral', { chat: PEER, seconds: 604_800 }), null)
  for (const on of [channel, peer]) {
    const [chat] = await answer('chats.list', {}, on)
    assert.equal(chat?.ephemeralS, 604_800)
    assert.ok(Math.abs(chat.ephemeralSetAt - bench.clock.now()) < 2_000)
  }
  assert.equal(await answer('chats.ephemeral', { chat: PEER, seconds: 0 }), null)
  assert.equal((await answer('chats.list', {}))[0]?.ephemeralS, 0)
})

test('a name of the address book goes before the profile’s, and a hidden number is not told', async () => {
  const telegram = (await server.link(bench.url, OWN, 'telegram')).channel
  await ask(bench.url, 'POST', 'messages', { from: PEER, to: OWN, text: 'hi', messenger: 'telegram' })
  const phone = { phoneNumber: PEER, messenger: 'telegram', name: 'Profile', username: 'peer_1', hidesNumber: true }
  await ask(bench.url, 'POST', 'phones', phone)
  const [before] = await answer('chats.list', {}, telegram)
  assert.deepEqual([before?.name, before?.phone, before?.username], ['Profile', '', 'peer_1'])
  const book = { owner: OWN, phoneNumber: PEER, firstName: 'Booked', messenger: 'telegram' }
  await ask(bench.url, 'POST', 'contacts', book)
  const [after] = await answer('chats.list', {}, telegram)
  assert.deepEqual([after?.name, after?.phone], ['Booked', PEER])
})

test('a question on a channel that is not the device’s any more is not answered', async () => {
  const { keys } = await server.link(bench.url, PEER)
  const older = await server.open(keys)
  const newer = await server.open(keys)
  server.tell({ t: 'ask', channel: older, no: 1, name: 'chats.list', value: {} })
  assert.deepEqual(await answer('chats.list', {}, newer), [])
  assert.equal(server.on(older, 'answer').length, 0)
})
