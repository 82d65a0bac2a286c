import { Client } from 'pg'
import { silentLog } from '../../src/lib/log.ts'
import { connectionOf } from '../../src/storage/sql/postgres/connection.ts'
import { openPgPool } from '../../src/storage/sql/postgres/pg-pool.ts'
import { openPostgresStore } from '../../src/storage/sql/postgres-store.ts'
import { startPostgres } from '../support/postgres.ts'
import type { Engine, Harness } from './harness.ts'
import * as sample from './samples.ts'

/** A PostgreSQL server of the test's own. */
export async function openServer(): Promise<Engine> {
  const server = await startPostgres({ isDurable: false })
  const url = await server.newDatabase()
  return { close: () => server.stop(), fresh: () => fresh(url) }
}

async function fresh(url: string): Promise<Harness> {
  const beside = new Client({ connectionString: url })
  await beside.connect()
  // Cheaper than a database for each test.
  await beside.query('drop schema public cascade; create schema public')
  const connection = connectionOf(url)
  return {
    open: (sealingKey = sample.KEY) =>
      openPostgresStore({ db: openPgPool({ connection, size: 8, log: silentLog }), sealingKey }),
    dump: () => dump(beside),
    async change(sql) {
      await beside.query(sql)
    },
    bytesAtRest: async () => Buffer.from(JSON.stringify([...(await dump(beside))])),
    destroy: () => beside.end(),
  }
}

/** Without what a connection notes of itself. */
async function dump(beside: Client): Promise<ReadonlyMap<string, readonly object[]>> {
  const tables = await beside.query<{ name: string }>(
    `select table_name as name from information_schema.tables
      where table_schema = 'public' and table_name <> 'commit_mark' order by 1`,
  )
  const all = new Map<string, readonly object[]>()
  for (const { name } of tables.rows) all.set(name, (await beside.query<object>(`select * from ${name}`)).rows)
  return all
}
