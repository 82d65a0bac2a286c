import { statusRank } from '../../model/message.ts'
import type { QueueWrite } from '../write.ts'
import { STATUS_RANK } from './status-rank.ts'
import type { WriteTable } from './write-table.ts'

/** Both queues of an instance. */
export const QUEUE_WRITES: WriteTable<QueueWrite['kind']> = {
  'outbox.add': [
    {
      sql: 'insert into outbox (instance_id, position, message_id, at) values (?, ?, ?, ?)',
      put(out, write) {
        out.push(write.instance, write.position, write.id, write.at)
      },
    },
  ],
  'outbox.claim': [
    {
      sql: 'update outbox set claim_epoch = ?, claim_deadline = ? where instance_id = ? and position = ?',
      put(out, write) {
        out.push(write.epoch, write.deadline, write.instance, write.position)
      },
    },
  ],
  'outbox.release': [
    {
      sql: 'update outbox set claim_epoch = null, claim_deadline = null where instance_id = ? and position = ?',
      put(out, write) {
        out.push(write.instance, write.position)
      },
    },
  ],
  'outbox.remove': [
    {
      sql: 'delete from outbox where instance_id = ? and position = ?',
      put(out, write) {
        out.push(write.instance, write.position)
      },
    },
  ],
  'outbox.fail': [
    {
      sql: `update message set status = 'failed', description = ?, status_at = ? where instance_id = ? and by_api = 1
        and id in (select message_id from outbox where instance_id = ? and position <= ? and claim_epoch is null)
        and ${STATUS_RANK} < ${String(statusRank('failed'))}`,
      put(out, write) {
        out.push(write.description, write.at, write.instance, write.instance, write.upTo)
      },
    },
    {
      sql: 'delete from outbox where instance_id = ? and position <= ? and claim_epoch is null',
      put(out, write) {
        out.push(write.instance, write.upTo)
      },
    },
  ],
  'mailbox.add': [
    {
      sql: 'insert into mailbox (instance_id, receipt_id, body, at) values (?, ?, ?, ?)',
      put(out, write) {
        out.push(write.instance, write.receiptId, write.body, write.at)
      },
    },
  ],
  'mailbox.remove': [
    {
      sql: 'delete from mailbox where instance_id = ? and receipt_id = ?',
      put(out, write) {
        out.push(write.instance, write.receiptId)
      },
    },
  ],
  'mailbox.clear': [
    {
      sql: 'delete from mailbox where instance_id = ? and receipt_id <= ?',
      put(out, write) {
        out.push(write.instance, write.upTo)
      },
    },
  ],
}
