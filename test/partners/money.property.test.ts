// Truth: a model that counts. Whatever is done in whatever order, and whatever fails or dies: the balance is what the model says, each instance
// has paid each day at whose beginning it existed and the day on which it was made, and paid time and the line that paid for it go together.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { billingDayStart } from '../../src/billing/day.ts'
import { Instance } from '../../src/instances/instance.ts'
import type { AccountRow } from '../../src/model/account.ts'
import { isFault } from '../../src/model/fault.ts'
import type { Payment } from '../../src/partners/own-instances.ts'
import type { Batch } from '../../src/storage/store.ts'
import { DAY_MS, MoneyScene, WANTED } from './money-scene.ts'

const PRICE = 1200
const PAID_MS = 30 * DAY_MS

let scene: MoneyScene
before(async () => {
  scene = await MoneyScene.open()
  await scene.setPrice('BUSINESS', PRICE)
})
after(() => scene.close())

type Failure = 'lost' | 'died' | undefined
const failures = fc.constantFrom<Failure>(undefined, undefined, undefined, 'lost', 'died')

/** Something that is asked of the server, with what it does to the model. */
interface Act {
  /** Else it must be refused by a fault. */
  readonly isPossible: boolean
  readonly ask: () => Promise<unknown>
  readonly follow: () => void
}

async function play({ isPossible, ask, follow }: Act, failure: Failure): Promise<void> {
  scene.failing.next = isPossible ? failure : undefined
  const outcome = await ask().catch(() => 'failed')
  const wanted = isPossible ? failure === undefined : 'refused'
  assert.equal(isFault(outcome) ? 'refused' : outcome !== 'failed', wanted, JSON.stringify(outcome))
  if (isPossible && failure === 'died') await scene.restart()
  if (isPossible && failure !== 'lost') follow()
}

/** A partner account, as it should be. */
class PartnerModel {
  readonly account: AccountRow
  readonly price: number
  balance = 0
  /** Of each instance, in the order they were made: whether it lives. */
  readonly instances: boolean[] = []
  /** `{number of the instance} {billing day}`, in the order of the days. */
  readonly paid: string[] = []

  constructor(account: AccountRow, price: number) {
    this.account = account
    this.price = price
  }

  get #living(): number {
    return this.instances.filter((lives) => lives).length
  }

  create(): Act {
    const { overdraftLimit, instanceQuota } = this.account.terms
    const isAffordable = overdraftLimit === null || this.balance - this.price >= -overdraftLimit
    return {
      isPossible: isAffordable && (instanceQuota === null || this.#living < instanceQuota),
      ask: () => scene.partnerInstances.create(this.account, WANTED),
      follow: () => this.#pay(this.instances.push(true) - 1),
    }
  }

  topUp(amount: number): Act {
    return {
      isPossible: true,
      ask: () => scene.topUp(this.account, amount),
      follow: () => void (this.balance += amount),
    }
  }

  async delete(): Promise<void> {
    const place = this.instances.indexOf(true)
    const instance = [...scene.partnerInstances.list(this.account)][place]
    if (instance === undefined) return
    assert.equal(await scene.partnerInstances.delete(this.account, instance.id, 'partner:t'), null)
    this.instances[place] = false
  }

  /** The next day begins, and is charged, until it is. */
  async midnight(failure: Failure): Promise<void> {
    const day = scene.today + 1
    scene.clock.at = billingDayStart(day)
    scene.failing.next = failure
    await scene.store.commit(dayBatch(day)).catch(() => undefined)
    if (failure === 'died') await scene.restart()
    if (failure !== undefined) await scene.store.commit(dayBatch(day))
    for (const [place, lives] of this.instances.entries()) if (lives) this.#pay(place)
  }

  #pay(place: number): void {
    this.balance -= this.price
    this.paid.push(`${String(place)} ${String(scene.today)}`)
  }

  async check(): Promise<void> {
    const { id } = this.account
    const instances = [...scene.partnerInstances.list(this.account)]
    assert.deepEqual(
      instances.map(({ deletedAt }) => deletedAt === null),
      this.instances,
    )
    assert.equal(await scene.ledger.balance(id), this.balance)
    const ids = instances.map((instance) => instance.id)
    const charges = (await scene.ledger.lines({ account: id }, 1000)).filter(({ kind }) => kind === 'charge')
    assert.ok(charges.every(({ amount }) => amount === 0 - this.price))
    const paid = charges.map(
      ({ instance, day }) => `${String(ids.findIndex((known) => known === instance))} ${String(day)}`,
    )
    assert.deepEqual(paid.toSorted(), this.paid.toSorted())
    assert.deepEqual(await scene.ledger.check(id), [])
  }
}

function dayBatch(day: number): Batch {
  const midnight = billingDayStart(day)
  const all = { from: 0, to: Number.MAX_SAFE_INTEGER, madeBefore: Number.MAX_SAFE_INTEGER, at: midnight }
  return {
    guards: [],
    writes: [
      { kind: 'charge.day', day, midnight, ...all },
      { kind: 'charge.done', day },
    ],
  }
}

test('a partner pays for each instance and day once, and nothing else', async () => {
  const steps = fc.array(
    fc.record({
      what: fc.constantFrom('create', 'create', 'delete', 'topUp', 'midnight'),
      failure: failures,
      amount: fc.integer({ min: 1, max: 300 }),
    }),
    { maxLength: 12 },
  )
  const limits = fc.record({ overdraftLimit: fc.option(fc.nat(500)), instanceQuota: fc.option(fc.nat(4)) })
  await fc.assert(
    fc.asyncProperty(fc.nat(200), limits, steps, async (price, terms, history) => {
      const tariff = await scene.pricedAt(price)
      const model = new PartnerModel(await scene.newAccount('partner', { tariff, ...terms }), price)
      for (const { what, failure, amount } of history) {
        if (what === 'create') await play(model.create(), failure)
        if (what === 'topUp') await play(model.topUp(amount), failure)
        if (what === 'delete') await model.delete()
        if (what === 'midnight') await model.midnight(failure)
      }
      await model.check()
      await scene.restart()
      await model.check()
    }),
    { numRuns: 10 },
  )
})

/** A person's account with one instance, as they should be. */
class PersonModel {
  readonly account: AccountRow
  readonly #id: number
  balance = 0
  paidUntil: number | null = null

  constructor(account: AccountRow, id: number) {
    this.account = account
    this.#id = id
  }

  get #instance(): Instance {
    const instance = scene.domain.instances.get(this.#id)
    assert.ok(instance)
    return instance
  }

  topUp(amount: number): Act {
    return {
      isPossible: true,
      ask: () => scene.topUp(this.account, amount),
      follow: () => void (this.balance += amount),
    }
  }

  renew(payment: Payment): Act {
    const price = payment === 'balance' ? PRICE : 0
    return {
      isPossible: this.paidUntil !== null && this.balance >= price,
      ask: () => scene.ownInstances.renew(this.#instance, payment, 'operator'),
      follow: () => this.#pay(price),
    }
  }

  toBusiness(payment: Payment): Act {
    const price = payment === 'balance' ? PRICE : 0
    return {
      isPossible: this.paidUntil === null && this.balance >= price,
      ask: () => scene.ownInstances.setTariff(this.#instance, 'BUSINESS', payment, 'operator'),
      follow: () => this.#pay(price),
    }
  }

  toDeveloper(): Act {
    return {
      isPossible: this.paidUntil !== null,
      ask: () => scene.ownInstances.setTariff(this.#instance, 'DEVELOPER', undefined, 'operator'),
      follow: () => void (this.paidUntil = null),
    }
  }

  #pay(price: number): void {
    const now = scene.clock.at
    this.balance -= price
    this.paidUntil = Math.max(this.paidUntil ?? now, now) + PAID_MS
  }

  async check(): Promise<void> {
    assert.equal(await scene.ledger.balance(this.account.id), this.balance)
    const { paidUntil, tariff } = this.#instance
    assert.deepEqual([paidUntil, tariff.plan], [this.paidUntil, this.paidUntil === null ? 'free' : 'ahead'])
    assert.deepEqual(await scene.ledger.check(this.account.id), [])
  }
}

test("a person's balance and the paid time of his instance go together", async () => {
  const steps = fc.array(
    fc.record({
      what: fc.constantFrom('renew', 'renew', 'toDeveloper', 'toBusiness', 'topUp', 'wait'),
      payment: fc.constantFrom<Payment>('balance', 'balance', 'hand'),
      failure: failures,
      amount: fc.integer({ min: 1, max: 2 * PRICE }),
    }),
    { maxLength: 12 },
  )
  await fc.assert(
    fc.asyncProperty(steps, async (history) => {
      const account = await scene.newAccount('personal')
      const made = await scene.ownInstances.create(account, WANTED, { tariff: 'DEVELOPER' }, 'operator')
      assert.ok(made instanceof Instance)
      const model = new PersonModel(account, made.id)
      for (const { what, payment, failure, amount } of history) {
        if (what === 'topUp') await play(model.topUp(amount), failure)
        if (what === 'renew') await play(model.renew(payment), failure)
        if (what === 'toBusiness') await play(model.toBusiness(payment), failure)
        if (what === 'toDeveloper') await play(model.toDeveloper(), failure)
        if (what === 'wait') scene.clock.at += amount * 3_600_000
        await model.check()
      }
      await scene.restart()
      await model.check()
    }),
    { numRuns: 10 },
  )
})
