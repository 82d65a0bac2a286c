import type { AccountTerms } from '../../model/account.ts'
import type { AccountWrite } from '../write.ts'
import { places, rowsOf, type Statement } from './statement.ts'
import { storedToken } from './stored-token.ts'
import type { WriteOf, WriteTable } from './write-table.ts'

const EVENT = 'id text, account_id text, type text, body text, at bigint, attempts bigint, due_at bigint'

/** Accounts with their tokens, the audit log, hooks and the events on their way to them. */
export const ACCOUNT_WRITES: WriteTable<AccountWrite['kind']> = {
  'account.put': [
    {
      sql: `insert into account (id, kind, name, created_at, partner_since, suspended_at, deleted_at, warned_at, currency, terms)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        on conflict (id) do update set kind = excluded.kind, name = excluded.name, created_at = excluded.created_at,
          partner_since = excluded.partner_since, suspended_at = excluded.suspended_at,
          deleted_at = excluded.deleted_at, warned_at = excluded.warned_at,
          currency = excluded.currency, terms = excluded.terms`,
      put(out, { row }) {
        out.push(row.id, row.kind, row.name, row.createdAt)
        out.push(row.partnerSince, row.suspendedAt, row.deletedAt, row.warnedAt)
        out.push(row.terms.currency, termsToJson(row.terms))
      },
    },
    {
      // Its quota may be another one: the next guard counts.
      sql: 'delete from instance_count where account_id = ?',
      put(out, { row }) {
        out.push(row.id)
      },
    },
  ],
  'account.erase': [
    {
      sql: `update account_balance set currency = (select currency from account where id = account_id)
        where account_id in (select id from account where id = ? and deleted_at is not null)`,
      put(out, write) {
        out.push(write.account)
      },
    },
    erasing('delete from partner_token where account_id'),
    erasing('delete from hook where account_id'),
    erasing('delete from event where account_id'),
    erasing('delete from brand where account_id'),
    erasing('delete from membership where account_id'),
    erasing('delete from console_link where account_id'),
    erasing('delete from account where id'),
  ],
  'token.put': [
    {
      // Its text with it: how it is stored depends on the scope.
      sql: `update partner_token set token = ?, name = ?, scope = ?, created_at = ?, expires_at = ?, revoked_at = ?,
        allow_from = ?, last_used_at = ?, made_by = ? where id = ? and account_id = ? and token_hash = ?`,
      sealed: { at: 0, place: (params) => places.partnerToken(String(params[10])) },
      put(out, { row }, seal) {
        const { text, scope } = storedToken(row)
        out.push(text, row.name, scope, row.createdAt, row.expiresAt, row.revokedAt)
        out.push(JSON.stringify(row.allowFrom), row.lastUsedAt, row.madeBy, row.id, row.account, seal.hash(row.token))
      },
    },
    {
      sql: `insert into partner_token (token_hash, account_id, token, id, name, scope, created_at, expires_at, revoked_at,
          allow_from, last_used_at, made_by)
        select ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? where not exists (select 1 from partner_token where id = ?)`,
      sealed: { at: 2, place: ([, account]) => places.partnerToken(String(account)) },
      put(out, { row }, seal) {
        const stored = storedToken(row)
        out.push(seal.hash(row.token), row.account, stored.text, row.id, row.name, stored.scope, row.createdAt)
        out.push(row.expiresAt, row.revokedAt, JSON.stringify(row.allowFrom), row.lastUsedAt, row.madeBy, row.id)
      },
    },
  ],
  'token.remove': [
    {
      sql: 'delete from partner_token where id = ? and account_id = ?',
      put(out, write) {
        out.push(write.id, write.account)
      },
    },
  ],
  'token.used': [
    {
      sql: 'update partner_token set last_used_at = ? where id = ? and (last_used_at is null or last_used_at < ?)',
      put(out, write) {
        out.push(write.at, write.id, write.at)
      },
    },
  ],
  'audit.add': [
    {
      sql: 'insert into audit (at, actor, action, account_id, target, details) values (?, ?, ?, ?, ?, ?)',
      put(out, { entry }) {
        out.push(entry.at, entry.actor, entry.action, entry.account, entry.target, JSON.stringify(entry.details))
      },
    },
  ],
  'hook.put': [
    {
      sql: `insert into hook (account_id, url, secret, created_at) values (?, ?, ?, ?)
        on conflict (account_id) do update set url = excluded.url, secret = excluded.secret,
          created_at = excluded.created_at`,
      when: (write) => write.hook !== null,
      sealed: { at: 2, place: ([account]) => places.hook(String(account)) },
      put(out, { account, hook }) {
        out.push(account, hook?.url ?? '', hook?.secret ?? '', hook?.createdAt ?? 0)
      },
    },
    {
      sql: 'delete from event where account_id = ?',
      when: (write) => write.hook === null,
      put(out, write) {
        out.push(write.account)
      },
    },
    {
      sql: 'delete from hook where account_id = ?',
      when: (write) => write.hook === null,
      put(out, write) {
        out.push(write.account)
      },
    },
  ],
  'brand.put': [
    {
      sql: `insert into brand (account_id, name, color, logo, support_text, support_url) values (?, ?, ?, ?, ?, ?)
        on conflict (account_id) do update set name = excluded.name, color = excluded.color, logo = excluded.logo,
          support_text = excluded.support_text, support_url = excluded.support_url`,
      when: (write) => write.brand !== null,
      put(out, { account, brand }) {
        out.push(account, brand?.name ?? '', brand?.color ?? null, brand?.logo ?? null)
        out.push(brand?.supportText ?? '', brand?.supportUrl ?? null)
      },
    },
    {
      sql: 'delete from brand where account_id = ?',
      when: (write) => write.brand === null,
      put(out, write) {
        out.push(write.account)
      },
    },
  ],
  'event.add': [
    {
      sql: `insert into event (id, account_id, type, body, at, attempts, due_at) values (?, ?, ?, ?, ?, ?, ?)
        on conflict (id) do nothing`,
      many: {
        sql: `insert into event (id, account_id, type, body, at, attempts, due_at)
          select id, account_id, type, body, at, attempts, due_at from ${rowsOf(EVENT)} order by ord
          on conflict (id) do nothing`,
        row: ['event', 0],
        adds: true,
      },
      put(out, { event }) {
        out.push(event.id, event.account, event.type, event.body, event.at, event.attempts, event.dueAt)
      },
    },
  ],
  'event.retry': [
    {
      sql: 'update event set attempts = ?, due_at = ? where seq = ? and id = ?',
      put(out, write) {
        out.push(write.attempts, write.dueAt, write.seq, write.id)
      },
    },
  ],
  'event.remove': [
    {
      sql: 'delete from event where seq = ? and id = ?',
      put(out, write) {
        out.push(write.seq, write.id)
      },
    },
  ],
}

/** Only what belongs to a deleted account goes. */
function erasing(what: string): Statement<WriteOf<'account.erase'>> {
  return {
    sql: `${what} in (select id from account where id = ? and deleted_at is not null)`,
    put(out, write) {
      out.push(write.account)
    },
  }
}

/** All but the currency, which has a column of its own, as prices are looked up by it; terms-json.ts reads it. */
function termsToJson(terms: AccountTerms): string {
  return JSON.stringify({ ...terms, currency: undefined })
}
