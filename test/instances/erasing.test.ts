// Truth: docs/operators/billing.md: a deleted instance is erased when its time is over and every day in which it existed is charged.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { billingDay, billingDayStart } from '../../src/billing/day.ts'
import { firstDay, monthOfDay } from '../../src/billing/month.ts'
import type { Instance } from '../../src/instances/instance.ts'
import { Retention } from '../../src/instances/retention.ts'
import { newInstance, openWorld, type Domain, type World } from '../support/domain.ts'

let world: World
let domain: Domain
before(async () => {
  world = await openWorld()
  // Their time is over at once.
  domain = await world.start({ keepDeletedMs: -60_000 })
})
after(() => world.close())

const chargedUpTo = (day: number) => domain.node.store.commit({ guards: [], writes: [{ kind: 'charge.done', day }] })

async function deleted(): Promise<Instance> {
  const instance = await newInstance(domain)
  assert.equal(await domain.instances.delete(instance), true)
  return instance
}

async function isThere({ id }: Instance): Promise<boolean> {
  await domain.retention.run()
  await domain.housekeeping.run()
  const isStored = (await domain.node.store.instances.all()).some((row) => row.id === id)
  assert.equal(domain.instances.get(id) !== undefined, isStored)
  return isStored
}

test('where nothing was ever charged it goes when its time is over', async () => {
  assert.equal(await isThere(await deleted()), false)
})

test('it stays until the day after its deletion has begun to be charged, however late that is', async () => {
  const today = billingDay(Date.now())
  const instance = await deleted()
  for (const day of [today - 3, today - 1, today]) {
    await chargedUpTo(day)
    assert.equal(await isThere(instance), true, String(day - today))
  }
  await chargedUpTo(today + 1)
  assert.equal(await isThere(instance), false)
})

test('a live one stays whatever was charged', async () => {
  await chargedUpTo(billingDay(Date.now()) + 5)
  assert.equal(await isThere(await newInstance(domain)), true)
})

test('a deleted account stays until the month of its deletion is closed, so that its last statement can be made', async () => {
  const asked: number[] = []
  const erase = (before: number) => Promise.resolve(void asked.push(before))
  const retention = new Retention(domain.node, domain.instances, erase)
  const month = monthOfDay(billingDay(Date.now()))
  await retention.run()
  assert.ok((asked[0] ?? 0) > Date.now(), 'no month was ever closed')
  for (const closed of [month - 2, month - 1]) {
    await domain.node.store.commit({ guards: [], writes: [{ kind: 'month.close', month: closed }] })
    await retention.run()
    assert.equal(asked.at(-1), billingDayStart(firstDay(closed + 1)))
  }
})
