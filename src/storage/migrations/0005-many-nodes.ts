import { CompiledQuery, type ColumnDefinitionBuilder, type Compilable } from 'kysely'
import type { Dialect } from '../dialect.ts'
import type { Migration } from './migration.ts'

const required = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull()
const key = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.primaryKey().notNull()

/**
 * Nodes that share a database, the lease of the jobs, and how often what each node keeps copies of has changed. Code of before is right
 * about everything that it knows of: what it changes is counted too.
 */
export const manyNodes: Migration = {
  version: 5,
  name: 'many nodes',
  oldestCode: 3,
  statements: (dialect) => [
    ...register(dialect),
    // `JOBS` of the cluster's store: nobody's at first.
    text(`insert into lease (instance_id, owner, epoch) values (0, '', 0)`),
    ...(dialect.sharedByServers ? [...nodes(dialect), ...COUNT_ACCOUNTS, ...COUNT_INSTANCES, ...ROOM] : []),
  ],
}

function text(statement: string): Compilable {
  return { compile: () => CompiledQuery.raw(statement) }
}

/** No revision: one server alone writes, so nobody counts. */
function register({ schema: { schema }, sharedByServers }: Dialect): readonly Compilable[] {
  const first = sharedByServers ? '0' : 'null'
  return [
    schema.createTable('register').addColumn('name', 'text', key).addColumn('revision', 'bigint'),
    text(`insert into register (name, revision) values ('accounts', ${first}), ('instances', ${first})`),
  ]
}

function nodes({ schema: { schema } }: Dialect): readonly Compilable[] {
  return [
    schema
      .createTable('node')
      .addColumn('id', 'text', key)
      .addColumn('url', 'text')
      .addColumn('version', 'text', required)
      .addColumn('started_at', 'bigint', required)
      .addColumn('engines', 'text', required)
      .addColumn('is_leaving', 'integer', required)
      .addColumn('expires_at', 'bigint', required)
      .addColumn('changes', 'bigint', required),
    // So that a number never comes twice, not even for a node whose row was removed and made anew.
    text('create sequence node_changes'),
    schema.createIndex('lease_owner').on('lease').column('owner'),
    schema.alterTable('instance').addColumn('listed', 'bigint', (column) => column.notNull().defaultTo(0)),
    schema.createIndex('instance_listed').on('instance').column('listed'),
  ]
}

/** Before the rows are touched, so that whoever changes accounts waits here first and holds as little as can be meanwhile. */
const COUNT_ACCOUNTS: readonly Compilable[] = [
  text(`create function count_accounts() returns trigger language plpgsql as $$
    begin
      if coalesce(current_setting('jadegate.accounts', true), '') = '' then
        update register set revision = revision + 1 where name = 'accounts';
        perform set_config('jadegate.accounts', 'counted', true);
      end if;
      return null;
    end $$`),
  ...['account', 'tariff', 'price', 'hook'].map((table) =>
    text(`create trigger ${table}_counted before insert or update or delete on ${table}
      for each statement execute function count_accounts()`),
  ),
  // When a token was used last is no change of it.
  text(`create trigger partner_token_counted before insert or delete or update of token_hash, account_id, token, created_at,
    id, name, scope, expires_at, revoked_at, allow_from, made_by on partner_token
    for each statement execute function count_accounts()`),
]

/**
 * At the end of the transaction, so that the counter is the last thing that it waits for and is held no longer than the commit takes:
 * numbers are then given in the order of the commits, and nobody can wait for each other there.
 */
const COUNT_INSTANCES: readonly Compilable[] = [
  text(`create function count_instances() returns trigger language plpgsql as $$
    declare
      number bigint := nullif(current_setting('jadegate.instances', true), '');
    begin
      if number is null then
        update register set revision = revision + 1 where name = 'instances' returning revision into number;
        perform set_config('jadegate.instances', number::text, true);
      end if;
      update instance set listed = number where id = new.id;
      return null;
    end $$`),
  text(`create constraint trigger instance_added after insert on instance deferrable initially deferred
    for each row execute function count_instances()`),
  text(`create constraint trigger instance_counted
    after update of name, token, settings, state, linked, tariff, paid_until, deleted_at on instance
    deferrable initially deferred for each row
    when ((old.name, old.token, old.settings, old.state, old.linked, old.tariff, old.paid_until, old.deleted_at)
      is distinct from
      (new.name, new.token, new.settings, new.state, new.linked, new.tariff, new.paid_until, new.deleted_at))
    execute function count_instances()`),
]

/**
 * Rows that change often find room beside them, so that no index need be told. Tables whose rows come and go are tidied up by how much has
 * gone, and not by the fifth of a table that holds all messages of a month. See docs/adr/0009.
 */
const ROOM: readonly Compilable[] = [
  ...['register', 'node', 'instance'].map((table) => text(`alter table ${table} set (fillfactor = 50)`)),
  text(`alter table message set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05,
    autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02)`),
  ...['mailbox', 'outbox', 'answer'].map((table) =>
    text(`alter table ${table} set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000,
      autovacuum_vacuum_cost_delay = 0)`),
  ),
]
