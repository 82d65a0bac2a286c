// Truth: a model in forty lines. An instance owes the day in which it was made, and every day that the clock reached while it was there, at that day's price; nothing else.
// What a run that failed half-way may have charged is allowed, and owed once a run has gone through.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { billingDay, billingDayEnd, billingDayStart } from '../../src/billing/day.ts'
import { firstDay, monthOfDay } from '../../src/billing/month.ts'
import type { AccountRow, StatementRow } from '../../src/model/account.ts'
import { BillingWorld, onDay, type Mishap } from './billing-world.ts'

const RUNS = Number(process.env['BILLING_HISTORIES'] ?? 40)
const SEED = Number(process.env['BILLING_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
/** Just before a month's end, so that many histories see one. */
const START = onDay('2026-11-28')
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

type Step =
  | { readonly kind: 'create'; readonly account: number; readonly mishap: Mishap | undefined }
  | { readonly kind: 'delete'; readonly which: number }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'midnight'; readonly offsetMs: number }
  | {
      readonly kind: 'run'
      readonly runners: number
      readonly creates: number
      readonly tickMs: number
      readonly mishaps: readonly (Mishap | undefined)[]
    }
  | { readonly kind: 'restart' }
  | { readonly kind: 'price'; readonly account: number | null; readonly inDays: number; readonly amount: number }

const mishap = fc.option(fc.constantFrom<Mishap>('fails', 'answerLost'), { nil: undefined, freq: 3 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('create'), account: fc.nat(1), mishap }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete'), which: fc.nat(9) }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('pass'), ms: fc.integer({ min: MINUTE_MS, max: 3 * DAY_MS }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass'), ms: fc.integer({ min: -3 * DAY_MS, max: -1 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('midnight'), offsetMs: fc.integer({ min: -1, max: 1 }) }) },
  {
    weight: 7,
    arbitrary: fc.record({
      kind: fc.constant('run'),
      runners: fc.integer({ min: 1, max: 2 }),
      creates: fc.nat(1),
      tickMs: fc.constantFrom(0, 0, 0, 1, 20_000),
      mishaps: fc.oneof(fc.constant([]), fc.array(mishap, { maxLength: 6 })),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' } as const) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('price'),
      account: fc.option(fc.nat(1)),
      inDays: fc.nat(2),
      amount: fc.nat(999),
    }),
  },
)

/** What is owed, by the clock's readings alone: it knows nothing of marks' guards, portions, batches or runners. */
class Model {
  /** `day/id` to what must be charged, and what may be. */
  readonly owed = new Map<string, number>()
  readonly allowed = new Map<string, number>()
  readonly instances = new Map<number, { account: number; madeAt: number; deletedAt: number }>()
  readonly prices: { account: number | null; fromDay: number; amount: number; order: number }[] = []
  /** The last day that a run has seen. */
  seen: number
  /** The latest that a run may have seen half. */
  latest: number

  constructor(today: number) {
    this.seen = today
    this.latest = today
  }

  /** Prices in force on a day are those of the account's own before the general ones, and of these the newest. */
  price(account: number, on: number): number | undefined {
    for (const of of [account, null]) {
      // The second account's currency has no general price.
      if (of === null && account === 1) return undefined
      const begun = this.prices.filter((price) => price.account === of && price.fromDay <= on)
      const last = begun.toSorted((a, b) => a.fromDay - b.fromDay || a.order - b.order).at(-1)
      if (last !== undefined) return last.amount
    }
    return undefined
  }

  made(id: number, account: number, at: number, certainly: boolean): void {
    this.instances.set(id, { account, madeAt: at, deletedAt: Number.POSITIVE_INFINITY })
    this.#owe(certainly ? [this.owed, this.allowed] : [this.allowed], id, billingDay(at))
    this.seen = Math.min(this.seen, billingDay(at))
  }

  /** A run that ended with the clock at `at`: every day is gone through that has begun since the day that was seen last. */
  ran(at: number): void {
    const today = billingDay(at)
    for (let on = Math.min(this.seen + 1, today); on <= today; on++) this.#charge([this.owed, this.allowed], on)
    this.seen = today
  }

  /** One that broke off somewhere. */
  mayHaveRun(at: number): void {
    const today = billingDay(at)
    for (let on = Math.min(this.seen, today) - 1; on <= Math.max(today, this.latest); on++)
      this.#charge([this.allowed], on)
    this.latest = Math.max(this.latest, today)
    this.seen = Math.min(this.seen, today - 1)
  }

  #charge(into: readonly Map<string, number>[], on: number): void {
    for (const [id, { madeAt, deletedAt }] of this.instances) {
      if (madeAt < billingDayStart(on + 1) && deletedAt > billingDayStart(on)) this.#owe(into, id, on)
    }
  }

  #owe(into: readonly Map<string, number>[], id: number, on: number): void {
    const price = this.price(this.instances.get(id)?.account ?? 0, on)
    if (price === undefined) return
    for (const one of into) if (!one.has(`${on}/${id}`)) one.set(`${on}/${id}`, price)
  }
}

class History {
  readonly world: BillingWorld
  readonly accounts: readonly AccountRow[]
  readonly model: Model
  latestDay: number

  constructor(world: BillingWorld, accounts: readonly AccountRow[]) {
    this.world = world
    this.accounts = accounts
    this.model = new Model(billingDay(world.clock.at))
    this.latestDay = this.model.seen
  }

  static async begin(): Promise<History> {
    const world = await BillingWorld.open(START)
    const accounts = [await world.newAccount('shop'), await world.newAccount('tienda', { currency: 'EUR' })]
    await world.charge.run()
    return new History(world, accounts)
  }

  async take(step: Step): Promise<void> {
    const { world, model } = this
    this.latestDay = Math.max(this.latestDay, billingDay(world.clock.at))
    switch (step.kind) {
      case 'create':
        return this.#create(step.account, step.mishap)
      case 'delete': {
        const living = [...model.instances].filter(([, one]) => one.deletedAt === Number.POSITIVE_INFINITY)
        const [id, instance] = living[step.which % Math.max(living.length, 1)] ?? []
        if (id === undefined || instance === undefined) return
        instance.deletedAt = world.clock.at
        return world.delete(id)
      }
      case 'pass':
        world.clock.at += step.ms
        return
      case 'midnight':
        world.clock.at = billingDayEnd(world.clock.at) + step.offsetMs
        return
      case 'run':
        return this.#run(step)
      case 'restart':
        return world.restart()
      case 'price':
        return this.#price(step)
    }
  }

  async #create(account: number, mishap: Mishap | undefined): Promise<void> {
    const { world, model, accounts } = this
    world.mishaps(mishap)
    const { id, made } = world.create(accounts[account]?.id ?? fail())
    const isTold = await made.then(
      () => true,
      () => false,
    )
    world.calm()
    assert.equal(isTold, mishap === undefined)
    if (mishap !== 'fails') model.made(id, account, world.clock.at, true)
  }

  async #run({ runners, creates, tickMs, mishaps }: Extract<Step, { kind: 'run' }>): Promise<void> {
    const { world, model, accounts } = this
    world.clock.tickMs = tickMs
    world.mishaps(...mishaps)
    const startedAt = world.clock.at
    const running = [world.charge, ...(runners === 2 ? [world.runner()] : [])].map((one) => one.run())
    const making: Promise<void>[] = []
    for (let number = 0; number < creates; number++) {
      // Which commit a mishap meets is not known here: with mishaps nothing is made.
      if (mishaps.length > 0) break
      const { id, made } = world.create(accounts[number % 2]?.id ?? fail())
      model.made(id, number % 2, startedAt, true)
      making.push(made)
    }
    const ended = await Promise.allSettled([...running, ...making])
    world.clock.tickMs = 0
    world.calm()
    if (ended.every((one) => one.status === 'fulfilled')) {
      model.ran(world.clock.at)
      return
    }
    assert.ok(mishaps.some((one) => one !== undefined))
    model.mayHaveRun(world.clock.at)
    await world.restart()
  }

  /** From a day that nothing was charged for yet: what a price means for days that a clock has been at before is not this suite's matter. */
  async #price({ account, inDays, amount }: Extract<Step, { kind: 'price' }>): Promise<void> {
    const { world, model, accounts } = this
    const today = billingDay(world.clock.at)
    if (today < this.latestDay) return
    const fromDay = today + inDays
    const currency = account === 1 ? 'EUR' : 'USD'
    if (!(await world.price(currency, fromDay, amount, account === null ? null : (accounts[account]?.id ?? null))))
      return
    model.prices.push({ account, fromDay, amount, order: model.prices.length })
    if (inDays === 0) model.seen = Math.min(model.seen, today - 1)
  }

  /** The clock goes on to where no day is open, and everything is compared. */
  async conclude(): Promise<void> {
    const { world, model } = this
    await world.restart()
    world.clock.at = Math.max(world.clock.at, billingDayStart(this.latestDay)) + DAY_MS
    await world.charge.run()
    model.ran(world.clock.at)
    // Nobody owes anything any more: the months that follow only bring statements.
    for (const [id, one] of model.instances) if (one.deletedAt === Number.POSITIVE_INFINITY) await world.delete(id)
    for (const one of model.instances.values()) one.deletedAt = Math.min(one.deletedAt, world.clock.at)
    world.clock.at = billingDayStart(firstDay(monthOfDay(billingDay(world.clock.at)) + 1))
    await world.charge.run()
    for (const [number, account] of this.accounts.entries()) await this.#compare(number, account)
  }

  async #compare(number: number, account: AccountRow): Promise<void> {
    const { world, model } = this
    const charges = await world.charges(account.id)
    const mine = (all: ReadonlyMap<string, number>) =>
      [...all].filter(([place]) => model.instances.get(Number(place.split('/')[1]))?.account === number)
    for (const [place, amounts] of charges) {
      assert.equal(amounts.length, 1, `${place} is charged once`)
      assert.equal(amounts[0], model.allowed.get(place), `${place} may be charged`)
    }
    for (const [place] of mine(model.owed)) assert.ok(charges.has(place), `${place} is charged`)
    const sum = [...charges.values()].flat().reduce((all, amount) => all + amount, 0)
    assert.equal(await world.store.billing.balance(account.id), 0 - sum)
    assert.deepEqual(await world.store.billing.check(account.id), [])
    await this.#compareStatements(account, charges.size)
  }

  async #compareStatements({ id }: AccountRow, lines: number): Promise<void> {
    const { world } = this
    const statements = (await world.statements.list(id)).toReversed()
    let before: StatementRow | undefined
    const seqs = new Set<number>()
    for (const statement of statements) {
      const own = []
      for await (const some of world.statements.lines(id, statement.month)) own.push(...some)
      for (const line of own) seqs.add(line.seq)
      assert.equal(statement.lines, own.length)
      assert.equal(
        statement.charged,
        own.reduce((sum, line) => sum + line.amount, 0),
      )
      assert.equal(statement.paid, 0)
      assert.equal(statement.opening, before?.closing ?? 0)
      assert.equal(statement.closing, statement.opening + statement.charged)
      const first = monthOfDay(billingDay(START))
      assert.equal(
        statement.plan,
        statement.month === first ? 'prepaid' : statement.month < first ? 'prepaid' : 'postpaid',
      )
      before = statement
    }
    assert.equal(seqs.size, lines, 'every line is on a statement')
    assert.equal(
      statements.reduce((all, statement) => all + statement.lines, 0),
      lines,
      'and on no other',
    )
    assert.equal(before?.closing ?? 0, await world.store.billing.balance(id))
  }
}

test('whatever happens, each instance pays each of its days once, and balances and statements add up', async (t) => {
  let charges = 0
  let statements = 0
  const days = new Set<number>()
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 40, size: 'max' }), async (steps) => {
      const history = await History.begin()
      try {
        // A price that is there from the beginning, so that most histories have something to charge.
        if (steps.length % 4 !== 0) await history.take({ kind: 'price', account: null, inDays: 0, amount: 23 })
        if (steps.length % 4 === 1) await history.take({ kind: 'price', account: 1, inDays: 0, amount: 5 })
        for (const account of [0, 0, 1]) await history.take({ kind: 'create', account, mishap: undefined })
        for (const one of steps) await history.take(one)
        await history.conclude()
        charges += history.model.owed.size
        for (const account of history.accounts) statements += (await history.world.statements.list(account.id)).length
        for (const place of history.model.owed.keys()) days.add(Number(place.split('/')[0]))
      } finally {
        await history.world.destroy()
      }
    }),
    {
      numRuns: RUNS,
      seed: SEED,
      includeErrorInReport: true,
      endOnFailure: process.env['BILLING_SHRINK'] === undefined,
    },
  )
  t.diagnostic(JSON.stringify({ seed: SEED, charges, days: days.size, statements }))
  assert.ok(charges > RUNS * 8 && statements > RUNS && days.size > 10, 'the histories had something in them')
})

function fail(): never {
  throw new Error('no such account')
}
