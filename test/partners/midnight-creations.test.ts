// Truth: docs/adr/0007: an instance pays the day of its creation and each day that begins while it is there, however long its batch is under way.
import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { test } from 'node:test'
import { billingDayStart } from '../../src/billing/day.ts'
import type { AccountId } from '../../src/model/ids.ts'
import type { Batch } from '../../src/storage/store.ts'
import { BillingWorld, day, onDay } from './billing-world.ts'

const has = (batch: Batch, kind: Batch['writes'][number]['kind']) => batch.writes.some((write) => write.kind === kind)

function newGate(): { readonly opened: Promise<void>; open(): void } {
  const events = new EventEmitter()
  return { opened: once(events, 'open').then(() => undefined), open: () => void events.emit('open') }
}

/** A world a millisecond before midnight in which an account has three instances, and today is charged. */
async function before(midnight: string, work: (world: BillingWorld, account: AccountId) => Promise<void>) {
  const world = await BillingWorld.open(onDay('2026-11-20'))
  try {
    const { id: account } = await world.newAccount('shop')
    await world.price('USD', day('2026-11-20'), 7)
    await world.charge.run()
    await world.create(account).made
    await world.create(account).made
    await world.create(account, 'telegram').made
    world.clock.at = billingDayStart(day(midnight)) - 1
    await work(world, account)
  } finally {
    await world.destroy()
  }
}

async function paid(world: BillingWorld, account: AccountId, id: number): Promise<readonly string[]> {
  const charges = await world.charges(account)
  const mine = [...charges].filter(([place]) => place.endsWith(`/${String(id)}`))
  return mine.map(([place, amounts]) => `${place.split('/')[0] ?? ''}: ${amounts.join()}`).toSorted()
}

test('stored when the day after is charged already: that day is gone through again, and charged once', () =>
  before('2026-11-21', async (world, account) => {
    const gate = newGate()
    world.holdBack((batch) => (has(batch, 'instance.add') ? gate.opened : Promise.resolve()))
    const late = world.create(account)
    world.clock.at += 1
    await world.charge.run()
    assert.equal(await world.store.billing.chargedUpTo(), day('2026-11-21'))
    gate.open()
    await late.made
    for (let run = 0; run < 2; run += 1) {
      await world.charge.run()
      assert.equal(await world.store.billing.chargedUpTo(), day('2026-11-21'))
      const [first, second] = [day('2026-11-20'), day('2026-11-21')].map(String)
      assert.deepEqual(await paid(world, account, late.id), [`${first ?? ''}: 7`, `${second ?? ''}: 7`])
      assert.equal(await world.store.billing.balance(account), -7 * 2 * 4)
    }
    assert.deepEqual(await world.store.billing.check(account), [])
  }))

test('stored when the portion of its id is charged, and the day is not done yet: it is charged at the end', () =>
  before('2026-11-21', async (world, account) => {
    const gate = newGate()
    const creation: { made?: Promise<void> } = {}
    world.holdBack(async (batch) => {
      if (has(batch, 'instance.add')) await gate.opened
      if (!has(batch, 'charge.done')) return
      gate.open()
      await creation.made
    })
    const late = world.create(account)
    creation.made = late.made
    world.clock.at += 1
    await world.charge.run()
    assert.equal((await paid(world, account, late.id)).length, 2)
    assert.equal(await world.store.billing.balance(account), -7 * 2 * 4)
  }))

test('stored days later it owes all days since then', () =>
  before('2026-11-21', async (world, account) => {
    const gate = newGate()
    world.holdBack((batch) => (has(batch, 'instance.add') ? gate.opened : Promise.resolve()))
    const late = world.create(account)
    world.clock.at = onDay('2026-11-23')
    await world.charge.run()
    gate.open()
    await late.made
    await world.charge.run()
    assert.equal((await paid(world, account, late.id)).length, 4)
    assert.equal(await world.store.billing.balance(account), -7 * 4 * 4)
  }))
