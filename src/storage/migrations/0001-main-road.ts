import { sql, type ColumnDefinitionBuilder, type Compilable } from 'kysely'
import type { Dialect } from '../dialect.ts'
import type { Migration } from './migration.ts'

const required = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull()
const key = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.primaryKey().notNull()

/** Accounts, instances with their leases and history, the journal, both queues, secrets, idempotent answers. */
export const mainRoad: Migration = {
  version: 1,
  name: 'main road',
  oldestCode: 1,
  statements: (dialect) => [...accounts(dialect), ...instances(dialect), ...messages(dialect), ...rest(dialect)],
}

function accounts({ schema: { schema } }: Dialect): readonly Compilable[] {
  return [
    schema
      .createTable('account')
      .addColumn('id', 'text', key)
      .addColumn('kind', 'text', required)
      .addColumn('name', 'text', required)
      .addColumn('created_at', 'bigint', required),
    schema
      .createTable('partner_token')
      .addColumn('token_hash', 'text', key)
      .addColumn('account_id', 'text', required)
      .addColumn('token', 'text', required)
      .addColumn('created_at', 'bigint', required),
  ]
}

function instances({ schema: { schema }, serialKey, numberKey }: Dialect): readonly Compilable[] {
  return [
    schema
      .createTable('instance')
      .addColumn('id', numberKey, key)
      .addColumn('account_id', 'text', required)
      .addColumn('messenger', 'text', required)
      .addColumn('name', 'text', required)
      .addColumn('token', 'text', required)
      .addColumn('settings', 'text', required)
      .addColumn('state', 'text', required)
      .addColumn('linked', 'text')
      .addColumn('created_at', 'bigint', required)
      .addColumn('deleted_at', 'bigint')
      .addColumn('receipts_up_to', 'bigint', required)
      .addColumn('last_sent_at', 'bigint', required),
    schema
      .createIndex('instance_deleted')
      .on('instance')
      .column('deleted_at')
      .where(sql.ref('deleted_at'), 'is not', null),
    schema
      .createTable('lease')
      .addColumn('instance_id', numberKey, key)
      .addColumn('owner', 'text', required)
      .addColumn('epoch', 'bigint', required)
      .addColumn('expires_at', 'bigint'),
    schema.createTable('sequence').addColumn('messenger', 'text', key).addColumn('value', 'bigint', required),
    schema
      .createTable('state_history')
      .addColumn('seq', serialKey, key)
      .addColumn('instance_id', 'bigint', required)
      .addColumn('state', 'text', required)
      .addColumn('wid', 'text', required)
      .addColumn('at', 'bigint', required),
    schema.createIndex('state_history_instance').on('state_history').columns(['instance_id', 'seq']),
    schema.createIndex('state_history_at').on('state_history').column('at'),
  ]
}

/** The journal is ordered by its insertion, so that new rows go to the end of the file; the queues only refer to it. */
function messages({ schema: { schema }, serialKey }: Dialect): readonly Compilable[] {
  return [
    schema
      .createTable('message')
      .addColumn('seq', serialKey, key)
      .addColumn('instance_id', 'bigint', required)
      .addColumn('id', 'text', required)
      .addColumn('chat_id', 'text', required)
      .addColumn('direction', 'text', required)
      .addColumn('by_api', 'integer', required)
      .addColumn('status', 'text', required)
      .addColumn('description', 'text', required)
      .addColumn('at', 'bigint', required)
      .addColumn('status_at', 'bigint', required)
      .addColumn('body', 'text', required),
    // By id first: ids that we make rise with time, so their entries go to the end of the index as the rows do to that of the table.
    schema.createIndex('message_id').unique().on('message').columns(['id', 'instance_id', 'chat_id']),
    schema.createIndex('message_at').on('message').column('at'),
    schema
      .createTable('outbox')
      .addColumn('instance_id', 'bigint', required)
      .addColumn('position', 'bigint', required)
      .addColumn('message_id', 'text', required)
      .addColumn('at', 'bigint', required)
      .addColumn('claim_epoch', 'bigint')
      .addColumn('claim_deadline', 'bigint'),
    schema.createIndex('outbox_position').unique().on('outbox').columns(['instance_id', 'position']),
    schema
      .createIndex('outbox_claimed')
      .on('outbox')
      .columns(['instance_id', 'position'])
      .where(sql.ref('claim_epoch'), 'is not', null),
    schema
      .createTable('mailbox')
      .addColumn('seq', serialKey, key)
      .addColumn('instance_id', 'bigint', required)
      .addColumn('receipt_id', 'bigint', required)
      .addColumn('body', 'text', required)
      .addColumn('at', 'bigint', required),
    schema.createIndex('mailbox_receipt').unique().on('mailbox').columns(['instance_id', 'receipt_id']),
    schema.createIndex('mailbox_at').on('mailbox').column('at'),
  ]
}

function rest({ schema: { schema } }: Dialect): readonly Compilable[] {
  return [
    schema
      .createTable('secret')
      .addColumn('instance_id', 'bigint', required)
      .addColumn('name', 'text', required)
      .addColumn('value', 'text', required)
      .addPrimaryKeyConstraint('secret_key', ['instance_id', 'name']),
    schema
      .createTable('answer')
      .addColumn('scope', 'text', required)
      .addColumn('key', 'text', required)
      .addColumn('body_hash', 'text', required)
      .addColumn('answer', 'text', required)
      .addColumn('at', 'bigint', required)
      .addPrimaryKeyConstraint('answer_key', ['scope', 'key']),
    schema.createIndex('answer_at').on('answer').column('at'),
  ]
}
