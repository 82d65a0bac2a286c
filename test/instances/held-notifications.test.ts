// Truth: the partner document: what an instance has to tell waits while it is held; nobody else's notifications are kept longer for it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Instance } from '../../src/instances/instance.ts'
import { SkippingClock } from '../../src/lib/skipping-clock.ts'
import { fault } from '../../src/model/fault.ts'
import type { InstanceId } from '../../src/model/ids.ts'
import { drain, link, newInstance, openWorld, until, type Domain, type World } from '../support/domain.ts'

const SUSPENDED = fault('accountSuspended', 'Account is suspended')
const HOUR_MS = 3_600_000

const clock = new SkippingClock()
const held = new Set<InstanceId>()
let world: World
let domain: Domain

const start = (): Promise<Domain> =>
  world.startWith({ node: { clock }, entitlements: { heldBy: ({ id }) => (held.has(id) ? SUSPENDED : undefined) } })

before(async () => {
  world = await openWorld()
  domain = await start()
})
after(() => world.close())

/** An instance to which one message came that nobody has fetched. */
async function told(phone: string): Promise<Instance> {
  const instance = await newInstance(domain, { incomingWebhook: 'yes' })
  await link(world, instance, phone)
  await world.simulator('POST', 'messages', { from: '79009200999', to: phone, text: 'hello' })
  await until(() => instance.notifications === 1)
  return instance
}

test('notifications of a held instance wait, and have the usual time when the hold is over', async () => {
  const [waiting, usual] = [await told('79009200001'), await told('79009200002')]
  const after = async (hours: number): Promise<readonly number[]> => {
    clock.skip(hours * HOUR_MS)
    await domain.housekeeping.run()
    return [waiting, usual].map(({ id }) => domain.instances.get(id)?.notifications ?? Number.NaN)
  }
  held.add(waiting.id)
  assert.deepEqual(await after(23), [1, 1])
  assert.deepEqual(await after(2), [1, 0])
  await domain.stop()
  domain = await start()
  assert.deepEqual(await after(100), [1, 0], 'over a restart while it is held')
  held.clear()
  assert.deepEqual(await after(23), [1, 0])
  assert.deepEqual(await after(2), [0, 0])
})

test('and can be fetched until then; of a deleted instance none is left', async () => {
  const [waiting, deleted] = [await told('79009200003'), await told('79009200004')]
  held.add(waiting.id).add(deleted.id)
  clock.skip(30 * HOUR_MS)
  await domain.housekeeping.run()
  await domain.instances.delete(deleted)
  held.clear()
  await domain.housekeeping.run()
  assert.equal(JSON.stringify(await drain(waiting)).includes('hello'), true)
  assert.equal(deleted.notifications, 0)
})
