import { createHash } from 'node:crypto'
import type { Random } from '../lib/random.ts'
import type { LifecycleEvent, LifecycleType } from '../model/account.ts'
import type { AccountId, EpochMs } from '../model/ids.ts'

const ID_BYTES = 16

/** An event as it is stored and sent; its body is frozen here. */
export function lifecycleEvent(
  of: { readonly account: AccountId; readonly type: LifecycleType; readonly data: object; readonly at: EpochMs },
  random: Random,
): Omit<LifecycleEvent, 'seq'> {
  const { account, type, data, at } = of
  const body = JSON.stringify({ type, timestamp: new Date(at).toISOString(), data })
  return { id: eventId(of, random), account, type, body, at, attempts: 0, dueAt: at }
}

/**
 * Receivers tell by the id what they have had. A day that the daily charge walks again is told again, and is the same event as long as it
 * says the same; everything else happens once.
 */
function eventId(
  of: { readonly account: AccountId; readonly type: LifecycleType; readonly data: object },
  random: Random,
): string {
  if (of.type !== 'account.charged') return `evt_${random.bytes(ID_BYTES).toString('hex')}`
  const said = createHash('sha256').update(JSON.stringify([of.account, of.type, of.data]))
  return `evt_${said.digest('hex').slice(0, ID_BYTES * 2)}`
}
