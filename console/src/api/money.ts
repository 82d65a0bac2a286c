import { flag, list, nullable, number, object, oneOf, or, text, type Read } from './read.ts'

// Amounts are whole minor units of the account's currency, here as everywhere.

export const readBalance = object({
  balance: number,
  currency: text,
  overdraftLimit: nullable(number),
  warnBelow: nullable(number),
  today: object({ instances: number, cost: number }),
})
export type Balance = Read<typeof readBalance>

export const readUsage = object({
  month: text,
  currency: text,
  days: list(object({ day: text, instances: number, cost: number })),
  renewals: object({ count: number, cost: number }),
  total: number,
})
export type Usage = Read<typeof readUsage>

const readLine = object({
  seq: number,
  time: text,
  kind: text,
  amount: number,
  idInstance: nullable(number),
  day: text,
  reason: text,
  author: text,
})
export type Line = Read<typeof readLine>
export const readLedger = object({ currency: text, items: list(readLine), next: nullable(text) })

const readStatement = object({
  month: text,
  currency: text,
  plan: oneOf('prepaid', 'postpaid'),
  opening: number,
  charged: number,
  paid: number,
  closing: number,
  lineCount: number,
})
export type Statement = Read<typeof readStatement>
export const readStatements = object({ items: list(readStatement), next: nullable(text) })

const readPrice = object({
  tariff: text,
  currency: text,
  from: text,
  amount: number,
  plan: or(oneOf('free', 'ahead', 'daily'), 'daily'),
  isOwn: or(flag, false),
  isInForce: or(flag, false),
})
export type OwnPrice = Read<typeof readPrice>
export const readPrices = object({ items: list(readPrice) })

/** Everything about money of an account lies below it, so that a change of money makes it all stale. */
export function moneyKey(account: string, ...rest: readonly (string | undefined)[]): readonly unknown[] {
  return ['account', account, 'money', ...rest]
}
