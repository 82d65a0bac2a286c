import { CompiledQuery, sql, type ColumnDefinitionBuilder, type Compilable } from 'kysely'
import type { Dialect } from '../dialect.ts'
import type { Migration } from './migration.ts'

const required = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull()
const flag = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull().defaultTo(0)

/** Shelves and marks of the journal and its indexes, receipts of statuses, monthly usage, kept files. */
export const wholeContract: Migration = {
  version: 2,
  name: 'whole contract',
  oldestCode: 1,
  statements: (dialect) => [
    ...marks(dialect),
    ...withoutTimeIndexes(dialect),
    ...(dialect.indexesJournalLater ? [...laterIndexes(dialect), ...LATER_TRIGGERS] : immediateIndexes(dialect)),
    ...receipts(dialect),
    ...usage(dialect),
    ...files(dialect),
  ],
}

function text(statement: string): Compilable {
  return { compile: () => CompiledQuery.raw(statement) }
}

function marks({ schema: { schema } }: Dialect): readonly Compilable[] {
  return [
    schema.alterTable('message').addColumn('shelf', 'text', (column) => column.notNull().defaultTo('message')),
    schema.alterTable('message').addColumn('is_edited', 'integer', flag),
    schema.alterTable('message').addColumn('is_deleted', 'integer', flag),
  ]
}

/** What they were for goes by the order of insertion, or by the journal's indexes: see `sweeps.ts`. */
function withoutTimeIndexes({ schema: { schema } }: Dialect): readonly Compilable[] {
  return [schema.dropIndex('message_at'), schema.dropIndex('mailbox_at')]
}

/** The database keeps them with each row; queries know them by the names that the tables of the other way have. */
function immediateIndexes({ schema: { schema } }: Dialect): readonly Compilable[] {
  return [
    schema.createIndex('message_chat').on('message').columns(['instance_id', 'chat_id', 'at', 'seq']),
    schema.createIndex('message_shelf').on('message').columns(['instance_id', 'shelf', 'direction', 'at', 'seq']),
    text('create view journal_chat as select instance_id, chat_id, at, seq from message'),
    text('create view journal_shelf as select instance_id, shelf, direction, at, seq from message'),
  ]
}

/**
 * Indexes that are tables of their own and are filled in bulk: kept with each row they would dirty two pages for each send, as every
 * chat has a place of its own in them, while thousands of rows at once, in order, share their pages (measured: 3 to 4 µs a message
 * instead of 15 to 25).
 *
 * `journal_index` says up to which row of the journal each goes. Raising that number is what fills an index. Deleting a message takes
 * it out, and lowers the number where the next message will get the deleted one's place. All of it belongs to the transaction of the
 * statement that caused it, so that an index is whole up to its number at every moment, a crash included.
 */
function laterIndexes({ schema: { schema } }: Dialect): readonly Compilable[] {
  return [
    schema
      .createTable('journal_chat')
      .addColumn('instance_id', 'bigint', required)
      .addColumn('chat_id', 'text', required)
      .addColumn('at', 'bigint', required)
      .addColumn('seq', 'bigint', required)
      .addPrimaryKeyConstraint('journal_chat_key', ['instance_id', 'chat_id', 'at', 'seq'])
      .modifyEnd(sql`without rowid`),
    schema
      .createTable('journal_shelf')
      .addColumn('instance_id', 'bigint', required)
      .addColumn('shelf', 'text', required)
      .addColumn('direction', 'text', required)
      .addColumn('at', 'bigint', required)
      .addColumn('seq', 'bigint', required)
      .addPrimaryKeyConstraint('journal_shelf_key', ['instance_id', 'shelf', 'direction', 'at', 'seq'])
      .modifyEnd(sql`without rowid`),
    schema.createTable('journal_index').addColumn('name', 'text', required).addColumn('up_to', 'bigint', required),
    text(`insert into journal_index (name, up_to) values ('journal_chat', 0), ('journal_shelf', 0)`),
  ]
}

const LATER_TRIGGERS: readonly Compilable[] = [
  text(`create trigger journal_chat_filled after update of up_to on journal_index
    when new.name = 'journal_chat' and new.up_to > old.up_to
    begin
      insert into journal_chat select instance_id, chat_id, at, seq from message
        where seq > old.up_to and seq <= new.up_to order by instance_id, chat_id, at, seq;
    end`),
  text(`create trigger journal_shelf_filled after update of up_to on journal_index
    when new.name = 'journal_shelf' and new.up_to > old.up_to
    begin
      insert into journal_shelf select instance_id, shelf, direction, at, seq from message
        where seq > old.up_to and seq <= new.up_to order by instance_id, shelf, direction, at, seq;
    end`),
  text(`create trigger journal_emptied after delete on message
    begin
      delete from journal_chat
        where instance_id = old.instance_id and chat_id = old.chat_id and at = old.at and seq = old.seq;
      delete from journal_shelf where instance_id = old.instance_id and shelf = old.shelf
        and direction = old.direction and at = old.at and seq = old.seq;
    end`),
  text(`create trigger journal_lowered after delete on message
    when old.seq > (select coalesce(max(seq), 0) from message)
    begin
      update journal_index set up_to = (select coalesce(max(seq), 0) from message)
        where up_to > (select coalesce(max(seq), 0) from message);
    end`),
]

function receipts({ schema: { schema } }: Dialect): readonly Compilable[] {
  return [
    schema
      .createTable('receipt')
      .addColumn('instance_id', 'bigint', required)
      .addColumn('message_id', 'text', required)
      .addColumn('participant', 'text', required)
      .addColumn('status', 'text', required)
      .addColumn('at', 'bigint', required)
      .addPrimaryKeyConstraint('receipt_key', ['instance_id', 'message_id', 'participant']),
    schema.createIndex('receipt_at').on('receipt').column('at'),
  ]
}

function usage({ schema: { schema } }: Dialect): readonly Compilable[] {
  return [
    schema
      .createTable('usage_count')
      .addColumn('instance_id', 'bigint', required)
      .addColumn('month', 'text', required)
      .addColumn('what', 'text', required)
      .addColumn('count', 'bigint', required)
      .addPrimaryKeyConstraint('usage_count_key', ['instance_id', 'month', 'what']),
    schema.createIndex('usage_count_month').on('usage_count').column('month'),
    schema
      .createTable('correspondent')
      .addColumn('instance_id', 'bigint', required)
      .addColumn('month', 'text', required)
      .addColumn('chat_id', 'text', required)
      .addColumn('place', 'bigint', required)
      .addPrimaryKeyConstraint('correspondent_key', ['instance_id', 'month', 'chat_id']),
    schema.createIndex('correspondent_month').on('correspondent').column('month'),
  ]
}

function files({ schema: { schema } }: Dialect): readonly Compilable[] {
  return [
    schema
      .createTable('kept_file')
      .addColumn('instance_id', 'bigint', required)
      .addColumn('sha256', 'text', required)
      .addColumn('size', 'bigint', required)
      .addColumn('remote', 'text')
      .addColumn('at', 'bigint', required)
      .addPrimaryKeyConstraint('kept_file_key', ['instance_id', 'sha256']),
    schema.createIndex('kept_file_at').on('kept_file').column('at'),
  ]
}
