import { statusRank } from '../../model/message.ts'
import type { MessageRow } from '../store.ts'
import type { MessageWrite } from '../write.ts'
import { IN_CHAT, newRowsOf, rowsOf, type Many } from './statement.ts'
import { STATUS_RANK } from './status-rank.ts'
import type { WriteTable } from './write-table.ts'

const PLAIN = `instance_id bigint, id text, chat_id text, direction text, by_api integer, status text, description text, \
at bigint, status_at bigint, body text`
/** Its direction, whether the API sent it, its status and description. */
const ASKED = `'out', 1, 'pending', ''`
const STATUS = `new_status text, new_description text, new_status_at bigint, of_instance bigint, of_id text, of_chat text, \
rank integer`

/** The journal, receipts of statuses, files that the network can bring again. */
export const MESSAGE_WRITES: WriteTable<MessageWrite['kind']> = {
  'message.add': [
    {
      sql: `insert into message (instance_id, id, chat_id, direction, by_api, status, description, at, status_at, body)
        values (?, ?, ?, ${ASKED}, ?, ?, ?)`,
      // What every send begins as: what they all have in common needs no way to the database.
      when: ({ row }) => isAsked(row),
      many: {
        sql: `insert into message (instance_id, id, chat_id, direction, by_api, status, description, at, status_at, body)
          select instance_id, id, chat_id, ${ASKED}, at, status_at, body
          from ${newRowsOf('instance_id bigint, id text, chat_id text, at bigint, status_at bigint, body text')} order by ord`,
        row: ['message', 0, 1, 2],
        adds: true,
      },
      put(out, { row }) {
        out.push(row.instance, row.id, row.chat, row.at, row.at, row.body)
      },
    },
    {
      sql: `insert into message (instance_id, id, chat_id, direction, by_api, status, description, at, status_at, body)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      when: ({ row }) => isPlain(row) && !isAsked(row),
      many: {
        sql: `insert into message (instance_id, id, chat_id, direction, by_api, status, description, at, status_at, body)
          select instance_id, id, chat_id, direction, by_api, status, description, at, status_at, body
          from ${newRowsOf(PLAIN)} order by ord`,
        row: ['message', 0, 1, 2],
        adds: true,
      },
      put(out, { row }) {
        out.push(row.instance, row.id, row.chat, row.direction, row.byApi ? 1 : 0, row.status, row.description)
        out.push(row.at, row.at, row.body)
      },
    },
    {
      sql: `insert into message (instance_id, id, chat_id, direction, by_api, status, description, at, status_at, body,
        shelf, is_edited, is_deleted) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      // Never with others: a group adds these after all others, and so in another order than they were called for.
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
        where instance_id = ? and id = ? and ${IN_CHAT} ? and ${STATUS_RANK} < ?`,
      many: {
        sql: `update message m set status = r.new_status, description = r.new_description, status_at = r.new_status_at
          from ${rowsOf(STATUS)}
          where m.instance_id = r.of_instance and m.id = r.of_id and m.${IN_CHAT} r.of_chat and ${STATUS_RANK} < r.rank`,
        row: ['message', 3, 4, 5],
        adds: false,
      },
      put(out, { instance, id, chat, status, description, at }) {
        out.push(status, description, at, instance, id, chat, statusRank(status))
      },
    },
  ],
  'message.body': [
    {
      sql: `update message set body = ? where instance_id = ? and id = ? and ${IN_CHAT} ?`,
      many: {
        sql: `update message m set body = r.body from ${rowsOf('body text, instance_id bigint, id text, chat_id text')}
          where m.instance_id = r.instance_id and m.id = r.id and m.${IN_CHAT} r.chat_id`,
        row: ['message', 1, 2, 3],
        adds: false,
      },
      put(out, write) {
        out.push(write.body, write.instance, write.id, write.chat)
      },
    },
  ],
  'message.mark': [
    {
      sql: `update message set is_edited = 1 where instance_id = ? and id = ? and ${IN_CHAT} ?`,
      many: marked('is_edited'),
      when: (write) => write.mark === 'edited',
      put(out, write) {
        out.push(write.instance, write.id, write.chat)
      },
    },
    {
      sql: `update message set is_deleted = 1 where instance_id = ? and id = ? and ${IN_CHAT} ?`,
      many: marked('is_deleted'),
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
      many: {
        sql: `insert into receipt (instance_id, message_id, participant, status, at)
          select instance_id, message_id, participant, status, at
          from ${rowsOf('instance_id bigint, message_id text, participant text, status text, at bigint')}
          order by instance_id, message_id, participant
          on conflict (instance_id, message_id, participant) do update set status = excluded.status, at = excluded.at
          where receipt.status = 'delivered' and excluded.status = 'read'`,
        row: ['receipt', 0, 1, 2],
        adds: false,
      },
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
      many: {
        sql: `insert into kept_file (instance_id, sha256, size, remote, at) select instance_id, sha256, size, remote, at
          from ${rowsOf('instance_id bigint, sha256 text, size bigint, remote text, at bigint')}
          order by instance_id, sha256
          on conflict (instance_id, sha256) do update set size = excluded.size,
            remote = coalesce(excluded.remote, kept_file.remote), at = greatest(excluded.at, kept_file.at)`,
        row: ['kept_file', 0, 1],
        adds: false,
      },
      put(out, { instance, file, at }) {
        out.push(instance, file.sha256, file.size, file.remote ?? null, at)
      },
    },
  ],
}

function marked(column: string): Many {
  return {
    sql: `update message m set ${column} = 1 from ${rowsOf('instance_id bigint, id text, chat_id text')}
      where m.instance_id = r.instance_id and m.id = r.id and m.${IN_CHAT} r.chat_id`,
    row: ['message', 0, 1, 2],
    adds: false,
  }
}

/** The API asked to send it, and nothing has become of it yet: what `ASKED` says. */
function isAsked(row: MessageRow): boolean {
  return row.status === 'pending' && row.byApi && row.direction === 'out' && row.description === '' && isPlain(row)
}

/** The other columns have their defaults. */
function isPlain(row: MessageRow): boolean {
  return row.shelf === 'message' && !row.isEdited && !row.isDeleted
}
