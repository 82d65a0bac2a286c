import type { ColumnDefinitionBuilder } from 'kysely'
import type { Migration } from './migration.ts'

const required = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull()
const key = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.primaryKey().notNull()

/** How accounts show themselves on the page where phones are linked. */
export const brands: Migration = {
  version: 8,
  name: 'brands',
  oldestCode: 3,
  statements: ({ schema: { schema } }) => [
    schema
      .createTable('brand')
      .addColumn('account_id', 'text', key)
      .addColumn('name', 'text', required)
      .addColumn('color', 'text')
      .addColumn('logo', 'text')
      .addColumn('support_text', 'text', required)
      .addColumn('support_url', 'text'),
  ],
}
