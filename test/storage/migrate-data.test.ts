// Truth: what a SQLite store held, read through the port and row by row; PostgreSQL is a server of the test's own.
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { after, before, beforeEach, afterEach, describe, test } from 'node:test'
import { Client } from 'pg'
import BetterSqlite from 'better-sqlite3'
import { silentLog } from '../../src/lib/log.ts'
import { JOBS } from '../../src/storage/cluster-store.ts'
import type { Store } from '../../src/storage/store.ts'
import { takeLock } from '../../src/storage/sql/sqlite-database.ts'
import { openSqliteStore } from '../../src/storage/sql/sqlite-store.ts'
import { connectionOf } from '../../src/storage/sql/postgres/connection.ts'
import { openPgPool } from '../../src/storage/sql/postgres/pg-pool.ts'
import { openPostgresStore } from '../../src/storage/sql/postgres-store.ts'
import { MIGRATE, runMigrate } from '../support/migrate-command.ts'
import { noPostgres, startPostgres, type TestPostgres } from '../support/postgres.ts'
import { addEverything, MONTH } from './every-kind-of-row.ts'
import * as sample from './samples.ts'

const { FIRST, SECOND, CHAT, KEY, ACCOUNT } = sample
const BEAT = { node: 'a', url: null, version: '1', startedAt: 1, engines: '', isLeaving: false, leaseMs: 60_000 }

let server: TestPostgres
let folder: string
let url: string
let beside: Client

describe('jadegate migrate', { skip: noPostgres() }, () => {
  before(async () => {
    server = await startPostgres({ isDurable: false })
  })
  after(() => server.stop())
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jadegate-move-'))
    url = await server.newDatabase()
    beside = new Client({ connectionString: url })
    await beside.connect()
  })
  afterEach(async () => {
    await beside.end()
    await rm(folder, { recursive: true })
  })
  moving()
  drawing()
  repeating()
  refusing()
})

function moving(): void {
  test('every row of every table is there, and the port reads the same', async () => {
    await fill()
    const { code, out, err } = await migrate()
    assert.deepEqual([code, err], [0, ''])
    assert.match(out, /^copying: \d+ of \d+ rows.*\nchecking: (\d+) of \1 rows .*\n\1 rows were moved and compared/s)
    for (const [table, rows] of sqliteRows()) {
      assert.notEqual(rows.length, 0, `the sample has no row of ${table}`)
      assert.deepEqual(await postgresRows(table), rows, table)
    }
    const source = await openSource()
    const target = await openTarget()
    try {
      assert.deepEqual(await everything(target), await everything(source))
      // What numbers itself goes on behind what is there.
      await sample.commit(target, sample.addMessage(FIRST, 'next'), sample.notify(FIRST, 99), sample.addEvent('next'))
      assert.equal((await target.journal.ofChat(FIRST, CHAT, 9))[0]?.id, 'next')
      assert.equal((await target.cluster?.beat(BEAT))?.free, 3)
      const claimed = (await target.cluster?.claim('a', 9)) ?? []
      assert.deepEqual([...claimed].toSorted(), [[JOBS, 1], [FIRST, 2], [SECOND, 2]]) // prettier-ignore
    } finally {
      await Promise.all([source.close(), target.close()])
    }
  })

  test('more rows than a portion holds, and rows so large that few are one', async () => {
    await fill()
    const database = new BetterSqlite(file())
    const add = database.prepare('insert into mailbox (instance_id, receipt_id, body, at) values (?, ?, ?, 1)')
    const large = JSON.stringify({ text: '€'.repeat(1_500_000) })
    database.transaction(() => {
      for (let n = 0; n < 2500; n++) add.run(FIRST, 1000 + n, n % 500 === 0 ? large : `{"n":"\\u0000 ${n}"}`)
      database.exec('delete from mailbox where receipt_id in (1001, 1999)')
    })()
    database.close()
    const { code, err } = await migrate()
    assert.deepEqual([code, err], [0, ''])
    const count = 'select count(*)::int as count, sum(length(body))::int as length from mailbox'
    const there = (await beside.query<object>(count)).rows[0]
    const source = new BetterSqlite(file(), { readonly: true })
    const here = source.prepare('select count(*) as count, sum(length(body)) as length from mailbox').get()
    source.close()
    assert.deepEqual(there, here)
  })
}

function drawing(): void {
  test('on a terminal a bar shows both steps, and lines are kept for the end', async () => {
    await fill()
    const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 200 })
    const { out } = await migrate({}, MIGRATE, terminal)
    const drawn = String(terminal.read())
    for (const step of ['copying', 'checking']) assert.match(drawn, new RegExp(`${step} \\[.*100% \\| (\\d+)/\\1 rows`))
    assert.doesNotMatch(out, /copying/)
    assert.match(out, /rows were moved and compared/)
  })
}

function repeating(): void {
  test('once more: what came since is there too, and what went is gone', async () => {
    await fill()
    assert.equal((await migrate()).code, 0)
    const source = await openSource()
    await sample.commit(source, sample.addMessage(FIRST, 'since'), {
      kind: 'mailbox.remove',
      instance: FIRST,
      receiptId: 1,
    })
    await source.close()
    assert.equal((await migrate()).code, 0)
    for (const [table, rows] of sqliteRows()) assert.deepEqual(await postgresRows(table), rows, table)
  })

  test('what broke off keeps servers away, and the next run does all of it', async () => {
    await fill()
    await (await openTarget()).close()
    await beside.query(`create function fail() returns trigger language plpgsql as
      $$ begin raise exception 'no more'; end $$`)
    await beside.query('create trigger fail before insert on mailbox for each row execute function fail()')
    const broken = await migrate()
    assert.equal(broken.code, 1)
    assert.match(broken.err, /^Nothing is moved yet, run it again: PostgreSQL P0001: no more$/)
    assert.notEqual((await postgresRows('message')).length, 0, 'it broke off in the middle')
    await assert.rejects(openTarget(), /run jadegate migrate again/)
    await beside.query('drop trigger fail on mailbox')
    assert.equal((await migrate()).code, 0)
    await (await openTarget()).close()
  })

  test('a row that comes otherwise than it went, and one that is lost, are found', async () => {
    await fill()
    await (await openTarget()).close()
    await beside.query(`create function damage() returns trigger language plpgsql as
      $$ begin if new.id = 'b' then new.description := 'x'; end if; return new; end $$`)
    await beside.query('create trigger damage before insert on message for each row execute function damage()')
    await beside.query('create rule lose as on insert to receipt do instead nothing')
    const { code, err } = await migrate()
    assert.equal(code, 1)
    assert.match(err, /otherwise than they went.*: message 1, receipt 1\. Run it again\./)
    await assert.rejects(openTarget(), /run jadegate migrate again/)
  })
}

function refusing(): void {
  test('a server on the data folder', async () => {
    await fill()
    const release = takeLock(join(folder, 'server.lock'))
    const { code, err } = await migrate()
    release?.()
    assert.equal(code, 1)
    assert.match(err, /^Another server runs on the data folder .*; stop it first\.$/)
  })

  test('nothing to move, nowhere to move it, and what can not be asked', async () => {
    assert.match((await migrate()).err, /^There is nothing to move: no .*jadegate\.db\.$/)
    await fill()
    assert.match((await migrate({ JADEGATE_DATABASE_URL: '' })).err, /Set JADEGATE_DATABASE_URL/)
    const elsewhere = await migrate({}, [...MIGRATE.slice(0, -1), 'oracle'])
    assert.equal(elsewhere.code, 2)
    assert.match(elsewhere.err, /Allowed choices are postgres/)
  })

  test('another key, of either side', async () => {
    await fill()
    const other = { JADEGATE_SEALING_KEY: sample.OTHER_KEY.toString('hex') }
    assert.match((await migrate(other)).err, /sealed with another key/)
    await (await openTarget(sample.OTHER_KEY)).close()
    assert.match((await migrate()).err, /That PostgreSQL database was sealed with another key/)
  })

  test('a database that holds another installation', async () => {
    const target = await openTarget()
    await sample.commit(target, sample.putAccount('theirs'))
    await target.close()
    await fill()
    const { code, err } = await migrate()
    assert.equal(code, 1)
    assert.match(err, /holds the data of another installation/)
    assert.equal((await postgresRows('account')).length, 1)
  })

  test('a database to which another data folder was moved', async () => {
    await fill()
    assert.equal((await migrate()).code, 0)
    await rm(file())
    await fill()
    assert.match((await migrate()).err, /holds the data of another installation/)
  })

  test('a database on which a server starts in the last moment', async () => {
    await fill()
    const target = await openTarget()
    await beside.query(`create function start() returns trigger language plpgsql as
      $$ begin insert into node values ('a', null, '1', 1, '', 0, 1, 1); return null; end $$`)
    await beside.query('create trigger start after insert on statement for each statement execute function start()')
    assert.match((await migrate()).err, /^A server works on that PostgreSQL database/)
    await target.close()
    await assert.rejects(openTarget(), /run jadegate migrate again/)
  })

  test('a database on which a server works, or has worked since', async () => {
    await fill()
    assert.equal((await migrate()).code, 0)
    const target = await openTarget()
    await target.cluster?.beat(BEAT)
    assert.match((await migrate()).err, /^A server works on that PostgreSQL database/)
    await target.cluster?.claim('a', 9)
    await target.cluster?.leave('a')
    await target.close()
    assert.match((await migrate()).err, /^A server has worked on what was moved there/)
  })
}

const file = (): string => join(folder, 'jadegate.db')
const openSource = (): Promise<Store> => openSqliteStore({ file: file(), sealingKey: KEY, log: silentLog })
const openTarget = (sealingKey: Uint8Array = KEY): Promise<Store> =>
  openPostgresStore({ db: openPgPool({ connection: connectionOf(url), size: 4, log: silentLog }), sealingKey })

async function fill(): Promise<void> {
  await mkdir(folder, { recursive: true })
  const store = await openSource()
  try {
    await addEverything(store)
  } finally {
    await store.close()
  }
}

/** What the port's reads say. */
async function everything(store: Store): Promise<unknown> {
  const { instances, accounts, billing, journal, usage, outbox, mailbox, secrets, files, answers } = store
  return Promise.all([
    ...[instances.all(), instances.lastId('whatsapp'), instances.states(FIRST, 9)],
    ...[accounts.all(), accounts.tokens(), accounts.hooks(), store.audit.list({}, 9), store.events.due(999, 9)],
    ...[billing.tariffs(), billing.prices(), billing.balance(ACCOUNT), billing.ledger({ account: ACCOUNT }, 9)],
    ...[billing.chargedUpTo(), billing.statements(ACCOUNT), billing.check(ACCOUNT), billing.totals(ACCOUNT, 0, 1e6)],
    ...[journal.ofChat(FIRST, CHAT, 9), journal.receipts(FIRST, sample.messageId('a'))],
    ...[usage.ofMonth(FIRST, MONTH), usage.correspondents(FIRST, MONTH)],
    ...[outbox.sizes(), outbox.list(FIRST, 9), outbox.claimed(FIRST), mailbox.sizes(), mailbox.head(FIRST)],
    ...[store.deliveries.list(FIRST, {}, 9), store.deliveries.find(FIRST, 1), store.deliveries.find(FIRST, 2)],
    ...[store.people.list(9), store.people.members(ACCOUNT), store.people.sessions('ann', 1)],
    store.people.invitations(ACCOUNT, 1),
    ...[secrets.all(FIRST), files.find(FIRST, 'ab'), answers.find('scope-1', 'key')],
  ])
}

/** Leases are nobody's until a node claims them. */
function sqliteRows(): ReadonlyMap<string, readonly object[]> {
  const database = new BetterSqlite(file(), { readonly: true })
  const own = new Set([
    'meta',
    'register',
    'journal_chat',
    'journal_shelf',
    'journal_index',
    'charge_scratch',
    'delivery_index',
    'delivery_indexed',
  ])
  try {
    const tables = database.prepare("select name from sqlite_master where type = 'table'").pluck().all() as string[]
    const rows = (table: string) =>
      (database.prepare(`select * from ${table}`).all() as object[]).map((row) =>
        table === 'lease' ? { ...row, owner: '', expires_at: null } : row,
      )
    return new Map(tables.filter((table) => !own.has(table)).map((table) => [table, rows(table).toSorted(byText)]))
  } finally {
    database.close()
  }
}

async function postgresRows(table: string): Promise<readonly object[]> {
  const { rows } = await beside.query<{ row: Record<string, unknown> }>(`select to_json(t) as row from ${table} t`)
  return rows
    .map(({ row: { listed, ...row } }) => (assert.equal(listed !== undefined, table === 'instance'), row))
    .toSorted(byText)
}

function byText(one: object, other: object): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1
}

const migrate = (env: Readonly<Record<string, string>> = {}, args = MIGRATE, terminal?: NodeJS.WritableStream) =>
  runMigrate({ folder, url, key: KEY.toString('hex') }, { env, args, ...(terminal !== undefined && { terminal }) })
