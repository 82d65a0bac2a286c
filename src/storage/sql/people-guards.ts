import type { PeopleGuard } from '../guard.ts'
import type { GuardStatement } from './statement.ts'

type GuardOf<K extends PeopleGuard['kind']> = Extract<PeopleGuard, { kind: K }>

/** Those that count or compare run behind a lock of what they are about (batch-locks.ts), so that two at once see each other. */
export const PEOPLE_GUARDS: { readonly [K in PeopleGuard['kind']]: GuardStatement<GuardOf<K>> } = {
  person: {
    sql: 'select 1 as held from person where id = ? and version = ?',
    reads: true,
    lock: 'update',
    put(out, guard) {
      out.push(guard.person, guard.version)
    },
  },
  newPerson: {
    sql: `insert into person (id, email, name, password_hash, totp_last_step, recovery_hashes, is_operator, language, created_at,
        disabled_at, version)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (email) do nothing`,
    reads: false,
    put(out, { row }) {
      out.push(row.id, row.email, row.name, row.passwordHash, row.totpLastStep, JSON.stringify(row.recoveryHashes))
      out.push(Number(row.isOperator), row.language, row.createdAt, row.disabledAt, row.version)
    },
  },
  member: {
    sql: 'select 1 as held from membership where person_id = ? and account_id = ? and role = ?',
    reads: true,
    lock: 'update',
    put(out, guard) {
      out.push(guard.person, guard.account, guard.role)
    },
  },
  otherOwner: {
    sql: `select 1 as held where exists (
        select 1 from membership m join person p on p.id = m.person_id
        where m.account_id = ? and m.role = 'owner' and m.person_id <> ? and p.disabled_at is null
      )`,
    reads: true,
    put(out, guard) {
      out.push(guard.account, guard.person)
    },
  },
  otherOperator: {
    sql: `select 1 as held where exists (
        select 1 from person where is_operator = 1 and disabled_at is null and id <> ?
      )`,
    reads: true,
    put(out, guard) {
      out.push(guard.person)
    },
  },
  openLink: {
    sql: 'update console_link set closed_at = ? where token_hash = ? and closed_at is null and expires_at > ?',
    reads: false,
    put(out, guard) {
      out.push(guard.at, guard.tokenHash, guard.at)
    },
  },
  fewInvitations: {
    sql: `select 1 as held where (
        select count(*) from console_link where account_id = ? and created_at >= ? and kind = 'invite'
      ) < ?`,
    reads: true,
    put(out, guard) {
      out.push(guard.account, guard.since, guard.limit)
    },
  },
  fewResets: {
    sql: `select 1 as held where (
        select count(*) from console_link where email = ? and created_at >= ? and kind = 'reset'
      ) < ?`,
    reads: true,
    put(out, guard) {
      out.push(guard.email, guard.since, guard.limit)
    },
  },
}
