import { Client } from 'pg'
import { startPostgres, type TestPostgres } from '../../test/support/postgres.ts'

/** What `docs/operators/scaling.md` recommends, but for the memory, which is that of `deploy/compose.yaml`. */
const SETTINGS = [
  'shared_buffers=512MB',
  'wal_compression=on',
  'checkpoint_timeout=30min',
  'max_wal_size=8GB',
  'min_wal_size=2GB',
]
const LOG_FILES = 100

/**
 * A PostgreSQL as it is some time after its start: it uses the files of its log again, where a new one first has to make each of them, 16 MB of
 * zeros while everybody waits.
 */
export async function startWarmPostgres(): Promise<TestPostgres> {
  const server = await startPostgres({ settings: SETTINGS })
  const client = new Client({ connectionString: await server.newDatabase() })
  await client.connect()
  for (let file = 0; file < LOG_FILES; file += 1) {
    await client.query(`select pg_logical_emit_message(true, 'bench', 'a file of the log')`)
    await client.query('select pg_switch_wal()')
  }
  await client.query('checkpoint')
  await client.end()
  return server
}
