import { expiresAt } from '../queue/schedule.ts'
import type { QueuedMessage, Write } from '../storage/store.ts'
import type { Attempts } from './attempts.ts'
import type { InstanceRecord } from './record.ts'
import { settle } from './settlement.ts'

/** Small enough not to hold up the writes of other instances. */
const CHUNK = 100

/**
 * Settles queued messages as `failed`, oldest first, each with its notification, until one is met that is not meant. Every
 * chunk is durable before the next. Must run alone for its instance (`record.changes`).
 */
export async function failQueued(
  record: InstanceRecord,
  description: string,
  isMeant: (item: QueuedMessage) => boolean,
  settled: (item: QueuedMessage) => void,
): Promise<number> {
  let total = 0
  for (;;) {
    const listed = await record.node.store.outbox.list(record.id, CHUNK)
    const end = listed.findIndex((item) => !isMeant(item))
    const chunk = end === -1 ? listed : listed.slice(0, end)
    if (chunk.length === 0) return total
    const at = record.node.clock.now()
    const settlements = chunk.map((item) => settle(record, item, { status: 'failed', description, at }))
    await record.commitWith(
      settlements.flatMap((settlement) => settlement.events),
      settlements.flatMap((settlement) => settlement.writes),
    )
    for (const item of chunk) {
      record.outbox.drop()
      settled(item)
    }
    total += chunk.length
  }
}

/** Gives up what has waited too long for a link. Time while authorised does not count. Must run alone, as above. */
export async function failExpired(record: InstanceRecord, attempts: Attempts | undefined): Promise<void> {
  if (record.maySend) return
  const { clock, limits, store } = record.node
  const now = clock.now()
  const [change] = await store.instances.states(record.id, 1)
  const since = change?.at ?? record.row.createdAt
  const isExpired = (item: QueuedMessage) => expiresAt(item.enqueuedAt, since, limits.keepQueueMs) <= now
  await failQueued(
    record,
    'expired',
    (item) => attempts?.find(item.id) === undefined && isExpired(item),
    () => undefined,
  )
}

/** Settles everything queued as `failed`, without notifications, together with more. Attempts stay. Must run alone, as above. */
export async function dropQueue(
  record: InstanceRecord,
  attempts: Attempts | undefined,
  description: string,
  more: readonly Write[],
): Promise<void> {
  const cleared = record.outbox.clear(attempts?.count ?? 0)
  const at = record.node.clock.now()
  await record.commit([{ kind: 'outbox.fail', instance: record.id, upTo: cleared.upTo, description, at }, ...more])
  cleared.drop()
}

/** Settles everything, attempts too, and marks the instance as deleted; durable when it resolves. Must run alone, as above. */
export async function storeDeletion(
  record: InstanceRecord,
  attempts: Attempts | undefined,
  beside: readonly Write[],
): Promise<void> {
  const at = record.node.clock.now()
  const open = attempts?.all() ?? []
  const unconfirmed = { status: 'failed', description: 'unconfirmed', at } as const
  await dropQueue(record, attempts, 'deleted', [
    ...open.flatMap((attempt) => settle(record, attempt, unconfirmed).writes),
    { kind: 'instance.delete', instance: record.id, at },
    { kind: 'secret.clear', instance: record.id },
    ...record.node.news('instance.deleted', { ...record.row, deletedAt: at }, at),
    ...beside,
  ])
  for (const attempt of open) {
    attempts?.remove(attempt.id)
    record.outbox.drop()
  }
  record.follow({ deletedAt: at })
}
