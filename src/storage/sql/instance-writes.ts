import type { InstanceWrite } from '../write.ts'
import { settingsToJson } from './settings-json.ts'
import { bytesParam, places, rowsOf, type Many } from './statement.ts'
import type { WriteTable } from './write-table.ts'

const INSTANCE = `id bigint, account_id text, messenger text, name text, token text, settings text, state text, linked text, \
created_at bigint, deleted_at bigint, receipts_up_to bigint, last_sent_at bigint, tariff text, paid_until bigint`

/** Instances with their leases, their number by account, the history of their states, and their drivers' secrets. */
export const INSTANCE_WRITES: WriteTable<InstanceWrite['kind']> = {
  'instance.add': [
    {
      sql: `insert into instance (id, account_id, messenger, name, token, settings, state, linked, created_at, deleted_at,
        receipts_up_to, last_sent_at, tariff, paid_until) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      sealed: { at: 4, place: ([id]) => places.instanceToken(Number(id)) },
      many: {
        sql: `insert into instance (id, account_id, messenger, name, token, settings, state, linked, created_at, deleted_at,
          receipts_up_to, last_sent_at, tariff, paid_until)
          select id, account_id, messenger, name, token, settings, state, linked, created_at, deleted_at,
          receipts_up_to, last_sent_at, tariff, paid_until from ${rowsOf(INSTANCE)}`,
        row: ['instance', 0],
        adds: true,
      },
      put(out, { row }, seal) {
        out.push(row.id, row.account, row.messenger, row.name, row.token)
        out.push(settingsToJson(row.settings, row.id, seal), row.state, linkedToJson(row.linked))
        out.push(row.createdAt, row.deletedAt, row.receiptsUpTo, row.lastSentAt, row.tariff, row.paidUntil)
      },
    },
    {
      // Kept only where a guard has begun to count, see `GUARDS.instances`: most accounts have no quota, and creations are many.
      sql: "update instance_count set live = live + 1 where account_id = ? and tariff in ('', ?)",
      when: ({ row, isUnlimited }) => isUnlimited !== true && row.deletedAt === null,
      put(out, { row }) {
        out.push(row.account, row.tariff)
      },
    },
    {
      sql: 'insert into lease (instance_id, owner, epoch) values (?, ?, ?)',
      many: {
        sql: `insert into lease (instance_id, owner, epoch) select instance_id, owner, epoch
          from ${rowsOf('instance_id bigint, owner text, epoch bigint')}`,
        row: ['lease', 0],
        adds: true,
      },
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
      many: {
        sql: `update instance i set state = r.new_state, linked = r.new_linked
          from ${rowsOf('new_state text, new_linked text, of_instance bigint')} where i.id = r.of_instance`,
        row: ['instance', 2],
        adds: false,
      },
      put(out, write) {
        out.push(write.state, linkedToJson(write.linked), write.instance)
      },
    },
  ],
  'instance.receipts': [
    {
      sql: 'update instance set receipts_up_to = ? where id = ?',
      many: ofInstance('receipts_up_to', 'bigint'),
      put(out, write) {
        out.push(write.upTo, write.instance)
      },
    },
  ],
  'instance.sent': [
    {
      sql: 'update instance set last_sent_at = ? where id = ?',
      many: ofInstance('last_sent_at', 'bigint'),
      put(out, write) {
        out.push(write.at, write.instance)
      },
    },
  ],
  'instance.tariff': [
    {
      sql: `update instance_count set live = live - 1
        where (account_id, tariff) in (select account_id, tariff from instance where id = ? and deleted_at is null)`,
      put(out, write) {
        out.push(write.instance)
      },
    },
    {
      sql: 'update instance set tariff = ?, paid_until = ? where id = ?',
      put(out, write) {
        out.push(write.tariff, write.paidUntil, write.instance)
      },
    },
    {
      sql: `update instance_count set live = live + 1
        where (account_id, tariff) in (select account_id, tariff from instance where id = ? and deleted_at is null)`,
      put(out, write) {
        out.push(write.instance)
      },
    },
  ],
  'instance.delete': [
    {
      // Once: who is deleted already doesn't count any more.
      sql: `update instance_count set live = live - 1
        where (account_id, tariff) in (select account_id, tariff from instance where id = ? and deleted_at is null)
          or (account_id, tariff) in (select account_id, '' from instance where id = ? and deleted_at is null)`,
      put(out, write) {
        out.push(write.instance, write.instance)
      },
    },
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
      many: {
        sql: `insert into state_history (instance_id, state, wid, at) select instance_id, state, wid, at
          from ${rowsOf('instance_id bigint, state text, wid text, at bigint')} order by ord`,
        adds: true,
      },
      put(out, { instance, change }) {
        out.push(instance, change.state, change.wid, change.at)
      },
    },
  ],
  'secret.put': [
    {
      sql: `insert into secret (instance_id, name, value, until) values (?, ?, ?, ?)
        on conflict (instance_id, name) do update set value = excluded.value, until = excluded.until`,
      sealed: { at: 2, isBytes: true, place: ([instance, name]) => places.secret(Number(instance), String(name)) },
      many: {
        sql: `insert into secret (instance_id, name, value, until) select instance_id, name, value, until
          from ${rowsOf('instance_id bigint, name text, value text, until bigint')} order by instance_id, name
          on conflict (instance_id, name) do update set value = excluded.value, until = excluded.until`,
        row: ['secret', 0, 1],
        adds: false,
      },
      when: (write) => write.value !== null,
      put(out, { instance, name, value, until = null }) {
        out.push(instance, name, bytesParam(value ?? new Uint8Array()), until)
      },
    },
    {
      sql: 'delete from secret where instance_id = ? and name = ?',
      many: {
        sql: `delete from secret s using ${rowsOf('instance_id bigint, name text')}
          where s.instance_id = r.instance_id and s.name = r.name`,
        row: ['secret', 0, 1],
        adds: false,
      },
      when: (write) => write.value === null,
      put(out, write) {
        out.push(write.instance, write.name)
      },
    },
  ],
  'secret.clear': [
    {
      sql: 'delete from secret where instance_id = ?',
      when: ({ keeping = '' }) => keeping === '',
      put(out, write) {
        out.push(write.instance)
      },
    },
    {
      sql: 'delete from secret where instance_id = ? and substr(name, 1, ?) <> ?',
      when: ({ keeping = '' }) => keeping !== '',
      put(out, { instance, keeping = '' }) {
        out.push(instance, keeping.length, keeping)
      },
    },
  ],
}

/** Sets one column. */
function ofInstance(column: string, type: string): Many {
  return {
    sql: `update instance i set ${column} = r.new_value from ${rowsOf(`new_value ${type}, of_instance bigint`)}
      where i.id = r.of_instance`,
    row: ['instance', 1],
    adds: false,
  }
}

function linkedToJson(linked: unknown): string | null {
  return linked === null ? null : JSON.stringify(linked)
}
