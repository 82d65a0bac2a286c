import { dirname } from 'node:path'
import { silentLog, type Log } from '../../src/lib/log.ts'
import { connectionOf } from '../../src/storage/sql/postgres/connection.ts'
import { openPgPool } from '../../src/storage/sql/postgres/pg-pool.ts'
import { openPostgresStore } from '../../src/storage/sql/postgres-store.ts'
import { openSqliteStore } from '../../src/storage/sql/sqlite-store.ts'
import type { Store } from '../../src/storage/store.ts'
import { startPostgres, type TestPostgres } from './postgres.ts'

/** `postgres`: every test that starts a server or opens a store has it on PostgreSQL, one server of it for each test file. */
const IS_POSTGRES = process.env['JADEGATE_TEST_DATABASE'] === 'postgres'

/** The URLs by folder, as JSON: processes that a test starts find the databases that it has made. */
const MADE = 'JADEGATE_TEST_DATABASES'

let server: Promise<TestPostgres> | undefined
const databases = new Map<string, Promise<string>>(
  Object.entries(JSON.parse(process.env[MADE] ?? '{}') as Record<string, string>).map(([folder, url]) => [
    folder,
    Promise.resolve(url),
  ]),
)

/** The URL of the database that stands for what would lie in this folder, the same each time; undefined where it does lie there. */
export function databaseFor(folder: string): Promise<string | undefined> {
  if (!IS_POSTGRES) return Promise.resolve(undefined)
  let made = databases.get(folder)
  if (made === undefined) databases.set(folder, (made = newDatabase(folder)))
  return made
}

async function newDatabase(folder: string): Promise<string> {
  server ??= startPostgres({ isDurable: false })
  const url = await (await server).newDatabase()
  const made = JSON.parse(process.env[MADE] ?? '{}') as object
  process.env[MADE] = JSON.stringify({ ...made, [folder]: url })
  return url
}

export interface TestStoreOptions {
  readonly file: string
  readonly sealingKey: Uint8Array
  readonly log?: Log
}

/** The store in a file, or the one on PostgreSQL that stands for it. */
export async function openTestStore({ file, sealingKey, log = silentLog }: TestStoreOptions): Promise<Store> {
  const url = await databaseFor(dirname(file))
  if (url === undefined) return openSqliteStore({ file, sealingKey, log })
  return openPostgresStore({ db: openPgPool({ connection: connectionOf(url), size: 8, log }), sealingKey })
}
