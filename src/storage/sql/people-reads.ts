import type { Seal } from '../../lib/seal.ts'
import type { PeopleStore } from '../people-store.ts'
import type { Engine } from './engine.ts'
import { linkRow, membershipRow, personRow, sessionRow } from './people-rows.ts'
import type { Param } from './statement.ts'

const PERSON = `p.id, p.email, p.name, p.password_hash, p.totp_secret, p.totp_pending, p.totp_last_step, p.recovery_hashes,
  p.is_operator, p.language, p.created_at, p.disabled_at, p.version`
const SESSION = `s.id as session_id, s.token_hash, s.person_id, s.created_at as opened_at, s.seen_at, s.expires_at, s.user_agent,
  s.address`
const LINK = `select id, token_hash, kind, email, account_id, role, is_operator, created_by, created_at, expires_at
  from console_link where closed_at is null and expires_at > ?`
const INVITATIONS = `${LINK} and kind = 'invite'`

const READS = {
  person: `select ${PERSON} from person p where p.id = ?`,
  byEmail: `select ${PERSON} from person p where p.email = ?`,
  list: `select ${PERSON} from person p where p.email > ? order by p.email limit ?`,
  operator: 'select 1 as found from person where is_operator = 1 and disabled_at is null limit 1',
  sessions: `select ${SESSION} from console_session s where s.person_id = ? and s.expires_at > ? order by s.seen_at desc, s.id`,
  memberships: 'select person_id, account_id, role from membership where person_id = ? order by account_id',
  members: `select ${PERSON}, m.person_id, m.account_id, m.role from membership m join person p on p.id = m.person_id
    where m.account_id = ? order by p.email`,
  link: `${LINK} and token_hash = ?`,
  invitations: `${INVITATIONS} and account_id = ? order by created_at desc, id`,
  operatorInvitations: `${INVITATIONS} and account_id is null order by created_at desc, id`,
} as const

/** What every call of the console asks. */
const LOOKUPS = {
  session: {
    sql: `select ${SESSION}, ${PERSON} from console_session s join person p on p.id = s.person_id
      where s.token_hash = ? and s.expires_at > ? and p.disabled_at is null`,
    columns: 'token_hash text, now bigint',
  },
  membership: {
    sql: 'select person_id, account_id, role from membership where person_id = ? and account_id = ?',
    columns: 'person_id text, account_id text',
  },
} as const

export function peopleReads(engine: Engine, seal: Seal): PeopleStore {
  const read = (sql: string, params: readonly Param[]) => engine.read(sql, params)
  const people = async (sql: string, params: readonly Param[]) =>
    (await read(sql, params)).map((row) => personRow(row, seal))
  return {
    person: async (id) => (await people(READS.person, [id]))[0] ?? null,
    byEmail: async (email) => (await people(READS.byEmail, [email]))[0] ?? null,
    list: (limit, after = '') => people(READS.list, [after, limit]),
    hasOperator: async () => (await read(READS.operator, [])).length > 0,
    async session(tokenHash, now) {
      const row = await engine.lookup(LOOKUPS.session, [tokenHash, now])
      return row === undefined ? null : { session: sessionRow(row), person: personRow(row, seal) }
    },
    sessions: async (person, now) => (await read(READS.sessions, [person, now])).map(sessionRow),
    memberships: async (person) => (await read(READS.memberships, [person])).map(membershipRow),
    async membership(person, account) {
      const row = await engine.lookup(LOOKUPS.membership, [person, account])
      return row === undefined ? null : membershipRow(row)
    },
    async members(account) {
      const found = await read(READS.members, [account])
      return found.map((row) => ({ person: personRow(row, seal), role: membershipRow(row).role }))
    },
    async link(tokenHash, now) {
      const [row] = await read(READS.link, [now, tokenHash])
      return row === undefined ? null : linkRow(row)
    },
    async invitations(account, now) {
      const found =
        account === null ? await read(READS.operatorInvitations, [now]) : await read(READS.invitations, [now, account])
      return found.map(linkRow)
    },
  }
}
