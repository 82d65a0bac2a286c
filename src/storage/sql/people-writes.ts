import type { PersonRow } from '../../model/person.ts'
import type { PeopleWrite } from '../write.ts'
import { places, type Statement } from './statement.ts'
import type { WriteOf, WriteTable } from './write-table.ts'

/** So many browsers somebody may be signed in with; who signs in with one more leaves the one that he used least lately. */
const MOST_SESSIONS = 50

type PutPerson = WriteOf<'person.put'>

/** People of the console, their memberships, sessions and links. */
export const PEOPLE_WRITES: WriteTable<PeopleWrite['kind']> = {
  'person.put': [
    {
      sql: `update person set name = ?, password_hash = ?, totp_last_step = ?, recovery_hashes = ?, is_operator = ?, language = ?,
        created_at = ?, disabled_at = ?, version = ? where id = ?`,
      put(out, { row }) {
        out.push(row.name, row.passwordHash, row.totpLastStep, JSON.stringify(row.recoveryHashes))
        out.push(Number(row.isOperator), row.language, row.createdAt, row.disabledAt, row.version, row.id)
      },
    },
    ...secretOf('totp_secret', (row) => row.totpSecret),
    ...secretOf('totp_pending', (row) => row.totpPending),
  ],
  'person.erase': [
    {
      sql: 'delete from console_session where person_id = ?',
      put(out, write) {
        out.push(write.person)
      },
    },
    {
      sql: 'delete from membership where person_id = ?',
      put(out, write) {
        out.push(write.person)
      },
    },
    {
      sql: 'delete from console_link where email = ?',
      put(out, write) {
        out.push(write.email)
      },
    },
    {
      sql: 'delete from person where id = ?',
      put(out, write) {
        out.push(write.person)
      },
    },
  ],
  'membership.put': [
    {
      sql: `insert into membership (person_id, account_id, role) select ?, ?, ? where exists (select 1 from person where id = ?)
        on conflict (person_id, account_id) do update set role = excluded.role`,
      put(out, { row }) {
        out.push(row.person, row.account, row.role, row.person)
      },
    },
  ],
  'membership.remove': [
    {
      sql: 'delete from membership where person_id = ? and account_id = ?',
      put(out, write) {
        out.push(write.person, write.account)
      },
    },
  ],
  'session.put': [
    {
      sql: `insert into console_session (token_hash, id, person_id, created_at, seen_at, expires_at, user_agent, address)
        values (?, ?, ?, ?, ?, ?, ?, ?)`,
      put(out, { row }) {
        out.push(row.tokenHash, row.id, row.person, row.createdAt, row.seenAt, row.expiresAt, row.userAgent)
        out.push(row.address)
      },
    },
    {
      sql: `delete from console_session where person_id = ? and token_hash in (
          select token_hash from console_session where person_id = ? and token_hash <> ?
          order by seen_at desc, token_hash limit 1000 offset ${String(MOST_SESSIONS - 1)}
        )`,
      put(out, { row }) {
        out.push(row.person, row.person, row.tokenHash)
      },
    },
  ],
  'session.seen': [
    {
      sql: 'update console_session set seen_at = ?, expires_at = ? where id = ? and seen_at < ?',
      put(out, write) {
        out.push(write.at, write.expiresAt, write.id, write.at)
      },
    },
  ],
  'session.end': [
    {
      sql: 'delete from console_session where person_id = ? and id = ?',
      put(out, write) {
        out.push(write.person, write.id)
      },
    },
  ],
  'session.endOthers': [
    {
      sql: 'delete from console_session where person_id = ? and id <> ?',
      put(out, write) {
        out.push(write.person, write.but ?? '')
      },
    },
  ],
  'link.put': [
    {
      sql: `insert into console_link (token_hash, id, kind, email, account_id, role, is_operator, created_by, created_at, expires_at)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      put(out, { row }) {
        out.push(row.tokenHash, row.id, row.kind, row.email, row.account, row.role, Number(row.isOperator))
        out.push(row.createdBy, row.createdAt, row.expiresAt)
      },
    },
  ],
  'link.close': [
    {
      sql: 'update console_link set closed_at = ? where id = ? and closed_at is null',
      put(out, write) {
        out.push(write.at, write.id)
      },
    },
  ],
  'link.closeResets': [
    {
      sql: `update console_link set closed_at = ? where email = ? and kind = 'reset' and closed_at is null`,
      put(out, write) {
        out.push(write.at, write.email)
      },
    },
  ],
}

/** One of the two runs: a secret is sealed, and none is none. */
function secretOf(column: string, read: (row: PersonRow) => string | null): readonly Statement<PutPerson>[] {
  return [
    {
      sql: `update person set ${column} = ? where id = ?`,
      when: ({ row }) => read(row) !== null,
      sealed: { at: 0, place: ([, person]) => places.totpSecret(String(person)) },
      put(out, { row }) {
        out.push(read(row), row.id)
      },
    },
    {
      sql: `update person set ${column} = null where id = ?`,
      when: ({ row }) => read(row) === null,
      put(out, { row }) {
        out.push(row.id)
      },
    },
  ]
}
