import { OperatorTrouble } from '../../lib/operator-trouble.ts'
import { placeholders, type Dialect } from '../dialect.ts'
import { mainRoad } from './0001-main-road.ts'
import { wholeContract } from './0002-whole-contract.ts'
import { partnerBusiness } from './0003-partner-business.ts'
import { liveMessengers } from './0004-live-messengers.ts'
import { manyNodes } from './0005-many-nodes.ts'
import { consolePeople } from './0006-console.ts'
import { deliveries } from './0007-deliveries.ts'
import { brands } from './0008-brands.ts'
import type { Migration } from './migration.ts'

/** In order of their versions. */
export const MIGRATIONS: readonly Migration[] = [
  mainRoad,
  wholeContract,
  partnerBusiness,
  liveMessengers,
  manyNodes,
  consolePeople,
  deliveries,
  brands,
]

/** Runs one statement on the connection whose transaction the caller has begun and will end. */
export type RunStatement = (
  sql: string,
  params: readonly string[],
) => Promise<readonly Readonly<Record<string, unknown>>[]>

/** The database belongs to newer code that this code can't work beside. */
export class SchemaTooNew extends OperatorTrouble {
  override readonly name = 'SchemaTooNew'
}

/**
 * Brings the schema up to what this code knows, forward only. A schema that is newer stays as it is, and is refused only when it
 * says itself that this code is too old for it. Call it in one transaction: a failing step leaves the schema as it was.
 * @returns the names of the steps that were made
 * @throws SchemaTooNew
 */
export async function migrate(
  run: RunStatement,
  dialect: Dialect,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<readonly string[]> {
  if (dialect.migrationLock !== null) await run(dialect.migrationLock, [])
  await run('create table if not exists meta (name text primary key not null, value text not null)', [])
  const newest = migrations.at(-1)?.version ?? 0
  const oldestCode = Number((await readMeta(run, dialect, 'schema.oldestCode')) ?? 0)
  if (oldestCode > newest) {
    throw new SchemaTooNew(
      `The database needs code of schema ${String(oldestCode)} or newer, and this is ${String(newest)}: install a newer version`,
    )
  }
  const version = Number((await readMeta(run, dialect, 'schema.version')) ?? 0)
  const missing = migrations.filter((step) => step.version > version)
  for (const step of missing) {
    for (const statement of step.statements(dialect)) await run(statement.compile().sql, [])
    await writeMeta(run, dialect, 'schema.version', String(step.version))
    await writeMeta(run, dialect, 'schema.oldestCode', String(step.oldestCode))
  }
  return missing.map((step) => step.name)
}

/** A row of `meta`, what the database says of itself; null when it isn't there. */
export async function readMeta(run: RunStatement, dialect: Dialect, name: string): Promise<string | null> {
  const rows = await run(placeholders(dialect, 'select value from meta where name = ?'), [name])
  const value = rows[0]?.['value']
  return typeof value === 'string' ? value : null
}

export async function writeMeta(run: RunStatement, dialect: Dialect, name: string, value: string): Promise<void> {
  const upsert = 'insert into meta (name, value) values (?, ?) on conflict (name) do update set value = excluded.value'
  await run(placeholders(dialect, upsert), [name, value])
}
