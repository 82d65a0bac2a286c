// Truth: the contract's journals: what each of them lists, in which order and how much of it, at 10,000 messages too.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { recordNetwork } from '../../src/journal/record.ts'
import { openKeyFile } from '../../src/lib/key-file.ts'
import { silentLog } from '../../src/lib/log.ts'
import { systemRandom } from '../../src/lib/random.ts'
import type { ChatId, InstanceId, MessageId } from '../../src/model/ids.ts'
import { fileOn, sayContent } from '../support/files.ts'
import { eventually, listIn, newPhone, objectIn, say } from '../support/road.ts'
import { room, type Room } from '../support/rooms.ts'
import { startServer, type Made, type TestServer } from '../support/server.ts'
import { openTestStore } from '../support/test-database.ts'

let server: TestServer
let here: Room
before(async () => {
  server = await startServer({ JADEGATE_DELAY_MIN_MS: '0' })
  here = await room(server, { outgoingWebhook: 'yes' })
})
after(() => server.close())

const history = async (chatId: string, count?: number, own = here.made) =>
  listIn(await server.on(own, 'POST', 'getChatHistory', { chatId, ...(count !== undefined && { count }) }))
const ids = (rows: readonly object[]) => rows.map((row) => (row as { idMessage: string }).idMessage)

test('a chat: both directions, newest first, whatever the settings say', async () => {
  const { chatId, other, phone } = here
  const sent: string[] = []
  for (const text of ['one', 'two']) {
    sent.push(await here.send('sendMessage', { chatId, message: text }))
    await here.seen(sent.at(-1) ?? '')
    sent.push(await say(server, other, phone, `${text}, heard`))
    await eventually(async () => ids(await history(chatId)).includes(sent.at(-1) ?? ''), 'stored')
  }
  const newest = sent.toReversed()
  assert.deepEqual(ids(await history(chatId)), newest)
  assert.deepEqual(ids(await history(chatId, 3)), newest.slice(0, 3))
  assert.deepEqual(await history(chatId, 0), [])
  assert.deepEqual(await history(`${newPhone()}@c.us`), [])
  assert.deepEqual(ids(await here.list('lastIncomingMessages')), [newest[0], newest[2]])
  assert.deepEqual(ids(await here.list('lastOutgoingMessages?minutes=5')), [newest[1], newest[3]])
  assert.deepEqual(await here.list('lastOutgoingMessages?minutes=0'), [])
})

test('the keys of a row, on either side', async () => {
  const { chatId, other, phone } = here
  const sent = await here.send('sendMessage', { chatId, message: 'out' })
  await here.seen(sent)
  const came = await say(server, other, phone, 'in')
  const delivered = async () =>
    (await here.post('getMessage', { chatId, idMessage: sent }))['statusMessage'] === 'delivered'
  await eventually(delivered, 'delivered')
  await eventually(async () => ids(await history(chatId, 1))[0] === came, 'stored')
  const marks = { deletedMessageId: '', editedMessageId: '', isEdited: false, isDeleted: false }
  const { timestamp: outAt, ...out } = await here.post('getMessage', { chatId, idMessage: sent })
  assert.deepEqual(out, {
    ...{ type: 'outgoing', idMessage: sent, typeMessage: 'textMessage', chatId, textMessage: 'out' },
    ...{ statusMessage: 'delivered', sendByApi: true, ...marks },
  })
  const { timestamp: inAt, senderName, ...incoming } = await here.post('getMessage', { chatId, idMessage: came })
  assert.deepEqual(incoming, {
    ...{ type: 'incoming', idMessage: came, typeMessage: 'textMessage', chatId, textMessage: 'in' },
    ...{ senderId: chatId, senderContactName: '', ...marks },
  })
  assert.deepEqual([typeof outAt, typeof inAt, typeof senderName], ['number', 'number', 'string'])
})

test('each kind as its type', async () => {
  const { chatId, other, phone } = here
  const file = await fileOn(server)
  const target = await say(server, other, phone, 'about me')
  const kinds: readonly (readonly [object, string])[] = [
    ...(['image', 'video', 'audio', 'document', 'sticker'] as const).map(
      (type) => [{ kind: 'file', type, file }, `${type}Message`] as const,
    ),
    [{ kind: 'location', latitude: 1, longitude: 2 }, 'locationMessage'],
    [{ kind: 'contacts', contacts: [{ displayName: 'A' }] }, 'contactMessage'],
    [{ kind: 'contacts', contacts: [{ displayName: 'A' }, { displayName: 'B' }] }, 'contactsArrayMessage'],
    [{ kind: 'poll', question: 'q', options: ['a', 'b'] }, 'pollMessage'],
    [{ kind: 'reaction', target, emoji: '👍' }, 'reactionMessage'],
    [{ kind: 'groupInvite', group: '120363041234567890@g.us' }, 'groupInviteMessage'],
    [{ kind: 'product', productId: '1', title: 'Tea' }, 'productMessage'],
    [{ kind: 'order', orderId: '1', seller: other }, 'orderMessage'],
    [{ kind: 'buttons', body: 'b', buttons: [{ text: 'x' }] }, 'interactiveButtons'],
    [{ kind: 'buttons', style: 'plain', body: 'b', buttons: [{ text: 'x' }] }, 'buttonsMessage'],
    [{ kind: 'buttons', style: 'template', body: 'b', buttons: [{ text: 'x' }] }, 'templateMessage'],
    [{ kind: 'list', body: 'b', sections: [{ rows: [{ title: 'r' }] }] }, 'listMessage'],
    [{ kind: 'unreadable' }, 'textMessage'],
    [{ kind: 'edit', target, text: 'better' }, 'editedMessage'],
    [{ kind: 'deletion', target }, 'deletedMessage'],
  ]
  let last = ''
  for (const [content] of kinds) last = await sayContent(server, other, phone, content)
  await eventually(async () => ids(await history(chatId, 1))[0] === last, 'all stored')
  const types = (await history(chatId, kinds.length)).map(({ typeMessage }) => typeMessage)
  assert.deepEqual(
    types.toReversed(),
    kinds.map(([, type]) => type),
  )
})

test('what is refused: an unknown message, a count that is none, a chat that is none', async () => {
  const { chatId } = here
  const bad: readonly (readonly [string, object])[] = [
    ['getMessage', { chatId, idMessage: '3EB0000000000000000000' }],
    ['getMessage', { chatId }],
    ['getChatHistory', { chatId, count: '5' }],
    ['getChatHistory', { chatId: 'nobody' }],
    ['getChatHistory', { chatId: '' }],
  ]
  for (const [method, body] of bad) assert.equal((await here.try(method, body)).status, 400, JSON.stringify(body))
  assert.equal((await server.on(here.made, 'GET', 'lastIncomingMessages?minutes=soon')).status, 400)
})

describe('at 10,000 messages and more', () => {
  const COUNT = 10_050
  let busy: Made
  const chatId = '79009999999@c.us' as ChatId

  /** Written where the server keeps them, while it is stopped: what counts here is reading. */
  before(async () => {
    busy = await server.make()
    await server.stop()
    const sealingKey = openKeyFile(join(server.dataDir, 'sealing.key'), systemRandom)
    const store = await openTestStore({ file: join(server.dataDir, 'jadegate.db'), sealingKey, log: silentLog })
    const now = Date.now()
    const instance = busy.idInstance as InstanceId
    const party = { id: chatId, name: 'Dana', contactName: '' }
    const writes = Array.from({ length: COUNT }, (_, number) => {
      const id = `3EB0${number.toString(16).padStart(16, '0')}` as MessageId
      const direction = number % 2 === 0 ? 'in' : 'out'
      const content = { kind: 'text', text: String(number) } as const
      const at = now - (COUNT - number) * 1000
      return recordNetwork(instance, { id, direction, chat: party, author: party, at, content }, 'sent')
    })
    for (let from = 0; from < COUNT; from += 1000) {
      await store.commit({ guards: [], writes: writes.slice(from, from + 1000) })
    }
    await store.close()
    server = await startServer({ JADEGATE_DELAY_MIN_MS: '0', JADEGATE_DATA_DIR: server.dataDir })
  })

  const texts = (rows: readonly object[]) => rows.map((row) => Number((row as { textMessage: string }).textMessage))
  const falling = (from: number, count: number, step: number) =>
    Array.from({ length: count }, (_, i) => from - i * step)

  test('lists are whole, newest first, and end at ten thousand', async () => {
    assert.deepEqual(texts(await history(chatId, 1_000_000, busy)), falling(COUNT - 1, 10_000, 1))
    assert.deepEqual(texts(await history(chatId, undefined, busy)), falling(COUNT - 1, 100, 1))
    const incoming = listIn(await server.on(busy, 'GET', 'lastIncomingMessages'))
    assert.deepEqual(texts(incoming), falling(COUNT - 2, COUNT / 2, 2))
    const recent = listIn(await server.on(busy, 'GET', 'lastOutgoingMessages?minutes=10'))
    assert.deepEqual(texts(recent), falling(COUNT - 1, recent.length, 2))
    assert.ok(recent.length > 200 && recent.length <= 300, String(recent.length))
  })

  test('one of them is found by its id', async () => {
    const idMessage = `3EB0${(77).toString(16).padStart(16, '0')}`
    const found = objectIn(await server.on(busy, 'POST', 'getMessage', { chatId, idMessage }))
    assert.deepEqual([found['idMessage'], found['textMessage']], [idMessage, '77'])
  })
})
