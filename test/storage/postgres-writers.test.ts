// Truth: what the storage port promises holds as well where several servers write to one PostgreSQL at the same time.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Client } from 'pg'
import { silentLog } from '../../src/lib/log.ts'
import type { ChatId, InstanceId } from '../../src/model/ids.ts'
import { monthOfDay } from '../../src/model/billing-month.ts'
import { JOBS, type ClusterStore } from '../../src/storage/cluster-store.ts'
import { connectionOf } from '../../src/storage/sql/postgres/connection.ts'
import { openPgPool } from '../../src/storage/sql/postgres/pg-pool.ts'
import { openPostgresStore } from '../../src/storage/sql/postgres-store.ts'
import type { Batch, LedgerPlace, Store, Write } from '../../src/storage/store.ts'
import { startPostgres } from '../support/postgres.ts'
import * as sample from './samples.ts'

const { ACCOUNT, FIRST, batch, commit } = sample

let postgres: Awaited<ReturnType<typeof startPostgres>>
before(async () => {
  postgres = await startPostgres({ isDurable: false })
})
after(() => postgres.stop())

interface Servers {
  readonly stores: readonly Store[]
  /** Runs all works at once, each on one of the servers in turn. */
  readonly each: <T>(count: number, work: (store: Store, n: number) => Promise<T>) => Promise<readonly T[]>
  /** A statement beside the stores. */
  readonly ask: (sql: string) => Promise<unknown>
}

/** With the stores of so many servers, on a database of their own. */
function serversTest(name: string, count: number, work: (servers: Servers, first: Store) => Promise<void>): void {
  void test(name, async () => {
    const url = await postgres.newDatabase()
    const beside = new Client({ connectionString: url })
    await beside.connect()
    const stores: Store[] = []
    try {
      for (let n = 0; n < count; n++) stores.push(await open(url))
      const [first] = stores
      assert.ok(first)
      await work(
        {
          stores,
          each: (times, one) =>
            Promise.all(Array.from({ length: times }, (_, n) => one(stores[n % count] ?? first, n))),
          ask: async (sql) => Object.values((await beside.query<Record<string, unknown>>(sql)).rows[0] ?? {})[0],
        },
        first,
      )
    } finally {
      await Promise.all(stores.map((store) => store.close()))
      await beside.end()
    }
  })
}

function open(url: string): Promise<Store> {
  return openPostgresStore({
    db: openPgPool({ connection: connectionOf(url), size: 8, log: silentLog }),
    sealingKey: sample.KEY,
  })
}

serversTest('as many correspondents pass as there is room for, whoever asks', 3, async ({ each }, store) => {
  const ask = (chat: number): Batch => ({
    guards: [{ kind: 'correspondent', instance: FIRST, month: '2026-11', chat: `${chat}@c.us` as ChatId, limit: 7 }],
    writes: [],
  })
  const done = await each(60, (server, n) => server.commit(ask(Math.floor(n / 2))))
  const chats = await store.usage.correspondents(FIRST, '2026-11')
  assert.equal(chats.length, 7)
  assert.equal(new Set(chats).size, 7)
  assert.equal(done.filter(({ ok }) => ok).length, 14, 'each chat asked twice')
})

const DAY = 20_000
const MIDNIGHT = 1_000_000

function priced(n: number, accounts: readonly string[]): Batch {
  const account = sample.accountId(accounts[n % accounts.length] ?? '')
  const id = (FIRST + n) as InstanceId
  return {
    guards: [
      { kind: 'sequence', messenger: n % 2 === 0 ? 'whatsapp' : 'telegram', value: n + 1 },
      { kind: 'currency', account, currency: 'USD' },
      { kind: 'instances', account, tariff: 'PARTNER', limit: 10_000 },
      { kind: 'balance', account, atLeast: -1_000_000 },
    ],
    writes: [
      sample.addInstance(id, { account, createdAt: 5 }),
      { kind: 'charge.reopen', day: DAY },
      sample.addLine(-3, DAY, { account, kind: 'charge', instance: id, reason: 'PARTNER', author: 'system' }),
    ],
  }
}

serversTest(
  'charges, creations, deletions, statements and changes of accounts wait for nobody in a ring',
  3,
  async (servers, store) => {
    const accounts = ['c', 'a', 'd', 'b']
    await commit(store, ...accounts.map((id) => sample.putAccount(id)), sample.putPrice(3, 1))
    const old = Array.from({ length: 40 }, (_, n) => (1_100_000_000 + n) as InstanceId)
    await commit(
      store,
      ...old.map((id, n) => sample.addInstance(id, { createdAt: 5, account: sample.accountId(accounts[n % 4] ?? '') })),
    )
    const kinds: readonly ((n: number) => Batch)[] = [
      (n) => priced(n, accounts),
      (n) => charge(n),
      (n) => batch(turned(accounts, n).map((id) => statement(id, n))),
      (n) => batch(turned(accounts, n).map((id) => sample.addLine(5, DAY, { account: sample.accountId(id) }))),
      (n) => batch([{ kind: 'instance.delete', instance: old[n % 40] ?? FIRST, at: 9 }]),
      (n) => batch([{ kind: 'instance.tariff', instance: old[n % 40] ?? FIRST, tariff: 'X', paidUntil: n }]),
      (n) =>
        batch([
          ...turned(accounts, n).map((id) => sample.putAccount(id, { name: `${n}` })),
          ...turned(accounts, n + 1).map((id) => sample.addLine(1, DAY, { account: sample.accountId(id) })),
        ]),
      (n) => ({
        guards: [{ kind: 'emptyLedger', account: sample.accountId('a') }],
        writes: [sample.putAccount(`e${n}`)],
      }),
    ]
    const outcomes = await servers.each(400, (server, n) =>
      server.commit((kinds[n % kinds.length] ?? charge)(n)).then(({ ok }) => ok),
    )
    assert.ok(outcomes.filter(Boolean).length >= 300)
    // What the server counts of a transaction it tells a moment later.
    await new Promise((resolve) => setTimeout(resolve, 1500))
    const deadlocks = 'select deadlocks from pg_stat_database where datname = current_database()'
    assert.equal(Number(await servers.ask(deadlocks)), 0)
    for (const id of accounts) assert.deepEqual(await store.billing.check(sample.accountId(id)), [])
  },
)

function turned<T>(all: readonly T[], n: number): readonly T[] {
  const from = n % all.length
  const some = [...all.slice(from), ...all.slice(0, from)]
  return n % 2 === 0 ? some : some.toReversed()
}

function charge(n: number): Batch {
  const portion = (from: number, to: number): Write => ({
    kind: 'charge.day',
    day: DAY + n,
    midnight: MIDNIGHT,
    madeBefore: MIDNIGHT,
    from,
    to,
    at: 6,
  })
  return {
    guards: [{ kind: 'chargedUpTo', day: null }],
    writes:
      n % 2 === 0 ? [portion(0, 2_000_000_000)] : [portion(1_100_000_020, 2_000_000_000), portion(0, 1_100_000_020)],
  }
}

function statement(id: string, n: number): Write {
  return {
    kind: 'statement.make',
    account: sample.accountId(id),
    month: monthOfDay(DAY) - 1000 + n,
    plan: 'prepaid',
    at: 9,
  }
}

serversTest(
  'who reads on from the number that it knows misses no change of an instance',
  3,
  async ({ each }, store) => {
    const ids = Array.from({ length: 30 }, (_, n) => (FIRST + n) as InstanceId)
    await commit(store, ...ids.map((id) => sample.addInstance(id)))
    const { cluster } = store
    assert.ok(cluster)
    const seen = new Map<InstanceId, string>()
    let known = 0
    const changes = each(900, (server, n) => {
      const instance = ids[(n * 7) % 30] ?? FIRST
      const beside = sample.addLine(1, DAY)
      return server.commit(batch([{ kind: 'instance.name', instance, name: `${n}` }, ...(n % 3 === 0 ? [beside] : [])]))
    })
    await readOn(changes, async () => {
      const { instances } = await cluster.register()
      const changed = await store.instances.changedSince(known)
      for (const { id, name } of changed) seen.set(id, name)
      known = instances
      return changed.length > 0
    })
    assert.deepEqual(seen, new Map((await store.instances.all()).map(({ id, name }) => [id, name])))
  },
)

serversTest('a ledger that is read on behind the last line misses none', 3, async ({ each }, store) => {
  await commit(store, sample.putAccount(ACCOUNT))
  const read: number[] = []
  let place: LedgerPlace | undefined
  const lines = each(300, (server, n) => commit(server, sample.addLine(n + 1, DAY)))
  await readOn(lines, async () => {
    const next = await store.billing.ledger({ account: ACCOUNT }, 50, place)
    read.push(...next.map(({ amount }) => amount))
    place = next.at(-1) ?? place
    return next.length > 0
  })
  assert.deepEqual(
    read.toSorted((a, b) => a - b),
    Array.from({ length: 300 }, (_, n) => n + 1),
  )
})

/** Reads again and again while the work is done, and then until nothing more comes. */
async function readOn(work: Promise<unknown>, read: () => Promise<boolean>): Promise<void> {
  const done = new AbortController()
  const ended = work.finally(() => done.abort())
  for (let isOver = false; !isOver;) {
    const isLast = done.signal.aborted
    isOver = !(await read()) && isLast
  }
  await ended
}

const beat = (cluster: ClusterStore, node: string) =>
  cluster.beat({ node, url: null, version: '', startedAt: 1, engines: '', isLeaving: false, leaseMs: 60_000 })

serversTest(
  'a node that beats while another claims either has lost nothing, or hears of it',
  2,
  async ({ stores, ask }) => {
    const [own, other] = stores.map(({ cluster }) => cluster)
    assert.ok(own !== undefined && other !== undefined)
    await beat(own, 'own')
    await own.claim('own', 9)
    let lost = 0
    for (let round = 0; round < 100; round++) {
      await beat(other, 'other')
      if (await isLost(own, other, () => ask(`update node set expires_at = 1 where id = 'own'`))) lost++
      await other.leave('other')
      await beat(own, 'own')
      await own.claim('own', 9)
    }
    assert.ok(lost > 0 && lost < 100, `lost ${lost} of 100: both ways must have been tried`)
  },
)

/** Whether `own`, which had the jobs, has lost them; both hurry at nearly the same moment. */
async function isLost(own: ClusterStore, other: ClusterStore, die: () => Promise<unknown>): Promise<boolean> {
  const { changes } = await beat(own, 'own')
  await die()
  const delayMs = Math.random() * 3
  const [again] = await Promise.all([
    later(delayMs, async () => ({ told: await beat(own, 'own'), owned: await own.owned('own') })),
    later(3 - delayMs, () => other.claim('other', 9)),
  ])
  const now = await own.owned('own')
  assert.deepEqual(again.owned, now)
  if (again.told.changes === changes) assert.ok(now.has(JOBS), 'nothing was said, so that nothing is lost')
  return !now.has(JOBS)
}

async function later<T>(delayMs: number, work: () => Promise<T>): Promise<T> {
  await new Promise((resolve) => setTimeout(resolve, delayMs))
  return work()
}

serversTest('many servers that claim at once share all, each lease once', 4, async ({ stores }, store) => {
  const ids = Array.from({ length: 2000 }, (_, n) => (FIRST + n) as InstanceId)
  await commit(store, ...ids.map((id) => sample.addInstance(id)))
  const nodes = stores.flatMap(({ cluster }, n) => (cluster === undefined ? [] : [{ cluster, node: `n${n}` }]))
  await Promise.all(nodes.map(({ cluster, node }) => beat(cluster, node)))
  const taken: number[] = []
  while (taken.length < 2001) {
    const round = await Promise.all(nodes.map(({ cluster, node }) => cluster.claim(node, 150)))
    assert.ok(round.some(({ size }) => size > 0))
    taken.push(...round.flatMap((leases) => [...leases.keys()]))
  }
  assert.equal(new Set(taken).size, 2001)
})
