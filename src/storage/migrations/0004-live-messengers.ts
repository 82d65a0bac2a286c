import { sql } from 'kysely'
import type { Migration } from './migration.ts'

/** Secrets that lose their use with time. Code of before keeps them for ever, and is right about everything else. */
export const liveMessengers: Migration = {
  version: 4,
  name: 'live messengers',
  oldestCode: 3,
  statements: ({ schema: { schema } }) => [
    schema.alterTable('secret').addColumn('until', 'bigint'),
    schema.createIndex('secret_until').on('secret').column('until').where(sql.ref('until'), 'is not', null),
  ],
}
