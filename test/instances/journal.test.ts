// Truth: journals are newest first by the messages' own time, complete up to 10,000 entries, and read without holding the process up.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { InstanceJournal, JOURNAL_LIMIT } from '../../src/instances/journal.ts'
import { recordCall, recordNetwork, recordOutgoing } from '../../src/journal/record.ts'
import { STATUS_CHAT } from '../../src/model/content.ts'
import type { ChatId, MessageId } from '../../src/model/ids.ts'
import type { Write } from '../../src/storage/store.ts'
import { newInstance, openWorld, type Domain, type World } from '../support/domain.ts'
import { chatOf, party, written } from '../support/scripted-messenger.ts'

const CHAT = chatOf('79008000001')
const OTHER = chatOf('79008000002')
const MINUTE_MS = 60_000

let world: World
let domain: Domain

before(async () => {
  world = await openWorld()
  domain = await world.start()
})
after(() => world.close())

async function fill(writes: readonly Write[]): Promise<void> {
  const CHUNK = 1000
  for (let first = 0; first < writes.length; first += CHUNK) {
    const committed = await domain.node.store.commit({ guards: [], writes: writes.slice(first, first + CHUNK) })
    assert.ok(committed.ok)
  }
}

test('a chat of more than 10,000 messages: the newest 10,000, in order, none twice, and others get their turn meanwhile', async () => {
  const { id: instance, journal } = await newInstance(domain)
  const now = Date.now()
  const message = (index: number) =>
    written(`text ${String(index)}`, {
      id: `M${String(index)}` as MessageId,
      chat: party(CHAT),
      direction: index % 3 === 0 ? 'out' : 'in',
      // Many share a moment; then the later stored is the newer.
      at: now - 3_600_000 + Math.floor(index / 7) * 10,
    })
  const count = JOURNAL_LIMIT + 300
  await fill(Array.from({ length: count }, (_, index) => recordNetwork(instance, message(index), 'sent')))
  let turns = 0
  let reading = true
  const beat = () => {
    turns += 1
    if (reading) setImmediate(beat)
  }
  setImmediate(beat)
  const entries = await journal.ofChat(CHAT, 1_000_000)
  reading = false
  assert.deepEqual(
    entries.map((entry) => entry.id),
    Array.from({ length: JOURNAL_LIMIT }, (_, index) => `M${String(count - 1 - index)}`),
  )
  assert.ok(turns > 20, `the process had ${String(turns)} turns`)
  assert.equal((await journal.ofChat(CHAT, 251)).length, 251)
  assert.deepEqual(await journal.ofChat(CHAT, 0), [])
  assert.deepEqual(await journal.ofChat(OTHER, 10), [])
  const [incoming, outgoing] = [await journal.last('in', 120), await journal.last('out', 120)]
  assert.equal(incoming.length + outgoing.length, count)
  assert.ok(incoming.every((entry) => entry.direction === 'in'))
})

test('the last minutes are counted by the messages’ own time, both directions apart, statuses apart', async () => {
  const instance = await newInstance(domain)
  const now = Date.now()
  const at = (minutesAgo: number) => now - minutesAgo * MINUTE_MS + 1000
  const row = (id: string, minutesAgo: number, more: { chat?: ChatId; direction?: 'in' | 'out' } = {}) =>
    recordNetwork(
      instance.id,
      written(id, {
        id: id as MessageId,
        at: at(minutesAgo),
        chat: party(more.chat ?? CHAT),
        direction: more.direction ?? 'in',
      }),
      'sent',
    )
  await fill([
    row('old', 11),
    row('late', 2),
    row('edge', 10),
    row('out', 1, { direction: 'out' }),
    row('story', 1, { chat: STATUS_CHAT }),
    row('other', 3, { chat: OTHER }),
    recordOutgoing(instance.id, 'api' as MessageId, { chat: CHAT, content: { kind: 'text', text: 'x' } }, now),
  ])
  const ids = (entries: readonly { readonly id: string }[]) => entries.map((entry) => entry.id)
  const { journal } = instance
  assert.deepEqual(ids(await journal.last('in', 10)), ['late', 'other', 'edge'])
  assert.deepEqual(ids(await journal.last('out', 10)), ['api', 'out'])
  assert.deepEqual(ids(await journal.statuses('in', 10)), ['story'])
  assert.deepEqual(ids(await journal.calls('in', 10)), [])
  assert.deepEqual(ids(await journal.ofChat(CHAT, 100)), ['api', 'out', 'late', 'edge', 'old'])
  assert.equal((await journal.message(CHAT, 'late' as MessageId))?.id, 'late')
  assert.equal(await journal.message(OTHER, 'late' as MessageId), null)
})

test('statuses that were taken back by thousands do not hide those that were shown', async () => {
  const { id: instance } = await newInstance(domain)
  const now = Date.now()
  const statuses = party(STATUS_CHAT)
  const gone = Array.from({ length: 900 }, (_, index) =>
    written(
      { kind: 'deletion', target: `S${String(index)}` as MessageId, forEveryone: true },
      { chat: statuses, at: now - 1000 + index },
    ),
  )
  const shown = written(
    { kind: 'statusText', text: 'Hi', backgroundColor: '#000000', font: 'SERIF' },
    { chat: statuses, at: now - 5000 },
  )
  await fill([shown, ...gone].map((message) => recordNetwork(instance, message, 'sent')))
  const journal = new InstanceJournal({ node: domain.node, id: instance, ownChat: '' as ChatId })
  assert.deepEqual(
    (await journal.statuses('in', 10)).map((entry) => entry.id),
    [shown.id],
  )
})

test('the calls of a chat are in the journal of calls alone, and take no message’s place in a list', async () => {
  const { id: instance, journal } = await newInstance(domain)
  const now = Date.now()
  const call = (index: number) =>
    recordCall(instance, {
      id: `C${String(index)}` as MessageId,
      direction: 'in',
      chat: party(CHAT),
      status: 'declined',
      isVideo: false,
      isGroup: false,
      durationS: 0,
      participants: [],
      at: now - 1000 + index,
    })
  const messages = ['first', 'second'].map((id, index) =>
    written(id, { id: id as MessageId, chat: party(CHAT), at: now - 5000 + index }),
  )
  await fill([
    ...messages.map((message) => recordNetwork(instance, message, 'sent')),
    ...Array.from({ length: 70 }, (_, index) => call(index)),
  ])
  const ids = async (count: number) => (await journal.ofChat(CHAT, count)).map((entry) => entry.id)
  assert.deepEqual(await ids(1), ['second'])
  assert.deepEqual(await ids(100), ['second', 'first'])
  assert.equal((await journal.calls('in', Number.MAX_SAFE_INTEGER)).length, 70)
})
