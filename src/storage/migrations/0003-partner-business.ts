import { CompiledQuery, sql, type ColumnDefinitionBuilder, type Compilable } from 'kysely'
import type { Dialect } from '../dialect.ts'
import type { Migration } from './migration.ts'

const required = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull()
const key = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.primaryKey().notNull()
const or = (value: string) => (column: ColumnDefinitionBuilder) => column.notNull().defaultTo(value)

/**
 * What accounts, tokens and instances have more of; tariffs, prices, the ledger with its balances and totals, statements, the audit log,
 * hooks. Code of before may work on until it ends, but not begin: it knows neither revoked tokens nor suspended accounts.
 */
export const partnerBusiness: Migration = {
  version: 3,
  name: 'partner business',
  oldestCode: 3,
  statements: (dialect) => [
    ...accounts(dialect),
    ...tokens(dialect),
    ...instances(dialect),
    ...tariffs(dialect),
    ...ledger(dialect),
    ...sums(dialect),
    ...marks(dialect),
    ...news(dialect),
  ],
}

function text(statement: string): Compilable {
  return { compile: () => CompiledQuery.raw(statement) }
}

function accounts({ schema: { schema } }: Dialect): readonly Compilable[] {
  const account = schema.alterTable('account')
  return [
    account.addColumn('partner_since', 'bigint'),
    account.addColumn('suspended_at', 'bigint'),
    account.addColumn('deleted_at', 'bigint'),
    account.addColumn('warned_at', 'bigint'),
    account.addColumn('currency', 'text', or('USD')),
    account.addColumn('terms', 'text', or('{}')),
    text(`update account set partner_since = created_at where kind = 'partner'`),
  ]
}

function tokens({ schema: { schema } }: Dialect): readonly Compilable[] {
  const token = schema.alterTable('partner_token')
  return [
    token.addColumn('id', 'text', or('')),
    token.addColumn('name', 'text', or('')),
    token.addColumn('scope', 'text', or('full')),
    token.addColumn('expires_at', 'bigint'),
    token.addColumn('revoked_at', 'bigint'),
    token.addColumn('allow_from', 'text', or('[]')),
    token.addColumn('last_used_at', 'bigint'),
    token.addColumn('made_by', 'text'),
    text('update partner_token set id = substr(token_hash, 1, 16)'),
    schema.createIndex('partner_token_id').unique().on('partner_token').column('id'),
  ]
}

/** How many an account has is counted as they come and go: counting 100,000 anew for each one that is made would take longer than to make it. */
function instances({ schema: { schema } }: Dialect): readonly Compilable[] {
  const instance = schema.alterTable('instance')
  return [
    instance.addColumn('tariff', 'text', or('PARTNER')),
    instance.addColumn('paid_until', 'bigint'),
    // Rows come with the first guard that asks.
    schema
      .createTable('instance_count')
      .addColumn('account_id', 'text', required)
      // Empty: of any.
      .addColumn('tariff', 'text', required)
      .addColumn('live', 'bigint', required)
      .addPrimaryKeyConstraint('instance_count_key', ['account_id', 'tariff']),
  ]
}

function tariffs({ schema: { schema } }: Dialect): readonly Compilable[] {
  return [
    schema
      .createTable('tariff')
      .addColumn('name', 'text', key)
      .addColumn('plan', 'text', required)
      .addColumn('correspondents', 'bigint')
      .addColumn('calls', 'text', required)
      .addColumn('instances', 'bigint'),
    schema
      .createTable('price')
      .addColumn('tariff', 'text', required)
      // Empty: for all.
      .addColumn('account_id', 'text', required)
      .addColumn('currency', 'text', required)
      .addColumn('from_day', 'bigint', required)
      .addColumn('amount', 'bigint', required)
      .addPrimaryKeyConstraint('price_key', ['tariff', 'account_id', 'currency', 'from_day']),
  ]
}

/** Lines are never changed and never deleted. */
function ledger({ schema: { schema }, serialKey }: Dialect): readonly Compilable[] {
  return [
    schema
      .createTable('ledger')
      .addColumn('seq', serialKey, key)
      .addColumn('account_id', 'text', required)
      .addColumn('at', 'bigint', required)
      .addColumn('kind', 'text', required)
      .addColumn('amount', 'bigint', required)
      .addColumn('instance_id', 'bigint')
      .addColumn('day', 'bigint', required)
      .addColumn('month', 'bigint', required)
      .addColumn('reason', 'text', required)
      .addColumn('author', 'text', required),
    // By day first, so that what a day's charge looks for and adds lies together.
    schema
      .createIndex('ledger_charge')
      .unique()
      .on('ledger')
      .columns(['day', 'instance_id'])
      .where(sql.ref('kind'), '=', sql.lit('charge')),
    schema.createIndex('ledger_account').on('ledger').columns(['account_id', 'month', 'seq']),
  ]
}

/** What lines come to; kept with each line. */
function sums({ schema: { schema } }: Dialect): readonly Compilable[] {
  return [
    schema
      .createTable('account_balance')
      .addColumn('account_id', 'text', key)
      .addColumn('amount', 'bigint', required)
      .addColumn('lines', 'bigint', required)
      // The first month without a statement.
      .addColumn('open_from', 'bigint', required)
      // Kept when the account itself is erased; until then it is there.
      .addColumn('currency', 'text'),
    schema
      .createTable('ledger_total')
      .addColumn('account_id', 'text', required)
      .addColumn('month', 'bigint', required)
      .addColumn('day', 'bigint', required)
      .addColumn('kind', 'text', required)
      .addColumn('amount', 'bigint', required)
      .addColumn('lines', 'bigint', required)
      .addPrimaryKeyConstraint('ledger_total_key', ['account_id', 'month', 'day', 'kind']),
    schema.createIndex('ledger_total_day').on('ledger_total').columns(['day', 'kind']),
    schema
      .createTable('statement')
      .addColumn('account_id', 'text', required)
      .addColumn('month', 'bigint', required)
      .addColumn('currency', 'text', required)
      .addColumn('plan', 'text', required)
      .addColumn('charged', 'bigint', required)
      .addColumn('paid', 'bigint', required)
      .addColumn('lines', 'bigint', required)
      .addColumn('opening', 'bigint', required)
      .addColumn('closing', 'bigint', required)
      .addColumn('created_at', 'bigint', required)
      .addPrimaryKeyConstraint('statement_key', ['account_id', 'month']),
  ]
}

function marks({ schema: { schema } }: Dialect): readonly Compilable[] {
  return [
    schema
      .createTable('billing_mark')
      .addColumn('id', 'integer', key)
      .addColumn('charged_up_to', 'bigint')
      .addColumn('closed_up_to', 'bigint'),
    text('insert into billing_mark (id) values (1)'),
    // What a batch is about to charge; empty outside of a batch.
    schema
      .createTable('charge_scratch')
      .addColumn('instance_id', 'bigint', required)
      .addColumn('account_id', 'text', required)
      .addColumn('tariff', 'text', required)
      .addColumn('amount', 'bigint', required),
  ]
}

function news({ schema: { schema }, serialKey }: Dialect): readonly Compilable[] {
  return [
    schema
      .createTable('audit')
      .addColumn('seq', serialKey, key)
      .addColumn('at', 'bigint', required)
      .addColumn('actor', 'text', required)
      .addColumn('action', 'text', required)
      .addColumn('account_id', 'text')
      .addColumn('target', 'text', required)
      .addColumn('details', 'text', required),
    schema.createIndex('audit_account').on('audit').columns(['account_id', 'seq']),
    schema
      .createTable('hook')
      .addColumn('account_id', 'text', key)
      .addColumn('url', 'text', required)
      .addColumn('secret', 'text', required)
      .addColumn('created_at', 'bigint', required),
    schema
      .createTable('event')
      .addColumn('seq', serialKey, key)
      .addColumn('id', 'text', required)
      .addColumn('account_id', 'text', required)
      .addColumn('type', 'text', required)
      .addColumn('body', 'text', required)
      .addColumn('at', 'bigint', required)
      .addColumn('attempts', 'bigint', required)
      .addColumn('due_at', 'bigint', required),
    schema.createIndex('event_id').unique().on('event').column('id'),
    schema.createIndex('event_account').on('event').columns(['account_id', 'seq']),
  ]
}
