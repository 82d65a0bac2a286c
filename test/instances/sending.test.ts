// Truth: docs/adr/0006 and the contract on what happens around an attempt: typing, marks, what is told, what follows; a scripted session tells what the
// sender asked of it, the store is real.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { STATUS_CHAT } from '../../src/model/content.ts'
import { fault } from '../../src/model/fault.ts'
import type { MessageId } from '../../src/model/ids.ts'
import { drain, openWorld, sendTo, until, type Domain, type World } from '../support/domain.ts'
import { CHAT, drainOf, emptied, PHONE, picture, stage } from '../support/stage.ts'

let world: World
let domain: Domain
before(async () => {
  world = await openWorld()
  domain = await world.start()
})
after(() => world.close())

test('typing is shown for its time with its type before a send; the setting only where nothing was said', async () => {
  const shown = await stage(
    domain,
    async (instance) => {
      await sendTo(instance, PHONE, { kind: 'text', text: 'said' }, { typingTimeMs: 120, typingType: 'recording' })
      await sendTo(instance, PHONE, { kind: 'text', text: 'by the setting' })
      await sendTo(instance, PHONE, { kind: 'deletion', target: 'x' as MessageId, forEveryone: true })
      await sendTo(instance, STATUS_CHAT, { kind: 'text', text: 'nobody sees me typing' })
    },
    { settings: { autoTyping: 1 } },
  )
  const startedAt = Date.now()
  await emptied(shown)
  assert.deepEqual(shown.scripted.asked, [
    `typing ${CHAT} 120 recording`,
    'send text',
    `typing ${CHAT} 1000`,
    'send text',
    'send deletion',
    'send text',
  ])
  assert.ok(Date.now() - startedAt >= 1100)
})

test('typing that was asked for by itself holds back the next send until it ends', async () => {
  const shown = await stage(domain, () => Promise.resolve())
  shown.sender.typing(CHAT, 300, 'recording')
  const startedAt = Date.now()
  await sendTo(shown.instance, PHONE, { kind: 'text', text: 'after the typing' })
  shown.record.outbox.take()
  shown.sender.wake()
  await until(() => shown.scripted.sent.length === 1)
  assert.ok(Date.now() - startedAt >= 290)
  assert.deepEqual(shown.scripted.asked, [`typing ${CHAT} 300 recording`, 'send text'])
  await shown.sender.stop()
})

test('after a send the chat is read and archived where that was asked, for messages only', async () => {
  const shown = await stage(
    domain,
    async (instance) => {
      await sendTo(instance, PHONE, { kind: 'text', text: 'hello' }, { archiveChat: true })
      await sendTo(instance, PHONE, { kind: 'edit', target: 'x' as MessageId, text: 'b', isCaption: false })
      await sendTo(instance, STATUS_CHAT, { kind: 'text', text: 'story' })
    },
    { settings: { markIncomingMessagesReadedOnReply: 'yes' } },
  )
  await emptied(shown)
  assert.deepEqual(shown.scripted.asked, [
    'send text',
    `read ${CHAT}`,
    `archive ${CHAT} true`,
    'send edit',
    'send text',
  ])
})

test('a message whose verdict was lost is followed up when its receipt comes', async () => {
  let id = '' as MessageId
  const shown = await stage(domain, async (instance) => {
    id = await sendTo(instance, PHONE, { kind: 'text', text: 'hello' }, { archiveChat: true })
  })
  shown.scripted.verdict = () => ({ ok: false, fault: fault('unconfirmed', 'lost') })
  await until(() => shown.scripted.asked.length === 1 && shown.sender.attempts.find(id) !== undefined)
  shown.sender.settled(id)
  await shown.sender.stop()
  assert.deepEqual(shown.scripted.asked, ['send text', `archive ${CHAT} true`])
})

test('a sent edit or deletion marks the original in the same batch and is told without a status; a failed one is told', async () => {
  const settings = { outgoingWebhook: 'yes', outgoingAPIMessageWebhook: 'yes' } as const
  const flags = { ...settings, editedMessageWebhook: 'yes', deletedMessageWebhook: 'yes' } as const
  const ids: MessageId[] = []
  const shown = await stage(
    domain,
    async (instance) => {
      ids.push(await sendTo(instance, PHONE, { kind: 'text', text: 'first' }))
      const target = ids[0] ?? ('' as MessageId)
      await sendTo(instance, PHONE, { kind: 'edit', target, text: 'better', isCaption: false })
      await sendTo(instance, PHONE, { kind: 'deletion', target, forEveryone: true })
    },
    { settings: flags },
  )
  await emptied(shown)
  const row = await shown.row(ids[0] ?? ('' as MessageId))
  assert.deepEqual([row?.isEdited, row?.isDeleted, row?.status], [true, true, 'sent'])
  const told = (await drainOf(shown)).map(([type, status]) => status ?? type)
  assert.deepEqual(told, [
    'outgoingAPIMessageReceived',
    'sent',
    'outgoingAPIMessageReceived',
    'outgoingAPIMessageReceived',
  ])

  const refused = await stage(
    domain,
    async (instance) => {
      ids.push(await sendTo(instance, PHONE, { kind: 'text', text: 'second' }))
    },
    { settings: flags },
  )
  await until(() => refused.record.outbox.count === 0)
  await drainOf(refused)
  refused.scripted.verdict = () => ({ ok: false, fault: fault('refused', 'too old to be edited') })
  const target = ids[1] ?? ('' as MessageId)
  await sendTo(refused.instance, PHONE, { kind: 'edit', target, text: 'too late', isCaption: false })
  refused.record.outbox.take()
  refused.sender.wake()
  await emptied(refused)
  assert.equal((await refused.row(target))?.isEdited, false)
  assert.deepEqual(await drainOf(refused), [['outgoingMessageStatus', 'failed', 'too old to be edited']])
})

test('where the messenger tells no sent, the journal and the notification say delivered', async () => {
  const settings = { outgoingWebhook: 'yes', outgoingAPIMessageWebhook: 'yes' } as const
  let id = '' as MessageId
  const shown = await stage(
    domain,
    async (instance) => {
      id = await sendTo(instance, '10000001@c.us', { kind: 'text', text: 'hello' })
    },
    { messenger: 'v3', settings },
  )
  await emptied(shown)
  assert.match(id, /^\d{18}$/)
  assert.equal((await shown.row(id))?.status, 'delivered')
  const told = (await drainOf(shown)).map(([type, status]) => status ?? type)
  assert.deepEqual(told, ['outgoingAPIMessageReceived', 'delivered'])
})

test('statuses are journaled on their shelf with what became of them, and nothing is told of them', async () => {
  const settings = { outgoingWebhook: 'yes', outgoingAPIMessageWebhook: 'yes' } as const
  const ids: MessageId[] = []
  const content = { kind: 'statusText', text: 'hi all', backgroundColor: '#000000', font: 'SERIF' } as const
  const shown = await stage(
    domain,
    async (instance) => {
      ids.push(await sendTo(instance, STATUS_CHAT, content, { audience: [CHAT] }))
      ids.push(await sendTo(instance, STATUS_CHAT, picture({ at: 'nowhere', why: 'lost' })))
    },
    { settings },
  )
  await emptied(shown)
  const rows = await Promise.all(ids.map((id) => shown.row(id)))
  assert.deepEqual(
    rows.map((row) => [row?.shelf, row?.status]),
    [
      ['status', 'sent'],
      ['status', 'failed'],
    ],
  )
  assert.deepEqual(await drainOf(shown), [])
  assert.deepEqual(await drain(shown.instance), [])
})
