// Truth: docs/adr/0001, and that no two calls at one moment leave what neither of them would: the simulated network is the witness.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { LASTING } from '../../src/drivers/driver.ts'
import { applyChange } from '../../src/instances/inbound.ts'
import { Instances } from '../../src/instances/instances.ts'
import { InstanceRecord } from '../../src/instances/record.ts'
import type { Store } from '../../src/storage/store.ts'
import { link, newInstance, openWorld, say, textsOf, until, type Domain, type World } from '../support/domain.ts'

let world: World
let domain: Domain
/** What the next deletion meets on its way to the store. */
let deletion: () => Promise<void> = () => Promise.resolve()

function watched(inner: Store): Store {
  return {
    ...inner,
    commit: async (batch) => {
      if (batch.writes.some((write) => write.kind === 'instance.delete')) await deletion()
      return inner.commit(batch)
    },
  }
}

before(async () => {
  world = await openWorld()
  domain = await world.start({}, watched)
})
after(() => world.close())

async function devicesOf(phone: string): Promise<readonly { readonly connected: boolean }[]> {
  const [shown] = (await world.simulator('GET', `phones?phone=${phone}`)) as { devices: { connected: boolean }[] }[]
  return shown?.devices ?? []
}

test('a reboot and a logout at once leave no session and no link', async () => {
  for (const phone of ['79008000001', '79008000002', '79008000003']) {
    const instance = await newInstance(domain, { incomingWebhook: 'yes' })
    await link(world, instance, phone)
    await instance.reboot()
    await instance.logout()
    assert.equal(instance.state, 'notAuthorized')
    assert.deepEqual(await devicesOf(phone), [])
    await sleep(50)
    assert.equal(instance.isOnline, false)
    await link(world, instance, phone)
    assert.equal(instance.state, 'authorized')
  }
})

test('nobody begins to link an instance while it is being deleted', async () => {
  const instance = await newInstance(domain)
  let release: () => void = () => undefined
  let begun: () => void = () => undefined
  const isBegun = new Promise<void>((resolve) => (begun = resolve))
  deletion = () => {
    begun()
    return new Promise((resolve) => (release = resolve))
  }
  const deleted = instance.delete()
  await isBegun
  const shown = await instance.linking.qr()
  release()
  deletion = () => Promise.resolve()
  assert.equal(await deleted, true)
  assert.equal(shown.kind === 'ended' && shown.fault.fault, 'deleted')
  const after = await instance.linking.qr()
  assert.equal(after.kind === 'ended' && after.fault.fault, 'deleted')
})

test('an instance whose deletion could not be stored lives on', async () => {
  const instance = await newInstance(domain)
  await link(world, instance, '79008000004')
  deletion = () => Promise.reject(new Error('disk full'))
  await assert.rejects(instance.delete(), /disk full/)
  deletion = () => Promise.resolve()
  await until(() => instance.isOnline)
  await say(instance, '79008000005', 'still here')
  await until(async () => (await textsOf(world, '79008000005')).length === 1)
  assert.equal(await instance.delete(), true)
})

test('what is asked of a linked instance before its turn at a start is done', async () => {
  const { id } = await newInstance(domain)
  const running = domain.instances.get(id)
  assert.ok(running !== undefined)
  await link(world, running, '79008000006')
  const loaded = (await Instances.load(domain.node)).get(id)
  assert.ok(loaded !== undefined)
  await loaded.logout()
  assert.equal(loaded.state, 'notAuthorized')
  assert.deepEqual(await devicesOf('79008000006'), [])
  await loaded.life.stop()
})

test('an attempt that an earlier process began is known before the first call', async () => {
  const instance = await newInstance(domain)
  await link(world, instance, '79008000007')
  await world.simulator('POST', 'faults', { kind: 'loseVerdicts', count: 1, phoneNumber: '79008000007' })
  await world.simulator('POST', 'faults', { kind: 'noReceipts', phoneNumber: '79008000007' })
  await say(instance, '79008000008', 'no verdict')
  await until(async () => (await textsOf(world, '79008000008')).length === 1)
  const loaded = (await Instances.load(domain.node)).get(instance.id)
  assert.ok(loaded !== undefined)
  await loaded.clearQueue()
  assert.equal(loaded.queued, 1, 'an attempt under way is not called back')
  await loaded.life.stop()
})

test('the end of a restriction that comes after the link is gone does not bring the account back', async () => {
  const { id } = await newInstance(domain)
  const { node } = domain
  const row = (await node.store.instances.all()).find((one) => one.id === id)
  assert.ok(row !== undefined)
  const record = new InstanceRecord(node, row, node.ownership.epochOf(id) ?? node.ownership.firstEpoch, {})
  const lifted = { kind: 'restricted', state: 'authorized', at: node.clock.now() } as const
  await applyChange(record, { events: [lifted] }, () => undefined)
  assert.equal(record.row.state, 'notAuthorized')
})

test('what must outlive a link outlives its end, and a restart; the rest goes with it', async () => {
  const { id } = await newInstance(domain)
  const { node } = domain
  const row = (await node.store.instances.all()).find((one) => one.id === id)
  assert.ok(row !== undefined)
  const record = new InstanceRecord(node, row, node.ownership.epochOf(id) ?? node.ownership.firstEpoch, {})
  const at = node.clock.now()
  const note = { value: Uint8Array.of(2), until: at + 3_600_000 }
  const notes = new Map([
    [`${LASTING}7900|restriction`, note],
    ['sent|1', note],
  ])
  await applyChange(record, { secrets: new Map([['creds', Uint8Array.of(1)]]), notes }, () => undefined)
  await applyChange(record, { events: [{ kind: 'unlinked', at }] }, () => undefined)
  assert.deepEqual([...(await node.store.secrets.list(id, '')).keys()], [`${LASTING}7900|restriction`])
})
