import type { ColumnDefinitionBuilder, Compilable } from 'kysely'
import type { Dialect } from '../dialect.ts'
import type { Migration } from './migration.ts'

const required = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull()
const key = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.primaryKey().notNull()

/** People who sign in to the console, what they are in which account, their sessions and their one-time links. */
export const consolePeople: Migration = {
  version: 6,
  name: 'console',
  oldestCode: 3,
  statements: (dialect) => [...people(dialect), ...sessions(dialect), ...links(dialect)],
}

function people({ schema: { schema } }: Dialect): readonly Compilable[] {
  return [
    schema
      .createTable('person')
      .addColumn('id', 'text', key)
      .addColumn('email', 'text', required)
      .addColumn('name', 'text', required)
      .addColumn('password_hash', 'text', required)
      // Both sealed.
      .addColumn('totp_secret', 'text')
      .addColumn('totp_pending', 'text')
      .addColumn('totp_last_step', 'bigint', required)
      .addColumn('recovery_hashes', 'text', required)
      .addColumn('is_operator', 'integer', required)
      .addColumn('language', 'text')
      .addColumn('created_at', 'bigint', required)
      .addColumn('disabled_at', 'bigint')
      .addColumn('version', 'bigint', required),
    schema.createIndex('person_email').unique().on('person').column('email'),
    schema
      .createTable('membership')
      .addColumn('person_id', 'text', required)
      .addColumn('account_id', 'text', required)
      .addColumn('role', 'text', required)
      .addPrimaryKeyConstraint('membership_key', ['person_id', 'account_id']),
    schema.createIndex('membership_account').on('membership').column('account_id'),
  ]
}

/** The token is known by its hash alone. */
function sessions({ schema: { schema } }: Dialect): readonly Compilable[] {
  return [
    schema
      .createTable('console_session')
      .addColumn('token_hash', 'text', key)
      .addColumn('id', 'text', required)
      .addColumn('person_id', 'text', required)
      .addColumn('created_at', 'bigint', required)
      .addColumn('seen_at', 'bigint', required)
      .addColumn('expires_at', 'bigint', required)
      .addColumn('user_agent', 'text', required)
      .addColumn('address', 'text', required),
    schema.createIndex('console_session_person').on('console_session').columns(['person_id', 'seen_at']),
    schema.createIndex('console_session_expires').on('console_session').column('expires_at'),
  ]
}

/** Those that were used or taken back stay for a day behind their end, so that they can be counted. */
function links({ schema: { schema } }: Dialect): readonly Compilable[] {
  return [
    schema
      .createTable('console_link')
      .addColumn('token_hash', 'text', key)
      .addColumn('id', 'text', required)
      .addColumn('kind', 'text', required)
      .addColumn('email', 'text', required)
      .addColumn('account_id', 'text')
      .addColumn('role', 'text')
      .addColumn('is_operator', 'integer', required)
      .addColumn('created_by', 'text', required)
      .addColumn('created_at', 'bigint', required)
      .addColumn('expires_at', 'bigint', required)
      .addColumn('closed_at', 'bigint'),
    schema.createIndex('console_link_email').on('console_link').columns(['email', 'created_at']),
    schema.createIndex('console_link_account').on('console_link').columns(['account_id', 'created_at']),
    schema.createIndex('console_link_expires').on('console_link').column('expires_at'),
  ]
}
