import type { Config } from '../config/schema.ts'
import { OperatorTrouble } from '../lib/operator-trouble.ts'
import type { Log } from '../lib/log.ts'
import { openSqliteStore } from '../storage/sql/sqlite-store.ts'
import type { Store } from '../storage/store.ts'
import { databaseOf } from './data-folder.ts'

export interface StoreNeeds {
  readonly log: Log
  readonly sealingKey: Uint8Array
  /** Of an embedded database that can't go on. */
  readonly onDeath?: (error: Error) => void
}

/** Besides `databasePool`: beats must not wait behind anything else. */
export const CONNECTIONS_OF_NODES = 4

/**
 * The database that the settings name.
 * @throws OperatorTrouble where it can't be used
 */
export async function openStore(config: Config, { onDeath, ...needs }: StoreNeeds): Promise<Store> {
  if (config.databaseUrl === undefined) {
    return openSqliteStore({ ...needs, file: databaseOf(config), ...(onDeath !== undefined && { onDeath }) })
  }
  const { log, sealingKey } = needs
  // Only where it is used: most servers have no need of its client.
  const { connectionOf } = await import('../storage/sql/postgres/connection.ts')
  const { openPgPool } = await import('../storage/sql/postgres/pg-pool.ts')
  const { openPostgresStore } = await import('../storage/sql/postgres-store.ts')
  const { PgTrouble } = await import('../storage/sql/postgres/pg-trouble.ts')
  const connection = connectionOf(config.databaseUrl)
  const db = openPgPool({ connection, size: config.databasePool, log })
  const answerMs = config.leaseMs
  const nodes = { db: openPgPool({ connection, size: CONNECTIONS_OF_NODES, log, answerMs }), answerMs }
  try {
    return await openPostgresStore({ db, nodes, sealingKey })
  } catch (error) {
    throw error instanceof PgTrouble ? new OperatorTrouble(`Can't use the database: ${error.message}.`) : error
  }
}
