// Truth: DECISIONS A, B, C and E on states, restart, logout, deletion; contract §3.2–3.4, 3.8–3.13. The simulated network is the witness.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Instance } from '../../src/instances/instance.ts'
import { isFault } from '../../src/model/fault.ts'
import { drain, link, newInstance, openWorld, say, textsOf, until, type Domain, type World } from '../support/domain.ts'

let world: World
let domain: Domain

before(async () => {
  world = await openWorld()
  domain = await world.start()
})
after(() => world.close())

function found(instance: { readonly id: number }): Instance {
  const again = domain.instances.get(instance.id)
  assert.ok(again !== undefined)
  return again
}

const kinds = (bodies: readonly Record<string, unknown>[]) =>
  bodies.map((body) => body['stateInstance'] ?? body['status'] ?? body['typeWebhook'])

test('after a restart every linked instance is back by itself, none swapped, queues and notifications untouched', async () => {
  const phones = ['79002000001', '79002000002', '79002000003']
  const made: Instance[] = []
  for (const phone of phones) {
    const instance = await newInstance(domain, { incomingWebhook: 'yes', stateWebhook: 'yes' })
    await link(world, instance, phone)
    made.push(instance)
  }
  const unlinked = await newInstance(domain, { name: 'unlinked' } as object)
  await say(unlinked, '79002000009', 'waits for a phone')
  await world.simulator('POST', 'messages', { from: '79002000009', to: phones[0], text: 'before' })
  await until(() => (made[0]?.mailbox.count ?? 0) === 2)

  await domain.stop()
  await world.simulator('POST', 'messages', { from: '79002000009', to: phones[1], text: 'while away' })
  domain = await world.start()

  await until(() => made.every((instance) => found(instance).state === 'authorized'))
  assert.deepEqual(
    made.map((instance) => found(instance).linked?.wid),
    phones.map((phone) => `${phone}@c.us`),
  )
  const [first, second] = made
  assert.ok(first !== undefined && second !== undefined)
  assert.deepEqual(kinds(await drain(found(first))), ['authorized', 'incomingMessageReceived'])
  await until(() => found(second).mailbox.count === 2)
  assert.deepEqual(
    kinds(await drain(found(second))),
    ['authorized', 'incomingMessageReceived'],
    'a restart of ours is no news',
  )
  assert.equal(found(unlinked).queued, 1)
})

test('receipt ids go on rising over a restart', async () => {
  const instance = await newInstance(domain, { incomingWebhook: 'yes' })
  await link(world, instance, '79002000011')
  await world.simulator('POST', 'messages', { from: '79002000012', to: '79002000011', text: 'a' })
  await until(() => instance.mailbox.count === 1)
  const before = (await instance.mailbox.peek())?.receiptId ?? 0
  await instance.mailbox.remove(before)
  await domain.stop()
  domain = await world.start()
  await world.simulator('POST', 'messages', { from: '79002000012', to: '79002000011', text: 'b' })
  await until(() => found(instance).mailbox.count === 1)
  assert.ok(((await found(instance).mailbox.peek())?.receiptId ?? 0) > before)
})

test('the delay between two sends outlives a restart', async () => {
  const instance = await newInstance(domain, { delaySendMessagesMilliseconds: 3000 })
  await link(world, instance, '79002000013')
  await say(instance, '79002000014', 'one')
  await until(async () => (await textsOf(world, '79002000014')).length === 1)
  const sentAt = Date.now()
  await domain.stop()
  domain = await world.start()
  await until(() => found(instance).isOnline)
  await say(found(instance), '79002000014', 'two')
  await until(async () => (await textsOf(world, '79002000014')).length === 2)
  assert.ok(Date.now() - sentAt > 2500)
})

test('a message that the network brings twice is one notification', async () => {
  const instance = await newInstance(domain, { incomingWebhook: 'yes' })
  await link(world, instance, '79002000015')
  await world.simulator('POST', 'faults', { kind: 'duplicatePushes', phoneNumber: '79002000015', count: 3 })
  await world.simulator('POST', 'messages', { from: '79002000016', to: '79002000015', text: 'once' })
  await world.simulator('POST', 'messages', { from: '79002000016', to: '79002000015', text: 'twice' })
  await until(() => instance.mailbox.count >= 2)
  await sleep(100)
  const texts = (await drain(instance)).map((body) => JSON.stringify(body['messageData']))
  assert.equal(texts.length, 2)
  assert.match(texts[0] ?? '', /once/)
  assert.match(texts[1] ?? '', /twice/)
})

test('what a person writes on the linked phone is told as outgoing, with its statuses', async () => {
  const instance = await newInstance(domain, { outgoingMessageWebhook: 'yes', outgoingWebhook: 'yes' })
  await link(world, instance, '79002000017')
  await world.simulator('POST', 'messages', { from: '79002000017', to: '79002000018', text: 'by hand' })
  await until(() => instance.mailbox.count >= 2)
  const bodies = await drain(instance)
  assert.deepEqual(kinds(bodies), ['outgoingMessageReceived', 'delivered'])
  assert.equal(bodies[1]?.['sendByApi'], false)
})

test('two instances talk to each other', async () => {
  const [left, right] = [
    await newInstance(domain, { incomingWebhook: 'yes' }),
    await newInstance(domain, { incomingWebhook: 'yes' }),
  ]
  await link(world, left, '79002000019')
  await link(world, right, '79002000020')
  const id = await say(left, '79002000020', 'ping')
  await until(() => right.mailbox.count === 1)
  assert.equal((await drain(right))[0]?.['idMessage'], id)
  await say(right, '79002000019', 'pong')
  await until(() => left.mailbox.count === 1)
})

test('the phone unlinks: notAuthorized, history, wid empty in the notification, credentials gone', async () => {
  const instance = await newInstance(domain, { stateWebhook: 'yes' })
  await link(world, instance, '79002000021')
  await world.simulator('POST', 'unlink', { phoneNumber: '79002000021' })
  await until(() => instance.state === 'notAuthorized')
  assert.equal(instance.linked, null)
  const bodies = await drain(instance)
  assert.deepEqual(kinds(bodies), ['authorized', 'notAuthorized'])
  assert.equal((bodies[1]?.['instanceData'] as Record<string, unknown>)['wid'], '')
  assert.deepEqual(
    (await instance.history(10)).map((line) => line.state),
    ['notAuthorized', 'authorized'],
  )
  assert.equal(await domain.node.store.secrets.get(instance.id, 'device'), null)
})

test('a reboot goes through starting and back, told by notifications, and the session works again', async () => {
  const instance = await newInstance(domain, { stateWebhook: 'yes' })
  await link(world, instance, '79002000022')
  await drain(instance)
  await instance.reboot()
  assert.equal(instance.state, 'starting')
  await until(() => instance.mailbox.count === 2)
  assert.deepEqual(kinds(await drain(instance)), ['starting', 'authorized'])
  await say(instance, '79002000023', 'after the reboot')
  await until(async () => (await textsOf(world, '79002000023')).length === 1)
})

test('a lost connection comes back by itself and the wire never shows it', async () => {
  const instance = await newInstance(domain, { stateWebhook: 'yes', incomingWebhook: 'yes' })
  await link(world, instance, '79002000024')
  await drain(instance)
  await world.simulator('POST', 'faults', { kind: 'dropConnections', phoneNumber: '79002000024' })
  await until(() => !instance.isOnline)
  assert.equal(instance.state, 'authorized')
  await world.simulator('POST', 'messages', { from: '79002000025', to: '79002000024', text: 'in the gap' })
  await until(() => instance.mailbox.count === 1)
  assert.deepEqual(kinds(await drain(instance)), ['incomingMessageReceived'])
})

test('a suspended account keeps its queue and sends it when the restriction is lifted', async () => {
  const instance = await newInstance(domain, { stateWebhook: 'yes' })
  await link(world, instance, '79002000026')
  await world.simulator('POST', 'faults', { kind: 'suspend', phoneNumber: '79002000026' })
  await until(() => instance.state === 'suspended')
  await say(instance, '79002000027', 'patience')
  await sleep(50)
  assert.deepEqual(await textsOf(world, '79002000027'), [])
  await world.simulator('DELETE', 'faults', { kind: 'suspend', phoneNumber: '79002000026' })
  await until(async () => (await textsOf(world, '79002000027')).length === 1)
})

test('deleting settles the queue, empties the mailbox, leaves the phone linked at the network, and survives a restart', async () => {
  const instance = await newInstance(domain, { stateWebhook: 'yes' })
  await link(world, instance, '79002000028')
  await world.simulator('POST', 'faults', { kind: 'suspend', phoneNumber: '79002000028' })
  await until(() => instance.state === 'suspended')
  const id = await say(instance, '79002000029', 'never leaves')
  assert.equal(await domain.instances.delete(instance), true)
  assert.equal(await domain.instances.delete(instance), false)
  assert.equal(instance.queued, 0)
  assert.equal(instance.mailbox.count, 0)
  const row = await domain.node.store.journal.find(instance.id, id)
  assert.deepEqual([row?.status, row?.description], ['failed', 'deleted'])
  const phones = (await world.simulator('GET', 'phones')) as { phoneNumber: string; devices: unknown[] }[]
  assert.equal(phones.find((phone) => phone.phoneNumber === '79002000028')?.devices.length, 1)
  await domain.stop()
  domain = await world.start()
  assert.ok(found(instance).deletedAt !== null)
  const next = await newInstance(domain)
  assert.ok(next.id > instance.id, 'ids are never used again')
})

test('linking: everybody who watches sees the same attempt, and how it ended', async () => {
  const instance = await newInstance(domain)
  const steps: string[] = []
  const watching = (async () => {
    for await (const step of instance.linking.watch(new AbortController().signal)) steps.push(step.kind)
  })()
  const qr = await instance.linking.qr()
  assert.ok(qr.kind === 'qr')
  await until(() => steps.length === 1)
  await world.simulator('POST', 'link', { qr: qr.value, phoneNumber: '79002000030' })
  await watching
  assert.deepEqual(steps, ['qr', 'linked'])
  assert.equal((await instance.linking.qr()).kind, 'alreadyLinked')
  const code = await instance.linking.code('79002000030')
  assert.ok(isFault(code) && code.fault === 'alreadyLinked')
})

test('linking by code works, and ends an attempt by QR', async () => {
  const instance = await newInstance(domain)
  await instance.linking.qr()
  const code = await instance.linking.code('79002000031')
  assert.ok(!isFault(code))
  await world.simulator('POST', 'link', { code: code.value, phoneNumber: '79002000031' })
  await until(() => instance.state === 'authorized')
  assert.equal(instance.linked?.wid, '79002000031@c.us')
})

test('an attempt that nobody looks at any more ends, and the next question begins another', async () => {
  await domain.stop()
  domain = await world.start({ loginTimeoutMs: 200 })
  const instance = await newInstance(domain)
  const first = await instance.linking.qr()
  await sleep(500)
  const second = await instance.linking.qr()
  assert.ok(first.kind === 'qr' && second.kind === 'qr')
  assert.notEqual(first.value, second.value)
  instance.linking.cancel()
})

test('a send that races with the deletion is refused or settled, never left in the queue', async () => {
  const instance = await newInstance(domain)
  const early = say(instance, '79002000033', 'early')
  const deleting = domain.instances.delete(instance)
  const late = await instance.send({ chat: '79002000033@c.us' as never, content: { kind: 'text', text: 'late' } })
  assert.ok(isFault(late) && late.fault === 'deleted')
  assert.equal(await deleting, true)
  const row = await domain.node.store.journal.find(instance.id, await early)
  assert.deepEqual([row?.status, row?.description], ['failed', 'deleted'])
  assert.equal(instance.queued, 0)
})

test('a node that lost the lease can neither queue nor store', async () => {
  const instance = await newInstance(domain)
  await domain.node.store.leases.takeAll('somebody else')
  await assert.rejects(say(instance, '79002000032', 'stale'), /owned elsewhere/)
  await assert.rejects(instance.update({ incomingWebhook: 'yes' }), /owned elsewhere/)
  assert.equal(instance.settings.incomingWebhook, 'no')
  assert.equal(instance.queued, 0)
})
