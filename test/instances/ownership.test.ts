// Truth: what `Ownership` and `Residents` promise: an instance whose node is not sure, or not the owner any more, sends and stores nothing.
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { LostOwnership } from '../../src/instances/record.ts'
import type { Epoch, InstanceId } from '../../src/model/ids.ts'
import { StorageFailed } from '../../src/storage/storage-failed.ts'
import type { Batch, Store } from '../../src/storage/store.ts'
import {
  ACCOUNT,
  link,
  newInstance,
  openWorld,
  say,
  textsOf,
  until,
  type Domain,
  type World,
} from '../support/domain.ts'

let world: World
let domain: Domain
let isSure = true
/** Called before a batch is stored. */
let onCommit: (batch: Batch) => void = () => undefined
/** What the store says that other nodes have changed. */
let changed: Awaited<ReturnType<Store['instances']['changedSince']>> = []
/** Its queue can't be read. */
let unreadable: InstanceId | undefined
const refused: number[] = []
const FIRST = 1 as Epoch

before(async () => {
  world = await openWorld()
  domain = await world.startWith({
    ownership: { isSure: () => isSure, isShared: false, refused: (id) => void refused.push(id) },
    around: (inner) => ({
      ...inner,
      commit: (batch) => {
        onCommit(batch)
        return inner.commit(batch)
      },
      instances: { ...inner.instances, changedSince: () => Promise.resolve(changed) },
      outbox: {
        ...inner.outbox,
        claimed: (id) => (id === unreadable ? Promise.reject(new Error('unreadable')) : inner.outbox.claimed(id)),
      },
    }),
  })
})
after(() => world.close())
beforeEach(() => {
  isSure = true
  onCommit = () => undefined
  refused.length = 0
  unreadable = undefined
})

test('while it is not sure nothing is claimed or sent; then it goes, once', async () => {
  const instance = await newInstance(domain)
  await link(world, instance, '79011000001')
  isSure = false
  await say(instance, '79011000002', 'later')
  await sleep(700)
  assert.deepEqual(await textsOf(world, '79011000002'), [])
  assert.equal((await domain.node.store.outbox.claimed(instance.id)).length, 0)
  isSure = true
  await until(async () => (await textsOf(world, '79011000002')).length > 0)
  await until(() => instance.queued === 0)
  assert.deepEqual(await textsOf(world, '79011000002'), ['later'])
})

test('what was claimed when the node stopped being sure is given back, and sent once when it is again', async () => {
  const instance = await newInstance(domain)
  await link(world, instance, '79011000003')
  let claims = 0
  onCommit = ({ writes }) => {
    if (!writes.some(({ kind }) => kind === 'outbox.claim')) return
    claims += 1
    if (claims === 1) isSure = false
  }
  await say(instance, '79011000004', 'once')
  await until(() => claims === 1)
  await until(async () => (await domain.node.store.outbox.claimed(instance.id)).length === 0)
  assert.equal((await domain.node.store.outbox.next(instance.id))?.message.chat, '79011000004@c.us')
  assert.deepEqual(await textsOf(world, '79011000004'), [])
  isSure = true
  await until(() => instance.queued === 0)
  assert.deepEqual(await textsOf(world, '79011000004'), ['once'])
  assert.equal(claims, 2)
})

test('a session that broke is opened again only when the node is sure; one that is open stays', async () => {
  const instance = await newInstance(domain)
  await link(world, instance, '79011000005')
  isSure = false
  await sleep(50)
  assert.ok(instance.isOnline)
  await world.simulator('POST', 'faults', { kind: 'dropConnections', phoneNumber: '79011000005' })
  await until(() => !instance.isOnline)
  await sleep(2500)
  assert.ok(!instance.isOnline)
  isSure = true
  await until(() => instance.isOnline)
})

test('what comes while the store is away is stored when it is back, and the session stays open', async () => {
  const instance = await newInstance(domain, { incomingWebhook: 'yes' })
  await link(world, instance, '79011000011')
  let refusals = 0
  let isAway = true
  onCommit = () => {
    if (!isAway) return
    refusals += 1
    throw new StorageFailed('away')
  }
  const before = instance.notifications
  const said = world.simulator('POST', 'messages', { from: '79011000012', to: '79011000011', text: 'hello' })
  await until(() => refusals > 1)
  assert.ok(instance.isOnline)
  isAway = false
  await said
  await until(() => instance.notifications > before)
  assert.ok(instance.isOnline)
})

test('linking begins only while the node is sure, and one that has begun goes on', async () => {
  const instance = await newInstance(domain)
  const { linking } = instance
  isSure = false
  await assert.rejects(linking.qr(), LostOwnership)
  await assert.rejects(linking.code('79011000010'), LostOwnership)
  await assert.rejects(linking.watch(new AbortController().signal).next(), LostOwnership)
  assert.ok(!linking.isUnderWay)
  isSure = true
  assert.equal((await linking.qr()).kind, 'qr')
  isSure = false
  assert.equal((await linking.qr()).kind, 'qr')
  await assert.rejects(linking.code('79011000010'), LostOwnership)
  assert.ok(linking.isUnderWay, 'what was refused has ended nothing')
})

test('one that is lost ends at once, stores nothing, and lives on where it is adopted', async () => {
  const instance = await newInstance(domain, { delaySendMessagesMilliseconds: 3000 })
  await link(world, instance, '79011000006')
  for (const text of ['one', 'two']) await say(instance, '79011000007', text)
  await until(() => instance.queued === 1)
  const waits = instance.mailbox.receive(20_000, new AbortController().signal)
  const { residency } = domain.instances
  residency.lose(instance.id)
  const shadow = domain.instances.get(instance.id)
  assert.ok(shadow !== undefined && shadow !== instance && !shadow.isHere)
  assert.equal(domain.instances.ofAccount(ACCOUNT).filter(({ id }) => id === instance.id).length, 1)
  assert.equal(await waits, 'interrupted')
  assert.throws(() => instance.mustBeHere(), LostOwnership)
  for (const each of [instance, shadow]) {
    await assert.rejects(say(each, '79011000007', 'no'), LostOwnership)
    await assert.rejects(each.logout(), LostOwnership)
  }
  await assert.rejects(shadow.update({ name: 'no' }), LostOwnership)
  assert.equal(shadow.state, 'authorized')
  await sleep(300)
  const [queued] = await domain.node.store.outbox.sizes([instance.id])
  assert.equal(queued?.count, 1)
  assert.deepEqual(refused, [], 'nobody needs to be told what a shadow is')
  await residency.adopt(new Map([[instance.id, FIRST]]))
  const again = domain.instances.get(instance.id)
  assert.ok(again?.isHere === true)
  await until(() => again.isOnline)
  await until(async () => (await textsOf(world, '79011000007')).length === 2)
  await until(() => again.queued === 0)
  await residency.adopt(new Map([[instance.id, FIRST]]))
  assert.equal(domain.instances.get(instance.id), again, 'it lives already')
})

test('one that is let go has stored everything when that is over, and takes in nothing more', async () => {
  const instance = await newInstance(domain, { outgoingWebhook: 'yes' })
  await link(world, instance, '79011000008')
  await say(instance, '79011000009', 'before')
  await domain.instances.residency.letGo(instance.id)
  assert.ok(!instance.isOnline)
  await assert.rejects(say(instance, '79011000009', 'after'), LostOwnership)
  let stored = 0
  onCommit = () => (stored += 1)
  await sleep(300)
  assert.equal(stored, 0)
  domain.instances.residency.lose(instance.id)
  await domain.instances.residency.adopt(new Map([[instance.id, FIRST]]))
  await until(async () => (await textsOf(world, '79011000009')).length > 0)
  await until(() => domain.instances.get(instance.id)?.queued === 0)
  assert.deepEqual(await textsOf(world, '79011000009'), ['before'])
})

test('a batch that is refused tells the cluster', async () => {
  const instance = await newInstance(domain)
  await domain.node.store.leases.takeAll('a twin')
  await assert.rejects(instance.update({ name: 'no' }), LostOwnership)
  assert.deepEqual(refused, [instance.id])
})

test('lists follow what other nodes have made and changed, each at its place', async () => {
  const [first, second] = [await newInstance(domain), await newInstance(domain)]
  const { residency } = domain.instances
  residency.lose(second.id)
  const living = domain.instances.living(ACCOUNT)
  const revision = domain.instances.revision(ACCOUNT)
  const made = { ...first.row, id: 1_199_999_999 as typeof first.id, createdAt: first.createdAt - 1 }
  changed = [{ ...first.row, name: 'older than what is here' }, { ...second.row, name: 'renamed', deletedAt: 5 }, made]
  await residency.catchUp(1_000_000)
  assert.ok(domain.instances.revision(ACCOUNT) > revision)
  assert.equal(domain.instances.get(first.id)?.name, '')
  assert.equal(domain.instances.get(second.id)?.name, 'renamed')
  assert.equal(domain.instances.living(ACCOUNT), living, 'one is deleted, one is new')
  const all = domain.instances.ofAccount(ACCOUNT).map(({ createdAt }) => createdAt)
  assert.deepEqual(
    all,
    all.toSorted((a, b) => a - b),
  )
  assert.equal(domain.instances.get(made.id)?.isHere, false)
  changed = [{ ...made, name: 'not asked for' }]
  await residency.catchUp(1_000_000)
  assert.equal(domain.instances.get(made.id)?.name, '', 'known up to there already')
})

test('what another node changed while an instance still seemed to be here is seen once it is lost', async () => {
  const instance = await newInstance(domain)
  const { residency } = domain.instances
  await domain.node.store.commit({
    guards: [],
    writes: [{ kind: 'instance.name', instance: instance.id, name: 'renamed there' }],
  })
  changed = [{ ...instance.row, name: 'renamed there' }]
  await residency.catchUp(2_000_000)
  assert.equal(domain.instances.get(instance.id)?.name, '', 'what is here is newer here')
  changed = []
  residency.lose(instance.id)
  await residency.catchUp(2_000_000)
  assert.equal(domain.instances.get(instance.id)?.name, 'renamed there')
})

test('one that can not be brought to life is told of, and keeps no other from living', async () => {
  const [good, bad] = [await newInstance(domain), await newInstance(domain)]
  const { residency } = domain.instances
  for (const each of [good, bad]) {
    await say(each, '79011000011', 'to look after')
    residency.lose(each.id)
  }
  unreadable = bad.id
  assert.deepEqual([...(await residency.adopt(new Map([good, bad].map(({ id }) => [id, 9 as Epoch]))))], [bad.id])
  assert.equal(domain.instances.get(good.id)?.isHere, true)
  assert.equal(domain.instances.get(bad.id)?.isHere, false)
  assert.ok(residency.hasEnded(bad.id, 9 as Epoch))
  assert.ok(!residency.hasEnded(good.id, 9 as Epoch))
})
