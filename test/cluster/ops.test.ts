// Truth: docs/operators/scaling.md: what /ready, /metrics and `jadegate doctor cluster` say of nodes that share a database, and no secret in it.
import assert from 'node:assert/strict'
import { after, before, describe, test, type TestContext } from 'node:test'
import { Client } from 'pg'
import { postgresDialect } from '../../src/storage/dialect.ts'
import { migrate, MIGRATIONS, SchemaTooNew, type RunStatement } from '../../src/storage/migrations/migrate.ts'
import type { Migration } from '../../src/storage/migrations/migration.ts'
import { runCommand } from '../support/command.ts'
import { eventually } from '../support/road.ts'
import { noPostgres, startPostgres, type TestPostgres } from '../support/postgres.ts'
import { OPERATOR_TOKEN, PARTNER_TOKEN } from '../support/server.ts'
import { LEASE_MS, openRoom, type Room, type TestNode } from './nodes.ts'

const SEALING_KEY = '0a'.repeat(32)

const figure = async (node: TestNode, name: string): Promise<number> => {
  const { text } = await node.call('GET', '/metrics')
  const line = text.split('\n').find((one) => one.startsWith(`${name} `))
  assert.ok(line !== undefined, `${name} in\n${text}`)
  return Number(line.slice(name.length + 1))
}

const ready = async (node: TestNode) => {
  const { status, json } = await node.call('GET', '/ready')
  return { ...(json as { reason?: string; cluster: { node: string; nodesAlive: number; owned: number } }), status }
}

async function doctor(env: Readonly<Record<string, string>>) {
  const { code, out, err } = await runCommand(['doctor', 'cluster'], { env })
  return { code, out: `${out}\n${err}` }
}

/** A step that only adds. */
function addColumn(version: number, oldestCode: number): Migration {
  return {
    version,
    name: `step ${version}`,
    oldestCode,
    statements: ({ schema: { schema } }) => [
      schema.alterTable('instance').addColumn(`added_${version}`, 'bigint', (column) => column.notNull().defaultTo(0)),
      schema.createTable(`table_${version}`).addColumn('id', 'bigint'),
    ],
  }
}

describe('whoever runs several nodes', { skip: noPostgres() }, () => {
  let postgres: TestPostgres
  before(async () => {
    postgres = await startPostgres({ isDurable: false })
  })
  after(() => postgres.stop())

  async function roomOf(t: TestContext): Promise<{ readonly room: Room; readonly url: string }> {
    const url = await postgres.newDatabase()
    const room = await openRoom(url)
    t.after(() => room.close())
    return { room, url }
  }

  const envOf = (url: string, room: Room, node: TestNode, more: Readonly<Record<string, string>> = {}) => ({
    JADEGATE_DATABASE_URL: url,
    JADEGATE_NODE_URL: node.url,
    JADEGATE_SEALING_KEY: SEALING_KEY,
    JADEGATE_OPERATOR_TOKEN: OPERATOR_TOKEN,
    JADEGATE_SIMULATOR_URL: room.network.url,
    JADEGATE_MEDIA_DIR: node.dataDir,
    ...more,
  })

  test('sums over the nodes count each instance once; a node that is cut off is not ready and says why', async (t) => {
    const { room } = await roomOf(t)
    const one = await room.start()
    for (let n = 0; n < 8; n++) await one.make()
    const two = await room.start()
    const both = [one, two]
    await eventually(async () => {
      const living = await Promise.all(both.map((node) => figure(node, 'jadegate_cluster_leases_living')))
      return Math.min(...living) >= 3 && living.reduce((sum, count) => sum + count) === 9
    }, 'both live their share')
    const instances = 'jadegate_instances{messenger="whatsapp",state="notAuthorized",held="no"}'
    const counted = await Promise.all(both.map((node) => figure(node, instances)))
    assert.equal(
      counted.reduce((sum, count) => sum + count),
      8,
    )
    for (const node of both) {
      assert.equal(await figure(node, 'jadegate_cluster_nodes{state="alive"}'), 2)
      assert.equal(await figure(node, 'jadegate_cluster_sure'), 1)
      assert.ok((await figure(node, 'jadegate_cluster_beat_age_seconds')) < LEASE_MS / 1000)
      assert.equal(await figure(node, 'jadegate_database_connections_limit'), 16)
      const { status, cluster } = await ready(node)
      assert.deepEqual([status, cluster.nodesAlive], [200, 2])
      const told = (await node.call('GET', '/ready')).text + (await node.call('GET', '/metrics')).text
      for (const secret of [PARTNER_TOKEN, OPERATOR_TOKEN, SEALING_KEY, '127.0.0.1']) assert.ok(!told.includes(secret))
    }
    const jobs = await Promise.all(both.map((node) => figure(node, 'jadegate_cluster_jobs')))
    assert.deepEqual(jobs.toSorted(), [0, 1])
    const given = await Promise.all(both.map((node) => figure(node, 'jadegate_cluster_leases_total{event="given"}')))
    assert.ok(given.some((count) => count >= 3))
    two.cut()
    await eventually(async () => (await ready(two)).status === 503, 'the node without a database is not ready')
    assert.match((await ready(two)).reason ?? '', /the database does not answer/)
    assert.equal((await ready(one)).status, 200)
    assert.equal((await two.call('GET', '/health')).status, 200)
    await eventually(async () => (await figure(two, 'jadegate_cluster_sure')) === 0, 'it is not sure any more')
    two.heal()
    await eventually(async () => (await ready(two)).status === 200, 'it is ready again')
  })

  test('the doctor tells how the nodes are, and ends with 1 where one is not reached', async (t) => {
    const { room, url } = await roomOf(t)
    const one = await room.start()
    await one.make()
    const two = await room.start()
    const nodes = await Promise.all([one, two].map(async (node) => (await ready(node)).cluster.node))
    const well = await eventually(async () => {
      const told = await doctor(envOf(url, room, one))
      return told.code === 0 && told.out.includes('leases: none is free') && told.out
    }, 'all is well')
    assert.match(well, /database: PostgreSQL \d+, takes writes/)
    assert.match(well, /clock: 0\.0 s/)
    assert.match(well, /schema: version \d+/)
    assert.match(well, /jobs: done by node:/)
    for (const node of nodes) assert.match(well, new RegExp(`ok {4}${node}: version [^ ]+, started .* answers`))
    for (const secret of [SEALING_KEY, OPERATOR_TOKEN, PARTNER_TOKEN]) assert.ok(!well.includes(secret))
    const strange = await room.start({ JADEGATE_NODE_URL: room.network.url })
    const told = await doctor(envOf(url, room, one))
    assert.equal(told.code, 1)
    assert.match(told.out, /FAIL {2}node:.*where something else answers/)
    await strange.stop()
    const wrong = await doctor(envOf(url, room, one, { JADEGATE_SEALING_KEY: '0b'.repeat(32) }))
    assert.equal(wrong.code, 1)
    assert.match(wrong.out, /FAIL {2}sealing key: the database was sealed with another one/)
    const stranger = await doctor(envOf(url, room, one, { JADEGATE_OPERATOR_TOKEN: 'op.another-token' }))
    assert.equal(stranger.code, 1)
    assert.match(stranger.out, /FAIL {2}node:.*has another operator token/)
  })

  test('a cell gives out ids of its own, and a node of another one does not start on it', async (t) => {
    const { room, url } = await roomOf(t)
    const node = await room.start({ JADEGATE_CELL: '12' })
    assert.equal((await node.make()).idInstance, 1_120_000_000)
    assert.equal((await node.make({ name: 'second' }, '/v3')).idInstance, 3_120_000_000)
    const other = await room.start({ JADEGATE_CELL: '12' })
    assert.equal((await other.make({ name: 'third' })).idInstance, 1_120_000_001)
    await assert.rejects(room.start({ JADEGATE_CELL: '13' }), /JADEGATE_CELL=13: .*112000000\d/)
    assert.match((await doctor(envOf(url, room, node, { JADEGATE_CELL: '12' }))).out, /ok {4}ids: of cell 12/)
    const wrong = await doctor(envOf(url, room, node, { JADEGATE_CELL: '13' }))
    assert.deepEqual([wrong.code, /FAIL {2}ids: .*not of cell 13/.test(wrong.out)], [1, true])
  })

  test('nodes of before go on beside a newer schema, and start on it, unless it says that they are too old', async (t) => {
    const { room, url } = await roomOf(t)
    const [one, two] = [await room.start(), await room.start()]
    const { idInstance, apiTokenInstance } = await one.make()
    const known = MIGRATIONS.at(-1)?.version ?? 0
    /** As the first node of a newer program does when it starts, while calls go on. */
    const newer = async (...steps: readonly (readonly [version: number, oldestCode: number])[]) => {
      const client = new Client({ connectionString: url })
      await client.connect()
      await client.query('begin')
      const run: RunStatement = async (sql, params) =>
        (await client.query<Record<string, unknown>>(sql, [...params])).rows
      const added = steps.map(([version, oldestCode]) => addColumn(version, oldestCode))
      assert.equal((await migrate(run, postgresDialect, [...MIGRATIONS, ...added])).length, 1)
      await client.query('commit')
      await client.end()
    }
    const works = async (node: TestNode) => {
      const named = await node.call('POST', `/waInstance${idInstance}/setSettings/${apiTokenInstance}`, {
        markIncomingMessagesReaded: 'yes',
      })
      assert.equal(named.status, 200)
      assert.ok((await node.make({ name: 'another' })).idInstance > idInstance)
    }
    await newer([known + 1, known])
    await Promise.all([one, two].map(works))
    const three = await room.start()
    await works(three)
    const doctored = await doctor(envOf(url, room, one))
    assert.match(doctored.out, new RegExp(`ok {4}schema: version ${known + 1}, this program knows ${known}`))
    await newer([known + 1, known], [known + 2, known + 2])
    await Promise.all([one, two, three].map(works))
    await assert.rejects(
      room.start(),
      (error) => error instanceof SchemaTooNew && error.message.includes('install a newer version'),
    )
    const refused = await doctor(envOf(url, room, one))
    assert.deepEqual([refused.code, /FAIL {2}schema: .*needs a newer program/.test(refused.out)], [1, true])
  })

  test('the doctor of a server that could not be one of several, or that has no database', async () => {
    const alone = await doctor({})
    assert.deepEqual([alone.code, /FAIL {2}settings: JADEGATE_DATABASE_URL is not set/.test(alone.out)], [1, true])
    const empty = await doctor({ JADEGATE_DATABASE_URL: await postgres.newDatabase() })
    assert.equal(empty.code, 1)
    for (const name of ['NODE_URL', 'SEALING_KEY', 'OPERATOR_TOKEN', 'MEDIA_DIR', 'SIMULATOR_URL'])
      assert.match(empty.out, new RegExp(`FAIL {2}.*JADEGATE_${name} is not set`))
    assert.match(empty.out, /schema: none yet/)
    const gone = await doctor({ JADEGATE_DATABASE_URL: 'postgres://nobody:hidden@127.0.0.1:1/none' })
    assert.equal(gone.code, 1)
    assert.match(gone.out, /FAIL {2}database: No connection/)
    assert.ok(!gone.out.includes('hidden'))
  })
})
