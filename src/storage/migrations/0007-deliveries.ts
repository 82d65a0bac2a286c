import { CompiledQuery, sql, type ColumnDefinitionBuilder, type Compilable } from 'kysely'
import type { Dialect } from '../dialect.ts'
import type { Migration } from './migration.ts'

const required = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull()

/** Which notifications were tried by webhook, and how that went. Code of before writes no lines and misses none. */
export const deliveries: Migration = {
  version: 7,
  name: 'deliveries',
  oldestCode: 3,
  statements: (dialect) => [
    ...delivered(dialect),
    ...(dialect.indexesJournalLater ? [...laterIndex(dialect), ...LATER_TRIGGERS] : immediateIndex(dialect)),
    ...failing(dialect),
    ...(dialect.deletesLater ? [TIDY] : []),
  ],
}

function text(statement: string): Compilable {
  return { compile: () => CompiledQuery.raw(statement) }
}

/** Each delivery adds a line at the end of the table, and how old lines are is known by their order: nothing else is kept with each. */
function delivered({ schema: { schema }, serialKey }: Dialect): readonly Compilable[] {
  return [
    schema
      .createTable('delivery')
      .addColumn('seq', serialKey, (column) => column.primaryKey().notNull())
      .addColumn('instance_id', 'bigint', required)
      .addColumn('receipt_id', 'bigint', required)
      .addColumn('type', 'text', required)
      .addColumn('made_at', 'bigint', required)
      .addColumn('at', 'bigint', required)
      .addColumn('tries', 'bigint', required)
      .addColumn('attempts', 'text', required)
      // Last, so that what lists lines need not read past it.
      .addColumn('body', 'text', required),
  ]
}

/** What was tried in vain, as long as it is not taken: few, and changed with each attempt. */
function failing({ schema: { schema } }: Dialect): readonly Compilable[] {
  return [
    schema
      .createTable('delivery_failing')
      .addColumn('instance_id', 'bigint', required)
      .addColumn('receipt_id', 'bigint', required)
      .addColumn('type', 'text', required)
      .addColumn('made_at', 'bigint', required)
      // When it was tried last.
      .addColumn('at', 'bigint', required)
      .addColumn('tries', 'bigint', required)
      .addColumn('attempts', 'text', required)
      .addColumn('body', 'text', required)
      .addPrimaryKeyConstraint('delivery_failing_key', ['instance_id', 'receipt_id']),
    schema.createIndex('delivery_failing_at').on('delivery_failing').column('at'),
  ]
}

/** As for the journal: the database keeps it with each row, and queries know it by the name of the other way's table. */
function immediateIndex({ schema: { schema } }: Dialect): readonly Compilable[] {
  return [
    schema.createIndex('delivery_receipt').on('delivery').columns(['instance_id', 'receipt_id']),
    text('create view delivery_index as select instance_id, receipt_id, seq from delivery'),
  ]
}

/** As for the journal (see 0002): filled in bulk, as each delivery would dirty a page of it, which costs several times what the line does. */
function laterIndex({ schema: { schema } }: Dialect): readonly Compilable[] {
  return [
    schema
      .createTable('delivery_index')
      .addColumn('instance_id', 'bigint', required)
      .addColumn('receipt_id', 'bigint', required)
      .addColumn('seq', 'bigint', required)
      .addPrimaryKeyConstraint('delivery_index_key', ['instance_id', 'receipt_id', 'seq'])
      .modifyEnd(sql`without rowid`),
    schema.createTable('delivery_indexed').addColumn('name', 'text', required).addColumn('up_to', 'bigint', required),
    text(`insert into delivery_indexed (name, up_to) values ('delivery_index', 0)`),
  ]
}

const LATER_TRIGGERS: readonly Compilable[] = [
  text(`create trigger delivery_index_filled after update of up_to on delivery_indexed
    when new.up_to > old.up_to
    begin
      insert into delivery_index select instance_id, receipt_id, seq from delivery
        where seq > old.up_to and seq <= new.up_to order by instance_id, receipt_id, seq;
    end`),
  text(`create trigger delivery_index_emptied after delete on delivery
    begin
      delete from delivery_index
        where instance_id = old.instance_id and receipt_id = old.receipt_id and seq = old.seq;
    end`),
  text(`create trigger delivery_index_lowered after delete on delivery
    when old.seq > (select coalesce(max(seq), 0) from delivery)
    begin
      update delivery_indexed set up_to = (select coalesce(max(seq), 0) from delivery)
        where up_to > (select coalesce(max(seq), 0) from delivery);
    end`),
]

/** By how much has gone, and not by the fifth of a table that holds the notifications of a week. */
const TIDY = text(`alter table delivery set (autovacuum_vacuum_scale_factor = 0.05,
  autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02)`)
