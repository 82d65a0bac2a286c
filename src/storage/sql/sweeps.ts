import type { EpochMs } from '../../model/ids.ts'
import type { Dialect } from '../dialect.ts'
import type { Sweep } from '../store.ts'
import { integer } from './columns.ts'
import type { DeliverySweep } from './delivery-sweep.ts'
import type { Engine } from './engine.ts'
import type { LaterIndexes } from './later-indexes.ts'
import type { MessageSweep } from './message-sweep.ts'

interface Aged {
  readonly table: string
  readonly key: string
  /** The column that says how old a row is; it has an index, so that a sweep costs next to nothing when nothing is old enough. */
  readonly by: string
}

const BY_AGE: Readonly<Record<Exclude<Sweep, 'deletedInstances'>, readonly Aged[]>> = {
  // Those go before, by `MessageSweep`; a receipt is younger than its message, so it never goes first.
  messages: [{ table: 'receipt', key: 'instance_id, message_id, participant', by: 'at' }],
  // Those that were taken go before, by `DeliverySweep`.
  deliveries: [{ table: 'delivery_failing', key: 'instance_id, receipt_id', by: 'at' }],
  states: [{ table: 'state_history', key: 'seq', by: 'at' }],
  answers: [{ table: 'answer', key: 'scope, key', by: 'at' }],
  notes: [{ table: 'secret', key: 'instance_id, name', by: 'until' }],
  usage: [
    { table: 'usage_count', key: 'instance_id, month, what', by: 'month' },
    { table: 'correspondent', key: 'instance_id, month, chat_id', by: 'month' },
  ],
  access: [
    { table: 'console_session', key: 'token_hash', by: 'expires_at' },
    { table: 'console_link', key: 'token_hash', by: 'expires_at' },
  ],
  files: [{ table: 'kept_file', key: 'instance_id, sha256', by: 'at' }],
}

function removing({ table, key, by }: Aged, { skipLocked }: Dialect): string {
  return `delete from ${table} where (${key}) in (
      select ${key} from ${table} where ${by} < ? order by ${by} limit ? ${skipLocked}
    )`
}

/** What an instance leaves behind; its own row goes last, so that a sweep that was cut short is taken up again. Sequences stay. */
const OF_AN_INSTANCE: readonly string[] = [
  'delete from outbox where instance_id = ? and position in (select position from outbox where instance_id = ? limit ?)',
  'delete from mailbox where seq in (select seq from mailbox where instance_id = ? limit ?)',
  'delete from delivery where seq in (select seq from delivery_index where instance_id = ? limit ?)',
  `delete from delivery_failing where (instance_id, receipt_id) in (
    select instance_id, receipt_id from delivery_failing where instance_id = ? limit ?
  )`,
  'delete from message where seq in (select seq from journal_chat where instance_id = ? limit ?)',
  'delete from state_history where seq in (select seq from state_history where instance_id = ? limit ?)',
  'delete from secret where instance_id = ? and name in (select name from secret where instance_id = ? limit ?)',
  `delete from receipt where (instance_id, message_id, participant) in (
    select instance_id, message_id, participant from receipt where instance_id = ? limit ?
  )`,
  `delete from usage_count where (instance_id, month, what) in (
    select instance_id, month, what from usage_count where instance_id = ? limit ?
  )`,
  `delete from correspondent where (instance_id, month, chat_id) in (
    select instance_id, month, chat_id from correspondent where instance_id = ? limit ?
  )`,
  `delete from kept_file where (instance_id, sha256) in (
    select instance_id, sha256 from kept_file where instance_id = ? limit ?
  )`,
  'delete from lease where instance_id in (select instance_id from lease where instance_id = ? limit ?)',
  'delete from instance where id in (select id from instance where id = ? and deleted_at is not null limit ?)',
]

const DELETED = 'select id from instance where deleted_at < ? order by deleted_at limit 1'

/** Of tables whose rows have no index on their times. */
export interface OrderedSweeps {
  readonly messages: MessageSweep
  readonly deliveries: DeliverySweep
}

/** See `Store.sweep`. Of deleted instances it counts the rows of all tables. */
export async function sweep(
  engine: Engine,
  index: LaterIndexes,
  { messages, deliveries }: OrderedSweeps,
  what: Sweep,
  before: EpochMs,
  limit: number,
): Promise<number> {
  if (what === 'messages') {
    const removed = await messages.run(before, limit)
    return removed + (await sweepByAge(engine, what, before, limit - removed))
  }
  if (what === 'deliveries') {
    const removed = await deliveries.run(before, limit)
    return removed + (await sweepByAge(engine, what, before, limit - removed))
  }
  if (what !== 'deletedInstances') return sweepByAge(engine, what, before, limit)
  let left = limit
  while (left > 0) {
    const [row] = await engine.read(DELETED, [before])
    if (row === undefined) break
    // They lead to the messages and the deliveries of the instance.
    await index.catchUp('journal_chat')
    await index.catchUp('delivery_index')
    const removed = await eraseInstance(engine, integer(row, 'id'), left)
    if (removed === 0) break
    left -= removed
  }
  return limit - left
}

type ByAge = keyof typeof BY_AGE

async function sweepByAge(engine: Engine, what: ByAge, before: EpochMs, limit: number): Promise<number> {
  const end = what === 'usage' ? monthOf(before) : before
  let left = limit
  for (const aged of BY_AGE[what]) {
    if (left > 0) left -= (await engine.write(removing(aged, engine.dialect), [end, left])).changed
  }
  return limit - left
}

/** A month is over everywhere when it is in UTC: the months of usage begin earlier, at most by some hours. */
function monthOf(at: EpochMs): string {
  return new Date(Math.min(at, LAST_MS)).toISOString().slice(0, 7)
}

/** The end of the year 9999: later times are written in another form. */
const LAST_MS = 253_402_300_799_999

async function eraseInstance(engine: Engine, instance: number, limit: number): Promise<number> {
  let left = limit
  for (const sql of OF_AN_INSTANCE) {
    if (left === 0) break
    const params = sql.split('?').length === 4 ? [instance, instance, left] : [instance, left]
    left -= (await engine.write(sql, params)).changed
  }
  return limit - left
}
