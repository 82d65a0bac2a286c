import { billingDay } from '../billing/day.ts'
import { renewal } from '../billing/lines.ts'
import type { Instance } from '../instances/instance.ts'
import type { Instances } from '../instances/instances.ts'
import { isRefusedBy } from '../instances/refused-by.ts'
import type { Clock } from '../lib/clock.ts'
import type { AccountRow, Tariff } from '../model/account.ts'
import { fault, isFault, NOT_FOUND, type Fault } from '../model/fault.ts'
import type { AccountId, EpochMs, InstanceId } from '../model/ids.ts'
import { isRepeated, type Repeated } from '../model/once.ts'
import type { Once } from '../storage/once.ts'
import type { Batch, Guard, Store } from '../storage/store.ts'
import type { Accounts } from './accounts.ts'
import type { Actor } from './actor.ts'
import { audited } from './audit-log.ts'
import type { WantedInstance } from './partner-instances.ts'
import type { PriceList } from './price-list.ts'
import { balanceGuard, currencyGuard, quotaOf, refusal, standsStill } from './refused.ts'

/** How 30 days are paid: from the balance, or outside of this server, as somebody says by hand. */
export type Payment = 'balance' | 'hand'

export interface OwnInstancesDeps {
  readonly instances: Pick<Instances, 'create' | 'delete' | 'refreshHolds'>
  readonly accounts: Pick<Accounts, 'get'>
  readonly prices: Pick<PriceList, 'tariff' | 'priceOf'>
  readonly store: Pick<Store, 'billing'>
  readonly clock: Pick<Clock, 'now'>
}

/** What a renewal, or a move to another tariff, makes of an instance. */
export interface Paid {
  readonly tariff: Tariff
  readonly paidUntil: EpochMs | null
}

/** What a payment takes from the balance, and what the balance must be for it. */
interface Bill {
  /** Minor units; 0 where it is paid by hand. */
  readonly price: number
  readonly guards: readonly Guard[]
}

/** What a change of an instance's time or tariff is, for its lines in ledger and audit log. */
interface Change {
  readonly action: 'instance.create' | 'instance.renew' | 'instance.tariff'
  readonly tariff: Tariff
  readonly bill: Bill | undefined
  readonly payment: Payment | undefined
  readonly paidUntil: EpochMs | null
  readonly at: EpochMs
  readonly by: Actor
}

const PAID_MS = 30 * 86_400_000

/** Instances that are not made through the partner API: those of persons, made by the operator or in the console. */
export class OwnInstances {
  readonly #deps: OwnInstancesDeps

  constructor(deps: OwnInstancesDeps) {
    this.#deps = deps
  }

  /** `forbidden` on a partner account: those are made through the API. `tariff`: of the plan `free`, or `ahead` with a payment. */
  async create(
    account: AccountRow,
    wanted: WantedInstance,
    { tariff: name, payment }: { readonly tariff: string; readonly payment?: Payment },
    by: Actor,
  ): Promise<Instance | Fault | Repeated> {
    if (account.kind === 'partner') return THROUGH_API
    const trouble = standsStill(account)
    if (trouble !== undefined) return trouble
    const tariff = this.#deps.prices.tariff(name)
    if (tariff?.plan === 'daily') return fault('forbidden', `${name} is charged daily: it is for partner accounts`)
    const at = this.#deps.clock.now()
    const paid = this.#paid(account, tariff, name, payment, at)
    if (isFault(paid)) return paid
    const change: Change = { ...paid, action: 'instance.create', payment, at, by }
    const { paidUntil } = change
    const beside = (row: { readonly id: InstanceId }): Batch => {
      const { guards, writes } = batchOf(change, account, row.id)
      return { guards: [...quotaGuards(account, paid.tariff), ...guards], writes }
    }
    const made = await this.#deps.instances.create(account.id, { ...wanted, tariff: name, paidUntil, beside })
    return isRefusedBy(made) ? refusal(made.refusedBy, account, this.#deps.store) : made
  }

  /**
   * 30 days more from the end of the paid time, or from now where that has passed. `invalid` where the tariff is not paid ahead,
   * `quotaExceeded` where the balance is too low, `conflict` where somebody else renewed it at the same moment.
   */
  async renew(
    instance: Instance,
    payment: Payment,
    by: Actor,
    once?: Once<Paid>,
  ): Promise<Instance | Fault | Repeated> {
    const account = this.#ownerOf(instance)
    if (isFault(account)) return account
    const { tariff } = instance
    if (tariff.plan !== 'ahead') return fault('invalid', `${tariff.name} is not paid ahead: there is nothing to renew`)
    const at = this.#deps.clock.now()
    const bill = this.#bill(account, tariff, payment, at)
    if (isFault(bill)) return bill
    const paidUntil = Math.max(instance.paidUntil ?? at, at) + PAID_MS
    const change: Change = { action: 'instance.renew', tariff, bill, payment, paidUntil, at, by }
    return this.#change(instance, account, change, once)
  }

  /**
   * From the plan `free` to another tariff that is free or paid ahead, or back; `forbidden` to and from `daily`. Time that is paid for the
   * tariff before is given up; 30 days of the new one begin now.
   */
  async setTariff(
    instance: Instance,
    name: string,
    payment: Payment | undefined,
    by: Actor,
    once?: Once<Paid>,
  ): Promise<Instance | Fault | Repeated> {
    const account = this.#ownerOf(instance)
    if (isFault(account)) return account
    const tariff = this.#deps.prices.tariff(name)
    if (instance.tariff.plan === 'daily') return NOT_FROM_DAILY
    if (tariff?.plan === 'daily') return NOT_TO_DAILY
    if (name === instance.tariff.name) return fault('conflict', `The instance has the tariff ${name} already`)
    const at = this.#deps.clock.now()
    const paid = this.#paid(account, tariff, name, payment, at)
    if (isFault(paid)) return paid
    const change: Change = { ...paid, action: 'instance.tariff', payment, at, by }
    return this.#change(instance, account, change, once, quotaGuards(account, paid.tariff))
  }

  /** `forbidden` on a partner account's `daily` instances. */
  async delete(instance: Instance, by: Actor): Promise<Fault | null> {
    const { instances, clock } = this.#deps
    if (this.#isThroughApi(instance)) return THROUGH_API
    const what = { account: instance.account, target: String(instance.id) }
    const entry = audited(by, clock.now(), 'instance.delete', what)
    return (await instances.delete(instance, [entry])) ? null : NOT_FOUND
  }

  /** The old token is refused from the moment this resolves. `forbidden` on a partner account's `daily` instances. */
  async renewToken(instance: Instance, by: Actor): Promise<string | Fault> {
    const { clock } = this.#deps
    if (instance.deletedAt !== null) return NO_INSTANCE
    if (this.#isThroughApi(instance)) return THROUGH_API
    const what = { account: instance.account, target: String(instance.id) }
    return instance.renewToken([audited(by, clock.now(), 'instance.token', what)])
  }

  /** What partners made, they change and delete. */
  #isThroughApi({ account, tariff }: Instance): boolean {
    return this.#deps.accounts.get(account)?.kind === 'partner' && tariff.plan === 'daily'
  }

  #ownerOf(instance: Instance): AccountRow | Fault {
    const account = this.#deps.accounts.get(instance.account)
    if (account?.deletedAt !== null) return NOT_FOUND
    return instance.deletedAt === null ? account : NO_INSTANCE
  }

  /** The tariff that somebody wants, with what it takes and how long it is paid from now on. */
  #paid(
    account: AccountRow,
    tariff: Tariff | undefined,
    name: string,
    payment: Payment | undefined,
    at: EpochMs,
  ): Pick<Change, 'tariff' | 'bill' | 'paidUntil'> | Fault {
    if (tariff === undefined) return fault('invalid', `There is no tariff ${name}`)
    if (tariff.plan !== 'ahead') {
      if (payment !== undefined) return fault('invalid', `${name} is free: it takes no payment`)
      return { tariff, bill: undefined, paidUntil: null }
    }
    if (payment === undefined) return fault('invalid', `${name} is paid ahead: say how, by balance or by hand`)
    const bill = this.#bill(account, tariff, payment, at)
    return isFault(bill) ? bill : { tariff, bill, paidUntil: at + PAID_MS }
  }

  #bill(account: AccountRow, tariff: Tariff, payment: Payment, at: EpochMs): Bill | Fault {
    if (payment === 'hand') return { price: 0, guards: [] }
    const { currency } = account.terms
    const price = this.#deps.prices.priceOf(account, tariff.name, billingDay(at))
    if (price === undefined) {
      return fault('conflict', `${tariff.name} has no price in ${currency} today, so that the balance can't pay for it`)
    }
    return { price, guards: [currencyGuard(account), balanceGuard(account, price)] }
  }

  async #change(
    instance: Instance,
    account: AccountRow,
    change: Change,
    once: Once<Paid> | undefined,
    more: readonly Guard[] = [],
  ): Promise<Instance | Fault | Repeated> {
    const { instances, store } = this.#deps
    const { guards, writes } = batchOf(change, account, instance.id)
    // Whoever renewed or changed it since this was worked out has changed what it should be.
    const unchanged: Guard = { kind: 'paidUntil', instance: instance.id, at: instance.paidUntil }
    const { paidUntil, tariff } = change
    const first = once?.({ tariff, paidUntil })
    const changed = await instance.changeTariff(
      { tariff: tariff.name, paidUntil },
      { guards: [...(first === undefined ? [] : [first]), unchanged, ...more, ...guards], writes },
    )
    if (isRepeated(changed)) return changed
    if (isRefusedBy(changed)) return refusal(changed.refusedBy, account, store)
    await this.#wake(instances, account.id)
    return instance
  }

  /** It is paid and stored: a session that does not start at once is started by the next look at what stands still. */
  async #wake(instances: OwnInstancesDeps['instances'], account: AccountId): Promise<void> {
    await instances.refreshHolds(account).catch(() => undefined)
  }
}

function quotaGuards(account: AccountRow, tariff: Tariff): readonly Guard[] {
  // What an account's terms say of instances is for those that cost nothing, see the tariff's own number for others.
  const limits = tariff.plan === 'free' ? account : { ...account, terms: { ...account.terms, instanceQuota: null } }
  const quota = quotaOf(limits, tariff)
  return quota === undefined ? [] : [quota]
}

function batchOf(change: Change, { id: account }: AccountRow, instance: InstanceId): Batch {
  const { action, tariff, bill, payment, paidUntil, at, by } = change
  const details = { tariff: tariff.name, paidUntil, ...(payment !== undefined && { payment }) }
  const entry = audited(by, at, action, { account, target: String(instance), details })
  if (bill === undefined) return { guards: [], writes: [entry] }
  const billed = { account, instance, tariff: tariff.name, price: bill.price }
  return { guards: bill.guards, writes: [renewal(billed, at, by), entry] }
}

const THROUGH_API = fault(
  'forbidden',
  'Instances of a partner account are created and deleted through the API: POST /partner/createInstance/{partnerToken}',
)
const NOT_TO_DAILY = fault(
  'forbidden',
  'Business instances stay on their tariff and cannot be moved to partner billing',
)
const NOT_FROM_DAILY = fault('forbidden', 'Partner instances are charged daily and cannot be moved to another tariff')
const NO_INSTANCE = fault('deleted', 'Instance is deleted')
