import { statusRank } from '../../model/message.ts'
import type { QueueWrite } from '../write.ts'
import { newRowsOf, rowsOf } from './statement.ts'
import { STATUS_RANK } from './status-rank.ts'
import type { WriteTable } from './write-table.ts'

/** Both queues of an instance. */
export const QUEUE_WRITES: WriteTable<QueueWrite['kind']> = {
  'outbox.add': [
    {
      sql: 'insert into outbox (instance_id, position, message_id, at) values (?, ?, ?, ?)',
      many: {
        sql: `insert into outbox (instance_id, position, message_id, at) select instance_id, position, message_id, at
          from ${newRowsOf('instance_id bigint, position bigint, message_id text, at bigint')}`,
        row: ['outbox', 0, 1],
        adds: true,
      },
      put(out, write) {
        out.push(write.instance, write.position, write.id, write.at)
      },
    },
  ],
  'outbox.claim': [
    {
      sql: 'update outbox set claim_epoch = ?, claim_deadline = ? where instance_id = ? and position = ?',
      many: {
        sql: `update outbox o set claim_epoch = r.epoch, claim_deadline = r.deadline
          from ${rowsOf('epoch bigint, deadline bigint, instance_id bigint, position bigint')}
          where o.instance_id = r.instance_id and o.position = r.position`,
        row: ['outbox', 2, 3],
        adds: false,
      },
      put(out, write) {
        out.push(write.epoch, write.deadline, write.instance, write.position)
      },
    },
  ],
  'outbox.release': [
    {
      sql: 'update outbox set claim_epoch = null, claim_deadline = null where instance_id = ? and position = ?',
      many: {
        sql: `update outbox o set claim_epoch = null, claim_deadline = null
          from ${rowsOf('instance_id bigint, position bigint')}
          where o.instance_id = r.instance_id and o.position = r.position`,
        row: ['outbox', 0, 1],
        adds: false,
      },
      put(out, write) {
        out.push(write.instance, write.position)
      },
    },
  ],
  'outbox.remove': [
    {
      sql: 'delete from outbox where instance_id = ? and position = ?',
      many: {
        sql: `delete from outbox o using ${rowsOf('instance_id bigint, position bigint')}
          where o.instance_id = r.instance_id and o.position = r.position`,
        row: ['outbox', 0, 1],
        adds: false,
      },
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
      many: {
        sql: `insert into mailbox (instance_id, receipt_id, body, at) select instance_id, receipt_id, body, at
          from ${rowsOf('instance_id bigint, receipt_id bigint, body text, at bigint')} order by ord`,
        row: ['mailbox', 0, 1],
        adds: true,
      },
      put(out, write) {
        out.push(write.instance, write.receiptId, write.body, write.at)
      },
    },
  ],
  'mailbox.remove': [
    {
      sql: 'delete from mailbox where instance_id = ? and receipt_id = ?',
      many: {
        sql: `delete from mailbox m using ${rowsOf('instance_id bigint, receipt_id bigint')}
          where m.instance_id = r.instance_id and m.receipt_id = r.receipt_id`,
        row: ['mailbox', 0, 1],
        adds: false,
      },
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
