import type { Guard } from '../store.ts'
import { PEOPLE_GUARDS } from './people-guards.ts'
import { IN_CHAT, newRowsOf, places, rowsOf, type GuardStatement } from './statement.ts'

export type GuardOf<K extends Guard['kind']> = Extract<Guard, { kind: K }>

const NEW_MESSAGE = 'instance_id, id, chat_id, direction, shelf, status, at, status_at, body, by_api, description'
const NEW_MESSAGE_GIVEN = `instance_id bigint, id text, chat_id text, direction text, shelf text, status text, \
at bigint, status_at bigint, body text`

/** Each guard is one statement. */
export const GUARDS: { readonly [K in Guard['kind']]: GuardStatement<GuardOf<K>> } = {
  owns: {
    sql: 'select 1 as held from lease where instance_id = ? and epoch = ?',
    reads: true,
    // No batch changes or removes a lease.
    lasts: true,
    many: {
      sql: `select r.ord from (select * from ${newRowsOf('instance_id bigint, epoch bigint')} order by instance_id) as r
        cross join lateral (
          select 1 from lease l where l.instance_id = r.instance_id and l.epoch = r.epoch for share of l
        ) as held`,
      adds: true,
    },
    put(out, guard) {
      out.push(guard.instance, guard.epoch)
    },
  },
  queued: {
    sql: 'select 1 as held from outbox where instance_id = ? and position = ? and claim_epoch is null',
    reads: true,
    lock: 'update',
    many: {
      sql: `select r.ord
        from (select * from ${rowsOf('instance_id bigint, position bigint')} order by instance_id, position) as r
        cross join lateral (
          select 1 from outbox o where o.instance_id = r.instance_id and o.position = r.position and o.claim_epoch is null
          for update of o
        ) as held`,
      row: ['outbox', 0, 1],
      adds: false,
    },
    put(out, guard) {
      out.push(guard.instance, guard.position)
    },
  },
  once: {
    sql: `insert into answer (scope, key, body_hash, answer, at) values (?, ?, ?, ?, ?)
      on conflict (scope, key) do nothing`,
    reads: false,
    why: 'select scope, key, body_hash, answer from answer where scope = ? and key = ?',
    sealed: { at: 3, place: ([scope, key]) => places.answer(String(scope), String(key)) },
    many: {
      with: `with given as materialized (
          select * from ${rowsOf('scope text, key text, body_hash text, answer text, at bigint')}
        ), added as (
          insert into answer (scope, key, body_hash, answer, at)
          select scope, key, body_hash, answer, at from given order by scope, key
          on conflict (scope, key) do nothing returning scope, key
        )`,
      sql: `select g.ord from given g join added a on a.scope = g.scope and a.key = g.key`,
      row: ['answer', 0, 1],
      adds: true,
    },
    put(out, guard) {
      out.push(guard.scope, guard.key, guard.bodyHash, guard.answer, guard.at)
    },
  },
  sequence: {
    sql: `insert into sequence (messenger, value) values (?, ?)
      on conflict (messenger) do update set value = excluded.value where sequence.value < excluded.value`,
    reads: false,
    many: {
      // Each must be higher than what is stored and than all before it.
      with: `with given as materialized (
          select *, max(value) over (partition by messenger order by ord rows between unbounded preceding and 1 preceding)
            as earlier from ${rowsOf('messenger text, value bigint')}
        ), stored as materialized (
          select messenger, value from sequence where messenger in (select messenger from given)
          order by messenger for update
        ), held as (
          select g.ord, g.messenger, g.value from given g left join stored s on s.messenger = g.messenger
          where (s.value is null or s.value < g.value) and (g.earlier is null or g.earlier < g.value)
        ), raised as (
          insert into sequence (messenger, value) select messenger, max(value) from held group by messenger
          on conflict (messenger) do update set value = excluded.value where sequence.value < excluded.value
          returning messenger
        )`,
      sql: `select h.ord from held h join raised on raised.messenger = h.messenger`,
      adds: true,
    },
    put(out, guard) {
      out.push(guard.messenger, guard.value)
    },
  },
  fresh: {
    sql: `select 1 as held where not exists (select 1 from message where instance_id = ? and id = ? and ${IN_CHAT} ?)`,
    reads: true,
    many: {
      sql: `select r.ord from ${rowsOf('instance_id bigint, id text, chat_id text')} where not exists (
          select 1 from message m where m.instance_id = r.instance_id and m.id = r.id and m.${IN_CHAT} r.chat_id offset 0
        )`,
      row: ['message', 0, 1, 2],
      adds: true,
    },
    put(out, guard) {
      out.push(guard.instance, guard.id, guard.chat)
    },
  },
  newMessage: {
    sql: `insert into message (${NEW_MESSAGE}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '')
      on conflict (id, instance_id, chat_id) do nothing`,
    reads: false,
    many: {
      with: `with given as materialized (
          select * from ${rowsOf(NEW_MESSAGE_GIVEN)}
        ), added as (
          insert into message (${NEW_MESSAGE})
          select instance_id, id, chat_id, direction, shelf, status, at, status_at, body, 0, '' from given order by ord
          on conflict (id, instance_id, chat_id) do nothing returning instance_id, id, chat_id
        )`,
      sql: `select g.ord from given g
        join added a on a.instance_id = g.instance_id and a.id = g.id and a.chat_id = g.chat_id`,
      row: ['message', 0, 1, 2],
      adds: true,
    },
    put(out, { row }) {
      out.push(row.instance, row.id, row.chat, row.direction, row.shelf, row.status, row.at, row.at, row.body)
    },
  },
  quota: {
    // Where nothing is counted yet there is nothing to compare with: then the limit itself must leave room for one.
    sql: `insert into usage_count (instance_id, month, what, count) select ?, ?, ?, 1 where ? > 0
      on conflict (instance_id, month, what) do update set count = usage_count.count + 1 where usage_count.count < ?`,
    reads: false,
    put(out, { instance, month, what, limit }) {
      out.push(instance, month, what, limit, limit)
    },
  },
  correspondent: {
    // One that is there is "changed" to what it was, so that the guard counts a row and holds.
    sql: `insert into correspondent (instance_id, month, chat_id, place)
      select ?, ?, ?, 1 + (select count(*) from correspondent where instance_id = ? and month = ?)
      where (select count(*) from correspondent where instance_id = ? and month = ?) < ?
        or exists (select 1 from correspondent where instance_id = ? and month = ? and chat_id = ?)
      on conflict (instance_id, month, chat_id) do update set place = correspondent.place where correspondent.place <= ?`,
    reads: false,
    // What it counts may be none yet, so that there is no row to lock.
    before: 'select pg_advisory_xact_lock(?)',
    put(out, { instance, month, chat, limit }) {
      out.push(instance, month, chat, instance, month, instance, month, limit, instance, month, chat, limit)
    },
  },
  balance: {
    // A row that holds is "changed" to what it was, so that the guard counts it, and is locked until the commit. No row: a balance of 0.
    sql: `insert into account_balance (account_id, amount, lines, open_from) select ?, 0, 0, 0
      where cast(? as bigint) <= 0 or exists (select 1 from account_balance where account_id = ?)
      on conflict (account_id) do update set amount = account_balance.amount where account_balance.amount >= ?`,
    reads: false,
    put(out, { account, atLeast }) {
      out.push(account, atLeast, account, atLeast)
    },
  },
  instances: {
    // The first one counts, and from then on the number is kept with each change.
    sql: `insert into instance_count (account_id, tariff, live)
      select ?, ?, live from (
        select case when exists (select 1 from instance_count where account_id = ? and tariff = ?) then 0 else (
          select count(*) from instance where account_id = ? and deleted_at is null and (tariff = ? or ? = '')
        ) end as live
      ) as counted where live < cast(? as bigint)
      on conflict (account_id, tariff) do update set live = instance_count.live where instance_count.live < ?`,
    reads: false,
    put(out, { account, tariff, limit }) {
      const of = tariff ?? ''
      out.push(account, of, account, of, account, of, of, limit, limit)
    },
  },
  chargedUpTo: {
    sql: 'select 1 as held from billing_mark where charged_up_to is not distinct from ?',
    reads: true,
    lock: 'update',
    put(out, guard) {
      out.push(guard.day)
    },
  },
  paidUntil: {
    sql: 'select 1 as held from instance where id = ? and paid_until is not distinct from ?',
    reads: true,
    lock: 'update',
    put(out, guard) {
      out.push(guard.instance, guard.at)
    },
  },
  uncharged: {
    sql: `select 1 as held where not exists (select 1 from ledger where kind = 'charge' and day = ?)`,
    reads: true,
    put(out, guard) {
      out.push(guard.day)
    },
  },
  currency: {
    sql: 'select 1 as held from account where id = ? and currency = ? and deleted_at is null',
    reads: true,
    lock: 'share',
    put(out, guard) {
      out.push(guard.account, guard.currency)
    },
  },
  emptyLedger: {
    sql: `insert into account_balance (account_id, amount, lines, open_from) values (?, 0, 0, 0)
      on conflict (account_id) do update set amount = account_balance.amount where account_balance.lines = 0`,
    reads: false,
    put(out, guard) {
      out.push(guard.account)
    },
  },
  register: {
    // Without a revision nobody counts, as nobody else writes.
    sql: `select 1 as held from register where name = 'accounts' and (revision is null or revision = ?)`,
    reads: true,
    lock: 'update',
    put(out, guard) {
      out.push(guard.accounts)
    },
  },
  ...PEOPLE_GUARDS,
}
