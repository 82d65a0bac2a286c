import { billingDay, billingDayStart, dayText } from '../billing/day.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { pause } from '../lib/pause.ts'
import type { AccountId } from '../model/ids.ts'
import { ID_RANGES, MESSENGERS } from '../model/messenger.ts'
import type { Guard, Store, Write } from '../storage/store.ts'
import type { Accounts } from './accounts.ts'
import type { Hooks } from './hooks.ts'
import { firstBilledDay } from './first-billed-day.ts'
import type { PriceList } from './price-list.ts'

/** Ids that one batch goes through: few enough that a send which comes meanwhile does not notice. */
const PORTION_IDS = 200
/** Between two portions whoever else wants to write has the disk for himself. */
const PAUSE_MS = 10
/** A day that is gone through again after a clock was set back is announced again only to those who were charged more. */
const ANNOUNCED_DAYS = 3

export interface DayWalkDeps {
  readonly store: Pick<Store, 'commit' | 'billing' | 'instances'>
  readonly clock: Clock
  readonly log: Log
  readonly accounts: Pick<Accounts, 'all' | 'get'>
  readonly prices: Pick<PriceList, 'tariff'>
  readonly hooks: Pick<Hooks, 'news'>
}

/**
 * Charges billing days, one after the other, from the stored mark to today. An instance pays a day when its life, by the clock's
 * readings at its creation and deletion, touches it; the first day of its life is paid in the batch that makes it. Every batch is under the guard that
 * the mark is where it was and can be done again without harm, so a crash, another node or a clock that was set back only mean that
 * a day is begun anew.
 */
export class DayWalk {
  readonly #deps: DayWalkDeps
  readonly #announced = new Map<number, ReadonlyMap<AccountId, number>>()

  constructor(deps: DayWalkDeps) {
    this.#deps = deps
  }

  /** Resolves when the mark is at today, or when it was told to stop. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !(await this.#step(signal)));
  }

  /** From the mark one step towards today; true when it is there. A refused step is taken anew from where the mark is then. */
  async #step(signal: AbortSignal): Promise<boolean> {
    const { store, clock, log } = this.#deps
    const today = billingDay(clock.now())
    const mark = await store.billing.chargedUpTo()
    if (mark === today) return true
    if (mark === null) {
      const first = await firstBilledDay(this.#deps)
      await this.#move(mark, { kind: 'charge.done', day: Math.min(first ?? today, today) - 1 })
      return false
    }
    if (mark > today) {
      log.warn(
        { chargedUpTo: dayText(mark), today: dayText(today) },
        'The clock was set back; the days are gone through again as it passes them, and nothing is charged twice',
      )
      await this.#move(mark, { kind: 'charge.reopen', day: today - 1 })
      return false
    }
    const unpriced = Math.min((await this.#firstPricedDay()) - 1, today)
    if (unpriced > mark) await this.#move(mark, { kind: 'charge.done', day: unpriced })
    else await this.#charge(mark + 1, signal)
    return false
  }

  async #move(mark: number | null, write: Extract<Write, { kind: 'charge.done' | 'charge.reopen' }>): Promise<void> {
    await this.#deps.store.commit({ guards: [isAt(mark)], writes: [write] })
  }

  /**
   * No day before this one costs anything. As it is stored, and read after the mark: memory may not have heard yet of a price that has
   * moved the mark back, of this process or of another one, and would leave its day out for good.
   */
  async #firstPricedDay(): Promise<number> {
    const { prices, store } = this.#deps
    let first = Number.MAX_SAFE_INTEGER
    for (const { tariff, fromDay } of await store.billing.prices()) {
      const plan = prices.tariff(tariff)?.plan
      if (plan === undefined || plan === 'daily') first = Math.min(first, fromDay)
    }
    return first
  }

  async #charge(day: number, signal: AbortSignal): Promise<void> {
    const { store, clock, log } = this.#deps
    const guards = [isAt(day - 1)]
    const behind = await this.#lastIds()
    let from = 0
    for (;;) {
      const to = await store.billing.portion(from, PORTION_IDS)
      if (to === null) break
      if (from > 0) await pause(clock, PAUSE_MS, signal)
      if (signal.aborted) return
      if (!(await store.commit({ guards, writes: [this.#portion(day, from, to)] })).ok) return
      from = to
    }
    const charged = await this.#charged(day)
    // Whatever was made since the first portion was read: of all messengers but the last one it is among ids that are behind it. What is
    // stored after this batch finds the day marked as done.
    const rest = behind.map(({ last, end }) => this.#portion(day, last, end))
    const writes = [...rest, { kind: 'charge.done', day } as const, ...this.#news(day, charged)]
    if (!(await store.commit({ guards, writes })).ok) return
    if (charged.lines.size > 0) log.info({ day: dayText(day), accounts: charged.lines.size }, 'The day is charged')
    this.#announced.set(day, charged.lines)
    for (const old of this.#announced.keys()) if (Math.abs(old - day) >= ANNOUNCED_DAYS) this.#announced.delete(old)
  }

  /** The last id that each messenger has given, and may ever give. */
  #lastIds(): Promise<readonly { readonly last: number; readonly end: number }[]> {
    const { instances } = this.#deps.store
    return Promise.all(
      MESSENGERS.map(async (messenger) => ({
        last: await instances.lastId(messenger),
        end: ID_RANGES[messenger].last,
      })),
    )
  }

  #portion(day: number, from: number, to: number): Write {
    const midnight = billingDayStart(day)
    const at = this.#deps.clock.now()
    return { kind: 'charge.day', day, midnight, madeBefore: billingDayStart(day + 1), from, to, at }
  }

  async #charged(day: number): Promise<Charged> {
    const rows = await this.#deps.store.billing.chargedOn(day)
    return {
      amounts: new Map(rows.map(({ account, amount }) => [account, Math.abs(amount)])),
      lines: new Map(rows.map(({ account, lines }) => [account, lines])),
    }
  }

  /** A day that is gone through again is told again only where it comes to more. */
  #news(day: number, { amounts, lines }: Charged): readonly Write[] {
    const { accounts, hooks, clock } = this.#deps
    const before = this.#announced.get(day)
    return [...lines].flatMap(([id, instances]) => {
      const account = accounts.get(id)
      if (account === undefined || before?.get(id) === instances) return []
      const { currency } = account.terms
      const data = { accountId: id, day: dayText(day), amount: amounts.get(id) ?? 0, currency, instances }
      return hooks.news(id, 'account.charged', data, clock.now())
    })
  }
}

/** What the accounts were charged for a day, in minor units, and by how many lines. */
interface Charged {
  readonly amounts: ReadonlyMap<AccountId, number>
  readonly lines: ReadonlyMap<AccountId, number>
}

function isAt(day: number | null): Guard {
  return { kind: 'chargedUpTo', day }
}
