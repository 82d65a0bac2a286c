import type { Instance } from '../instances/instance.ts'
import type { NewInstance } from '../instances/instances.ts'
import type { AccountRow } from '../model/account.ts'
import type { Fault } from '../model/fault.ts'
import type { Repeated } from '../model/once.ts'
import type { Actor } from './actor.ts'

/** How 30 days are paid: from the balance, or outside of this server, as somebody says by hand. */
export type Payment = 'balance' | 'hand'

/** Instances that are not made through the partner API: those of persons, made by the operator or in the console. */
export interface OwnInstances {
  /** `forbidden` on a partner account: those are made through the API. `tariff`: of the plan `free`, or `ahead` with a payment. */
  create(
    account: AccountRow,
    wanted: Omit<NewInstance, 'tariff' | 'paidUntil' | 'beside'>,
    terms: { readonly tariff: string; readonly payment?: Payment },
    by: Actor,
  ): Promise<Instance | Fault | Repeated>
  /** 30 days more from the end of the paid time, or from now where that has passed. `invalid` where the tariff is not paid ahead. */
  renew(instance: Instance, payment: Payment, by: Actor): Promise<Instance | Fault>
  /** From the plan `free` to another tariff that is free or paid ahead, or back; `forbidden` to and from `daily`. */
  setTariff(instance: Instance, tariff: string, payment: Payment | undefined, by: Actor): Promise<Instance | Fault>
  /** `forbidden` on a partner account's `daily` instances. */
  delete(instance: Instance, by: Actor): Promise<Fault | null>
}
