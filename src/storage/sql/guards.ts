import type { Guard } from '../store.ts'
import { places, type GuardStatement } from './statement.ts'

type GuardOf<K extends Guard['kind']> = Extract<Guard, { kind: K }>

/** Each guard is one statement. */
export const GUARDS: { readonly [K in Guard['kind']]: GuardStatement<GuardOf<K>> } = {
  owns: {
    sql: 'select 1 as held from lease where instance_id = ? and epoch = ?',
    reads: true,
    // No batch changes or removes a lease.
    lasts: true,
    put(out, guard) {
      out.push(guard.instance, guard.epoch)
    },
  },
  queued: {
    sql: 'select 1 as held from outbox where instance_id = ? and position = ? and claim_epoch is null',
    reads: true,
    lock: 'update',
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
    put(out, guard) {
      out.push(guard.scope, guard.key, guard.bodyHash, guard.answer, guard.at)
    },
  },
  sequence: {
    sql: `insert into sequence (messenger, value) values (?, ?)
      on conflict (messenger) do update set value = excluded.value where sequence.value < excluded.value`,
    reads: false,
    put(out, guard) {
      out.push(guard.messenger, guard.value)
    },
  },
  fresh: {
    sql: 'select 1 as held where not exists (select 1 from message where instance_id = ? and id = ? and chat_id = ?)',
    reads: true,
    put(out, guard) {
      out.push(guard.instance, guard.id, guard.chat)
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
}
