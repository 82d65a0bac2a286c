// Truth: DECISIONS A and B, and what the issue decided of journals: shelves, marks, statuses, calls, receipts. A scripted network brings each thing.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Instance } from '../../src/instances/instance.ts'
import { readCall, readRecord } from '../../src/journal/record.ts'
import type { CallStatus, NetworkCall } from '../../src/model/call.ts'
import { STATUS_CHAT, type Content } from '../../src/model/content.ts'
import type { ChatId, MessageId } from '../../src/model/ids.ts'
import type { NetworkMessage } from '../../src/model/message.ts'
import type { Settings } from '../../src/model/settings.ts'
import { drain, newInstance, openWorld, say, until, type Domain, type World } from '../support/domain.ts'
import { brought, chatOf, party, ScriptedMessenger, written } from '../support/scripted-messenger.ts'

const ALL: Partial<Settings> = {
  incomingWebhook: 'yes',
  outgoingWebhook: 'yes',
  outgoingMessageWebhook: 'yes',
  outgoingAPIMessageWebhook: 'yes',
  editedMessageWebhook: 'yes',
  deletedMessageWebhook: 'yes',
  pollMessageWebhook: 'yes',
  incomingCallWebhook: 'yes',
  outgoingCallWebhook: 'yes',
}

let world: World
let domain: Domain
let failCommits = 0
const whatsapp = new ScriptedMessenger('whatsapp')
const max = new ScriptedMessenger('v3', { tellsSent: false, messageIds: 'decimal' })
let phones = 79_005_000_000

async function start(): Promise<Domain> {
  return world.startWith({
    node: {
      drivers: new Map([
        ['whatsapp', whatsapp],
        ['v3', max],
      ]),
    },
    around: (inner) => ({
      ...inner,
      commit: (batch) => {
        if (failCommits === 0) return inner.commit(batch)
        failCommits -= 1
        return Promise.reject(new Error('the disk is full'))
      },
    }),
  })
}

before(async () => {
  world = await openWorld()
  domain = await start()
})
after(() => world.close())

async function linked(messenger = whatsapp, settings: Partial<Settings> = ALL): Promise<Instance> {
  const instance = await newInstance(domain, settings, messenger.messenger)
  await messenger.link(instance, String((phones += 1)))
  return instance
}

const ANN = party(chatOf('79005550000'), { name: 'Ann' })
const GROUP = party('120363043968066561@g.us', { name: 'Group' })
const BOB = party(chatOf('79005550001'), { name: 'Bob' })

const edit = (target: MessageId, text = 'better'): Content => ({ kind: 'edit', target, text, isCaption: false })
const deletion = (target: MessageId, forEveryone = true): Content => ({ kind: 'deletion', target, forEveryone })

async function row(instance: Instance, { id, chat }: Pick<NetworkMessage, 'id' | 'chat'>) {
  const found = await instance.journal.message(chat.id, id)
  assert.ok(found !== null, 'it is in the journal')
  return found
}
const marks = async (instance: Instance, message: NetworkMessage) => {
  const { isEdited, isDeleted } = await row(instance, message)
  return { isEdited, isDeleted }
}
const typesOf = (bodies: readonly Record<string, unknown>[]) =>
  bodies.map((body) => {
    const data = body['messageData'] as Record<string, unknown> | undefined
    return data?.['typeMessage'] ?? body['status'] ?? body['typeWebhook']
  })

test('an edit of the same author marks the original and is a row and a notification of its own', async () => {
  const instance = await linked()
  const session = whatsapp.of(instance)
  const original = written('first', { chat: GROUP, author: ANN })
  await session.bring(brought(original))
  const change = written(edit(original.id), { chat: GROUP, author: ANN })
  await session.bring(brought(change))
  assert.deepEqual(await marks(instance, original), { isEdited: true, isDeleted: false })
  assert.deepEqual(readRecord(await row(instance, original)).content, original.content, 'the text stays as it was')
  assert.deepEqual(readRecord(await row(instance, change)), {
    author: ANN.id,
    content: change.content,
    parties: { chat: GROUP, author: ANN },
  })
  assert.deepEqual(typesOf(await drain(instance)), ['textMessage', 'editedMessage'])
})

test('an original that comes in the same change as its deletion is marked too, brought twice it is told once', async () => {
  const instance = await linked()
  const session = whatsapp.of(instance)
  const original = written('gone soon')
  const change = written(deletion(original.id))
  const events = [brought(original), brought(change)]
  await session.bring(...events)
  await session.bring(...events)
  assert.deepEqual(await marks(instance, original), { isEdited: false, isDeleted: true })
  assert.deepEqual(typesOf(await drain(instance)), ['textMessage', 'deletedMessage'])
})

test('what somebody else changes is stored and told, and the original is not marked', async () => {
  const instance = await linked()
  const session = whatsapp.of(instance)
  const original = written('mine', { chat: GROUP, author: ANN })
  const byOther = written(edit(original.id), { chat: GROUP, author: BOB })
  const inOtherChat = written(deletion(original.id), { chat: ANN, author: ANN })
  const byPhone = written(deletion(original.id), { chat: GROUP, direction: 'out' })
  await session.bring(brought(original))
  await session.bring(brought(byOther))
  await session.bring(brought(inOtherChat), brought(byPhone))
  assert.deepEqual(await marks(instance, original), { isEdited: false, isDeleted: false })
  await row(instance, byOther)
  await row(instance, inOtherChat)
  assert.equal((await drain(instance)).length, 4)
})

test('a change of an unknown original is stored and told', async () => {
  const instance = await linked()
  const change = written(edit('3EB0000000000000000A' as MessageId))
  await whatsapp.of(instance).bring(brought(change))
  assert.deepEqual(readRecord(await row(instance, change)).content, change.content)
  assert.deepEqual(typesOf(await drain(instance)), ['editedMessage'])
})

test('the own phone changes what it, or the API, has sent; from its own devices alone it takes back everything', async () => {
  const instance = await linked()
  const session = whatsapp.of(instance)
  const byPhone = written('by hand', { direction: 'out' })
  const theirs = written('theirs')
  await session.bring(brought(byPhone), brought(theirs))
  const byApi = await say(instance, '79005550000', 'by the API')
  await until(async () => (await domain.node.store.journal.find(instance.id, byApi))?.status === 'sent')
  await session.bring(
    ...[edit(byPhone.id), deletion(byApi), deletion(theirs.id, false)].map((content) =>
      brought(written(content, { direction: 'out' })),
    ),
  )
  assert.deepEqual(await marks(instance, byPhone), { isEdited: true, isDeleted: false })
  assert.equal((await domain.node.store.journal.find(instance.id, byApi))?.isDeleted, true)
  assert.deepEqual(await marks(instance, theirs), { isEdited: false, isDeleted: true })
})

test('a change that was not stored adds nothing, and is whole when it comes again', async () => {
  const instance = await linked()
  const session = whatsapp.of(instance)
  const original = written('first')
  const change = written(edit(original.id))
  await session.bring(brought(original))
  await drain(instance)
  failCommits = 1
  await assert.rejects(session.bring(brought(change)), /disk is full/)
  assert.deepEqual(await marks(instance, original), { isEdited: false, isDeleted: false })
  assert.deepEqual(await drain(instance), [])
  await session.bring(brought(change))
  assert.equal((await marks(instance, original)).isEdited, true)
  assert.equal((await drain(instance)).length, 1)
})

test('statuses lie on their own shelf, tell nothing, and keep how far each viewer came', async () => {
  const instance = await linked()
  const session = whatsapp.of(instance)
  const story: Content = { kind: 'statusText', text: 'Hi', backgroundColor: '#112233', font: 'SERIF' }
  const statuses = party(STATUS_CHAT)
  const theirs = written(story, { chat: statuses, author: ANN })
  const own = written(story, { chat: statuses, direction: 'out' })
  const gone = written(deletion(theirs.id), { chat: statuses, author: ANN })
  await session.bring(brought(theirs), brought(own), brought(gone))
  const seen = { kind: 'receipt', id: own.id, participant: ANN.id, at: 1 } as const
  await session.bring({ ...seen, status: 'delivered' }, { ...seen, participant: BOB.id, status: 'delivered', at: 2 })
  await session.bring({ ...seen, status: 'read', at: 3 })
  await session.bring({ ...seen, status: 'delivered', at: 4 }, { ...seen, id: 'nobody' as MessageId, status: 'read' })
  await session.bring({ kind: 'status', id: own.id, chat: STATUS_CHAT, status: 'read', at: 5 })
  assert.deepEqual(await drain(instance), [])
  assert.deepEqual(
    (await instance.journal.statuses('in', 10)).map(({ id, isDeleted }) => [id, isDeleted]),
    [[theirs.id, true]],
    'what only took it back is not listed',
  )
  assert.deepEqual(
    (await instance.journal.statuses('out', 10)).map(({ id, status }) => [id, status]),
    [[own.id, 'read']],
  )
  assert.deepEqual(await instance.journal.last('in', 10), [])
  const receipts = await instance.journal.receipts(own.id)
  assert.deepEqual(
    receipts.map(({ participant, status }) => [participant, status]).sort(),
    [
      [ANN.id, 'read'],
      [BOB.id, 'delivered'],
    ].sort(),
  )
  assert.deepEqual(await instance.journal.receipts('nobody' as MessageId), [])
})

function call(status: CallStatus, more: Partial<NetworkCall> = {}): NetworkCall {
  const id = 'CALL0001' as MessageId
  const rest = { isVideo: false, isGroup: false, durationS: 0, participants: [], at: Date.now() }
  return { id, direction: 'in', chat: ANN, status, ...rest, ...more }
}

test('a call is one row whose body goes on; the same again and what is older change nothing', async () => {
  const instance = await linked()
  const session = whatsapp.of(instance)
  const offered = call('offer')
  await session.bring({ kind: 'call', call: offered })
  await session.bring({ kind: 'call', call: offered }, { kind: 'call', call: call('pickUp') })
  await session.bring({ kind: 'call', call: offered }, { kind: 'call', call: call('declined') })
  await session.bring({ kind: 'call', call: call('pickUp', { durationS: 42 }) })
  const listed = await instance.journal.calls('in', 10)
  assert.deepEqual(
    listed.map((entry) => [entry.id, entry.shelf, entry.at, readCall(entry).status, readCall(entry).durationS]),
    [['CALL0001', 'call', offered.at, 'pickUp', 42]],
  )
  assert.deepEqual(typesOf(await drain(instance)), ['offer', 'pickUp'])
  assert.deepEqual(await instance.journal.last('in', 10), [], 'a call is no message')
})

test('an outgoing call comes once, and calls of two chats do not meet', async () => {
  const instance = await linked()
  const session = whatsapp.of(instance)
  const participants = [{ id: ANN.id, status: 'pickUp' }] as const
  const over = call('pickUp', { direction: 'out', durationS: 7, participants })
  await session.bring({ kind: 'call', call: over }, { kind: 'call', call: over })
  await session.bring({ kind: 'call', call: call('offer', { chat: BOB }) })
  assert.deepEqual((await instance.journal.calls('out', 10)).map(readCall), [over])
  assert.equal((await instance.journal.calls('in', 10)).length, 1)
  assert.deepEqual(
    (await drain(instance)).map((body) => body['typeWebhook']),
    ['outgoingCall', 'incomingCall'],
  )
})

test('where the messenger does not tell `sent`, what the phone or the API sent is delivered at once', async () => {
  const instance = await linked(max)
  const session = max.of(instance)
  const byPhone = written('by hand', { chat: party('1000'), direction: 'out' })
  await session.bring(brought(byPhone))
  const byApi = await say(instance, '79005550000', 'by the API')
  await until(async () => (await domain.node.store.journal.find(instance.id, byApi))?.status === 'delivered')
  await session.bring(
    ...[byPhone.id, byApi].flatMap((id) =>
      (['sent', 'delivered', 'read'] as const).map(
        (status) => ({ kind: 'status', id, chat: '1000' as ChatId, status, at: Date.now() }) as const,
      ),
    ),
  )
  assert.equal((await row(instance, byPhone)).status, 'read')
  assert.deepEqual(typesOf(await drain(instance)), ['textMessage', 'textMessage', 'delivered', 'read', 'read'])
})

test('receipts of a reaction are nobody’s news, and those of a message are', async () => {
  const instance = await linked()
  const session = whatsapp.of(instance)
  const said = written('by hand', { direction: 'out' })
  const reaction = written(
    { kind: 'reaction', target: said.id, participant: ANN.id, emoji: '👍' },
    { direction: 'out' },
  )
  const read = ({ id, chat }: NetworkMessage) =>
    ({ kind: 'status', id, chat: chat.id, status: 'read', at: Date.now() }) as const
  await session.bring(brought(said), brought(reaction), read(reaction))
  await session.bring(read(said), read(said))
  assert.deepEqual(typesOf(await drain(instance)), ['textMessage', 'reactionMessage', 'read'])
})

test('rows and marks outlive a restart, and what comes again after it adds nothing', async () => {
  const instance = await linked()
  const original = written('first')
  const events = [
    brought(original),
    brought(written(edit(original.id))),
    { kind: 'call', call: call('offer') },
  ] as const
  await whatsapp.of(instance).bring(...events)
  await domain.stop()
  domain = await start()
  const again = domain.instances.get(instance.id)
  assert.ok(again !== undefined)
  await until(() => again.isOnline)
  const notified = again.mailbox.count
  await whatsapp.of(again).bring(...events)
  assert.equal(again.mailbox.count, notified)
  assert.equal((await marks(again, original)).isEdited, true)
  assert.equal((await again.journal.last('in', 10)).length, 2)
})

test('a receipt raises what was sent to its chat, or to another name of a person, and nothing else with its id', async () => {
  const instance = await linked()
  const session = whatsapp.of(instance)
  const lid = party('100200300400005@lid')
  const toGroup = written('for all', { chat: GROUP, direction: 'out' })
  const toAnn = written('for Ann', { chat: ANN, author: ANN, direction: 'out' })
  const theirs = written('from Bob', { chat: BOB, author: BOB })
  const same = { ...written('in another chat', { chat: BOB, author: BOB, direction: 'out' }), id: toGroup.id }
  await session.bring(...[toGroup, toAnn, theirs].map(brought))
  const read = (id: MessageId, chat: ChatId) => ({ kind: 'status', id, chat, status: 'read', at: Date.now() }) as const
  await session.bring(read(toGroup.id, ANN.id), read(toAnn.id, GROUP.id), read(theirs.id, BOB.id))
  const statusOf = async (message: NetworkMessage) => (await row(instance, message)).status
  assert.deepEqual(await Promise.all([toGroup, toAnn, theirs].map(statusOf)), ['sent', 'sent', 'delivered'])
  await session.bring(brought(same))
  await session.bring(read(same.id, BOB.id), read(toAnn.id, lid.id))
  assert.deepEqual(await Promise.all([toGroup, same, toAnn].map(statusOf)), ['sent', 'read', 'read'])
})

test('a message that the journal has by another name of its chat is no other one', async () => {
  const instance = await linked()
  const session = whatsapp.of(instance)
  const lid = party('100200300400006@lid')
  const marker = written({ kind: 'unreadable', why: 'undecrypted' }, { chat: lid, author: lid })
  await session.bring(brought(marker))
  const later = { ...written('what it says'), id: marker.id }
  const event = { kind: 'message', message: later, aliases: [lid.id] } as const
  await session.bring(event)
  await session.bring(event, event)
  assert.deepEqual(readRecord(await row(instance, marker)).content, later.content)
  assert.equal(await instance.journal.message(later.chat.id, later.id), null)
  assert.deepEqual(typesOf(await drain(instance)).length, 2)
})

test('what the messenger lets somebody change is marked where it is, whoever wrote it', async () => {
  const instance = await linked()
  const session = whatsapp.of(instance)
  const lid = party('100200300400007@lid')
  const before = written('helo', { chat: lid, author: lid })
  const inGroup = written('rude', { chat: GROUP, author: ANN })
  await session.bring(brought(before), brought(inGroup))
  const changed = (change: NetworkMessage, { id, chat }: NetworkMessage) =>
    ({ kind: 'message', message: change, original: { chat: chat.id, id, isAllowed: true } }) as const
  await session.bring(changed(written(edit(before.id)), before))
  await session.bring(changed(written(deletion(inGroup.id), { chat: GROUP, author: BOB }), inGroup))
  assert.deepEqual(await marks(instance, before), { isEdited: true, isDeleted: false })
  assert.deepEqual(await marks(instance, inGroup), { isEdited: false, isDeleted: true })
})
