import { billingDay, dayText } from '../billing/day.ts'
import { TARIFFS } from '../billing/tariffs.ts'
import type { Clock } from '../lib/clock.ts'
import { isAmount, isCurrency, MOST_MONEY } from '../lib/money.ts'
import { Serial } from '../lib/serial.ts'
import type { AccountRow, PriceRow, Tariff } from '../model/account.ts'
import { fault, isFault, NOT_FOUND, type Fault } from '../model/fault.ts'
import type { AccountId, EpochMs } from '../model/ids.ts'
import type { Batch, Guard, Store, Write } from '../storage/store.ts'
import type { Actor } from './actor.ts'
import { audited } from './audit-log.ts'

export interface PriceListDeps {
  readonly store: Pick<Store, 'commit' | 'billing'>
  readonly clock: Pick<Clock, 'now'>
}

/** Where a price holds: there is one of each. */
export type PriceKey = Omit<PriceRow, 'amount'>

/** Prices of one tariff for one account, or for all (null), newest first. */
type PricesOfOne = Map<AccountId | null, readonly PriceRow[]>

/** Tariffs and prices: kept in memory, written through; every change is in the audit log of the same batch. Changes run one at a time. */
export class PriceList {
  readonly #deps: PriceListDeps
  #tariffs = new Map<string, Tariff>()
  #prices = new Map<string, PricesOfOne>()
  readonly #changes = new Serial()

  private constructor(deps: PriceListDeps) {
    this.#deps = deps
  }

  static async open(deps: PriceListDeps): Promise<PriceList> {
    const list = new PriceList(deps)
    await list.reload()
    return list
  }

  /** Reads all tariffs and prices anew, as other nodes may have changed them. */
  reload(): Promise<void> {
    return this.#changes.run(async () => {
      const { billing } = this.#deps.store
      const [tariffs, prices] = [await billing.tariffs(), await billing.prices()]
      this.#tariffs = new Map([...Object.values(TARIFFS), ...tariffs].map((tariff) => [tariff.name, tariff]))
      this.#prices = new Map()
      for (const price of prices) this.#keep(price)
    })
  }

  /** The built-in ones, as the operator changed them, and his own. */
  tariffs(): readonly Tariff[] {
    return [...this.#tariffs.values()]
  }

  tariff(name: string): Tariff | undefined {
    return this.#tariffs.get(name)
  }

  /** By tariff; of each the general ones and those of accounts, newest first. */
  prices(): readonly PriceRow[] {
    return [...this.#prices.values()].flatMap((ofOne) => [...ofOne.values()].flat())
  }

  /** Whether it ever had a price, or will have one, for whomever. */
  isPriced(tariff: string): boolean {
    return this.#prices.has(tariff)
  }

  /** Minor units of the account's currency for a day or 30 days, as of a billing day; undefined where none is in force. */
  priceOf(account: Pick<AccountRow, 'id' | 'terms'>, tariff: string, day: number): number | undefined {
    const { currency } = account.terms
    const own = this.#inForce(tariff, account.id, currency, day)
    return (own ?? this.#inForce(tariff, null, currency, day))?.amount
  }

  /** `conflict` when the plan of a tariff that exists changes. */
  putTariff(wanted: Tariff, by: Actor): Promise<Tariff | Fault> {
    return this.#changes.run(async () => {
      const tariff = { ...wanted, calls: inLowerCase(wanted.calls) }
      const trouble = this.#checkTariff(tariff)
      if (trouble !== undefined) return trouble
      const { name, plan, correspondents, calls, instances } = tariff
      const details = { plan, correspondents, calls: Object.fromEntries(calls), instances }
      const entry = audited(by, this.#deps.clock.now(), 'tariff.put', { account: null, target: name, details })
      await this.#deps.store.commit({ guards: [], writes: [{ kind: 'tariff.put', row: tariff }, entry] })
      this.#tariffs.set(name, tariff)
      return tariff
    })
  }

  /**
   * `invalid` for a day in the past, and for today where a price is in force today already: days that have begun keep theirs. A first price may
   * begin today, and then every instance that exists today is charged for it.
   */
  putPrice(price: PriceRow, by: Actor): Promise<PriceRow | Fault> {
    return this.#changes.run(async () => {
      for (;;) {
        const batch = await this.#priceBatch(price, by)
        if (isFault(batch)) return batch
        const committed = await this.#deps.store.commit(batch)
        if (!committed.ok && committed.refusedBy.kind === 'uncharged') return BEGUN_MEANWHILE
        if (!committed.ok) continue
        this.#keep(price)
        return price
      }
    })
  }

  /**
   * Takes back a price of a day that has not begun; gives what it was. `notFound` where there is none, `invalid` where its day has begun:
   * such days keep theirs.
   */
  removePrice(wanted: PriceKey, by: Actor): Promise<PriceRow | Fault> {
    return this.#changes.run(async () => {
      for (;;) {
        const mark = await this.#deps.store.billing.chargedUpTo()
        const now = this.#deps.clock.now()
        const price = this.#prices
          .get(wanted.tariff)
          ?.get(wanted.account)
          ?.find((row) => isSamePlace(row, wanted))
        if (price === undefined) return NOT_FOUND
        if (price.fromDay <= lastBegun(mark, now)) return BEGUN
        const guards = unbegun(mark, price.fromDay)
        const entry = priceAudit('price.remove', price, now, by)
        const committed = await this.#deps.store.commit({ guards, writes: [{ kind: 'price.remove', price }, entry] })
        if (!committed.ok && committed.refusedBy.kind === 'uncharged') return BEGUN
        if (!committed.ok) continue
        this.#drop(price)
        return price
      }
    })
  }

  /** What stores the price. It is refused when the daily charge goes on meanwhile, and must then be made anew. */
  async #priceBatch(price: PriceRow, by: Actor): Promise<Batch | Fault> {
    const { store, clock } = this.#deps
    const mark = await store.billing.chargedUpTo()
    const now = clock.now()
    const begun = lastBegun(mark, now)
    const trouble = this.#checkPrice(price, begun)
    if (trouble !== undefined) return trouble
    const entry = priceAudit('price.put', price, now, by)
    const writes: readonly Write[] = [{ kind: 'price.put', row: price }, entry]
    if (price.fromDay > begun) return { guards: unbegun(mark, price.fromDay), writes }
    return { guards: [{ kind: 'chargedUpTo', day: mark }], writes: [...writes, ...reopen(mark, billingDay(now))] }
  }

  #checkTariff({ name, plan, correspondents, calls, instances }: Tariff): Fault | undefined {
    if (!/^\w{1,64}$/.test(name)) return fault('invalid', 'A name of a tariff is 1 to 64 letters, digits and _')
    for (const limit of [correspondents, instances, ...calls.values()]) {
      if (limit === null || (limit >= 0 && limit <= LARGEST_COUNT && Number.isInteger(limit))) continue
      return fault('invalid', `A limit is a whole number from 0 to ${String(LARGEST_COUNT)}`)
    }
    const known = this.#tariffs.get(name)
    if (known === undefined || known.plan === plan) return undefined
    return fault('conflict', `${name} is of the plan ${known.plan}, and a plan can't change`)
  }

  #checkPrice(price: PriceRow, today: number): Fault | undefined {
    const { tariff, account, currency, fromDay } = price
    const plan = this.#tariffs.get(tariff)?.plan
    if (plan === undefined) return fault('invalid', `There is no tariff ${tariff}`)
    if (plan === 'free') return fault('invalid', `${tariff} is free and has no price`)
    const trouble = checkFigures(price)
    if (trouble !== undefined) return trouble
    if (fromDay < today)
      return fault(
        'invalid',
        `Days that have begun keep their prices: no price begins before today, ${dayText(today)} (UTC+3)`,
      )
    const own = account === null ? undefined : this.#inForce(tariff, account, currency, today)
    if (fromDay > today || (own ?? this.#inForce(tariff, null, currency, today)) === undefined) return undefined
    return fault('invalid', `Today has its price already: a new price of ${tariff} begins tomorrow at the earliest`)
  }

  #inForce(tariff: string, account: AccountId | null, currency: string, day: number): PriceRow | undefined {
    const rows = this.#prices.get(tariff)?.get(account)
    return rows?.find((row) => row.fromDay <= day && row.currency === currency)
  }

  #keep(price: PriceRow): void {
    const ofOne: PricesOfOne = this.#prices.get(price.tariff) ?? new Map<AccountId | null, readonly PriceRow[]>()
    const others = (ofOne.get(price.account) ?? []).filter((row) => !isSamePlace(row, price))
    ofOne.set(
      price.account,
      [...others, price].toSorted((a, b) => b.fromDay - a.fromDay),
    )
    this.#prices.set(price.tariff, ofOne)
  }

  #drop(price: PriceRow): void {
    const ofOne = this.#prices.get(price.tariff)
    const others = (ofOne?.get(price.account) ?? []).filter((row) => !isSamePlace(row, price))
    if (others.length > 0) ofOne?.set(price.account, others)
    else ofOne?.delete(price.account)
    if (ofOne?.size === 0) this.#prices.delete(price.tariff)
  }
}

/** The last day that has begun by the clock, or that has been charged: the clock may have been set back since. */
function lastBegun(mark: number | null, now: EpochMs): number {
  return Math.max(billingDay(now), mark ?? -Infinity)
}

/**
 * A day that has not begun by the clock may begin before the batch is stored, or was charged in part before a clock was set back: then somebody
 * has paid for it. The mark stays where it is until the batch is over.
 */
function unbegun(mark: number | null, day: number): readonly Guard[] {
  return [
    { kind: 'chargedUpTo', day: mark },
    { kind: 'uncharged', day },
  ]
}

const BEGUN_MEANWHILE = fault('invalid', 'Somebody has been charged for this day already: the price must begin later')
const BEGUN = fault('invalid', 'Days that have begun keep their prices: only a price of a later day can be removed')
/** The end of the year 9999, in days. */
const LAST_DAY = 2_932_896
/** A column of whole numbers holds it. */
const LARGEST_COUNT = 2_147_483_647

function checkFigures({ currency, fromDay, amount }: PriceRow): Fault | undefined {
  if (!isCurrency(currency)) return fault('invalid', 'A currency is three capital letters')
  if (!isAmount(amount) || amount < 0) {
    return fault('invalid', `A price is a whole number of minor units from 0 to ${String(MOST_MONEY)}`)
  }
  if (!Number.isSafeInteger(fromDay) || fromDay > LAST_DAY) return fault('invalid', 'A price begins on a day')
  return undefined
}

/**
 * Has today gone through again, now that it has a price. A run that goes through it at this moment (the mark is yesterday) has left
 * instances behind without one: it must see its mark change, and begins anew with yesterday, for which nothing is left to charge.
 */
function reopen(mark: number | null, today: number): readonly Write[] {
  if (mark === null || mark < today - 1) return []
  return [{ kind: 'charge.reopen', day: Math.min(mark, today) - 1 }]
}

function isSamePlace(a: PriceKey, b: PriceKey): boolean {
  return a.tariff === b.tariff && a.account === b.account && a.currency === b.currency && a.fromDay === b.fromDay
}

function priceAudit(action: 'price.put' | 'price.remove', price: PriceRow, at: EpochMs, by: Actor): Write {
  const { tariff, account, currency, fromDay, amount } = price
  const details = { currency, from: dayText(fromDay), amount }
  return audited(by, at, action, { account, target: tariff, details })
}

function inLowerCase(calls: Tariff['calls']): Tariff['calls'] {
  return new Map([...calls].map(([method, limit]) => [method.toLowerCase(), limit]))
}
