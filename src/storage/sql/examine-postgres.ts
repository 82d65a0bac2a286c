import { createSeal } from '../../lib/seal.ts'
import { postgresDialect } from '../dialect.ts'
import { MIGRATIONS, readMeta, type RunStatement } from '../migrations/migrate.ts'
import { integer, text, textOrNull } from './columns.ts'
import type { PgLike } from './postgres/pg-like.ts'
import { mustFit, WrongSealingKey } from './prepare-schema.ts'
import type { Row } from './statement.ts'

/** What a database server is, without the schema; all times in epoch ms. */
export interface ServerFacts {
  /** Of PostgreSQL: 15. */
  readonly version: number
  readonly connections: number
  /** Its clock when it answered, and how long the way there and back took. */
  readonly now: number
  readonly tookMs: number
}

export interface SchemaFacts {
  /** 0 where there is none yet. */
  readonly version: number
  /** The oldest schema that code may know to work with it. */
  readonly oldestCode: number
  /** Whether the key opens what is sealed there; null where nothing is. */
  readonly keyFits: boolean | null
}

export interface NodeFacts {
  readonly node: string
  readonly url: string | null
  readonly version: string
  readonly startedAt: number
  readonly isLeaving: boolean
  readonly isAlive: boolean
  readonly leases: number
}

export interface LeaseFacts {
  readonly nodes: readonly NodeFacts[]
  /** Leases whose owner is dead or gone. */
  readonly free: number
  /** Who does the jobs; undefined where nobody does. */
  readonly jobs: string | undefined
}

/** The last id that each messenger has given out, as far as any was. */
export type IdFacts = readonly { readonly messenger: string; readonly last: number }[]

/** The schema that this code makes, and the first that has nodes. */
export const NEWEST_SCHEMA = MIGRATIONS.at(-1)?.version ?? 0
export const FIRST_WITH_NODES = 5

const PATIENCE_MS = 4000

const SERVER = `select current_setting('server_version_num')::int / 10000 as version,
  current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as connections,
  cast(floor(extract(epoch from clock_timestamp()) * 1000) as bigint) as now`

const HAS_SCHEMA = `select case when to_regclass('meta') is null then 0 else 1 end as has`

const NODES = `select n.id, n.url, n.version, n.started_at, n.is_leaving,
    case when n.expires_at > extract(epoch from clock_timestamp()) * 1000 then 1 else 0 end as is_alive,
    (select count(*) from lease l where l.owner = n.id) as leases
  from node n order by n.started_at, n.id`

const FREE = `select count(*) as free from lease l where not exists (
  select 1 from node n where n.id = l.owner and n.expires_at > extract(epoch from clock_timestamp()) * 1000)`

/** `JOBS` of the cluster's store. */
const JOBS_OWNER = 'select owner from lease where instance_id = 0'

const LAST_IDS = 'select messenger, value from sequence order by value'

/** Rejects, within a few seconds, where there is no server that takes writes. */
export async function serverFacts(db: PgLike, monotonicMs: () => number): Promise<ServerFacts> {
  // A connection is made first, so that the clock is asked in one round trip.
  await ask(db, 'select 1')
  const began = monotonicMs()
  const [row = {}] = await ask(db, SERVER)
  const tookMs = monotonicMs() - began
  return {
    version: integer(row, 'version'),
    connections: integer(row, 'connections'),
    now: integer(row, 'now'),
    tookMs,
  }
}

/** Changes nothing: the schema is not brought up. */
export async function schemaFacts(db: PgLike, sealingKey: Uint8Array | undefined): Promise<SchemaFacts> {
  const [has = {}] = await ask(db, HAS_SCHEMA)
  if (integer(has, 'has') === 0) return { version: 0, oldestCode: 0, keyFits: null }
  const run: RunStatement = async (sql, params) =>
    (await db.read([{ sql, params }], { patienceMs: PATIENCE_MS }))[0]?.rows ?? []
  const number = async (name: string) => Number((await readMeta(run, postgresDialect, name)) ?? 0)
  return {
    version: await number('schema.version'),
    oldestCode: await number('schema.oldestCode'),
    keyFits: sealingKey === undefined ? null : await fits(run, sealingKey),
  }
}

/** Of a schema that has nodes. */
export async function leaseFacts(db: PgLike): Promise<LeaseFacts> {
  const [nodes, [free = {}], [jobs]] = [await ask(db, NODES), await ask(db, FREE), await ask(db, JOBS_OWNER)]
  const facts = nodes.map(nodeFacts)
  const owner = jobs === undefined ? undefined : text(jobs, 'owner')
  return {
    nodes: facts,
    free: integer(free, 'free'),
    jobs: facts.find(({ node, isAlive }) => isAlive && node === owner)?.node,
  }
}

/** Of a schema that is there. */
export async function idFacts(db: PgLike): Promise<IdFacts> {
  return (await ask(db, LAST_IDS)).map((row) => ({ messenger: text(row, 'messenger'), last: integer(row, 'value') }))
}

function nodeFacts(row: Row): NodeFacts {
  return {
    node: text(row, 'id'),
    url: textOrNull(row, 'url'),
    version: text(row, 'version'),
    startedAt: integer(row, 'started_at'),
    isLeaving: integer(row, 'is_leaving') === 1,
    isAlive: integer(row, 'is_alive') === 1,
    leases: integer(row, 'leases'),
  }
}

async function fits(run: RunStatement, sealingKey: Uint8Array): Promise<boolean | null> {
  try {
    return await mustFit(run, postgresDialect, createSeal(sealingKey))
  } catch (error) {
    if (error instanceof WrongSealingKey) return false
    throw error
  }
}

async function ask(db: PgLike, sql: string): Promise<readonly Row[]> {
  const [result] = await db.read([{ sql, params: [] }], { patienceMs: PATIENCE_MS, answerMs: PATIENCE_MS })
  return result?.rows ?? []
}
