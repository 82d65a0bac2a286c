import assert from 'node:assert/strict'
import { billingDayStart } from '../../../src/billing/day.ts'
import { firstDay } from '../../../src/billing/month.ts'
import type { InstanceRow } from '../../../src/model/instance.ts'
import type { Committed, Guard, Store, Write } from '../../../src/storage/store.ts'
import { storeTest, type Fresh } from '../harness.ts'
import * as sample from '../samples.ts'

const { ACCOUNT, FIRST, SECOND, accountId, batch, commit, putAccount, putPrice } = sample
const OTHER = accountId('account-2')
const THIRD = (SECOND + 1) as typeof FIRST
const MONTH = 2026 * 12 + 10
const DAY = firstDay(MONTH) + 9
const MIDNIGHT = billingDayStart(DAY)

type Charge = Extract<Write, { kind: 'charge.day' }>

function charge(rest: Partial<Charge> = {}): Charge {
  const all = { from: 0, to: Number.MAX_SAFE_INTEGER }
  return { kind: 'charge.day', day: DAY, midnight: MIDNIGHT, madeBefore: MIDNIGHT, ...all, at: 9000, ...rest }
}

/** What each instance was charged, in the order in which it happened. */
async function charged(store: Store, account = ACCOUNT): Promise<(number | null)[][]> {
  const lines = await store.billing.ledger({ account }, 1000)
  assert.ok(lines.every(({ kind }) => kind === 'charge'))
  assert.deepEqual(await store.billing.check(account), [])
  return lines.map(({ instance, day, amount }) => [instance, day - DAY, amount])
}

export function charges(fresh: Fresh): void {
  once(fresh)
  prices(fresh)
  edges(fresh)
  portions(fresh)
  marks(fresh)
  closedMonths(fresh)
}

function once(fresh: Fresh): void {
  storeTest(fresh, 'a day is charged once, however often it is gone through', async (store) => {
    await commit(store, putAccount(ACCOUNT), putAccount(OTHER), putPrice(5, 0), sample.addLine(100, DAY - 1))
    await commit(
      store,
      sample.addInstance(FIRST),
      sample.addInstance(SECOND),
      sample.addInstance(THIRD, { account: OTHER }),
    )
    await commit(store, charge(), charge())
    await commit(store, charge({ at: 9999 }))
    const [, first, ...rest] = await store.billing.ledger({ account: ACCOUNT }, 9)
    const line = { at: 9000, kind: 'charge', amount: -5, day: DAY, month: MONTH, reason: 'PARTNER', author: 'system' }
    assert.deepEqual(first, { seq: first?.seq, account: ACCOUNT, instance: FIRST, ...line })
    assert.deepEqual(
      rest.map(({ instance, amount }) => [instance, amount]),
      [[SECOND, -5]],
    )
    assert.equal(await store.billing.balance(ACCOUNT), 90)
    assert.deepEqual(await charged(store, OTHER), [[THIRD, 0, -5]])
    assert.deepEqual(await store.billing.totals(ACCOUNT, MONTH, MONTH), [
      { day: DAY - 1, month: MONTH, kind: 'topUp', amount: 100, lines: 1 },
      { day: DAY, month: MONTH, kind: 'charge', amount: -10, lines: 2 },
    ])
    assert.deepEqual(await store.billing.chargedOn(DAY), [
      { account: ACCOUNT, amount: 10, lines: 2 },
      { account: OTHER, amount: 5, lines: 1 },
    ])
  })

  storeTest(fresh, 'an instance that is charged in the batch that makes it is not charged again', async (store) => {
    await commit(store, putAccount(ACCOUNT), putPrice(5, 0))
    const line = { kind: 'charge', instance: FIRST, reason: 'PARTNER', author: 'system' } as const
    await commit(store, sample.addInstance(FIRST), sample.addLine(-5, DAY, line), sample.addInstance(SECOND))
    await commit(store, charge({ to: SECOND }), charge({ day: DAY + 1 }))
    assert.deepEqual(await charged(store), [[FIRST, 0, -5], [SECOND, 0, -5], [FIRST, 1, -5], [SECOND, 1, -5]]) // prettier-ignore
  })

  storeTest(fresh, 'a batch that fails later has charged nothing', async (store, harness) => {
    await commit(store, putAccount(ACCOUNT), putPrice(5, 0), sample.addInstance(FIRST))
    const before = await harness.dump()
    await assert.rejects(commit(store, charge(), sample.addInstance(FIRST)))
    assert.deepEqual(await harness.dump(), before)
  })
}

function prices(fresh: Fresh): void {
  storeTest(fresh, 'a day has the newest price that was in force on it, and keeps it', async (store) => {
    await commit(store, putAccount(ACCOUNT), sample.addInstance(FIRST))
    await commit(store, putPrice(7, DAY), putPrice(9, DAY + 2), putPrice(3, DAY + 1, { tariff: 'OTHER' }))
    for (const day of [DAY - 1, DAY, DAY + 1, DAY + 2, DAY + 3]) await commit(store, charge({ day }))
    assert.deepEqual(await charged(store), [[FIRST, 0, -7], [FIRST, 1, -7], [FIRST, 2, -9], [FIRST, 3, -9]]) // prettier-ignore
    await commit(store, putPrice(1, DAY), charge())
    assert.equal(await store.billing.balance(ACCOUNT), -32)
  })

  storeTest(fresh, "an account's own price goes before a newer general one, in its own currency", async (store) => {
    await commit(store, putAccount(ACCOUNT), putAccount(OTHER, { terms: sample.terms({ currency: 'EUR' }) }))
    await commit(store, sample.addInstance(FIRST), sample.addInstance(SECOND, { account: OTHER }))
    await commit(
      store,
      putPrice(7, DAY),
      putPrice(4, DAY - 5, { account: ACCOUNT }),
      putPrice(2, DAY, { account: OTHER }),
    )
    await commit(store, charge())
    assert.deepEqual([await charged(store), await charged(store, OTHER)], [[[FIRST, 0, -4]], []])
    await commit(store, putPrice(6, DAY, { currency: 'EUR' }), charge())
    assert.deepEqual([await charged(store), await charged(store, OTHER)], [[[FIRST, 0, -4]], [[SECOND, 0, -6]]])
  })

  storeTest(fresh, 'a price of nothing writes lines of nothing', async (store) => {
    await commit(store, putAccount(ACCOUNT), sample.addInstance(FIRST), putPrice(0, 0), charge())
    assert.equal((await store.billing.ledger({ account: ACCOUNT }, 9))[0]?.amount, 0)
    assert.deepEqual(await store.billing.chargedOn(DAY), [{ account: ACCOUNT, amount: 0, lines: 1 }])
  })

  storeTest(fresh, 'only tariffs that are paid by the day are charged', async (store) => {
    const tariff = (name: string, plan: 'free' | 'ahead' | 'daily'): Write => ({
      kind: 'tariff.put',
      row: { name, plan, correspondents: null, calls: new Map(), instances: null },
    })
    const names = ['AHEAD', 'DAILY', 'FREE', 'PARTNER', 'UNKNOWN']
    await commit(store, putAccount(ACCOUNT), tariff('FREE', 'free'), tariff('AHEAD', 'ahead'), tariff('DAILY', 'daily'))
    await commit(store, ...names.map((name, n) => putPrice(n + 1, 0, { tariff: name })))
    await commit(store, ...names.map((name, n) => sample.addInstance((FIRST + n) as typeof FIRST, { tariff: name })))
    await commit(store, charge())
    assert.deepEqual(await charged(store), [[FIRST + 1, 0, -2], [FIRST + 3, 0, -4]]) // prettier-ignore
  })
}

function edges(fresh: Fresh): void {
  storeTest(fresh, 'who existed as the day began is charged, to the millisecond', async (store) => {
    await commit(store, putAccount(ACCOUNT), putPrice(5, 0))
    const made: Partial<InstanceRow>[] = [
      { createdAt: MIDNIGHT - 1 },
      { createdAt: MIDNIGHT },
      { createdAt: 1, deletedAt: MIDNIGHT },
      { createdAt: 1, deletedAt: MIDNIGHT + 1 },
      { createdAt: MIDNIGHT + 1, deletedAt: MIDNIGHT + 2 },
    ]
    await commit(store, ...made.map((rest, n) => sample.addInstance((FIRST + n) as typeof FIRST, rest)))
    await commit(store, charge())
    assert.deepEqual(await charged(store), [[FIRST, 0, -5], [FIRST + 3, 0, -5]]) // prettier-ignore
    await commit(store, charge({ madeBefore: MIDNIGHT + 3600_000 }))
    assert.deepEqual(
      (await charged(store)).map(([id]) => id),
      [FIRST, FIRST + 3, FIRST + 1, FIRST + 4],
    )
  })
}

function portions(fresh: Fresh): void {
  storeTest(fresh, 'portions go through all instances, each once', async (store) => {
    const ids = [1, 2, 5, 8, 9, 4_100_000_000, 4_100_000_001].map((id) => id as typeof FIRST)
    await commit(store, putAccount(ACCOUNT), putPrice(5, 0), ...ids.map((id) => sample.addInstance(id)))
    const ends: number[] = []
    let after = 0
    for (;;) {
      const to = await store.billing.portion(after, 3)
      if (to === null) break
      await commit(store, charge({ from: after, to }))
      assert.equal((await charged(store)).length, ids.filter((id) => id <= to).length)
      ends.push((after = to))
    }
    assert.deepEqual(ends, [5, 4_100_000_000, 4_100_000_001])
    assert.equal(await store.billing.portion(0, 100), 4_100_000_001)
    assert.equal(await store.billing.balance(ACCOUNT), -35)
  })

  storeTest(fresh, 'a portion of many accounts is charged to each its own', async (store) => {
    const accounts = Array.from({ length: 40 }, (_, n) => accountId(`account-${String(n)}`))
    await commit(store, putPrice(3, 0), ...accounts.map((id) => putAccount(id)))
    const ids = Array.from({ length: 500 }, (_, n) => (FIRST + n) as typeof FIRST)
    const owner = (n: number) => accounts[(n * n) % 40] ?? ACCOUNT
    await commit(store, ...ids.map((id, n) => sample.addInstance(id, { account: owner(n) })), charge(), charge())
    for (const account of accounts) {
      const count = ids.filter((_, n) => owner(n) === account).length
      assert.equal(await store.billing.balance(account), 0 - 3 * count)
      assert.equal((await charged(store, account)).length, count)
    }
  })
}

function marks(fresh: Fresh): void {
  const isUpTo = (day: number | null): Guard => ({ kind: 'chargedUpTo', day })
  const done = (day: number): Write => ({ kind: 'charge.done', day })
  const reopen = (day: number): Write => ({ kind: 'charge.reopen', day })
  const write = (store: Store, day: number | null, some: Write): Promise<Committed> =>
    store.commit(batch([some], [isUpTo(day)]))

  storeTest(fresh, 'how far the charge has come rises by doing, and falls by reopening', async (store) => {
    assert.equal(await store.billing.chargedUpTo(), null)
    await commit(store, reopen(5))
    assert.equal(await store.billing.chargedUpTo(), null)
    assert.deepEqual(await write(store, 0, done(10)), { ok: false, refusedBy: isUpTo(0) })
    assert.deepEqual(await write(store, null, done(10)), { ok: true })
    assert.deepEqual(await write(store, null, done(11)), { ok: false, refusedBy: isUpTo(null) })
    for (const [some, expected] of [
      [done(9), 10],
      [reopen(12), 10],
      [reopen(10), 10],
      [reopen(7), 7],
      [done(8), 8],
    ] as const) {
      // prettier-ignore
      await commit(store, some)
      assert.equal(await store.billing.chargedUpTo(), expected)
    }
  })

  storeTest(
    fresh,
    'of two that go through the same day at once one does it, and nothing is charged twice',
    async (store) => {
      await commit(store, putAccount(ACCOUNT), putPrice(5, 0), sample.addInstance(FIRST), done(DAY - 1))
      const walk = () =>
        Promise.all([
          store.commit(batch([charge()], [isUpTo(DAY - 1)])),
          store.commit(batch([done(DAY)], [isUpTo(DAY - 1)])),
        ])
      const outcomes = (await Promise.all([walk(), walk()])).flat()
      assert.deepEqual(
        outcomes.map(({ ok }) => ok),
        [true, true, false, false],
      )
      assert.deepEqual(await charged(store), [[FIRST, 0, -5]])
      await commit(store, reopen(DAY - 1), charge(), done(DAY))
      assert.deepEqual(await charged(store), [[FIRST, 0, -5]])
    },
  )
}

function closedMonths(fresh: Fresh): void {
  storeTest(fresh, 'a day of a month that is closed or stated stands on the next one', async (store) => {
    await commit(store, putAccount(ACCOUNT), putAccount(OTHER), putPrice(5, 0), sample.addLine(1, DAY))
    await commit(store, sample.addInstance(FIRST), sample.addInstance(SECOND, { account: OTHER }))
    await commit(store, { kind: 'statement.make', account: ACCOUNT, month: MONTH, plan: 'prepaid', at: 1 }, charge())
    const months = async (account: typeof ACCOUNT) =>
      (await store.billing.ledger({ account }, 9)).map(({ amount, month }) => [amount, month - MONTH])
    assert.deepEqual([await months(ACCOUNT), await months(OTHER)], [[[1, 0], [-5, 1]], [[-5, 0]]]) // prettier-ignore
    await commit(store, { kind: 'month.close', month: MONTH + 1 }, charge({ day: DAY + 1 }))
    assert.deepEqual([await months(ACCOUNT), await months(OTHER)], [[[1, 0], [-5, 1], [-5, 2]], [[-5, 0], [-5, 2]]]) // prettier-ignore
    for (const account of [ACCOUNT, OTHER]) assert.deepEqual(await store.billing.check(account), [])
  })
}
