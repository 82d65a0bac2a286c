import assert from 'node:assert/strict'
import fc from 'fast-check'
import { billingDayStart } from '../../../src/billing/day.ts'
import { firstDay, monthOfDay } from '../../../src/billing/month.ts'
import { LEDGER_KINDS } from '../../../src/model/account.ts'
import type { InstanceId } from '../../../src/model/ids.ts'
import type { Batch, Guard, Store, Write } from '../../../src/storage/store.ts'
import { BillingModel } from '../billing-model.ts'
import { storeTest, type Fresh } from '../harness.ts'
import * as sample from '../samples.ts'

const RUNS = 40
const HOUR_MS = 3_600_000

/** A ledger only grows, so each run has accounts, instances, a tariff and months of its own. */
class Run {
  readonly month: number
  readonly accounts
  readonly tariff: string
  readonly ids: readonly InstanceId[]
  readonly #firstId: number

  constructor(number: number) {
    this.month = 2020 * 12 + number * 10
    this.accounts = ['a', 'b'].map((name) => sample.accountId(`${name}${String(number)}`))
    this.tariff = `DAILY-${String(number)}`
    this.#firstId = number * 100
    this.ids = [1, 2, 3, 4, 5].map((id) => (this.#firstId + id) as InstanceId)
  }

  /** Accounts with an instance each and a price, so that there is something to charge. */
  beginning(): readonly Write[] {
    const createdAt = billingDayStart(firstDay(this.month + 1) - 2)
    return [
      sample.putPrice(4, firstDay(this.month), { tariff: this.tariff }),
      ...this.accounts.map((id) => sample.putAccount(id)),
      ...this.accounts.map((account, n) =>
        sample.addInstance((this.#firstId + n + 1) as InstanceId, { account, createdAt, tariff: this.tariff }),
      ),
    ]
  }

  batches(): fc.Arbitrary<Batch[]> {
    const guards = fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: this.#guard().map((guard) => [guard]) },
    )
    return fc.array(fc.record({ guards, writes: fc.array(this.#write(), { maxLength: 3 }) }), {
      minLength: 5,
      maxLength: 25,
    })
  }

  /** Both ends of a month and the beginning of the next. */
  #day(): fc.Arbitrary<number> {
    return fc.integer({ min: firstDay(this.month + 1) - 3, max: firstDay(this.month + 1) + 3 })
  }

  #at(): fc.Arbitrary<number> {
    const hour = fc.integer({ min: -1, max: 2 })
    return fc.tuple(this.#day(), hour).map(([day, hours]) => billingDayStart(day) + hours * HOUR_MS)
  }

  #write(): fc.Arbitrary<Write> {
    return fc.oneof({ weight: 3, arbitrary: this.#charging() }, { weight: 2, arbitrary: this.#other() })
  }

  #charging(): fc.Arbitrary<Write> {
    const [day, account] = [this.#day(), fc.constantFrom(...this.accounts)]
    const id = fc.constantFrom(...this.ids)
    const charge = fc
      .record({
        day,
        from: fc.nat(2),
        count: fc.integer({ min: 1, max: 5 }),
        extra: fc.constantFrom(0, 0, HOUR_MS * 24),
      })
      .map(({ day, from, count, extra }): Write => {
        const midnight = billingDayStart(day)
        const first = this.#firstId + from
        return {
          kind: 'charge.day',
          day,
          midnight,
          madeBefore: midnight + extra,
          from: first,
          to: first + count,
          at: 7,
        }
      })
    return fc.oneof(
      { weight: 6, arbitrary: charge },
      fc
        .record({ id, account, createdAt: this.#at(), tariff: fc.constantFrom(this.tariff, this.tariff, 'AHEAD') })
        .map(({ id, ...rest }) => sample.addInstance(id, rest)),
      fc.record({ day, amount: fc.nat(9), own: fc.boolean(), account, currency }).map(({ day, own, ...rest }) => {
        const price = { tariff: this.tariff, account: own ? rest.account : null, currency: rest.currency }
        return sample.putPrice(rest.amount, day, price)
      }),
      day.map((on): Write => ({ kind: 'charge.done', day: on })),
      day.map((on): Write => ({ kind: 'charge.reopen', day: on })),
    )
  }

  #other(): fc.Arbitrary<Write> {
    const [day, account] = [this.#day(), fc.constantFrom(...this.accounts)]
    const instance = fc.constantFrom(...this.ids)
    const month = fc.constantFrom(this.month, this.month, this.month + 1)
    const tariff = fc.constantFrom(this.tariff, 'AHEAD')
    return fc.oneof(
      fc
        .record({
          day,
          account,
          kind: fc.constantFrom(...LEDGER_KINDS),
          amount: fc.integer({ min: -50, max: 50 }),
          instance,
        })
        .map(({ day, amount, ...rest }) => sample.addLine(amount, day, rest)),
      fc.record({ instance, at: this.#at() }).map((some): Write => ({ kind: 'instance.delete', ...some })),
      fc
        .record({ instance, tariff, paidUntil: fc.constantFrom(null, 5) })
        .map((some): Write => ({ kind: 'instance.tariff', ...some })),
      fc
        .record({ account, month, plan: fc.constantFrom('prepaid', 'postpaid') })
        .map((some): Write => ({ kind: 'statement.make', at: 8, ...some })),
      fc
        .record({ account, currency })
        .map((some) => sample.putAccount(some.account, { terms: sample.terms({ currency: some.currency }) })),
      month.map((closed): Write => ({ kind: 'month.close', month: closed - 1 })),
    )
  }

  #guard(): fc.Arbitrary<Guard> {
    const [day, account] = [this.#day(), fc.constantFrom(...this.accounts)]
    const instance = fc.constantFrom(...this.ids)
    return fc.oneof(
      fc
        .record({ account, atLeast: fc.integer({ min: -60, max: 20 }) })
        .map((of): Guard => ({ kind: 'balance', ...of })),
      fc
        .record({ account, tariff: fc.constantFrom(null, this.tariff), limit: fc.nat(3) })
        .map((of): Guard => ({ kind: 'instances', ...of })),
      fc.option(day).map((on): Guard => ({ kind: 'chargedUpTo', day: on })),
      fc.record({ instance, at: fc.constantFrom(null, 5) }).map((of): Guard => ({ kind: 'paidUntil', ...of })),
      account.map((of): Guard => ({ kind: 'emptyLedger', account: of })),
      fc.record({ account, currency }).map((of): Guard => ({ kind: 'currency', ...of })),
    )
  }
}

const currency = fc.constantFrom('USD', 'USD', 'EUR')

export function billingProperties(fresh: Fresh): void {
  storeTest(fresh, 'random histories of money, handed over at once, end as in the model', async (store) => {
    let charges = 0
    for (let number = 1; number <= RUNS; number++) {
      const run = new Run(number)
      const seed = Math.floor(Math.random() * 2 ** 31)
      const [some = []] = fc.sample(run.batches(), { numRuns: 1, seed })
      try {
        charges += await check(store, run, some)
      } catch (error) {
        throw new Error(`run ${String(number)} with seed ${String(seed)}: ${JSON.stringify(some)}`, { cause: error })
      }
    }
    assert.ok(charges > RUNS / 2, 'histories in which something is charged')
  })
}

async function check(store: Store, run: Run, some: readonly Batch[]): Promise<number> {
  const { tariff } = run
  const row = { name: tariff, plan: 'daily', correspondents: null, calls: new Map(), instances: null } as const
  await sample.commit(store, { kind: 'tariff.put', row })
  const marks = { chargedUpTo: await store.billing.chargedUpTo(), closedUpTo: await store.billing.closedUpTo() }
  const model = new BillingModel([tariff], marks)
  const ordered = [{ guards: [], writes: run.beginning() }, ...some].map((batch) => both(batch, run))
  const outcomes = await Promise.all(
    ordered.map((batch) =>
      store.commit(batch).then(
        (committed) => (committed.ok ? 'ok' : batch.guards.indexOf(committed.refusedBy)),
        () => 'failed',
      ),
    ),
  )
  assert.deepEqual(
    outcomes,
    ordered.map((batch) => model.commit(batch)),
  )
  await compare(store, model, run)
  return model.rows.lines.filter(({ author }) => author === 'system').length
}

/** Names both accounts without changing either, so that also an order between lanes of accounts is the order of the calls. */
function both({ guards, writes }: Batch, { accounts }: Run): Batch {
  const nothing = accounts.map((account): Write => ({ kind: 'hook.put', account, hook: null }))
  return { guards, writes: [...nothing, ...writes] }
}

async function compare(store: Store, model: BillingModel, run: Run): Promise<void> {
  const marks = { chargedUpTo: await store.billing.chargedUpTo(), closedUpTo: await store.billing.closedUpTo() }
  assert.deepEqual(marks, { chargedUpTo: model.rows.chargedUpTo, closedUpTo: model.rows.closedUpTo })
  for (const account of run.accounts) {
    assert.equal(await store.billing.balance(account), model.balance(account))
    const lines = await store.billing.ledger({ account }, 10_000)
    assert.deepEqual(
      lines.map(({ seq, ...line }) => (assert.ok(seq > 0), line)),
      model.linesOf(account),
    )
    const statements = model.rows.statements.filter((row) => row.account === account)
    assert.deepEqual(
      await store.billing.statements(account),
      statements.toSorted((a, b) => a.month - b.month),
    )
    const totals = await store.billing.totals(account, run.month, run.month + 9)
    assert.equal(
      totals.reduce((sum, { lines }) => sum + lines, 0),
      lines.length,
    )
    assert.ok(totals.every(({ day, month }) => month >= monthOfDay(day)))
    assert.deepEqual(await store.billing.check(account), [])
  }
}
