import { access, constants } from 'node:fs/promises'
import { request } from 'undici'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import type { Config } from '../config/schema.ts'
import type { Clock } from '../lib/clock.ts'
import { parseHexKey } from '../lib/key-file.ts'
import type { Log } from '../lib/log.ts'
import { idRangeOfCell, MESSENGERS } from '../model/messenger.ts'
import * as facts from '../storage/sql/examine-postgres.ts'
import type { PgLike } from '../storage/sql/postgres/pg-like.ts'
import { OLDEST_POSTGRES } from '../storage/sql/postgres/server-fit.ts'
import { CONNECTIONS_OF_NODES } from './open-store.ts'
import { mediaFolderOf } from './open-media.ts'

/** What was looked at and how it is. `poor`: it works, and somebody should know. */
export interface Check {
  readonly what: string
  readonly outcome: 'good' | 'poor' | 'bad'
  readonly says: string
}

interface ExamineNeeds {
  readonly clock: Clock
  readonly log: Log
}

/** Leases go by the database's clock alone; charges, expiry and links by each node's own. */
const CLOCK = { poorMs: 1000, badMs: 60_000 } as const
const ANSWER_MS = 2000
const OWN_CONNECTIONS = 2

/** Looks at everything that nodes on one database need. Nothing is changed, and no secret told. */
export async function* examineCluster(config: Config, { clock, log }: ExamineNeeds): AsyncGenerator<Check> {
  yield* settingsChecks(config)
  if (config.databaseUrl === undefined) return
  const { connectionOf } = await import('../storage/sql/postgres/connection.ts')
  const { openPgPool } = await import('../storage/sql/postgres/pg-pool.ts')
  const db = openPgPool({ connection: connectionOf(config.databaseUrl), size: OWN_CONNECTIONS, log })
  try {
    yield* databaseChecks(config, db, clock)
  } catch (error) {
    yield bad('database', error instanceof Error ? error.message : String(error))
  } finally {
    await db.close()
  }
}

async function* settingsChecks(config: Config): AsyncGenerator<Check> {
  const { databaseUrl, nodeUrl, media, simulatorUrl } = config
  if (databaseUrl === undefined) {
    yield bad('settings', 'JADEGATE_DATABASE_URL is not set: the database is a file of one server')
    return
  }
  // Where a node's URL is set, the configuration is refused without the rest of these.
  yield nodeUrl === undefined
    ? bad('node URL', 'JADEGATE_NODE_URL is not set: only one server could use the database')
    : good('node URL', `${nodeUrl}${isLoopback(nodeUrl) ? ', which only nodes on this machine can reach' : ''}`)
  yield config.sealingKey === undefined
    ? bad('sealing key', 'JADEGATE_SEALING_KEY is not set: each server would make one of its own')
    : good('sealing key', 'given')
  yield config.operatorToken === undefined
    ? bad('operator token', 'JADEGATE_OPERATOR_TOKEN is not set: each server would make one of its own')
    : good('operator token', 'given')
  yield media === 's3'
    ? good('files', `in the bucket ${config.s3Bucket ?? ''}`)
    : await folderCheck(mediaFolderOf(config), config.mediaDir !== undefined)
  if (simulatorUrl !== undefined) yield await simulatorCheck(simulatorUrl)
  else if ([config.whatsapp, config.max, config.telegram].some((engine) => engine === 'simulator'))
    yield bad('simulated network', 'JADEGATE_SIMULATOR_URL is not set: each server would have one of its own')
}

async function folderCheck(folder: string, isGiven: boolean): Promise<Check> {
  const what = 'files'
  if (!isGiven)
    return bad(what, 'JADEGATE_MEDIA_DIR is not set, and files are not in a bucket: each server would have its own')
  try {
    await access(folder, constants.R_OK | constants.W_OK)
    return good(what, `${folder} can be read and written; it must be the same folder on every node`)
  } catch (error) {
    return bad(what, `${folder} can not be used: ${textOf(error)}`)
  }
}

async function simulatorCheck(url: string): Promise<Check> {
  const what = 'simulated network'
  try {
    const { body, statusCode } = await request(`${url}/simulator/phones`, {
      ...timeouts,
      signal: AbortSignal.timeout(ANSWER_MS),
    })
    await body.dump()
    return statusCode < 500 ? good(what, `${url} answers`) : bad(what, `${url} answers ${String(statusCode)}`)
  } catch (error) {
    return bad(what, `${url} does not answer: ${textOf(error)}`)
  }
}

async function* databaseChecks(config: Config, db: PgLike, clock: Clock): AsyncGenerator<Check> {
  const server = await facts.serverFacts(db, () => performance.now())
  const at = clock.now()
  yield versionCheck(server)
  yield clockCheck(server, at)
  const schema = await facts.schemaFacts(
    db,
    config.sealingKey === undefined ? undefined : parseHexKey(config.sealingKey),
  )
  yield schemaCheck(schema)
  if (schema.keyFits === false) yield bad('sealing key', 'the database was sealed with another one')
  if (schema.version < facts.FIRST_WITH_NODES) return
  if (config.cell !== undefined) yield idsCheck(config.cell, await facts.idFacts(db))
  const leases = await facts.leaseFacts(db)
  yield connectionsCheck(config, server, leases)
  for (const node of leases.nodes) yield await nodeCheck(node, clock.now(), config.operatorToken)
  yield* leaseChecks(leases)
}

function versionCheck({ version, tookMs }: facts.ServerFacts): Check {
  const says = `PostgreSQL ${String(version)}, takes writes, answers in ${tookMs.toFixed(1)} ms`
  if (version < OLDEST_POSTGRES) return bad('database', `${says}; ${String(OLDEST_POSTGRES)} or newer is needed`)
  return good('database', says)
}

function clockCheck({ now, tookMs }: facts.ServerFacts, at: number): Check {
  const what = 'clock'
  // The database read its clock somewhere on the way.
  const apartMs = Math.max(0, Math.abs(at - tookMs / 2 - now) - tookMs / 2)
  const says = `${(apartMs / 1000).toFixed(1)} s from the database's`
  if (apartMs > CLOCK.badMs) return bad(what, `${says}: set it by NTP`)
  return apartMs > CLOCK.poorMs ? poor(what, `${says}: set it by NTP`) : good(what, says)
}

function schemaCheck({ version, oldestCode }: facts.SchemaFacts): Check {
  const what = 'schema'
  const newest = facts.NEWEST_SCHEMA
  if (version === 0) return poor(what, 'none yet: the first start makes it')
  const says = `version ${String(version)}, this program knows ${String(newest)}`
  if (oldestCode > newest) return bad(what, `${says}, and needs a newer program`)
  if (version < newest) return poor(what, `${says}: the next start of this program brings it up`)
  return good(what, says)
}

/** An id before the cell's first stands for: none yet. */
function idsCheck(cell: number, ids: facts.IdFacts): Check {
  const what = 'ids'
  const strange = ids.find(({ messenger, last }) => {
    const range = MESSENGERS.filter((one) => one === messenger).map((one) => idRangeOfCell(one, cell))[0]
    return range !== undefined && (last < range.first - 1 || last > range.last)
  })
  if (strange === undefined) return good(what, `of cell ${String(cell)}`)
  return bad(what, `given out up to ${String(strange.last)}, which is not of cell ${String(cell)}`)
}

/** Nodes of this size, as many as there are and one more while they are replaced. */
function connectionsCheck({ databasePool }: Config, server: facts.ServerFacts, { nodes }: facts.LeaseFacts): Check {
  const what = 'connections'
  const wanted = (nodes.filter(({ isAlive }) => isAlive).length + 1) * (databasePool + CONNECTIONS_OF_NODES)
  const says = `the database allows ${String(server.connections)}`
  if (wanted <= server.connections) return good(what, says)
  return poor(what, `${says}; these nodes and one more may want ${String(wanted)}`)
}

async function nodeCheck(row: facts.NodeFacts, now: number, operatorToken: string | undefined): Promise<Check> {
  const { node, url, version, startedAt, isAlive, isLeaving, leases } = row
  const age = `started ${ageOf(now - startedAt)} ago`
  const says = `version ${version}, ${age}, ${String(leases)} leases, ${url ?? 'alone'}`
  if (!isAlive) return poor(node, `${says}; dead, until the others have taken its leases`)
  if (url === null) return poor(node, `${says}; it shares the database with nobody`)
  const answer = await whoAnswers(url)
  if (answer === node) {
    if (operatorToken !== undefined && (await refuses(url, operatorToken)))
      return bad(node, `${says}, which has another operator token`)
    return good(node, `${says}, which answers${isLeaving ? '; it leaves' : ''}`)
  }
  return bad(node, `${says}; ${answer === undefined ? 'which does not answer here' : 'where something else answers'}`)
}

function* leaseChecks({ free, jobs, nodes }: facts.LeaseFacts): Generator<Check> {
  const isAnybodyThere = nodes.some(({ isAlive }) => isAlive)
  if (!isAnybodyThere) {
    yield poor('leases', `${String(free)} are free, and no node lives`)
    return
  }
  yield free === 0
    ? good('leases', 'none is free')
    : poor('leases', `${String(free)} are free: they are taken within seconds`)
  yield jobs === undefined
    ? poor('jobs', 'nobody does them: they are taken within seconds')
    : good('jobs', `done by ${jobs}`)
}

const Health = Compile(Type.Object({ status: Type.Literal('ok'), node: Type.String() }))
const timeouts = { headersTimeout: ANSWER_MS, bodyTimeout: ANSWER_MS } as const

/** The node's own name; empty where it is something else, undefined where there is nothing. */
async function whoAnswers(url: string): Promise<string | undefined> {
  try {
    const { body } = await request(`${url}/health`, { ...timeouts, signal: AbortSignal.timeout(ANSWER_MS) })
    const json: unknown = await body.json().catch(() => undefined)
    return Health.Check(json) ? json.node : ''
  } catch {
    return undefined
  }
}

/** Whether the node does not take this token for the operator's. */
async function refuses(url: string, token: string): Promise<boolean> {
  try {
    const { body, statusCode } = await request(`${url}/api/operator/v1/tariffs`, {
      ...timeouts,
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(ANSWER_MS),
    })
    await body.dump()
    return statusCode === 401
  } catch {
    return false
  }
}

function isLoopback(url: string): boolean {
  return /^(localhost|127\.|\[::1\])/.test(new URL(url).hostname)
}

const SCALE = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
] as const

function ageOf(ms: number): string {
  const [size, unit] = SCALE.find(([each]) => ms >= each) ?? ([1000, 's'] as const)
  return `${String(Math.max(0, Math.floor(ms / size)))} ${unit}`
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

const check =
  (outcome: Check['outcome']) =>
  (what: string, says: string): Check => ({ what, outcome, says })
const good = check('good')
const poor = check('poor')
const bad = check('bad')
