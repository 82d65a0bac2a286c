import { statusRank } from '../../model/message.ts'
import type { MessageRow } from '../store.ts'
import type { MessageWrite } from '../write.ts'
import { STATUS_RANK } from './status-rank.ts'
import type { WriteTable } from './write-table.ts'

/** The journal, receipts of statuses, files that the network can bring again. */
export const MESSAGE_WRITES: WriteTable<MessageWrite['kind']> = {
  'message.add': [
    {
      sql: `insert into message (instance_id, id, chat_id, direction, by_api, status, description, at, status_at, body)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      // What nearly all are: the defaults of the other columns need no way to the database.
      when: ({ row }) => isPlain(row),
      put(out, { row }) {
        out.push(row.instance, row.id, row.chat, row.direction, row.byApi ? 1 : 0, row.status, row.description)
        out.push(row.at, row.at, row.body)
      },
    },
    {
      sql: `insert into message (instance_id, id, chat_id, direction, by_api, status, description, at, status_at, body,
        shelf, is_edited, is_deleted) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      when: ({ row }) => !isPlain(row),
      put(out, { row }) {
        out.push(row.instance, row.id, row.chat, row.direction, row.byApi ? 1 : 0, row.status, row.description)
        out.push(row.at, row.at, row.body, row.shelf, row.isEdited ? 1 : 0, row.isDeleted ? 1 : 0)
      },
    },
  ],
  'message.status': [
    {
      sql: `update message set status = ?, description = ?, status_at = ?
        where instance_id = ? and id = ? and chat_id = ? and ${STATUS_RANK} < ?`,
      put(out, { instance, id, chat, status, description, at }) {
        out.push(status, description, at, instance, id, chat, statusRank(status))
      },
    },
  ],
  'message.body': [
    {
      sql: 'update message set body = ? where instance_id = ? and id = ? and chat_id = ?',
      put(out, write) {
        out.push(write.body, write.instance, write.id, write.chat)
      },
    },
  ],
  'message.mark': [
    {
      sql: 'update message set is_edited = 1 where instance_id = ? and id = ? and chat_id = ?',
      when: (write) => write.mark === 'edited',
      put(out, write) {
        out.push(write.instance, write.id, write.chat)
      },
    },
    {
      sql: 'update message set is_deleted = 1 where instance_id = ? and id = ? and chat_id = ?',
      when: (write) => write.mark === 'deleted',
      put(out, write) {
        out.push(write.instance, write.id, write.chat)
      },
    },
  ],
  'receipt.put': [
    {
      sql: `insert into receipt (instance_id, message_id, participant, status, at) values (?, ?, ?, ?, ?)
        on conflict (instance_id, message_id, participant) do update set status = excluded.status, at = excluded.at
        where receipt.status = 'delivered' and excluded.status = 'read'`,
      put(out, { instance, id, receipt }) {
        out.push(instance, id, receipt.participant, receipt.status, receipt.at)
      },
    },
  ],
  'file.put': [
    {
      // The same file may come again by a way of its own, or by none; it is kept from the last time on.
      sql: `insert into kept_file (instance_id, sha256, size, remote, at) values (?, ?, ?, ?, ?)
        on conflict (instance_id, sha256) do update set size = excluded.size,
          remote = coalesce(excluded.remote, kept_file.remote),
          at = case when excluded.at > kept_file.at then excluded.at else kept_file.at end`,
      put(out, { instance, file, at }) {
        out.push(instance, file.sha256, file.size, file.remote ?? null, at)
      },
    },
  ],
}

function isPlain(row: MessageRow): boolean {
  return row.shelf === 'message' && !row.isEdited && !row.isDeleted
}
