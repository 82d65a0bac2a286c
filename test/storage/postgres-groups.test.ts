// Truth: batches that can share a transaction do, whatever guards they have: a server under load stands on that.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client } from 'pg'
import { silentLog } from '../../src/lib/log.ts'
import type { InstanceId } from '../../src/model/ids.ts'
import { GUARDS } from '../../src/storage/sql/guards.ts'
import { connectionOf } from '../../src/storage/sql/postgres/connection.ts'
import type { PgLike } from '../../src/storage/sql/postgres/pg-like.ts'
import { openPgPool } from '../../src/storage/sql/postgres/pg-pool.ts'
import { openPostgresStore } from '../../src/storage/sql/postgres-store.ts'
import type { Batch, Guard, Store } from '../../src/storage/store.ts'
import { noPostgres, startPostgres } from '../support/postgres.ts'
import * as sample from './samples.ts'

const COUNT = 40

const instance = (n: number) => (sample.FIRST + n) as InstanceId

/** A guard that holds, of each kind that may go with others. */
const HOLDING = {
  owns: (n) => ({ kind: 'owns', instance: instance(n), epoch: sample.EPOCH }),
  queued: (n) => ({ kind: 'queued', instance: instance(n), position: 1 }),
  once: (n) => ({ kind: 'once', scope: 's', key: `k${n}`, bodyHash: 'h', answer: '{}', at: 1 }),
  sequence: (n) => ({ kind: 'sequence', messenger: 'whatsapp', value: n + 1 }),
  fresh: (n) => ({ kind: 'fresh', instance: instance(n), chat: sample.CHAT, id: sample.messageId('new') }),
  newMessage: (n) => ({ kind: 'newMessage', row: sample.message(instance(n), 'added', { byApi: false }) }),
} satisfies Partial<Record<Guard['kind'], (n: number) => Guard>>

void test('batches whose guards hold go together', { skip: noPostgres() }, async (t) => {
  const server = await startPostgres({ isDurable: false })
  const transactions: ('stored' | 'failed')[] = []
  const pool = openPgPool({ connection: connectionOf(await server.newDatabase()), size: 8, log: silentLog })
  const store = await openPostgresStore({ db: watched(pool, transactions), sealingKey: sample.KEY })
  t.after(async () => {
    await store.close()
    await server.stop()
  })
  const all = Array.from({ length: COUNT }, (_, n) => n)
  await sample.commit(
    store,
    ...all.flatMap((n) => [sample.addInstance(instance(n)), ...sample.enqueue(instance(n), 1, `queued${n}`)]),
  )

  await t.test('each kind that may is here', () => {
    const kinds = Object.entries(GUARDS).flatMap(([kind, { many }]) => (many === undefined ? [] : [kind]))
    assert.deepEqual(kinds.toSorted(), Object.keys(HOLDING).toSorted())
  })
  for (const [kind, guard] of Object.entries(HOLDING)) {
    await t.test(kind, async () => {
      transactions.length = 0
      await commitAll(
        store,
        all.map((n) => ({ guards: [guard(n)], writes: [] })),
      )
      assert.ok(!transactions.includes('failed'), 'none was begun in vain')
      assert.ok(transactions.length <= 3, `${transactions.length} transactions`)
    })
  }
  await t.test('creations', async () => {
    transactions.length = 0
    await commitAll(
      store,
      all.map((n) => ({
        guards: [{ kind: 'sequence', messenger: 'telegram', value: n + 1 }],
        writes: [
          {
            kind: 'instance.add',
            row: sample.instance(instance(1000 + n)),
            owner: 'node',
            epoch: sample.EPOCH,
            isUnlimited: true,
          },
        ],
      })),
    )
    assert.ok(transactions.length <= 3 && !transactions.includes('failed'), transactions.join())
  })
  await t.test('claims', async () => {
    transactions.length = 0
    await commitAll(
      store,
      all.map((n) => ({
        guards: [HOLDING.owns(n), HOLDING.queued(n)],
        writes: [
          { kind: 'outbox.claim', instance: instance(n), position: 1, epoch: sample.EPOCH, deadline: 5 },
          { kind: 'instance.sent', instance: instance(n), at: 4 },
        ],
      })),
    )
    assert.ok(transactions.length <= 3 && !transactions.includes('failed'), transactions.join())
  })
})

void test(
  'what another node claims while a group waits for it is lost to the group, the rest is stored',
  { skip: noPostgres() },
  async (t) => {
    const server = await startPostgres({ isDurable: false })
    const url = await server.newDatabase()
    const pool = openPgPool({ connection: connectionOf(url), size: 8, log: silentLog })
    const store = await openPostgresStore({ db: pool, sealingKey: sample.KEY })
    const [other, beside] = [new Client({ connectionString: url }), new Client({ connectionString: url })]
    await Promise.all([other.connect(), beside.connect()])
    t.after(async () => {
      await Promise.all([store.close(), other.end(), beside.end()])
      await server.stop()
    })
    const all = Array.from({ length: 5 }, (_, n) => n)
    await sample.commit(store, ...all.map((n) => sample.addInstance(instance(n))))

    await other.query('begin')
    await other.query('update lease set epoch = epoch + 1 where instance_id = $1', [instance(2)])
    const done = Promise.all(
      all.map((n) => store.commit(sample.batch([sample.addMessage(instance(n), 'm')], [sample.owns(instance(n))]))),
    )
    const waiting = 'select 1 from pg_stat_activity where wait_event_type = $1 and datname = current_database()'
    while ((await beside.query(waiting, ['Lock'])).rowCount === 0) await new Promise((resolve) => setImmediate(resolve))
    await other.query('commit')

    assert.deepEqual(
      (await done).map(({ ok }) => ok),
      [true, true, false, true, true],
    )
    const stored = await Promise.all(all.map((n) => store.journal.find(instance(n), sample.messageId('m'))))
    assert.deepEqual(
      stored.map((row) => row !== null),
      [true, true, false, true, true],
    )
  },
)

async function commitAll(store: Store, batches: readonly Batch[]): Promise<void> {
  const done = await Promise.all(batches.map((batch) => store.commit(batch)))
  assert.ok(done.every(({ ok }) => ok))
}

/** Writes down how each transaction ended. */
function watched(db: PgLike, transactions: ('stored' | 'failed')[]): PgLike {
  return {
    read: (statements, options) => db.read(statements, options),
    async transaction(work, options) {
      try {
        const value = await db.transaction(work, options)
        transactions.push('stored')
        return value
      } catch (error) {
        transactions.push('failed')
        throw error
      }
    },
    close: () => db.close(),
  }
}
