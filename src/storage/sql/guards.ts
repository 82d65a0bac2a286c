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
    sql: 'select 1 as held where not exists (select 1 from message where instance_id = ? and id = ?)',
    reads: true,
    put(out, guard) {
      out.push(guard.instance, guard.id)
    },
  },
}
