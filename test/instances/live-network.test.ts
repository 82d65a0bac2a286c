// Truth: the driver contract for networks that bring the past, what they could not read, the same id twice, and verdicts late.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { readRecord } from '../../src/journal/record.ts'
import { isFault } from '../../src/model/fault.ts'
import type { ChatId, MessageId } from '../../src/model/ids.ts'
import { fault } from '../../src/model/fault.ts'
import { drain, newInstance, openWorld, say, until, type Domain, type World } from '../support/domain.ts'
import { keptLog } from '../support/kept-log.ts'
import { brought, chatOf, party, ScriptedMessenger, written } from '../support/scripted-messenger.ts'

const ANN = chatOf('79013000001')
const BOB = chatOf('79013000002')
const AT = Date.now()
const ID = '3EB00000000000000001' as MessageId
const ON = { incomingWebhook: 'yes', outgoingWebhook: 'yes', outgoingAPIMessageWebhook: 'yes' } as const

let world: World
let domain: Domain
let phones = 79_005_500_000
const logged: string[] = []
const messenger = new ScriptedMessenger('whatsapp', {
  cannotSend: new Set(['list']),
  delayJitter: 0.5,
  sendsWhileRestricted: true,
})
const strictMessenger = new ScriptedMessenger('v3')

before(async () => {
  world = await openWorld()
  domain = await world.startWith({
    node: {
      log: keptLog(logged),
      drivers: new Map([
        ['whatsapp', messenger],
        ['v3', strictMessenger],
      ]),
    },
  })
})
after(() => world.close())

async function linked(settings: object = ON) {
  const instance = await newInstance(domain, settings)
  await messenger.link(instance, String((phones += 1)))
  await drain(instance)
  return { instance, session: messenger.of(instance), journal: domain.node.store.journal }
}

function from(chat: ChatId, content: Parameters<typeof written>[0], id = ID) {
  return written(content, { id, direction: 'in', at: AT, chat: party(chat), author: party(chat) })
}

test('what is from before the link is in the journal and told to nobody', async () => {
  const { instance, session, journal } = await linked()
  const message = from(ANN, { kind: 'text', text: 'long ago' })
  await session.bring({ kind: 'message', message, isPast: true })
  assert.deepEqual(await drain(instance), [])
  const row = await journal.inChat(instance.id, ANN, ID)
  assert.deepEqual(row === null ? null : readRecord(row).content, { kind: 'text', text: 'long ago' })
  await session.bring(brought(message))
  assert.deepEqual(await drain(instance), [], 'and stays the same message when it comes once more')
})

test('what was kept as of the past and is news after all is told, its row is the same', async () => {
  const { instance, session, journal } = await linked()
  const message = from(ANN, { kind: 'text', text: 'just now' })
  await session.bring({ kind: 'message', message, isPast: true })
  await session.bring({ kind: 'message', message, wasPast: true })
  await session.bring(brought(message))
  const told = await drain(instance)
  assert.equal(told.length, 1)
  assert.match(JSON.stringify(told), /incomingMessageReceived.*just now/)
  assert.equal((await journal.inChat(instance.id, ANN, ID))?.id, ID)
})

test('what could not be read is told as such, once, and again when it can be read, once', async () => {
  const { instance, session, journal } = await linked()
  const marker = brought(from(ANN, { kind: 'unreadable', why: 'undecrypted' }))
  const readable = brought(from(ANN, { kind: 'text', text: 'at last' }))
  for (const event of [marker, marker, readable, marker, readable]) await session.bring(event)
  const told = await drain(instance)
  assert.deepEqual(
    told.map((body) => JSON.stringify(body).includes('at last')),
    [false, true],
  )
  const row = await journal.inChat(instance.id, ANN, ID)
  assert.deepEqual(row === null ? null : readRecord(row).content, { kind: 'text', text: 'at last' })
})

test('so is what the own phone said', async () => {
  const { instance, session, journal } = await linked()
  for (const content of [
    { kind: 'unreadable', why: 'undecrypted' },
    { kind: 'text', text: 'at last' },
  ] as const)
    await session.bring(brought({ ...from(ANN, content), direction: 'out' }))
  const row = await journal.inChat(instance.id, ANN, ID)
  assert.deepEqual(row === null ? null : readRecord(row).content, { kind: 'text', text: 'at last' })
})

test('the same in one change', async () => {
  const { instance, session } = await linked()
  await session.bring(
    brought(from(ANN, { kind: 'unreadable', why: 'undecrypted' })),
    brought(from(ANN, { kind: 'text', text: 'at last' })),
  )
  assert.equal((await drain(instance)).length, 2)
})

test('an id that two chats have is two messages', async () => {
  const { instance, session, journal } = await linked()
  await session.bring(brought(from(ANN, { kind: 'text', text: 'of Ann' })))
  await session.bring(
    brought(from(BOB, { kind: 'text', text: 'of Bob' })),
    brought(from(ANN, { kind: 'text', text: 'x' })),
  )
  assert.equal((await drain(instance)).length, 2)
  for (const chat of [ANN, BOB]) assert.notEqual(await journal.inChat(instance.id, chat, ID), null)
})

test('a refusal that comes after the verdict was given up settles the message, and nothing else is told of it', async () => {
  const { instance, session } = await linked()
  session.verdict = () => Promise.resolve({ ok: false, fault: fault('unconfirmed', 'no word') })
  const id = await say(instance, '79013000001', 'to nobody')
  await until(() => session.sent.length === 1)
  await session.bring({ kind: 'status', id, chat: ANN, status: 'failed', at: AT, description: 'refused (463)' })
  assert.equal(instance.queued, 0)
  const told = await drain(instance)
  assert.deepEqual(
    told.map(({ typeWebhook, status, description }) => [typeWebhook, status, description]),
    [['outgoingMessageStatus', 'failed', 'refused (463)']],
  )
})

test('a receipt finds its message by another name of the chat', async () => {
  const { instance, session } = await linked()
  session.verdict = () => Promise.resolve({ ok: false, fault: fault('unconfirmed', 'no word') })
  const id = await say(instance, '79013000001', 'hello')
  await until(() => session.sent.length === 1)
  const hidden = '123456789012@lid' as ChatId
  await session.bring({ kind: 'status', id, chat: hidden, status: 'delivered', at: AT })
  const row = await domain.node.store.journal.find(instance.id, id)
  assert.equal(row?.status, 'delivered')
})

test('a kind that the messenger can not send is refused at once', async () => {
  const { instance } = await linked()
  const list = { kind: 'list', title: '', body: 'b', footer: '', buttonText: 'c', sections: [] } as const
  const answer = await instance.send({ chat: ANN, content: list })
  assert.ok(isFault(answer) && answer.fault === 'unsupported')
  assert.equal(instance.queued, 0)
})

test('what a session keeps: secrets and notes by their names, messages of the journal', async () => {
  const { session } = await linked()
  const { host } = session
  await session.commit({
    secrets: new Map([['key|1', Buffer.from('one')]]),
    notes: new Map([['key|2', { value: Buffer.from('two'), until: AT + 60_000 }]]),
    events: [brought(from(ANN, { kind: 'text', text: 'words' }))],
  })
  assert.deepEqual([...(await host.secrets('key|')).keys()].sort(), ['key|1', 'key|2'])
  assert.equal(Buffer.from((await host.secret('key|2')) ?? []).toString(), 'two')
  const known = await host.message(ANN, ID)
  assert.deepEqual(known, { direction: 'in', author: ANN, at: AT, content: { kind: 'text', text: 'words' } })
  assert.equal(await host.message(BOB, ID), null)
})

test('another proxy is in force at once: the session goes by it, and nobody hears of a change', async () => {
  const { instance, session } = await linked()
  assert.equal(session.host.proxy, '')
  await instance.update({ proxyUrl: 'socks5://user:word@192.0.2.1:1080' })
  await until(() => messenger.of(instance) !== session && instance.isOnline)
  assert.equal(messenger.of(instance).host.proxy, 'socks5://user:word@192.0.2.1:1080')
  assert.deepEqual(await drain(instance), [])
})

test('a lost session is logged with what its driver says of it, and the instance says it until there is another', async () => {
  const { instance, session } = await linked()
  assert.equal(instance.trouble, null)
  session.host.lost(fault('unavailable', 'the proxy 192.0.2.1:1080: connect ECONNREFUSED'))
  assert.deepEqual([instance.isOnline, instance.trouble], [false, 'the proxy 192.0.2.1:1080: connect ECONNREFUSED'])
  assert.match(
    logged.filter((line) => line.includes('the session was lost')).join(),
    /192\.0\.2\.1:1080: connect ECONNREFUSED/,
  )
  session.host.opened()
  assert.deepEqual([instance.isOnline, instance.trouble], [true, null])
})

test('the delay between two sends is never shorter than set, and longer at random where the messenger wants it so', async () => {
  const { instance, session } = await linked({ delaySendMessagesMilliseconds: 500 })
  const times: number[] = []
  session.verdict = () => {
    times.push(performance.now())
    return Promise.resolve({ ok: true, at: Date.now() })
  }
  for (let sent = 0; sent < 5; sent += 1) await say(instance, '79013000001', 'one of five')
  await until(() => times.length === 5)
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0))
  assert.ok(
    gaps.every((gap) => gap >= 490),
    `no gap is shorter: ${gaps.join(', ')}`,
  )
  assert.ok(
    gaps.some((gap) => gap >= 515),
    `they are not all the same: ${gaps.join(', ')}`,
  )
})

test('a restricted account sends on where its messenger judges each send by itself, and nothing where not', async () => {
  const { instance, session } = await linked()
  await session.bring({ kind: 'restricted', state: 'suspended', at: AT })
  assert.equal(instance.state, 'suspended')
  await say(instance, '79013000001', 'an answer')
  await until(() => session.sent.length === 1)
  const strict = await newInstance(domain, ON, 'v3')
  await strictMessenger.link(strict, String((phones += 1)))
  await strictMessenger.of(strict).bring({ kind: 'restricted', state: 'suspended', at: AT })
  await say(strict, '79013000001', 'waits')
  await until(() => strict.queued === 1)
  assert.equal(strictMessenger.of(strict).sent.length, 0)
})
