import { billingDay } from '../billing/day.ts'
import { firstCharge } from '../billing/lines.ts'
import type { Instance } from '../instances/instance.ts'
import type { Instances, NewInstance } from '../instances/instances.ts'
import { isRefusedBy } from '../instances/refused-by.ts'
import type { Clock } from '../lib/clock.ts'
import type { AccountRow, Tariff } from '../model/account.ts'
import { fault, isFault, NOT_FOUND, type Fault } from '../model/fault.ts'
import type { AccountId } from '../model/ids.ts'
import type { InstanceRow } from '../model/instance.ts'
import { isRepeated, type Repeated } from '../model/once.ts'
import type { Batch, Guard, Store, Write } from '../storage/store.ts'
import type { Accounts } from './accounts.ts'
import type { Actor } from './actor.ts'
import { audited } from './audit-log.ts'
import type { PriceList } from './price-list.ts'
import { balanceGuard, currencyGuard, quotaOf, refusal, standsStill } from './refused.ts'
import { SlidingMinute } from './sliding-minute.ts'

/** What a caller says of a new instance; how it is paid follows from its account. */
export type WantedInstance = Omit<NewInstance, 'tariff' | 'paidUntil' | 'beside'>

export interface PartnerInstancesDeps {
  readonly instances: Pick<Instances, 'create' | 'delete' | 'get' | 'living' | 'ofAccount' | 'revision'>
  readonly accounts: Pick<Accounts, 'get'>
  readonly prices: Pick<PriceList, 'tariff' | 'isPriced' | 'priceOf'>
  readonly store: Pick<Store, 'billing'>
  readonly clock: Pick<Clock, 'now'>
}

/** What a partner account may do with instances: make, list and delete its own, and see nobody else's. */
export class PartnerInstances {
  readonly #deps: PartnerInstancesDeps
  readonly #created = new SlidingMinute<AccountId>()

  constructor(deps: PartnerInstancesDeps) {
    this.#deps = deps
  }

  /**
   * Makes an instance of the tariff that the account's terms name, and charges its first day in the same batch. `rateLimited`,
   * `quotaExceeded` (also for a balance that is too low): nothing is made or charged, and it does not count against the minute.
   * The account is looked at as it is now, since whoever was let in may have taken his time with the rest of the call. Up to the commit
   * nothing waits any more; a suspension or deletion that is stored at this very moment can still be overtaken, and costs a guard where there is
   * nothing to pay. Then the instance stands still like the others (`Instance.held`), or `Accounts.recover` deletes it.
   */
  async create(caller: AccountRow, wanted: WantedInstance): Promise<Instance | Fault | Repeated> {
    const account = this.#deps.accounts.get(caller.id)
    if (account === undefined) return NOT_FOUND
    const trouble = standsStill(account)
    if (trouble !== undefined) return trouble
    const { createPerMinute } = account.terms
    if (createPerMinute === null) return this.#make(account, wanted)
    const place = this.#created.take(account.id, createPerMinute, this.#deps.clock.now())
    if (place === undefined) {
      return fault('rateLimited', `The quota of new instances is used up: ${String(createPerMinute)} a minute`)
    }
    let isMade = false
    try {
      const made = await this.#make(account, wanted)
      isMade = !isFault(made) && !isRepeated(made)
      return made
    } finally {
      if (!isMade) this.#created.giveBack(account.id, place)
    }
  }

  async #make(account: AccountRow, wanted: WantedInstance): Promise<Instance | Fault | Repeated> {
    const { instances, prices, store } = this.#deps
    const tariff = prices.tariff(account.terms.tariff)
    if (tariff?.plan !== 'daily') {
      return fault('conflict', `The tariff of this account, ${account.terms.tariff}, is none that is charged daily`)
    }
    const quota = quotaOfPartner(account, tariff)
    // Where memory knows already, nobody need count. The guard alone is certain.
    if (quota?.tariff === null && instances.living(account.id) >= quota.limit) return refusal(quota, account, store)
    const beside = this.#beside(account, tariff, quota)
    // Named one by one: a copy by spreading took a twentieth of a creation.
    const { messenger, name, settings, once } = wanted
    const row = { messenger, name, settings, once, tariff: tariff.name, paidUntil: null, beside }
    const made = await instances.create(account.id, row)
    return isRefusedBy(made) ? refusal(made.refusedBy, account, store) : made
  }

  /** What the batch holds beside the instance; undefined where nothing is to be paid or limited, so that it costs nothing. */
  #beside(account: AccountRow, tariff: Tariff, quota: Guard | undefined): ((row: InstanceRow) => Batch) | undefined {
    const { overdraftLimit } = account.terms
    const isPriced = this.#deps.prices.isPriced(tariff.name)
    if (quota === undefined && overdraftLimit === null && !isPriced) return undefined
    const quotas: readonly Guard[] = quota === undefined ? [] : [quota]
    return (row) => {
      const day = billingDay(row.createdAt)
      const price = this.#deps.prices.priceOf(account, tariff.name, day)
      const writes = isPriced ? [reopened(day)] : []
      const guards = overdraftLimit === null ? quotas : [...quotas, balanceGuard(account, price ?? 0)]
      if (price === undefined) return { guards, writes }
      const stillPriced = [currencyGuard(account), ...guards]
      const billed = { account: account.id, instance: row.id, tariff: tariff.name, price }
      return { guards: stillPriced, writes: [...writes, firstCharge(billed, row.createdAt)] }
    }
  }

  /** In the order they were made; deleted ones too, until they are erased. */
  list(account: AccountRow): Iterable<Instance> {
    return this.#deps.instances.ofAccount(account.id)
  }

  /** Changes with everything that a list of the account's instances shows. */
  revision(account: AccountRow): number {
    return this.#deps.instances.revision(account.id)
  }

  /**
   * Deletes an instance; null when it is durable, together with its entry in the audit log. Somebody else's is not found, like one that
   * never was or is gone.
   */
  async delete(account: AccountRow, id: number, by: Actor): Promise<Fault | null> {
    const { instances, clock } = this.#deps
    const instance = instances.get(id)
    if (instance?.account !== account.id) return NOT_FOUND
    const entry = audited(by, clock.now(), 'instance.delete', { account: account.id, target: String(id) })
    return (await instances.delete(instance, [entry])) ? null : NOT_FOUND
  }
}

/**
 * Days behind its first one that are charged already have been charged without it: its batch took longer than to midnight, on this node or
 * with another's clock, or the clock was set back. They are gone through again. Everywhere else this touches no row.
 */
function reopened(day: number): Write {
  return { kind: 'charge.reopen', day }
}

/** A quota in the terms is of all instances, one of the tariff only of its own. */
function quotaOfPartner(account: AccountRow, tariff: Tariff): ReturnType<typeof quotaOf> {
  const quota = quotaOf(account, tariff)
  return quota === undefined || account.terms.instanceQuota === null ? quota : { ...quota, tariff: null }
}
