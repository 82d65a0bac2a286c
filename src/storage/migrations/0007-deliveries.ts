import { CompiledQuery, type ColumnDefinitionBuilder, type Compilable } from 'kysely'
import type { Dialect } from '../dialect.ts'
import type { Migration } from './migration.ts'

const required = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull()

/** Which notifications were tried by webhook, and how that went. Code of before writes no lines and misses none. */
export const deliveries: Migration = {
  version: 7,
  name: 'deliveries',
  oldestCode: 3,
  statements: (dialect) => [...table(dialect), ...(dialect.deletesLater ? [TIDY] : [])],
}

/**
 * Each delivery adds a line: in the order of insertion, so that lines go to the end of the table, with one index, which finds a line, keeps it
 * the only one of its notification and lists an instance's. How old lines are is known by their order.
 */
function table({ schema: { schema }, serialKey }: Dialect): readonly Compilable[] {
  return [
    schema
      .createTable('delivery')
      .addColumn('seq', serialKey, (column) => column.primaryKey().notNull())
      .addColumn('instance_id', 'bigint', required)
      .addColumn('receipt_id', 'bigint', required)
      .addColumn('type', 'text', required)
      .addColumn('made_at', 'bigint', required)
      // When it was tried first.
      .addColumn('at', 'bigint', required)
      .addColumn('is_delivered', 'integer', required)
      .addColumn('tries', 'bigint', required)
      .addColumn('attempts', 'text', required)
      // Last, so that what lists lines need not read past it.
      .addColumn('body', 'text', required),
    schema.createIndex('delivery_receipt').unique().on('delivery').columns(['instance_id', 'receipt_id']),
  ]
}

/** By how much has gone, and not by the fifth of a table that holds the notifications of a week. */
const TIDY: Compilable = {
  compile: () =>
    CompiledQuery.raw(`alter table delivery set (autovacuum_vacuum_scale_factor = 0.05,
      autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02)`),
}
