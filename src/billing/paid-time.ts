import type { Tariff } from '../model/account.ts'
import type { EpochMs } from '../model/ids.ts'
import { billingDayEnd } from './day.ts'

/** An instance as far as its paid time goes. */
export interface Timed {
  readonly tariff: Pick<Tariff, 'plan'>
  readonly paidUntil: EpochMs | null
  readonly deletedAt: EpochMs | null
}

/** When the paid time ends, or ended; null where it doesn't. A deleted instance keeps the end that it had. */
export function endOfTime({ tariff, paidUntil, deletedAt }: Timed, now: EpochMs): EpochMs | null {
  switch (tariff.plan) {
    case 'daily':
      // Paid for to the end of the billing day, and it goes on by itself while the instance exists.
      return billingDayEnd(deletedAt ?? now)
    case 'ahead':
      return paidUntil
    case 'free':
      return null
    default:
      return tariff.plan satisfies never
  }
}
