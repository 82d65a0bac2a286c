import assert from 'node:assert/strict'
import { firstDay } from '../../../src/billing/month.ts'
import type { Write } from '../../../src/storage/store.ts'
import { storeTest, type Fresh } from '../harness.ts'
import * as sample from '../samples.ts'

const { ACCOUNT, FIRST, SECOND, accountId, addLine, commit, putAccount } = sample
const OTHER = accountId('account-2')
/** November 2026. */
const MONTH = 2026 * 12 + 10
const DAY = firstDay(MONTH)

export function ledger(fresh: Fresh): void {
  tariffs(fresh)
  lines(fresh)
  paging(fresh)
  closing(fresh)
  statements(fresh)
  auditing(fresh)
}

function tariffs(fresh: Fresh): void {
  storeTest(fresh, 'tariffs and prices come back and are replaced', async (store) => {
    assert.deepEqual([await store.billing.tariffs(), await store.billing.prices()], [[], []])
    const calls = new Map([['checkwhatsapp', 10]])
    const free = { name: 'FREE', plan: 'free', correspondents: 3, calls, instances: 1 } as const
    const daily = { name: 'DAILY', plan: 'daily', correspondents: null, calls: new Map(), instances: null } as const
    await commit(store, { kind: 'tariff.put', row: free }, { kind: 'tariff.put', row: daily })
    await commit(store, { kind: 'tariff.put', row: { ...free, calls: new Map(), correspondents: null } })
    assert.deepEqual(await store.billing.tariffs(), [daily, { ...free, calls: new Map(), correspondents: null }])
    const price = { tariff: 'PARTNER', account: null, currency: 'USD', fromDay: 10, amount: 5 } as const
    const others = [{ account: ACCOUNT }, { currency: 'EUR' }, { fromDay: 11 }, { tariff: 'A' }]
    const prices = [price, ...others.map((rest) => ({ ...price, ...rest }))]
    await commit(store, ...prices.map((row): Write => ({ kind: 'price.put', row })))
    await commit(store, { kind: 'price.put', row: { ...price, amount: 6 } })
    const stored = new Set((await store.billing.prices()).map((row) => JSON.stringify(row)))
    assert.deepEqual(stored, new Set([{ ...price, amount: 6 }, ...prices.slice(1)].map((row) => JSON.stringify(row))))
  })

  storeTest(fresh, 'one price is removed and no other; one that is not there is no matter', async (store) => {
    const price = { tariff: 'PARTNER', account: null, currency: 'USD', fromDay: 10, amount: 5 } as const
    const others = [{ account: ACCOUNT }, { currency: 'EUR' }, { fromDay: 11 }, { tariff: 'A' }]
    const prices = others.map((rest) => ({ ...price, ...rest }))
    await commit(store, ...[price, ...prices].map((row): Write => ({ kind: 'price.put', row })))
    const { amount, ...place } = price
    const remove = { kind: 'price.remove', price: place } as const
    await commit(store, remove)
    await commit(store, remove)
    const left = () => store.billing.prices().then((rows) => new Set(rows.map((row) => JSON.stringify(row))))
    assert.deepEqual(await left(), new Set(prices.map((row) => JSON.stringify(row))))
    await commit(store, { kind: 'price.remove', price: { ...place, account: ACCOUNT } })
    await commit(store, { kind: 'price.put', row: { ...place, amount } })
    assert.deepEqual(await left(), new Set([...prices.slice(1), price].map((row) => JSON.stringify(row))))
  })
}

function lines(fresh: Fresh): void {
  storeTest(fresh, 'lines come back; balance and totals are their sums, of each account by itself', async (store) => {
    await commit(store, putAccount(ACCOUNT), addLine(500, DAY), addLine(-30, DAY, { kind: 'correction' }))
    await commit(store, addLine(7, DAY + 1), addLine(8, DAY), addLine(99, DAY, { account: OTHER }))
    const renewal = { kind: 'renewal', instance: FIRST, reason: 'BUSINESS', author: 'cli', at: 123 } as const
    await commit(store, addLine(-3_000_000_000, DAY + 31, renewal))
    const found = await store.billing.ledger({ account: ACCOUNT }, 100)
    assert.deepEqual(
      found.map(({ amount }) => amount),
      [500, -30, 7, 8, -3_000_000_000],
    )
    const { seq, ...last } = found.at(-1) ?? { seq: 0 }
    assert.ok(seq > 0)
    assert.deepEqual(last, { account: ACCOUNT, amount: -3_000_000_000, day: DAY + 31, month: MONTH + 1, ...renewal })
    assert.equal(await store.billing.balance(ACCOUNT), 485 - 3_000_000_000)
    assert.deepEqual(await store.billing.totals(ACCOUNT, MONTH, MONTH), [
      { day: DAY, month: MONTH, kind: 'correction', amount: -30, lines: 1 },
      { day: DAY, month: MONTH, kind: 'topUp', amount: 508, lines: 2 },
      { day: DAY + 1, month: MONTH, kind: 'topUp', amount: 7, lines: 1 },
    ])
    assert.equal((await store.billing.totals(ACCOUNT, MONTH - 5, MONTH + 5)).length, 4)
    assert.deepEqual(await store.billing.check(ACCOUNT), [])
  })

  storeTest(fresh, 'a day of an instance is charged once, or the whole batch fails', async (store) => {
    const charge = (instance: typeof FIRST, day: number) => addLine(-5, day, { kind: 'charge', instance })
    await commit(store, charge(FIRST, DAY), charge(SECOND, DAY), charge(FIRST, DAY + 1))
    await assert.rejects(commit(store, addLine(100, DAY), charge(FIRST, DAY)))
    await assert.rejects(commit(store, charge(SECOND, DAY + 1), charge(SECOND, DAY + 1)))
    await commit(store, addLine(-1, DAY, { kind: 'renewal', instance: FIRST }))
    assert.equal(await store.billing.balance(ACCOUNT), -16)
    assert.deepEqual(await store.billing.chargedOn(DAY), [{ account: ACCOUNT, amount: 10, lines: 2 }])
    assert.deepEqual(await store.billing.chargedOn(DAY + 2), [])
  })

  storeTest(fresh, 'lines that come at once all count', async (store) => {
    const amounts = Array.from({ length: 100 }, (_, n) => n + 1)
    await Promise.all(amounts.map((amount) => commit(store, addLine(amount, DAY))))
    assert.equal(await store.billing.balance(ACCOUNT), 5050)
    const found = await store.billing.ledger({ account: ACCOUNT }, 1000)
    assert.deepEqual(
      found.map(({ amount }) => amount),
      amounts,
    )
    assert.deepEqual(await store.billing.check(ACCOUNT), [])
  })
}

function paging(fresh: Fresh): void {
  storeTest(fresh, 'the ledger is read in portions both ways, of all months or one', async (store) => {
    const days = [DAY, DAY + 40, DAY - 3, DAY, DAY + 70, DAY + 1]
    for (const [n, day] of days.entries()) await commit(store, addLine(n + 1, day))
    await commit(store, addLine(99, DAY, { account: OTHER }))
    const order = [3, 1, 4, 6, 2, 5]
    const read = async (newestFirst: boolean, month?: number): Promise<number[]> => {
      const query = { account: ACCOUNT, ...(month !== undefined && { month }) }
      const amounts: number[] = []
      let after: { month: number; seq: number } | undefined
      for (;;) {
        const portion = await store.billing.ledger(query, 2, after, newestFirst)
        amounts.push(...portion.map(({ amount }) => amount))
        after = portion.at(-1)
        if (portion.length < 2) return amounts
      }
    }
    assert.deepEqual(await read(false), order)
    assert.deepEqual(await read(true), order.toReversed())
    assert.deepEqual(await read(false, MONTH), [1, 4, 6])
    assert.deepEqual(await read(true, MONTH), [6, 4, 1])
    assert.deepEqual([await read(false, MONTH - 2), await read(true, MONTH + 9)], [[], []])
  })
}

function closing(fresh: Fresh): void {
  storeTest(fresh, 'a line of a closed month stands on the first that is open', async (store) => {
    assert.equal(await store.billing.closedUpTo(), null)
    await commit(store, { kind: 'month.close', month: MONTH }, { kind: 'month.close', month: MONTH - 1 })
    assert.equal(await store.billing.closedUpTo(), MONTH)
    await commit(store, addLine(1, DAY), addLine(2, DAY - 400), addLine(3, DAY + 31), addLine(4, DAY + 70))
    const found = await store.billing.ledger({ account: ACCOUNT }, 9)
    assert.deepEqual(
      found.map(({ amount, day, month }) => [amount, day, month]),
      [
        [1, DAY, MONTH + 1],
        [2, DAY - 400, MONTH + 1],
        [3, DAY + 31, MONTH + 1],
        [4, DAY + 70, MONTH + 2],
      ],
    )
    assert.deepEqual(await store.billing.totals(ACCOUNT, 0, MONTH), [])
    assert.deepEqual(await store.billing.check(ACCOUNT), [])
  })

  storeTest(fresh, "a line of a month that has the account's statement stands on the next one", async (store) => {
    await commit(store, putAccount(ACCOUNT), putAccount(OTHER), addLine(1, DAY), make(MONTH))
    await commit(store, addLine(2, DAY), addLine(3, DAY, { account: OTHER }))
    const months = async (account: typeof ACCOUNT) =>
      (await store.billing.ledger({ account }, 9)).map(({ amount, month }) => [amount, month])
    assert.deepEqual(await months(ACCOUNT), [
      [1, MONTH],
      [2, MONTH + 1],
    ])
    assert.deepEqual(await months(OTHER), [[3, MONTH]])
    await commit(store, { kind: 'month.close', month: MONTH + 3 }, addLine(4, DAY))
    assert.deepEqual((await months(ACCOUNT)).at(-1), [4, MONTH + 4])
    assert.deepEqual(await store.billing.check(ACCOUNT), [])
  })
}

function make(month: number, account = ACCOUNT, at = 77): Write {
  return { kind: 'statement.make', account, month, plan: 'postpaid', at }
}

function statements(fresh: Fresh): void {
  storeTest(
    fresh,
    'a statement adds up the month, goes on where the last one ended, and stays as it is',
    async (store) => {
      await commit(store, putAccount(ACCOUNT, { terms: sample.terms({ currency: 'EUR' }) }))
      await commit(store, addLine(1000, DAY - 1), addLine(-5, DAY - 1, { kind: 'charge', instance: FIRST }))
      await commit(
        store,
        addLine(-10, DAY, { kind: 'charge', instance: FIRST }),
        addLine(-40, DAY, { kind: 'renewal' }),
      )
      await commit(store, addLine(-7, DAY, { kind: 'refund' }), addLine(3, DAY, { kind: 'correction' }))
      await commit(store, { ...make(MONTH - 1), plan: 'prepaid' } as Write, make(MONTH), addLine(5000, DAY))
      await commit(store, make(MONTH, ACCOUNT, 99))
      const common = { account: ACCOUNT, currency: 'EUR', createdAt: 77 }
      const first = { ...common, month: MONTH - 1, plan: 'prepaid', charged: -5, paid: 1000, lines: 2 } as const
      const second = { ...common, month: MONTH, plan: 'postpaid', charged: -50, paid: -4, lines: 4 } as const
      assert.deepEqual(await store.billing.statements(ACCOUNT), [
        { ...first, opening: 0, closing: 995 },
        { ...second, opening: 995, closing: 941 },
      ])
      await commit(store, make(MONTH + 1), make(MONTH + 2))
      assert.deepEqual(
        (await store.billing.statements(ACCOUNT))
          .slice(2)
          .map(({ lines, opening, closing }) => [lines, opening, closing]),
        [
          [1, 941, 5941],
          [0, 5941, 5941],
        ],
      )
      assert.equal(await store.billing.balance(ACCOUNT), 5941)
    },
  )

  storeTest(fresh, 'where nothing happened and nothing is owed there is no statement', async (store) => {
    await commit(store, putAccount(ACCOUNT), addLine(5, DAY), make(MONTH - 1), make(MONTH, OTHER))
    assert.deepEqual([await store.billing.statements(ACCOUNT), await store.billing.statements(OTHER)], [[], []])
    await commit(store, addLine(-5, DAY - 1, { kind: 'refund' }), make(MONTH - 1), make(MONTH), make(MONTH + 1))
    assert.deepEqual(
      (await store.billing.statements(ACCOUNT)).map(({ month, closing }) => [month, closing]),
      [
        [MONTH - 1, -5],
        [MONTH, 0],
      ],
    )
  })
}

function auditing(fresh: Fresh): void {
  storeTest(fresh, 'the audit tells a changed balance, a changed total and a lost line', async (store, harness) => {
    await commit(
      store,
      addLine(5, DAY),
      addLine(6, DAY + 40),
      addLine(7, DAY + 40),
      addLine(1, DAY, { account: OTHER }),
    )
    await harness.change(`update account_balance set amount = amount + 1 where account_id = '${ACCOUNT}'`)
    assert.deepEqual(await store.billing.check(ACCOUNT), ['The balance is 19, the lines come to 18'])
    await harness.change(`update account_balance set amount = amount - 1 where account_id = '${ACCOUNT}'`)
    assert.deepEqual(await store.billing.check(ACCOUNT), [])
    await harness.change(`update ledger_total set amount = 14 where amount = 13`)
    assert.equal((await store.billing.check(ACCOUNT)).length, 2)
    await harness.change(`update ledger_total set amount = 13 where amount = 14`)
    await harness.change(`delete from ledger where amount = 7`)
    assert.deepEqual(await store.billing.check(ACCOUNT), [
      `The total of topUp of day ${DAY + 40} is 13 in 2 lines, its lines come to 6 in 1`,
    ])
    await harness.change(`delete from ledger_total where account_id = '${ACCOUNT}'`)
    assert.equal((await store.billing.check(ACCOUNT)).length, 4)
    assert.deepEqual(await store.billing.check(OTHER), [])
  })

  storeTest(fresh, 'the audit of a long month agrees while lines are added', async (store) => {
    const add = (count: number, day: number) => commit(store, ...Array.from({ length: count }, () => addLine(1, day)))
    for (let n = 0; n < 12; n++) await add(1000, DAY + (n % 3))
    const audit = store.billing.check(ACCOUNT)
    for (let n = 0; n < 20; n++) await add(2, DAY)
    assert.deepEqual(await audit, [])
    assert.equal(await store.billing.balance(ACCOUNT), 12_040)
  })
}
