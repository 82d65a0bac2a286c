import type { SkippingClock } from '../../lib/skipping-clock.ts'
import type { Driver } from '../driver.ts'
import type { DriverRig } from './rig.ts'

/** With an account; none of them is linked yet. */
export const PHONES = { own: '79001000001', peer: '79001000002', other: '79001000003' }
/** With an account too: the suite asks about them, and nobody uses them. */
export const BYSTANDERS = Array.from({ length: 200 }, (_none, index) => `79005551${String(index).padStart(3, '0')}`)
export const PICTURE_PERIOD_MS = 10_000
/** Small, so that a test passes it soon. */
export const FILE_LIMIT_BYTES = 300_000

/** What is the same in each rig whose driver is told these limits. */
export function commonRig(driver: Driver, clock: SkippingClock) {
  return {
    ...{ driver, clock, skip: (ms: number) => clock.skip(ms) },
    ...{ picturePeriodMs: PICTURE_PERIOD_MS, fileLimitBytes: FILE_LIMIT_BYTES },
    lacks: driver.capabilities.cannotSend ?? new Set(),
    chatOf: (phone: string) => `${phone}@c.us`,
    ...{ phones: PHONES, withoutAccount: '79001230000' },
  } satisfies Partial<DriverRig>
}
