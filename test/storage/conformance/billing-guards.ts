import assert from 'node:assert/strict'
import { TARIFFS } from '../../../src/billing/tariffs.ts'
import type { Guard, Store, Write } from '../../../src/storage/store.ts'
import { storeTest, type Fresh } from '../harness.ts'
import * as sample from '../samples.ts'

const { ACCOUNT, FIRST, SECOND, accountId, addLine, batch, commit } = sample
const OTHER = accountId('account-2')
const DAY = 20_000

export function billingGuards(fresh: Fresh): void {
  moneyGuards(fresh)
  countingGuards(fresh)
}

const ask = async (store: Store, guard: Guard): Promise<boolean> => {
  const committed = await store.commit(batch([], [guard]))
  if (!committed.ok) assert.deepEqual(committed, { ok: false, refusedBy: guard })
  return committed.ok
}

function moneyGuards(fresh: Fresh): void {
  const balance = (atLeast: number): Guard => ({ kind: 'balance', account: ACCOUNT, atLeast })

  storeTest(fresh, 'a balance is not below what is asked; without a line it is 0', async (store) => {
    assert.deepEqual(await Promise.all([1, 0, -5_000_000_000].map((n) => ask(store, balance(n)))), [false, true, true])
    await commit(store, addLine(10, DAY))
    assert.deepEqual(await Promise.all([11, 10, 0].map((n) => ask(store, balance(n)))), [false, true, true])
    await commit(store, addLine(-30, DAY))
    assert.deepEqual(await Promise.all([0, -19, -20].map((n) => ask(store, balance(n)))), [false, false, true])
    assert.equal(await store.billing.balance(ACCOUNT), -20)
  })

  storeTest(fresh, 'of payments at once as many pass as there is money for', async (store) => {
    await commit(store, addLine(50, DAY))
    const pay = () => store.commit(batch([addLine(-8, DAY, { kind: 'renewal' })], [balance(8)]))
    const paid = await Promise.all(Array.from({ length: 12 }, pay))
    assert.equal(paid.filter(({ ok }) => ok).length, 6)
    assert.equal(await store.billing.balance(ACCOUNT), 2)
  })

  storeTest(fresh, 'a ledger is empty until its first line', async (store) => {
    const empty: Guard = { kind: 'emptyLedger', account: ACCOUNT }
    await commit(store, addLine(5, DAY, { account: OTHER }))
    assert.deepEqual(
      [await ask(store, empty), await ask(store, balance(0)), await ask(store, empty)],
      [true, true, true],
    )
    await commit(store, addLine(0, DAY))
    assert.equal(await ask(store, empty), false)
  })

  storeTest(fresh, 'a day is uncharged until somebody is charged for it', async (store) => {
    const uncharged = (day: number): Guard => ({ kind: 'uncharged', day })
    await commit(store, addLine(5, DAY), addLine(-5, DAY, { kind: 'renewal' }))
    assert.equal(await ask(store, uncharged(DAY)), true)
    await commit(store, addLine(0, DAY, { kind: 'charge', instance: FIRST }))
    assert.deepEqual(await Promise.all([DAY - 1, DAY, DAY + 1].map((n) => ask(store, uncharged(n)))), [
      true,
      false,
      true,
    ])
  })

  storeTest(
    fresh,
    'an account has its currency until that is changed, and none when it is deleted or not there',
    async (store) => {
      const has = (currency: string, account = ACCOUNT): Guard => ({ kind: 'currency', account, currency })
      const isUsd = () => ask(store, has('USD'))
      await commit(
        store,
        sample.putAccount(ACCOUNT),
        sample.putAccount(OTHER, { terms: sample.terms({ currency: 'EUR' }) }),
      )
      assert.deepEqual([await isUsd(), await ask(store, has('EUR'))], [true, false])
      assert.deepEqual(
        [await ask(store, has('USD', OTHER)), await ask(store, has('USD', accountId('nobody')))],
        [false, false],
      )
      await commit(store, sample.putAccount(ACCOUNT, { terms: sample.terms({ currency: 'EUR' }) }))
      assert.equal(await isUsd(), false)
      await commit(store, sample.putAccount(ACCOUNT))
      assert.equal(await isUsd(), true)
      await commit(store, sample.putAccount(ACCOUNT, { deletedAt: 5 }))
      assert.equal(await isUsd(), false)
    },
  )

  storeTest(fresh, 'days are paid for once', async (store) => {
    await commit(store, sample.addInstance(FIRST), sample.addInstance(SECOND, { paidUntil: 50 }))
    const paidUntil = (instance: typeof FIRST, at: number | null): Guard => ({ kind: 'paidUntil', instance, at })
    assert.deepEqual(
      [await ask(store, paidUntil(FIRST, 50)), await ask(store, paidUntil(SECOND, null))],
      [false, false],
    )
    const renew = (from: number | null, to: number) => {
      const write: Write = { kind: 'instance.tariff', instance: FIRST, tariff: 'BUSINESS', paidUntil: to }
      return store.commit(batch([write], [paidUntil(FIRST, from)]))
    }
    const renewed = await Promise.all([renew(null, 10), renew(null, 20), renew(10, 30)])
    assert.deepEqual(
      renewed.map(({ ok }) => ok),
      [true, false, true],
    )
    assert.equal((await store.instances.all())[0]?.paidUntil, 30)
  })
}

function countingGuards(fresh: Fresh): void {
  const fewer = (limit: number, tariff: string | null = null, account = ACCOUNT): Guard => ({
    kind: 'instances',
    account,
    tariff,
    limit,
  })

  storeTest(fresh, 'instances count until they are deleted, by account and tariff', async (store) => {
    assert.deepEqual([await ask(store, fewer(0)), await ask(store, fewer(1)), await ask(store, fewer(1, 'PARTNER'))], [false, true, true]) // prettier-ignore
    await commit(store, sample.addInstance(FIRST), sample.addInstance(SECOND, { tariff: 'DEVELOPER' }))
    await commit(store, sample.addInstance(7 as typeof FIRST, { deletedAt: 5 }))
    assert.deepEqual([await ask(store, fewer(2)), await ask(store, fewer(3))], [false, true])
    assert.deepEqual([await ask(store, fewer(1, 'DEVELOPER')), await ask(store, fewer(2, 'DEVELOPER'))], [false, true])
    assert.equal(await ask(store, fewer(1, null, OTHER)), true)
    await commit(store, { kind: 'instance.tariff', instance: SECOND, tariff: 'BUSINESS', paidUntil: null })
    assert.deepEqual([await ask(store, fewer(1, 'DEVELOPER')), await ask(store, fewer(1, 'BUSINESS'))], [true, false])
    const gone: Write = { kind: 'instance.delete', instance: FIRST, at: 9 }
    await commit(store, gone, gone, { kind: 'instance.tariff', instance: FIRST, tariff: 'OTHER', paidUntil: null })
    assert.deepEqual([await ask(store, fewer(1)), await ask(store, fewer(2))], [false, true])
    assert.deepEqual([await ask(store, fewer(1, 'PARTNER')), await ask(store, fewer(1, 'OTHER'))], [true, true])
    await store.sweep('deletedInstances', 10, 100)
    assert.deepEqual([await ask(store, fewer(1)), await ask(store, fewer(2))], [false, true])
  })

  storeTest(fresh, 'instances that were made without a quota count once there is one', async (store) => {
    assert.equal(await ask(store, fewer(1)), true)
    await commit(store, { ...sample.addInstance(FIRST), isUnlimited: true } as Write)
    await commit(store, sample.putAccount(ACCOUNT))
    assert.deepEqual([await ask(store, fewer(1)), await ask(store, fewer(2))], [false, true])
    assert.equal(await ask(store, fewer(2, 'DEVELOPER')), true)
    await commit(store, { ...sample.addInstance(SECOND, { tariff: 'DEVELOPER' }), isUnlimited: true } as Write)
    await commit(store, { kind: 'tariff.put', row: { ...TARIFFS.DEVELOPER, instances: 1 } })
    assert.equal(await ask(store, fewer(1, 'DEVELOPER')), false)
  })

  storeTest(fresh, 'of instances made at once there are as many as are allowed', async (store) => {
    const made = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        store.commit(batch([sample.addInstance((FIRST + n) as typeof FIRST)], [fewer(7), fewer(9, 'PARTNER')])),
      ),
    )
    assert.equal(made.filter(({ ok }) => ok).length, 7)
    assert.equal((await store.instances.all()).length, 7)
  })
}
