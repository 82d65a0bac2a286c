// Truth: the promises of the storage port, and that SQLite's own integrity check finds nothing.
import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import BetterSqlite from 'better-sqlite3'
import { silentLog } from '../../src/lib/log.ts'
import { openSqliteStore } from '../../src/storage/sql/sqlite-store.ts'
import type { Harness } from './harness.ts'
import * as sample from './samples.ts'
import { storeConformance } from './store-conformance.ts'

storeConformance('SQLite', fresh)

async function fresh(): Promise<Harness & { readonly file: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'jadegate-store-'))
  const file = join(folder, 'data', 'jadegate.db')
  return {
    file,
    open: (sealingKey = sample.KEY) => openSqliteStore({ file, sealingKey, log: silentLog }),
    dump: () => Promise.resolve(dump(file)),
    change(sql) {
      const database = new BetterSqlite(file)
      database.exec(sql)
      database.close()
      return Promise.resolve()
    },
    async bytesAtRest() {
      const names = await readdir(join(folder, 'data'))
      return Buffer.concat(await Promise.all(names.map((name) => readFile(join(folder, 'data', name)))))
    },
    async destroy() {
      await rm(folder, { recursive: true })
    },
  }
}

function dump(file: string): ReadonlyMap<string, readonly object[]> {
  const database = new BetterSqlite(file, { readonly: true })
  try {
    const tables = database.prepare("select name from sqlite_master where type = 'table'").pluck().all() as string[]
    return new Map(tables.map((table) => [table, database.prepare(`select * from ${table}`).all() as object[]]))
  } finally {
    database.close()
  }
}

test('the files are readable by their owner alone, and after close there is one', async () => {
  const harness = await fresh()
  const store = await harness.open()
  await sample.commit(store, sample.addInstance(sample.FIRST))
  const names = await readdir(join(harness.file, '..'))
  assert.ok(names.length > 1)
  for (const name of names) assert.equal((await stat(join(harness.file, '..', name))).mode & 0o077, 0, name)
  await store.close()
  assert.deepEqual(await readdir(join(harness.file, '..')), ['jadegate.db'])
  await harness.destroy()
})

test('it answers a ping when it would take a write, and not before', async () => {
  const harness = await fresh()
  const store = await harness.open()
  const other = new BetterSqlite(harness.file)
  other.exec('begin immediate')
  let answered = false
  const ping = store.ping().then(() => (answered = true))
  await sleep(50)
  assert.equal(answered, false)
  other.exec('rollback')
  await ping
  other.close()
  await store.close()
  await harness.destroy()
})

test('another process that writes meanwhile delays a commit and breaks nothing', async () => {
  const harness = await fresh()
  const store = await harness.open()
  const other = new BetterSqlite(harness.file)
  other.exec('begin immediate')
  const waiting = store.commit(sample.batch([sample.notify(sample.FIRST, 1)]))
  const first = await Promise.race([
    waiting.then(() => 'stored'),
    new Promise((resolve) => setTimeout(resolve, 100, 'waits')),
  ])
  assert.equal(first, 'waits')
  other.exec('commit')
  other.close()
  assert.deepEqual(await waiting, { ok: true })
  await store.close()
  await harness.destroy()
})

test('a lease that another process takes is lost at once, also to who has written under it before', async () => {
  const harness = await fresh()
  const store = await harness.open()
  await sample.commit(store, sample.addInstance(sample.FIRST))
  const guard = sample.owns(sample.FIRST)
  const write = (receiptId: number) => store.commit(sample.batch([sample.notify(sample.FIRST, receiptId)], [guard]))
  assert.deepEqual(await Promise.all([write(1), write(2)]), [{ ok: true }, { ok: true }])
  assert.deepEqual(await write(3), { ok: true })
  const other = new BetterSqlite(harness.file)
  other.exec('update lease set epoch = epoch + 1')
  other.close()
  assert.deepEqual(await write(4), { ok: false, refusedBy: guard })
  assert.deepEqual(await store.mailbox.sizes(), [{ instance: sample.FIRST, count: 3, last: 3 }])
  await store.close()
  await harness.destroy()
})

test('a commit that the database refuses as a whole fails every batch of the group, and the next group is stored', async () => {
  const harness = await fresh()
  const store = await harness.open()
  // A deferred reference is only looked at when the group commits.
  const other = new BetterSqlite(harness.file)
  other.exec('create table parent (id integer primary key)')
  other.exec('create table child (id integer references parent (id) deferrable initially deferred)')
  other.exec(`create trigger orphan after insert on mailbox when new.receipt_id = 13
    begin insert into child values (1); end`)
  other.close()
  const outcomes = await Promise.allSettled(
    [12, 13, 14].map((receiptId) => store.commit(sample.batch([sample.notify(sample.FIRST, receiptId)]))),
  )
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'rejected', 'rejected'],
  )
  await sample.commit(store, sample.notify(sample.FIRST, 15))
  assert.deepEqual(await store.mailbox.sizes(), [{ instance: sample.FIRST, count: 1, last: 15 }])
  await store.close()
  await harness.destroy()
})

test('the log is taken into the file while others write: it stops growing, and nothing of it is lost at a close in between', async () => {
  const harness = await fresh()
  const store = await harness.open()
  await sample.commit(store, sample.addInstance(sample.FIRST))
  let receiptId = 0
  // Every batch changes pages, so that a log that nobody takes in grows with their number.
  const write = async (upTo: number) => {
    const writer = async () => {
      while (receiptId < upTo) await sample.commit(store, sample.notify(sample.FIRST, ++receiptId))
    }
    await Promise.all(Array.from({ length: 200 }, writer))
    return (await stat(`${harness.file}-wal`)).size
  }
  const early = await write(20_000)
  const late = await write(80_000)
  // A multiple of the interval, so that a checkpoint has just begun.
  await write(84_000)
  await store.close()
  assert.ok(late < early * 2, `${String(early)} bytes after 20,000 batches, ${String(late)} after 80,000`)
  assert.deepEqual(await readdir(join(harness.file, '..')), ['jadegate.db'])
  const again = await harness.open()
  assert.deepEqual(await again.mailbox.sizes(), [{ instance: sample.FIRST, count: 84_000, last: 84_000 }])
  await again.close()
  const database = new BetterSqlite(harness.file)
  assert.deepEqual(database.pragma('integrity_check', { simple: true }), 'ok')
  database.close()
  await harness.destroy()
})

test('the journal is indexed while messages come, without a query, and what an earlier process left is, too', async () => {
  const harness = await fresh()
  const store = await harness.open()
  const indexed = async (atLeast: number) => {
    const until = Date.now() + 10_000
    const upTo = () => (dump(harness.file).get('journal_index') as { up_to: number }[]).map((row) => row.up_to)
    while (upTo().some((one) => one < atLeast)) {
      assert.ok(Date.now() < until, `indexed up to ${upTo().join(' and ')}`)
      await sleep(20)
    }
    const rows = dump(harness.file)
    assert.deepEqual(
      [rows.get('journal_chat')?.length, rows.get('journal_shelf')?.length],
      [...upTo()],
      'every row up to the number, and no other',
    )
  }
  const add = (from: number, to: number) =>
    Promise.all(
      Array.from({ length: to - from }, (_, n) =>
        store.commit(sample.batch([sample.addMessage(sample.FIRST, `m${from + n}`)])),
      ),
    )
  try {
    await add(0, 10_000)
    await add(10_000, 10_001)
    await indexed(10_000)
    await add(10_001, 12_000)
  } finally {
    await store.close()
  }
  const again = await harness.open()
  try {
    await again.commit(sample.batch([]))
    await indexed(12_000)
  } finally {
    await again.close()
    await harness.destroy()
  }
})

test('10,000 instances are read in well under a second', async () => {
  const harness = await fresh()
  const store = await harness.open()
  const ids = Array.from({ length: 10_000 }, (_, n) => (sample.FIRST + n) as typeof sample.FIRST)
  await Promise.all(ids.map((id) => store.commit(sample.batch([sample.addInstance(id)]))))
  const startedAt = performance.now()
  assert.equal((await store.instances.all()).length, 10_000)
  assert.ok(performance.now() - startedAt < 900)
  await store.close()
  await harness.destroy()
})
