import type { AccountId, EpochMs, InstanceId } from '../model/ids.ts'
import type { Write } from '../storage/store.ts'
import { billingDay } from './day.ts'

/** What a line of the ledger is for. */
export interface Billed {
  readonly account: AccountId
  readonly instance: InstanceId
  readonly tariff: string
  /** Minor units, not below zero. */
  readonly price: number
}

/** The charge of the billing day in which an instance was made; every later day is charged by `charge.day`. */
export function firstCharge({ account, instance, tariff, price }: Billed, at: EpochMs): Write {
  const line = { account, at, kind: 'charge', amount: 0 - price, instance, day: billingDay(at) } as const
  return { kind: 'ledger.add', line: { ...line, reason: tariff, author: 'system' } }
}

/** 30 days that are paid ahead. A price of 0: they are paid elsewhere. */
export function renewal({ account, instance, tariff, price }: Billed, at: EpochMs, author: string): Write {
  const line = { account, at, kind: 'renewal', amount: 0 - price, instance, day: billingDay(at) } as const
  return { kind: 'ledger.add', line: { ...line, reason: tariff, author } }
}
