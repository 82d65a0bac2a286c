import { MESSAGE_STATUSES, statusRank } from '../../model/message.ts'
import type { MessageRow, Write } from '../store.ts'
import { settingsToJson } from './settings-json.ts'
import { places, type Statement } from './statement.ts'

type WriteOf<K extends Write['kind']> = Extract<Write, { kind: K }>

const RANK = `case status ${MESSAGE_STATUSES.map((status) => `when '${status}' then ${String(statusRank(status))}`).join(' ')} end`

/** What each write does, as statements that run in their order. The one place that turns writes into SQL, for every database. */
export const WRITES: { readonly [K in Write['kind']]: readonly Statement<WriteOf<K>>[] } = {
  'account.add': [
    {
      sql: 'insert into account (id, kind, name, created_at) values (?, ?, ?, ?)',
      put(out, { row }) {
        out.push(row.id, row.kind, row.name, row.createdAt)
      },
    },
  ],
  'partnerToken.add': [
    {
      sql: 'insert into partner_token (token_hash, account_id, token, created_at) values (?, ?, ?, ?)',
      sealed: { at: 2, place: ([, account]) => places.partnerToken(String(account)) },
      put(out, { row }, seal) {
        out.push(seal.hash(row.token), row.account, row.token, row.createdAt)
      },
    },
  ],
  'instance.add': [
    {
      sql: `insert into instance (id, account_id, messenger, name, token, settings, state, linked, created_at, deleted_at,
        receipts_up_to, last_sent_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      sealed: { at: 4, place: ([id]) => places.instanceToken(Number(id)) },
      put(out, { row }, seal) {
        out.push(row.id, row.account, row.messenger, row.name, row.token)
        out.push(settingsToJson(row.settings, row.id, seal), row.state, linkedToJson(row.linked))
        out.push(row.createdAt, row.deletedAt, row.receiptsUpTo, row.lastSentAt)
      },
    },
    {
      sql: 'insert into lease (instance_id, owner, epoch) values (?, ?, ?)',
      put(out, write) {
        out.push(write.row.id, write.owner, write.epoch)
      },
    },
  ],
  'instance.name': [
    {
      sql: 'update instance set name = ? where id = ?',
      put(out, write) {
        out.push(write.name, write.instance)
      },
    },
  ],
  'instance.settings': [
    {
      sql: 'update instance set settings = ? where id = ?',
      put(out, write, seal) {
        out.push(settingsToJson(write.settings, write.instance, seal), write.instance)
      },
    },
  ],
  'instance.token': [
    {
      sql: 'update instance set token = ? where id = ?',
      sealed: { at: 0, place: ([, id]) => places.instanceToken(Number(id)) },
      put(out, write) {
        out.push(write.token, write.instance)
      },
    },
  ],
  'instance.state': [
    {
      sql: 'update instance set state = ?, linked = ? where id = ?',
      put(out, write) {
        out.push(write.state, linkedToJson(write.linked), write.instance)
      },
    },
  ],
  'instance.receipts': [
    {
      sql: 'update instance set receipts_up_to = ? where id = ?',
      put(out, write) {
        out.push(write.upTo, write.instance)
      },
    },
  ],
  'instance.sent': [
    {
      sql: 'update instance set last_sent_at = ? where id = ?',
      put(out, write) {
        out.push(write.at, write.instance)
      },
    },
  ],
  'instance.delete': [
    {
      sql: 'update instance set deleted_at = ? where id = ?',
      put(out, write) {
        out.push(write.at, write.instance)
      },
    },
  ],
  'state.add': [
    {
      sql: 'insert into state_history (instance_id, state, wid, at) values (?, ?, ?, ?)',
      put(out, { instance, change }) {
        out.push(instance, change.state, change.wid, change.at)
      },
    },
  ],
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
      // A stranger's message may have the same id as ours: a status is about ours ('out' sorts after 'in'), else about the newest.
      sql: `update message set status = ?, description = ?, status_at = ? where seq = (
          select seq from message where instance_id = ? and id = ? order by direction desc, seq desc limit 1
        ) and ${RANK} < ?`,
      put(out, write) {
        out.push(write.status, write.description, write.at, write.instance, write.id, statusRank(write.status))
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
        and ${RANK} < ${String(statusRank('failed'))}`,
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
  'secret.put': [
    {
      sql: `insert into secret (instance_id, name, value) values (?, ?, ?)
        on conflict (instance_id, name) do update set value = excluded.value`,
      when: (write) => write.value !== null,
      put(out, { instance, name, value }, seal) {
        out.push(instance, name, seal.sealBytes(value ?? new Uint8Array(), places.secret(instance, name)))
      },
    },
    {
      sql: 'delete from secret where instance_id = ? and name = ?',
      when: (write) => write.value === null,
      put(out, write) {
        out.push(write.instance, write.name)
      },
    },
  ],
  'secret.clear': [
    {
      sql: 'delete from secret where instance_id = ?',
      put(out, write) {
        out.push(write.instance)
      },
    },
  ],
}

function isPlain(row: MessageRow): boolean {
  return row.shelf === 'message' && !row.isEdited && !row.isDeleted
}

function linkedToJson(linked: unknown): string | null {
  return linked === null ? null : JSON.stringify(linked)
}
