// Truth: docs/adr/0007: what is there at 00:00 UTC+3 is charged, and the day of the creation is paid at once; what is expected is counted by hand.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { billingDayStart } from '../../src/billing/day.ts'
import type { Timer } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import type { AccountId } from '../../src/model/ids.ts'
import { until } from '../../src/lib/until.ts'
import { DailyCharge } from '../../src/partners/daily-charge.ts'
import { PriceList } from '../../src/partners/price-list.ts'
import { BillingWorld, day, onDay } from './billing-world.ts'

function billingTest(name: string, work: (world: BillingWorld) => Promise<void>, at = onDay('2026-11-20')): void {
  test(name, async () => {
    const world = await BillingWorld.open(at)
    try {
      await work(world)
    } finally {
      await world.destroy()
    }
  })
}

async function made(world: BillingWorld, account: AccountId): Promise<number> {
  const { id, made: creation } = world.create(account)
  await creation
  return id
}

/** `11-20 23` for each charge: its day, and its amount. */
async function charged(world: BillingWorld, account: AccountId, id?: number): Promise<readonly string[]> {
  const lines = await world.store.billing.ledger({ account }, 10_000)
  return lines
    .filter((line) => line.kind === 'charge' && (id === undefined || line.instance === id))
    .toSorted((a, b) => a.day - b.day || Number(a.instance) - Number(b.instance))
    .map((line) => `${new Date(line.day * 86_400_000).toISOString().slice(5, 10)} ${0 - line.amount}`)
}

billingTest(
  'creation pays its day, each midnight the day that begins, and a deleted instance pays no more',
  async (world) => {
    const { id: account } = await world.newAccount('shop')
    await world.price('USD', day('2026-11-20'), 23)
    await world.charge.run()
    const first = await made(world, account)
    world.clock.at = billingDayStart(day('2026-11-21')) - 1
    await world.charge.run()
    const second = await made(world, account)
    assert.deepEqual(await charged(world, account), ['11-20 23', '11-20 23'])
    world.clock.at += 1
    await world.charge.run()
    await world.charge.run()
    assert.deepEqual(await charged(world, account, second), ['11-20 23', '11-21 23'])
    world.clock.at = billingDayStart(day('2026-11-22')) - 1
    await world.delete(first)
    world.clock.at += 1
    await world.delete(second)
    await world.charge.run()
    assert.deepEqual(await charged(world, account, first), ['11-20 23', '11-21 23'])
    assert.deepEqual(
      await charged(world, account, second),
      ['11-20 23', '11-21 23'],
      'deleted at midnight: not the day that begins',
    )
    assert.equal(await world.store.billing.balance(account), -4 * 23)
  },
)

billingTest(
  'a server that was off for days charges those that existed at each midnight, at the price of each day',
  async (world) => {
    const { id: account } = await world.newAccount('shop')
    await world.price('USD', day('2026-11-20'), 10)
    await world.price('USD', day('2026-11-23'), 30)
    await world.price('USD', day('2026-11-24'), 40, account)
    await world.charge.run()
    const gone = await made(world, account)
    const stays = await made(world, account)
    world.clock.at = onDay('2026-11-22')
    await world.delete(gone)
    world.clock.at = onDay('2026-11-25')
    await world.restart()
    await world.charge.run()
    assert.deepEqual(await charged(world, account, gone), ['11-20 10', '11-21 10', '11-22 10'])
    assert.deepEqual(await charged(world, account, stays), [
      '11-20 10',
      '11-21 10',
      '11-22 10',
      '11-23 30',
      '11-24 40',
      '11-25 40',
    ])
  },
)

billingTest(
  'where no price is in force nothing is charged; the first price may begin today and is paid by all of today',
  async (world) => {
    const { id: account } = await world.newAccount('shop')
    const { id: abroad } = await world.newAccount('tienda', { currency: 'EUR' })
    await world.charge.run()
    const old = await made(world, account)
    const foreign = await made(world, abroad)
    world.clock.at = onDay('2026-11-22')
    await world.charge.run()
    const early = await made(world, account)
    assert.deepEqual(await charged(world, account), [])
    assert.equal(await world.price('USD', day('2026-11-22'), 5), true)
    // The server is off until the next day: today's price is owed all the same, by those made before it, too.
    world.clock.at = onDay('2026-11-23')
    await world.charge.run()
    assert.deepEqual(await charged(world, account, old), ['11-22 5', '11-23 5'])
    assert.deepEqual(await charged(world, account, early), ['11-22 5', '11-23 5'])
    assert.deepEqual(await charged(world, abroad, foreign), [])
    assert.equal(await world.price('USD', day('2026-11-23'), 6), false, 'a day that has begun keeps its price')
  },
)

billingTest('what is made before the very first run pays all its days', async (world) => {
  const { id: account } = await world.newAccount('shop')
  await world.price('USD', day('2026-11-20'), 7)
  const id = await made(world, account)
  world.clock.at = onDay('2026-11-23')
  await world.restart()
  await world.charge.run()
  assert.deepEqual(await charged(world, account, id), ['11-20 7', '11-21 7', '11-22 7', '11-23 7'])
})

billingTest(
  'after a clock that was set back, what is made meanwhile pays each midnight that passes, and nothing is paid twice',
  async (world) => {
    const { id: account } = await world.newAccount('shop')
    await world.price('USD', day('2026-11-20'), 7)
    await world.charge.run()
    const before = await made(world, account)
    world.clock.at = onDay('2026-11-23')
    await world.charge.run()
    world.clock.at = onDay('2026-11-21')
    const meanwhile = await made(world, account)
    world.clock.at = onDay('2026-11-23', 1)
    await world.charge.run()
    assert.deepEqual(await charged(world, account, meanwhile), ['11-21 7', '11-22 7', '11-23 7'])
    assert.deepEqual(await charged(world, account, before), ['11-20 7', '11-21 7', '11-22 7', '11-23 7'])
    world.clock.at = onDay('2026-11-22')
    await world.charge.run()
    assert.deepEqual(await world.charge.progress(), { chargedUpTo: day('2026-11-22'), closedUpTo: 2026 * 12 + 9 })
    world.clock.at = onDay('2026-11-24')
    await world.charge.run()
    assert.equal((await charged(world, account, before)).length, 5)
    assert.deepEqual(await world.store.billing.check(account), [])
  },
)

billingTest(
  'an instance that is made before the first run has read how far days are charged pays them all',
  async (world) => {
    const { id: account } = await world.newAccount('shop')
    await world.price('USD', day('2026-11-20'), 7)
    world.clock.at = onDay('2026-11-23')
    await world.charge.run()
    world.clock.at = onDay('2026-11-21')
    await world.restart()
    const id = await made(world, account)
    world.clock.at = onDay('2026-11-23')
    await world.charge.run()
    assert.deepEqual(await charged(world, account, id), ['11-21 7', '11-22 7', '11-23 7'])
  },
)

billingTest('a midnight that passes while a day is charged is charged by the same run', async (world) => {
  const { id: account } = await world.newAccount('shop')
  await world.price('USD', day('2026-11-20'), 1)
  for (let number = 0; number < 9; number++) await made(world, account)
  await world.charge.run()
  world.clock.at = billingDayStart(day('2026-11-22')) - 2
  world.clock.tickMs = 1
  await world.charge.run()
  assert.equal(await world.store.billing.chargedUpTo(), day('2026-11-22'))
  assert.equal(await world.store.billing.balance(account), -27)
})

billingTest('an instance whose creation is under way at midnight pays the day that begins, too', async (world) => {
  const { id: account } = await world.newAccount('shop')
  await world.price('USD', day('2026-11-20'), 7)
  await world.charge.run()
  world.clock.at = billingDayStart(day('2026-11-21')) - 1
  const { id, made: creation } = world.create(account)
  world.clock.at += 1
  await Promise.all([creation, world.charge.run()])
  assert.deepEqual(await charged(world, account, id), ['11-20 7', '11-21 7'])
})

billingTest('a charge that fails is tried again by the next run', async (world) => {
  const { id: account } = await world.newAccount('shop')
  await world.price('USD', day('2026-11-20'), 1)
  for (let number = 0; number < 5; number++) await made(world, account)
  await world.charge.run()
  world.clock.at = onDay('2026-11-21')
  for (const mishaps of [['fails'], [undefined, 'answerLost'], [undefined, undefined, 'fails']] as const) {
    world.mishaps(...mishaps)
    await assert.rejects(world.charge.run())
  }
  await world.charge.run()
  assert.equal(await world.store.billing.balance(account), -10)
})

billingTest('each day is told once with what it comes to, and again only where that changed', async (world) => {
  const { id: account } = await world.newAccount('shop')
  const told = async () =>
    (await world.told()).map(({ type, data }) => [type, data['day'], data['amount'], data['instances']])
  await world.price('USD', day('2026-11-20'), 7)
  await world.charge.run()
  assert.deepEqual(await told(), [], 'nothing was charged')
  await made(world, account)
  await made(world, account)
  world.clock.at = onDay('2026-11-22')
  await world.charge.run()
  assert.deepEqual(await told(), [
    ['account.charged', '2026-11-21', 14, 2],
    ['account.charged', '2026-11-22', 14, 2],
  ])
  world.clock.at = onDay('2026-11-21')
  await world.charge.run()
  assert.deepEqual(await told(), [])
  await made(world, account)
  world.clock.at = onDay('2026-11-22', 13)
  await world.charge.run()
  assert.deepEqual(await told(), [['account.charged', '2026-11-22', 21, 3]])
})

billingTest('two runners at once charge everything once and tell it once', async (world) => {
  const { id: account } = await world.newAccount('shop')
  await world.price('USD', day('2026-11-20'), 7)
  for (let number = 0; number < 9; number++) await made(world, account)
  await world.charge.run()
  await world.told()
  world.clock.at = onDay('2026-11-25')
  const other = world.runner()
  await Promise.all([world.charge.run(), other.run()])
  assert.equal(await world.store.billing.balance(account), -9 * 6 * 7)
  assert.equal((await world.told()).length, 5)
})

billingTest('a runner that has not heard of the first price charges its day as the one that took it', async (world) => {
  const { id: account } = await world.newAccount('shop')
  await world.charge.run()
  await made(world, account)
  const { store, clock, log, accounts } = world
  const other = new DailyCharge({
    store,
    clock,
    log,
    accounts,
    prices: await PriceList.open(world),
    hooks: { news: () => [] },
  })
  await world.price('USD', day('2026-11-20'), 7)
  await other.run()
  assert.deepEqual(await charged(world, account), ['11-20 7'])
})

billingTest('an account whose balance becomes low is warned once, and anew when it has recovered', async (world) => {
  const { id: account } = await world.newAccount('shop', { warnBelow: 10 })
  const { id: limited } = await world.newAccount('café', { overdraftLimit: 100 })
  const { id: silent } = await world.newAccount('kiosk')
  await world.price('USD', day('2026-11-20'), 7)
  const topUp = (amount: number) =>
    world.store.commit({
      guards: [],
      writes: [
        {
          kind: 'ledger.add',
          line: {
            account,
            at: 0,
            kind: 'topUp',
            amount,
            instance: null,
            day: day('2026-11-20'),
            reason: '',
            author: 'operator',
          },
        },
      ],
    })
  await topUp(17)
  for (const one of [account, limited, silent]) await made(world, one)
  await world.charge.run()
  const told = async () =>
    (await world.told())
      .filter(({ type }) => type === 'account.lowBalance')
      .map(({ account: of, data }) => [of, data['balance'], data['warnBelow']])
  assert.deepEqual(await told(), [[limited, -7, 0]], '10 is not below 10')
  world.clock.at = onDay('2026-11-21')
  await world.charge.run()
  await world.charge.run()
  assert.deepEqual(await told(), [[account, 3, 10]])
  await world.restart()
  await world.charge.run()
  assert.deepEqual(await told(), [], 'it is known after a restart')
  await topUp(7)
  await world.charge.run()
  assert.equal(world.accounts.get(account)?.warnedAt, null)
  world.clock.at = onDay('2026-11-22')
  await world.charge.run()
  assert.deepEqual(await told(), [[account, 3, 10]])
})

test('that a month is closed is news where something has a price, and else only for whoever looks closely', async () => {
  const said: string[] = []
  const note = (level: string) => (fields: object, text: string) => {
    if (text === 'The month is closed') said.push(`${level} ${'month' in fields ? String(fields.month) : ''}`)
  }
  const log = { ...silentLog, debug: note('debug'), info: note('info') }
  const world = await BillingWorld.open(onDay('2026-11-20'), { log })
  await world.charge.run()
  world.clock.at = onDay('2026-12-01')
  await world.charge.run()
  await world.price('USD', day('2026-12-02'), 7)
  world.clock.at = onDay('2027-01-01')
  await world.charge.run()
  await world.destroy()
  assert.deepEqual(said, ['debug 2026-10', 'debug 2026-11', 'info 2026-12'])
})

test('it runs at its start, at each midnight to the millisecond, and every minute; a failure waits for the next one', async () => {
  const errors: object[] = []
  const log = { ...silentLog, error: (fields: object) => void errors.push(fields) }
  const world = await BillingWorld.open(onDay('2026-11-20'), { log })
  const alarms: { readonly at: number; readonly ring: () => void }[] = []
  const clock = {
    now: () => world.clock.at,
    after: (delayMs: number, ring: () => void): Timer => {
      if (delayMs <= 10) return world.clock.after(delayMs, ring)
      alarms.push({ at: world.clock.at + delayMs, ring })
      return { cancel: () => undefined }
    },
  }
  const runs: number[] = []
  const { store, accounts, prices } = world
  const charge = new DailyCharge({
    store,
    accounts,
    prices,
    clock,
    log,
    hooks: { news: () => [] },
  })
  const run = charge.run.bind(charge)
  charge.run = () => run().finally(() => runs.push(world.clock.at))
  const next = async () => {
    const alarm = await until(() => alarms.shift(), 'an alarm is set')
    const before = runs.length
    world.clock.at = alarm.at
    alarm.ring()
    await until(() => runs.length > before, 'a run')
  }
  try {
    charge.start()
    await until(() => runs.length === 1, 'the first run')
    await next()
    assert.equal(runs[1], onDay('2026-11-20') + 60_000)
    await until(() => alarms.length === 1, 'the next alarm')
    alarms.length = 0
    world.clock.at = billingDayStart(day('2026-11-21')) - 1500
    charge.start()
    world.mishaps('fails')
    await next()
    assert.equal(runs.at(-1), billingDayStart(day('2026-11-21')))
    assert.equal(errors.length, 1)
    assert.equal(await store.billing.chargedUpTo(), day('2026-11-20'))
    await next()
    assert.equal(runs.at(-1), billingDayStart(day('2026-11-21')) + 60_000)
    assert.equal(await store.billing.chargedUpTo(), day('2026-11-21'))
  } finally {
    await charge.stop()
    await world.destroy()
  }
})
