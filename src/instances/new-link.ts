import type { Change } from '../drivers/driver.ts'
import type { Attempts } from './attempts.ts'
import { failQueued } from './giving-up.ts'
import type { InstanceRecord } from './record.ts'

/** Whether a change links another phone than the last one. */
export function linksOtherPhone(record: InstanceRecord, { events = [] }: Change): boolean {
  const before = record.row.linked?.wid
  return before !== undefined && events.some((event) => event.kind === 'linked' && event.account.wid !== before)
}

/**
 * What was queued for one phone is never sent from another. It is settled before the new link is stored, so a crash
 * in between leaves an unlinked instance and no message for the wrong phone. Must run alone for its instance (`record.changes`).
 */
export async function dropOthersQueue(record: InstanceRecord, attempts: Attempts): Promise<void> {
  const { last } = record.outbox
  await failQueued(
    record,
    'account changed',
    (item) => item.position <= last,
    (item) => attempts.remove(item.id),
  )
}

/** How persons are named is the link's and not the setting's: it is kept with the account that is linked by this change. */
export function withLinkMode(change: Change, hidesNumbers: boolean): Change {
  if (!hidesNumbers || change.events?.some((event) => event.kind === 'linked') !== true) return change
  const events = change.events.map((event) =>
    event.kind === 'linked' ? { ...event, account: { ...event.account, hidesNumbers } } : event,
  )
  return { ...change, events }
}
