// Truth: a price holds for whole billing days (UTC+3), and a day that has begun keeps the one that it has; what is told is what is stored.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { TARIFFS } from '../../src/billing/tariffs.ts'
import type { AccountRow, PriceRow, Tariff } from '../../src/model/account.ts'
import { isFault, type Fault } from '../../src/model/fault.ts'
import { DAY_MS, MoneyScene, TODAY } from './money-scene.ts'

let scene: MoneyScene
before(async () => {
  scene = await MoneyScene.open()
})
after(() => scene.close())

let named = 0
/** A tariff that no other test speaks of. */
async function newTariff(plan: Tariff['plan'] = 'daily'): Promise<string> {
  named += 1
  const name = `T${String(named)}`
  const row = { name, plan, correspondents: null, calls: new Map<string, number>(), instances: null }
  assert.ok(!isFault(await scene.prices.putTariff(row, 'operator')))
  return name
}

function put(tariff: string, fromDay: number, amount: number, more: Partial<PriceRow> = {}): Promise<PriceRow | Fault> {
  return scene.prices.putPrice({ tariff, account: null, currency: 'USD', fromDay, amount, ...more }, 'cli')
}

function codeOf(outcome: object): string {
  return isFault(outcome) ? outcome.fault : 'ok'
}

test('the audit log tells from which date a price holds', async () => {
  await put('PARTNER', TODAY + 3, 250, { currency: 'EUR' })
  const [last] = await scene.store.audit.list({}, 1)
  const from = new Date((TODAY + 3) * DAY_MS).toISOString().slice(0, 10)
  assert.deepEqual([last?.action, last?.details], ['price.put', { currency: 'EUR', from, amount: 250 }])
})

test('there are the built-in tariffs, and what the operator makes of them and of his own outlives a restart', async () => {
  for (const built of Object.values(TARIFFS)) assert.deepEqual(scene.prices.tariff(built.name), built)
  const developer: Tariff = { ...TARIFFS.DEVELOPER, instances: 5, calls: new Map([['checkWhatsapp', 7]]) }
  const gold: Tariff = { name: 'GOLD', plan: 'ahead', correspondents: 9, calls: new Map(), instances: 2 }
  assert.deepEqual(await scene.prices.putTariff(gold, 'cli'), gold)
  await scene.prices.putTariff(developer, 'operator')
  const stored = { ...developer, calls: new Map([['checkwhatsapp', 7]]) }
  for (const when of ['at once', 'after a restart']) {
    assert.deepEqual(scene.prices.tariff('DEVELOPER'), stored, when)
    assert.deepEqual(scene.prices.tariff('GOLD'), gold, when)
    await scene.restart()
  }
  await scene.prices.putTariff(TARIFFS.DEVELOPER, 'operator')
  const [last] = await scene.store.audit.list({}, 1)
  assert.deepEqual(
    [last?.action, last?.actor, last?.target, last?.details['instances']],
    ['tariff.put', 'operator', 'DEVELOPER', 1],
  )
})

test('a plan never changes, and limits and names are checked', async () => {
  const name = await newTariff()
  const tariff = scene.prices.tariff(name)
  assert.ok(tariff)
  assert.equal(codeOf(await scene.prices.putTariff({ ...tariff, plan: 'free' }, 'cli')), 'conflict')
  assert.equal(codeOf(await scene.prices.putTariff({ ...TARIFFS.PARTNER, plan: 'ahead' }, 'cli')), 'conflict')
  for (const wrong of [
    { name: '' },
    { name: 'a b' },
    { instances: -1 },
    { correspondents: 0.5 },
    { calls: new Map([['x', -1]]) },
  ]) {
    assert.equal(codeOf(await scene.prices.putTariff({ ...tariff, ...wrong }, 'cli')), 'invalid', JSON.stringify(wrong))
  }
  assert.deepEqual(scene.prices.tariff(name), tariff)
})

test('a price of the account goes before the general one, and only one in its currency counts', async () => {
  const name = await newTariff()
  const partner = await scene.newAccount('partner')
  const other = await scene.newAccount('partner')
  const european = await scene.newAccount('partner', { currency: 'EUR' })
  const priceOf = (account: AccountRow, day = TODAY) => scene.prices.priceOf(account, name, day)
  assert.equal(scene.prices.isPriced(name), false)
  await put(name, TODAY, 100)
  await put(name, TODAY + 2, 50, { account: partner.id })
  await put(name, TODAY + 3, 200)
  await put(name, TODAY + 1, 7, { account: partner.id, currency: 'EUR' })
  for (const when of ['at once', 'after a restart']) {
    assert.equal(scene.prices.isPriced(name), true, when)
    const days = [TODAY - 1, TODAY, TODAY + 1, TODAY + 2, TODAY + 3]
    assert.deepEqual(
      days.map((day) => priceOf(partner, day)),
      [undefined, 100, 100, 50, 50],
      when,
    )
    assert.deepEqual(
      days.map((day) => priceOf(other, day)),
      [undefined, 100, 100, 100, 200],
      when,
    )
    assert.deepEqual(
      days.map((day) => priceOf(european, day)),
      [undefined, undefined, undefined, undefined, undefined],
      when,
    )
    await scene.restart()
  }
})

test('no price begins in the past, nor today where there is one; one of the future may be replaced', async () => {
  const name = await newTariff()
  const partner = await scene.newAccount('partner')
  assert.equal(codeOf(await put(name, TODAY - 1, 1)), 'invalid')
  assert.equal(codeOf(await put(name, TODAY, 1)), 'ok')
  assert.equal(codeOf(await put(name, TODAY, 2)), 'invalid')
  assert.equal(codeOf(await put(name, TODAY, 2, { account: partner.id })), 'invalid', 'the general one holds today')
  assert.equal(codeOf(await put(name, TODAY, 2, { currency: 'EUR' })), 'ok')
  assert.equal(codeOf(await put(name, TODAY + 1, 3)), 'ok')
  assert.equal(codeOf(await put(name, TODAY + 1, 4)), 'ok')
  assert.deepEqual(
    [TODAY, TODAY + 1].map((day) => scene.prices.priceOf(partner, name, day)),
    [1, 4],
  )
  const rows = (await scene.store.billing.prices()).filter((row) => row.tariff === name)
  assert.deepEqual(new Set(rows), new Set(scene.prices.prices().filter((row) => row.tariff === name)))
  assert.equal(rows.length, 3)
})

test('a price of a day to come is taken back, and then holds what held before it', async () => {
  const name = await newTariff()
  const partner = await scene.newAccount('partner')
  const remove = (fromDay: number, more: Partial<PriceRow> = {}) =>
    scene.prices.removePrice({ tariff: name, account: null, currency: 'USD', fromDay, ...more }, 'operator')
  const priceThen = () => scene.prices.priceOf(partner, name, TODAY + 1)
  await put(name, TODAY, 1)
  await put(name, TODAY + 1, 999)
  await put(name, TODAY + 1, 888, { account: partner.id })
  for (const none of [await remove(TODAY + 2), await remove(TODAY + 1, { currency: 'EUR' })]) {
    assert.equal(codeOf(none), 'notFound')
  }
  assert.equal(codeOf(await remove(TODAY)), 'invalid', 'today has begun')
  assert.equal(priceThen(), 888)
  const removed = await remove(TODAY + 1, { account: partner.id })
  const place = { tariff: name, account: partner.id, currency: 'USD', fromDay: TODAY + 1 }
  assert.deepEqual(removed, { ...place, amount: 888 })
  const [last] = await scene.store.audit.list({}, 1)
  assert.deepEqual(
    [last?.action, last?.actor, last?.target, last?.account],
    ['price.remove', 'operator', name, partner.id],
  )
  assert.equal(last?.details['amount'], 888)
  assert.equal(priceThen(), 999)
  assert.equal(codeOf(await remove(TODAY + 1)), 'ok')
  assert.equal(codeOf(await remove(TODAY + 1)), 'notFound')
  assert.equal(priceThen(), 1)
  await scene.restart()
  assert.equal(priceThen(), 1)
})

test('a tariff whose only price is taken back is as one that never had any', async () => {
  const name = await newTariff()
  const mark = await scene.store.billing.chargedUpTo()
  await put(name, TODAY + 1, 5)
  scene.failing.next = 'lost'
  const place = { tariff: name, account: null, currency: 'USD', fromDay: TODAY + 1 }
  await assert.rejects(scene.prices.removePrice(place, 'cli'))
  assert.equal(scene.prices.isPriced(name), true, 'what could not be stored is not told')
  assert.equal(codeOf(await scene.prices.removePrice(place, 'cli')), 'ok')
  assert.equal(scene.prices.isPriced(name), false)
  assert.equal(await scene.store.billing.chargedUpTo(), mark)
})

test('what is no price is refused', async () => {
  const name = await newTariff()
  const free = await newTariff('free')
  assert.equal(codeOf(await put('NOTARIFF', TODAY + 1, 1)), 'invalid')
  assert.equal(codeOf(await put(free, TODAY + 1, 1)), 'invalid')
  for (const amount of [-1, 0.5, NaN, Infinity]) assert.equal(codeOf(await put(name, TODAY + 1, amount)), 'invalid')
  for (const currency of ['', 'usd', 'DOLLAR'])
    assert.equal(codeOf(await put(name, TODAY + 1, 1, { currency })), 'invalid')
  for (const day of [NaN, TODAY + 0.5, 1e15]) assert.equal(codeOf(await put(name, day, 1)), 'invalid')
  assert.equal(scene.prices.isPriced(name), false)
  assert.equal(codeOf(await put(name, TODAY + 1, 0)), 'ok', 'costing nothing is a price')
})

test('a first price that begins today has today gone through again, also where that is under way', async () => {
  const marks = new Map([
    [TODAY, TODAY - 1],
    [TODAY - 1, TODAY - 2],
    [TODAY - 2, TODAY - 2],
  ])
  for (const [mark, then] of marks) {
    await scene.store.commit({
      guards: [],
      writes: [
        { kind: 'charge.reopen', day: 0 },
        { kind: 'charge.done', day: mark },
      ],
    })
    const name = await newTariff()
    await put(name, TODAY + 1, 1)
    assert.equal(await scene.store.billing.chargedUpTo(), mark, 'a price of the future changes nothing today')
    await put(name, TODAY, 1)
    assert.equal(await scene.store.billing.chargedUpTo(), then)
  }
})

test('after a clock that was set back no price begins on a day that was gone through already', async () => {
  const at = (mark: number) =>
    scene.store.commit({
      guards: [],
      writes: [
        { kind: 'charge.reopen', day: 0 },
        { kind: 'charge.done', day: mark },
      ],
    })
  await at(TODAY + 3)
  const name = await newTariff()
  assert.equal(codeOf(await put(name, TODAY + 2, 1)), 'invalid')
  assert.equal(codeOf(await put(name, TODAY + 4, 1)), 'ok')
  assert.equal(await scene.store.billing.chargedUpTo(), TODAY + 3)
  await at(TODAY)
})

test('a day that somebody has paid for keeps its price, though it has not begun by this clock', async () => {
  const far = TODAY + 1000
  const name = await newTariff()
  const { id } = await scene.newAccount('partner', { tariff: name })
  await put(name, far, 4)
  const line = { at: 1, kind: 'charge', amount: -4, instance: null, reason: name, author: 'system' } as const
  await scene.store.commit({
    guards: [],
    writes: [{ kind: 'ledger.add', line: { ...line, account: id, day: far } }],
  })
  assert.equal(codeOf(await put(name, far, 5)), 'invalid')
  const place = { tariff: name, account: null, currency: 'USD', fromDay: far }
  assert.equal(codeOf(await scene.prices.removePrice(place, 'cli')), 'invalid')
  assert.deepEqual(
    scene.prices.prices().filter(({ tariff }) => tariff === name),
    [{ ...place, amount: 4 }],
  )
  assert.equal(codeOf(await put(name, far + 1, 5)), 'ok')
})

test('what could not be stored is not told', async () => {
  const name = await newTariff()
  scene.failing.next = 'lost'
  await assert.rejects(put(name, TODAY + 1, 1))
  assert.equal(scene.prices.isPriced(name), false)
  scene.failing.next = 'lost'
  await assert.rejects(scene.prices.putTariff({ ...TARIFFS.PARTNER, instances: 1 }, 'cli'))
  assert.deepEqual(scene.prices.tariff('PARTNER'), TARIFFS.PARTNER)
})

test('whatever is put whenever, a day that has begun keeps the price that it has', async () => {
  const steps = fc.array(
    fc.record({
      pass: fc.integer({ min: 0, max: 2 }),
      ahead: fc.integer({ min: -2, max: 4 }),
      amount: fc.nat(9),
      own: fc.boolean(),
    }),
    { maxLength: 15 },
  )
  const start = scene.clock.at
  await fc.assert(
    fc.asyncProperty(steps, async (history) => {
      scene.clock.at = start
      const name = await newTariff()
      const accounts = [await scene.newAccount('partner'), await scene.newAccount('partner')] as const
      for (const { pass, ahead, amount, own } of history) {
        scene.clock.at += pass * DAY_MS
        const before = begunPrices(name, accounts)
        const outcome = await put(name, scene.today + ahead, amount, own ? { account: accounts[0].id } : {})
        const mayBegin = ahead > 0 || (ahead === 0 && before.at(-1)?.[own ? 0 : 1] === undefined)
        assert.equal(codeOf(outcome), mayBegin ? 'ok' : 'invalid')
        if (mayBegin) assert.equal(scene.prices.priceOf(accounts[own ? 0 : 1], name, scene.today + ahead), amount)
        const then = begunPrices(name, accounts)
        assert.deepEqual(then.slice(0, -1), before.slice(0, -1))
        const kept = before.at(-1)?.map((price, place) => price ?? then.at(-1)?.[place])
        assert.deepEqual(then.at(-1), kept)
      }
    }),
    { numRuns: 40 },
  )
  scene.clock.at = start
})

/** What is in force for each account on the days up to today, which is the last. */
function begunPrices(tariff: string, accounts: readonly AccountRow[]): readonly (readonly (number | undefined)[])[] {
  const days = Array.from({ length: scene.today - TODAY + 4 }, (_, index) => TODAY - 3 + index)
  return days.map((day) => accounts.map((account) => scene.prices.priceOf(account, tariff, day)))
}
