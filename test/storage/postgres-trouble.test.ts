// Truth: what each batch came to, as its caller was told, against the rows that PostgreSQL has in the end.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import { silentLog } from '../../src/lib/log.ts'
import type { InstanceId } from '../../src/model/ids.ts'
import { StorageFailed } from '../../src/storage/storage-failed.ts'
import { connectionOf } from '../../src/storage/sql/postgres/connection.ts'
import { openPgPool } from '../../src/storage/sql/postgres/pg-pool.ts'
import { openPostgresStore } from '../../src/storage/sql/postgres-store.ts'
import type { Store } from '../../src/storage/store.ts'
import { DatabaseProxy, type Fate } from '../support/database-proxy.ts'
import { noPostgres, startPostgres, type TestPostgres } from '../support/postgres.ts'
import * as sample from './samples.ts'

const WRITERS = 24
const ANSWER_MS = 1000

let server: TestPostgres

describe('PostgreSQL in trouble', { skip: noPostgres() }, () => {
  before(async () => {
    server = await startPostgres()
  })
  after(() => server.stop())

  trouble('killed under load, twice', async (load) => {
    for (let round = 0; round < 2; round++) {
      await load.run(300)
      await server.kill()
      await delay(200)
      await server.restart()
      await load.run(200)
    }
    assert.ok(load.stored.size > 300, `${load.stored.size} batches were stored`)
  })

  trouble('stopped by an administrator and away for longer than some are patient', async (load) => {
    await load.run(200)
    await server.halt()
    const begun = performance.now()
    await load.write((sample.FIRST + WRITERS) as InstanceId, 1, 'hasty')
    assert.equal(load.failed.has(`${sample.FIRST + WRITERS}-1`), true, 'it was given up')
    assert.ok(performance.now() - begun < 2500)
    await server.restart()
    await goesOn(load)
  })

  trouble('standing still for longer than an answer is waited for', async (load) => {
    await load.run(200)
    server.pause()
    await delay(2 * ANSWER_MS)
    server.resume()
    await goesOn(load)
  })

  trouble('connections are cut at any moment', async (load, proxy) => {
    for (let cut = 0; cut < 15; cut++) {
      await load.run(20 + 7 * cut)
      proxy.cutAll()
    }
    await load.run(300)
  })

  for (const fate of ['lost', 'answerLost', 'answerSwallowed', 'swallowed'] as const satisfies readonly Fate[]) {
    trouble(`a COMMIT now and then is ${fate}`, async (load, proxy) => {
      let met = 0
      let commits = 0
      proxy.fate = () => {
        if (++commits % 10 !== 0 || met === 12) return 'pass'
        met++
        return fate
      }
      // Of what is swallowed one hears only when the answer is overdue.
      await load.run(fate.endsWith('wallowed') ? 2.5 * ANSWER_MS : 700)
      proxy.fate = () => 'pass'
      await load.run(300)
      assert.ok(met > 1, `${met} commits met it`)
    })
  }

  test('an outcome that is lost is told when the database is back, however long that takes', async () => {
    const proxy = await DatabaseProxy.start(server.port)
    const store = await open(await server.newDatabase(), proxy, 1000)
    await sample.commit(store, sample.addInstance(sample.FIRST))
    for (const fate of ['answerLost', 'lost'] as const) {
      const isAway = new Promise<void>((resolve) => {
        proxy.fate = () => {
          resolve()
          return fate
        }
      })
      const position = fate === 'lost' ? 2 : 1
      const committed = store.commit(
        sample.batch(sample.enqueue(sample.FIRST, position, `${fate}-1`), [sample.owns(sample.FIRST)]),
      )
      const told = committed.then(
        () => 'stored',
        (error: unknown) => error,
      )
      await isAway
      await server.kill()
      const early = await Promise.race([told, delay(1500, 'nothing')])
      assert.equal(early, 'nothing', 'nobody knows yet')
      proxy.fate = () => 'pass'
      await server.restart()
      const found = await told
      const row = await store.journal.find(sample.FIRST, sample.messageId(`${fate}-1`))
      if (found === 'stored') assert.ok(row)
      else assert.ok(found instanceof StorageFailed && row === null)
    }
    await store.close()
    await proxy.close()
  })
})

function open(url: string, proxy: DatabaseProxy, patienceMs = 10_000): Promise<Store> {
  const connection = { ...connectionOf(url), port: proxy.port }
  const db = openPgPool({ connection, size: 8, log: silentLog, answerMs: ANSWER_MS, connectMs: ANSWER_MS })
  return openPostgresStore({ db, sealingKey: sample.KEY, times: { patienceMs } })
}

/** How long a writer waits for a database that does not answer: 0.3 s or 20 s. */
type Patience = 'hasty' | 'patient'

/** Writers that never rest while it runs; each knows what became of its batches. */
class Load {
  readonly stored = new Set<string>()
  readonly failed = new Set<string>()
  readonly #stores: Readonly<Record<Patience, Store>>
  readonly #works: Promise<void>[] = []
  readonly #over = new AbortController()

  constructor(stores: Readonly<Record<Patience, Store>>) {
    this.#stores = stores
  }

  async begin(): Promise<void> {
    for (let n = 0; n < WRITERS; n++) {
      const on = (sample.FIRST + n) as InstanceId
      await sample.commit(this.#stores.patient, sample.addInstance(on))
      this.#works.push(this.#writeOn(on, n % 2 === 0 ? 'hasty' : 'patient'))
    }
  }

  run(ms: number): Promise<void> {
    return delay(ms)
  }

  async end(): Promise<void> {
    this.#over.abort()
    await Promise.all(this.#works)
  }

  async write(on: InstanceId, n: number, patience: Patience): Promise<void> {
    const id = `${on}-${n}`
    const batch = sample.batch([...sample.enqueue(on, n, id), sample.notify(on, n)], [sample.owns(on)])
    try {
      const committed = await this.#stores[patience].commit(batch)
      assert.ok(committed.ok)
      this.stored.add(id)
    } catch (error) {
      assert.ok(error instanceof StorageFailed, String(error))
      this.failed.add(id)
    }
  }

  async #writeOn(on: InstanceId, patience: Patience): Promise<void> {
    for (let n = 1; !this.#over.signal.aborted; n++) await this.write(on, n, patience)
  }
}

function trouble(name: string, work: (load: Load, proxy: DatabaseProxy) => Promise<void>): void {
  void test(name, async () => {
    const proxy = await DatabaseProxy.start(server.port)
    const url = await server.newDatabase()
    const stores = { hasty: await open(url, proxy, 300), patient: await open(url, proxy, 20_000) }
    const load = new Load(stores)
    try {
      await load.begin()
      await work(load, proxy)
    } finally {
      proxy.fate = () => 'pass'
      await load.end()
      await Promise.all([stores.hasty.close(), stores.patient.close()])
      await proxy.close()
    }
    await judge(url, load)
  })
}

/** It goes on by itself; how soon is the machine's affair. */
async function goesOn(load: Load): Promise<void> {
  const before = load.stored.size
  for (let rounds = 0; rounds < 20 && load.stored.size === before; rounds++) await load.run(500)
  assert.ok(load.stored.size > before, 'it goes on by itself')
}

async function judge(url: string, { stored, failed }: Load): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  const list = async (sql: string) => (await client.query<{ id: string }>(sql)).rows.map(({ id }) => id)
  const messages = await list('select id from message')
  assert.deepEqual(new Set(messages), stored, 'what is there is what was acknowledged')
  assert.equal(messages.length, stored.size, 'nothing is there twice')
  for (const id of failed) assert.ok(!stored.has(id))
  const whole = await list(`select m.id from message m
    join outbox o on o.instance_id = m.instance_id and o.message_id = m.id
    join mailbox b on b.instance_id = o.instance_id and b.receipt_id = o.position`)
  assert.equal(whole.length, stored.size, 'no batch is torn')
  await client.end()
}
