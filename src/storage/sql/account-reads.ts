import type { Seal } from '../../lib/seal.ts'
import type { Store } from '../store.ts'
import * as rows from './account-rows.ts'
import { integerOrNull } from './columns.ts'
import type { Engine } from './engine.ts'

const AUDIT = 'select seq, at, actor, action, account_id, target, details from audit'

/**
 * The oldest event of each account. Each account is found from the one before it by the index, so that it costs the same however many
 * events wait for one that does not answer.
 */
const OLDEST = `with recursive waiting (account_id) as (
    select min(account_id) from event
    union all
    select (select min(e.account_id) from event e where e.account_id > w.account_id) from waiting w
    where w.account_id is not null
  )
  select seq, id, account_id, type, body, at, attempts, due_at from event
  where seq in (select (select min(e.seq) from event e where e.account_id = w.account_id) from waiting w)`

const TOKEN = `select id, account_id, token, name, scope, created_at, expires_at, revoked_at, allow_from, last_used_at, made_by
  from partner_token`

const READS = {
  accounts: `select id, kind, name, created_at, partner_since, suspended_at, deleted_at, warned_at, currency, terms
    from account order by created_at, id`,
  tokens: `${TOKEN} order by created_at, id`,
  token: `${TOKEN} where id = ?`,
  hooks: 'select account_id, url, secret, created_at from hook order by created_at, account_id',
  brand: 'select name, color, logo, support_text, support_url from brand where account_id = ?',
  audit: `${AUDIT} where seq < ? order by seq desc limit ?`,
  auditOfAccount: `${AUDIT} where account_id = ? and seq < ? order by seq desc limit ?`,
  due: `${OLDEST} and due_at <= ? order by due_at, seq limit ?`,
  nextDue: `select min(due_at) as due_at from (${OLDEST}) as oldest`,
} as const

export function accountReads(engine: Engine, seal: Seal): Store['accounts'] {
  return {
    all: async () => (await engine.read(READS.accounts, [])).map(rows.accountRow),
    tokens: async () => (await engine.read(READS.tokens, [])).map((row) => rows.partnerTokenRow(row, seal)),
    async token(id) {
      const [row] = await engine.read(READS.token, [id])
      return row === undefined ? null : rows.partnerTokenRow(row, seal)
    },
    hooks: async () => (await engine.read(READS.hooks, [])).map((row) => rows.accountHook(row, seal)),
    async brand(account) {
      const [row] = await engine.read(READS.brand, [account])
      return row === undefined ? null : rows.brand(row)
    },
  }
}

export function auditReads(engine: Engine): Store['audit'] {
  return {
    async list({ account }, limit, before = Number.MAX_SAFE_INTEGER) {
      const found =
        account === undefined
          ? await engine.read(READS.audit, [before, limit])
          : await engine.read(READS.auditOfAccount, [account, before, limit])
      return found.map(rows.auditEntry)
    },
  }
}

export function eventReads(engine: Engine): Store['events'] {
  return {
    due: async (now, limit) => (await engine.read(READS.due, [now, limit])).map(rows.lifecycleEvent),
    async nextDue() {
      const [row] = await engine.read(READS.nextDue, [])
      return row === undefined ? null : integerOrNull(row, 'due_at')
    },
  }
}
