import { existsSync } from 'node:fs'
import type { Config } from '../config/schema.ts'
import type { Log } from '../lib/log.ts'
import { OperatorTrouble } from '../lib/operator-trouble.ts'
import { systemRandom } from '../lib/random.ts'
import type { MoveProgress } from '../storage/sql/move/move-store.ts'
import { databaseOf, holdFolder, keyOf } from './data-folder.ts'

/**
 * Moves the data folder's database to the PostgreSQL that the settings name; for the command line. Files stay where they are.
 * @returns how many rows were moved
 * @throws OperatorTrouble where a server runs on the data folder, and whatever `moveStore` refuses
 */
export async function moveData(
  config: Config,
  log: Log,
  onProgress: (progress: MoveProgress) => void,
): Promise<number> {
  const { databaseUrl, databasePool } = config
  if (databaseUrl === undefined) throw new OperatorTrouble('Where to? Set JADEGATE_DATABASE_URL.')
  const file = databaseOf(config)
  if (!existsSync(file)) throw new OperatorTrouble(`There is nothing to move: no ${file}.`)
  const release = holdFolder(config)
  try {
    const sealingKey = keyOf(config, systemRandom)
    const { connectionOf } = await import('../storage/sql/postgres/connection.ts')
    const { openPgPool } = await import('../storage/sql/postgres/pg-pool.ts')
    const { moveStore } = await import('../storage/sql/move/move-store.ts')
    const db = openPgPool({ connection: connectionOf(databaseUrl), size: databasePool, log })
    try {
      return await moveStore({ file, db, sealingKey, log, onProgress })
    } finally {
      await db.close()
    }
  } finally {
    await release()
  }
}
