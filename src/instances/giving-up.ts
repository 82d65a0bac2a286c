import type { QueuedMessage } from '../storage/store.ts'
import type { InstanceRecord } from './record.ts'
import { settle } from './settlement.ts'

/** Small enough not to hold up the writes of other instances. */
const CHUNK = 500

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
