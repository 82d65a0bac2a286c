// Truth: DECISIONS B (the life of a message) and the contract's queue rules; the simulated network is the witness of what was sent.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { drain, link, newInstance, openWorld, say, textsOf, until, type Domain, type World } from '../support/domain.ts'

let world: World
let domain: Domain

before(async () => {
  world = await openWorld()
  domain = await world.start()
})
after(() => world.close())

const statuses = (bodies: readonly Record<string, unknown>[], id: string) =>
  bodies.filter((body) => body['idMessage'] === id).map((body) => body['status'] ?? body['typeWebhook'])

test('messages leave in the order they were queued, with the delay between them, the first at once', async () => {
  const instance = await newInstance(domain)
  await link(world, instance, '79001000001')
  const startedAt = Date.now()
  for (const text of ['one', 'two', 'three']) await say(instance, '79001000002', text)
  await until(async () => (await textsOf(world, '79001000002')).length === 1)
  assert.ok(Date.now() - startedAt < 450, 'the first goes at once')
  await until(async () => (await textsOf(world, '79001000002')).length === 3)
  assert.ok(Date.now() - startedAt >= 1000, 'two delays lie between three messages')
  assert.deepEqual(await textsOf(world, '79001000002'), ['one', 'two', 'three'])
  await until(() => instance.queued === 0)
})

test('what is queued before linking is sent after it', async () => {
  const instance = await newInstance(domain)
  await say(instance, '79001000004', 'early')
  assert.equal(instance.queued, 1)
  await link(world, instance, '79001000003')
  await until(async () => (await textsOf(world, '79001000004')).includes('early'))
})

test('a sent message is announced before its sent, and its receipts follow in rank, each once', async () => {
  const instance = await newInstance(domain, { outgoingWebhook: 'yes', outgoingAPIMessageWebhook: 'yes' })
  await link(world, instance, '79001000005')
  const id = await say(instance, '79001000006', 'hello')
  await until(async () => (await domain.node.store.journal.find(instance.id, id))?.status === 'delivered')
  await world.simulator('POST', 'read', { phone: '79001000006', chat: '79001000005' })
  await until(async () => (await domain.node.store.journal.find(instance.id, id))?.status === 'read')
  assert.deepEqual(statuses(await drain(instance), id), ['outgoingAPIMessageReceived', 'sent', 'delivered', 'read'])
})

test('a number without an account settles as noAccount, is told although every flag is off, and blocks nothing', async () => {
  const instance = await newInstance(domain)
  await link(world, instance, '79001000007')
  const lost = await say(instance, '79001000000', 'nobody there')
  await say(instance, '79001000008', 'next')
  await until(async () => (await textsOf(world, '79001000008')).includes('next'))
  assert.equal((await domain.node.store.journal.find(instance.id, lost))?.status, 'noAccount')
  assert.deepEqual(statuses(await drain(instance), lost), ['noAccount'])
})

test('a refused message is failed with its reason and the next one goes', async () => {
  const instance = await newInstance(domain)
  await link(world, instance, '79001000009')
  await world.simulator('POST', 'faults', {
    kind: 'failSends',
    phoneNumber: '79001000009',
    count: 1,
    reason: 'too long a face',
  })
  const refused = await say(instance, '79001000010', 'refused')
  await say(instance, '79001000010', 'taken')
  await until(async () => (await textsOf(world, '79001000010')).includes('taken'))
  const row = await domain.node.store.journal.find(instance.id, refused)
  assert.equal(row?.status, 'failed')
  assert.match(row.description, /too long a face/)
  assert.deepEqual(await textsOf(world, '79001000010'), ['taken'])
})

test('a lost verdict is reconciled by id and the message is delivered once', async () => {
  const instance = await newInstance(domain, { outgoingWebhook: 'yes' })
  await link(world, instance, '79001000011')
  await world.simulator('POST', 'faults', { kind: 'loseVerdicts', phoneNumber: '79001000011', count: 1 })
  await world.simulator('POST', 'faults', { kind: 'noReceipts', phoneNumber: '79001000011' })
  const id = await say(instance, '79001000012', 'only once')
  await until(async () => (await textsOf(world, '79001000012')).length === 1)
  assert.equal((await domain.node.store.journal.find(instance.id, id))?.status, 'pending')
  await world.simulator('POST', 'faults', { kind: 'dropConnections', phoneNumber: '79001000011' })
  await until(async () => (await domain.node.store.journal.find(instance.id, id))?.status === 'sent')
  assert.deepEqual(await textsOf(world, '79001000012'), ['only once'])
  await until(() => instance.queued === 0)
  assert.deepEqual(statuses(await drain(instance), id), ['sent'])
})

test('a receipt ends an attempt whose verdict was lost', async () => {
  const instance = await newInstance(domain, { outgoingWebhook: 'yes', outgoingAPIMessageWebhook: 'yes' })
  await link(world, instance, '79001000013')
  await world.simulator('POST', 'faults', { kind: 'loseVerdicts', phoneNumber: '79001000013', count: 1 })
  const id = await say(instance, '79001000014', 'proved by its receipt')
  await until(async () => (await domain.node.store.journal.find(instance.id, id))?.status === 'delivered')
  // The journal shows a commit a moment before the instance knows of it.
  await until(() => instance.queued === 0)
  assert.deepEqual(statuses(await drain(instance), id), ['outgoingAPIMessageReceived', 'sent', 'delivered'])
})

test('clearing settles what is queued as failed/cleared without a word, and what comes after goes its way', async () => {
  const instance = await newInstance(domain)
  const ids = await Promise.all(['a', 'b', 'c'].map((text) => say(instance, '79001000016', text)))
  const clearing = instance.clearQueue()
  const later = await say(instance, '79001000016', 'later')
  await clearing
  assert.equal(instance.queued, 1)
  for (const id of ids) {
    const row = await domain.node.store.journal.find(instance.id, id)
    assert.deepEqual([row?.status, row?.description], ['failed', 'cleared'])
  }
  assert.deepEqual(await drain(instance), [])
  await link(world, instance, '79001000015')
  await until(async () => (await domain.node.store.journal.find(instance.id, later))?.status === 'delivered')
  assert.deepEqual(await textsOf(world, '79001000016'), ['later'])
})

test('logout keeps the queue for the same phone; another phone settles it as failed/account changed', async () => {
  const instance = await newInstance(domain)
  await link(world, instance, '79001000017')
  await instance.logout()
  assert.equal(instance.state, 'notAuthorized')
  await say(instance, '79001000018', 'after logout')
  await link(world, instance, '79001000017')
  await until(async () => (await textsOf(world, '79001000018')).includes('after logout'))

  await instance.logout()
  const stale = await say(instance, '79001000018', 'for the old phone')
  await link(world, instance, '79001000019')
  const row = await domain.node.store.journal.find(instance.id, stale)
  assert.deepEqual([row?.status, row?.description], ['failed', 'account changed'])
  assert.deepEqual(statuses(await drain(instance), stale), ['failed'])
  assert.deepEqual(await textsOf(world, '79001000018'), ['after logout'])
})

test('24 h count only while the instance is not authorised, and then the message is failed/expired', async () => {
  await domain.stop()
  domain = await world.start({ keepQueueMs: 300 })
  const instance = await newInstance(domain)
  const id = await say(instance, '79001000021', 'too late')
  await domain.housekeeping.run()
  assert.equal(instance.queued, 1, 'not yet')
  await sleep(350)
  await domain.housekeeping.run()
  assert.equal(instance.queued, 0)
  const row = await domain.node.store.journal.find(instance.id, id)
  assert.deepEqual([row?.status, row?.description], ['failed', 'expired'])
  assert.deepEqual(statuses(await drain(instance), id), ['failed'])
})

test('an attempt that nobody can tell about is failed/unconfirmed at its deadline and holds the queue no longer than it may', async () => {
  await domain.stop()
  domain = await world.start({ unsureMs: 1500, unsureHoldMs: 300 })
  const instance = await newInstance(domain)
  await link(world, instance, '79001000022')
  await world.simulator('POST', 'faults', { kind: 'noReceipts', phoneNumber: '79001000022' })
  await world.simulator('POST', 'faults', { kind: 'delayVerdicts', phoneNumber: '79001000022', delayMs: 60_000 })
  const id = await say(instance, '79001000023', 'never confirmed')
  await until(async () => (await domain.node.store.outbox.claimed(instance.id)).length === 1)
  await world.simulator('POST', 'faults', { kind: 'refuseConnections', phoneNumber: '79001000022', durationMs: 60_000 })
  await world.simulator('POST', 'faults', { kind: 'dropConnections', phoneNumber: '79001000022' })
  await until(async () => (await domain.node.store.journal.find(instance.id, id))?.status === 'failed')
  assert.equal((await domain.node.store.journal.find(instance.id, id))?.description, 'unconfirmed')
  await until(() => instance.queued === 0)
})
