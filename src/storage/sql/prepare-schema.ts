import { OperatorTrouble } from '../../lib/operator-trouble.ts'
import { SealBroken, type Seal } from '../../lib/seal.ts'
import type { Dialect } from '../dialect.ts'
import { migrate, readMeta, writeMeta, type RunStatement } from '../migrations/migrate.ts'

/** The key isn't the one that the database was sealed with. */
export class WrongSealingKey extends OperatorTrouble {
  override readonly name = 'WrongSealingKey'
}

const PROBE = 'sealing.probe'
const PLACE = 'meta:sealing.probe'

/**
 * What every opening does in one transaction before anything else: migrate, and make sure that the key is the database's own, so
 * that nothing is ever sealed by two keys.
 * @throws SchemaTooNew, WrongSealingKey
 */
export async function prepareSchema(run: RunStatement, dialect: Dialect, seal: Seal): Promise<readonly string[]> {
  const made = await migrate(run, dialect)
  if ((await mustFit(run, dialect, seal)) === null) await writeMeta(run, dialect, PROBE, seal.seal(PROBE, PLACE))
  return made
}

/**
 * True where the key is the database's own; null where nothing was sealed yet.
 * @throws WrongSealingKey
 */
export async function mustFit(run: RunStatement, dialect: Dialect, seal: Seal): Promise<true | null> {
  const probe = await readMeta(run, dialect, PROBE)
  if (probe === null) return null
  try {
    seal.open(probe, PLACE)
    return true
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error
    throw new WrongSealingKey('The database was sealed with another key: give the sealing key that it was made with.')
  }
}
