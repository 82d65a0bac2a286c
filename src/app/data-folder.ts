import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config/schema.ts'
import { openKeyFile, parseHexKey } from '../lib/key-file.ts'
import { OperatorTrouble } from '../lib/operator-trouble.ts'
import type { Random } from '../lib/random.ts'
import { takeLock } from '../storage/sql/sqlite-database.ts'

/** One server a data folder: a second one would take the instances away from the first, which then could only refuse everything. */
export function holdFolder(config: Config): () => Promise<void> {
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 })
  const release = takeLock(join(config.dataDir, 'server.lock'))
  if (release === null)
    throw new OperatorTrouble(`Another server runs on the data folder ${config.dataDir}; stop it first.`)
  return () => {
    release()
    return Promise.resolve()
  }
}

/** Where the database is. */
export function databaseOf(config: Config): string {
  return join(config.dataDir, 'jadegate.db')
}

/** Where the operator's token is. */
export function operatorFileOf(config: Config): string {
  return join(config.dataDir, 'operator.token')
}

/** A key file is made only where there is nothing yet that another key has sealed. */
export function keyOf(config: Config, random: Random): Buffer {
  if (config.sealingKey !== undefined) return parseHexKey(config.sealingKey)
  const file = join(config.dataDir, 'sealing.key')
  if (existsSync(databaseOf(config)) && !existsSync(file)) {
    throw new OperatorTrouble(
      `${file} is missing, and the database beside it was sealed with a key: put the file back, or give the key by JADEGATE_SEALING_KEY.`,
    )
  }
  return openKeyFile(file, random)
}
