// Truth: docs/operators/scaling.md: how PostgreSQL is reached (several addresses, TLS), and that a process which ends waits for it no longer than it says.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import { generate } from 'selfsigned'
import { silentLog } from '../../src/lib/log.ts'
import { OperatorTrouble } from '../../src/lib/operator-trouble.ts'
import { connectionOf } from '../../src/storage/sql/postgres/connection.ts'
import { openPgPool, type PgPool } from '../../src/storage/sql/postgres/pg-pool.ts'
import { PgTrouble } from '../../src/storage/sql/postgres/pg-trouble.ts'
import { openPostgresStore } from '../../src/storage/sql/postgres-store.ts'
import type { Store } from '../../src/storage/store.ts'
import { DatabaseProxy } from '../support/database-proxy.ts'
import { noPostgres, startPostgres, type TestPostgres } from '../support/postgres.ts'
import * as sample from './samples.ts'

const CLOSED = 9
const ONE = [{ sql: 'select 1 as one', params: [] }]

describe('the addresses in a URL', () => {
  const addresses = (url: string) => {
    const { host, port, others } = connectionOf(url)
    return [[host, port], ...(others ?? []).map((other) => [other.host, other.port])]
  }
  test('one, several, by parameters, and none', () => {
    assert.deepEqual(addresses('postgres://u:p@ss@db/x'), [['db', undefined]])
    assert.deepEqual(addresses('postgres://u@one:1,[::1]:2,three/x?target_session_attrs=read-write'), [
      ['one', 1],
      ['::1', 2],
      ['three', undefined],
    ])
    assert.deepEqual(addresses('postgres://one,two/x?port=7'), [
      ['one', 7],
      ['two', 7],
    ])
    assert.deepEqual(addresses('postgres:///x?host=/run/a,/run/b&port=1,2'), [
      ['/run/a', 1],
      ['/run/b', 2],
    ])
    assert.deepEqual(addresses('postgres:///x'), [[undefined, undefined]])
  })
  test('what is none is refused without its password', () => {
    const wrong = [
      'postgres://u:geheim%@a/x',
      'postgres://u:geheim@a,,b/x',
      'postgres://u:geheim@a:1,b:x/x',
      'mysql://u:geheim@a/x',
    ]
    for (const url of [
      ...wrong,
      'postgres://u:geheim@a,b/x?port=1,2,3',
      'postgres://u:geheim@a/x?target_session_attrs=any',
    ])
      assert.throws(
        () => connectionOf(url),
        (error) => error instanceof OperatorTrouble && !error.message.includes('geheim'),
      )
  })
})

describe('PostgreSQL, reached', { skip: noPostgres() }, () => {
  let server: TestPostgres
  let folder: string
  before(async () => {
    server = await startPostgres()
    folder = mkdtempSync(join(tmpdir(), 'jadegate-reach-'))
  })
  after(async () => {
    await server.stop()
    rmSync(folder, { recursive: true })
  })
  const poolOf = (url: string): PgPool =>
    openPgPool({ connection: connectionOf(url), size: 4, log: silentLog, connectMs: 1000, answerMs: 1000 })
  const storeOf = (url: string): Promise<Store> =>
    openPostgresStore({ db: poolOf(url), sealingKey: sample.KEY, times: { patienceMs: 60_000 } })

  test('at whichever of its addresses it is, also when it moves', async () => {
    const { pathname } = new URL(await server.newDatabase())
    const [here, there] = [await DatabaseProxy.start(server.port), await DatabaseProxy.start(server.port)]
    const ports = [CLOSED, here.port, there.port].map((port) => `127.0.0.1:${port}`)
    const pool = poolOf(`postgres://postgres@${ports.join(',')}${pathname}`)
    const asked = () => Promise.all(Array.from({ length: 4 }, () => pool.read(ONE)))
    assert.equal((await asked()).length, 4)
    await here.close()
    assert.equal((await asked()).length, 4)
    await pool.close()
    await there.close()
  })

  test('a server that vanished without a word holds up none that would wait for long, once one has waited in vain', async () => {
    const proxy = await DatabaseProxy.start(server.port)
    const { pathname } = new URL(await server.newDatabase())
    const pool = poolOf(`postgres://postgres@127.0.0.1:${proxy.port}${pathname}`)
    const both = (patientLater: number) =>
      Promise.all([pool.read(ONE), delay(patientLater).then(() => pool.read(ONE, { answerMs: 60_000 }))])
    await Promise.all([pool.read(ONE), pool.read(ONE)])
    for (const patientLater of [0, 300]) {
      const began = performance.now()
      proxy.silence()
      await both(patientLater)
      assert.ok(performance.now() - began < 10_000)
    }
    await pool.close()
    await proxy.close()
  })

  test('encrypted, with a certificate of which it can be sure, or not at all', async () => {
    const url = new URL(await server.newDatabase())
    url.username = 'keeper'
    url.password = 'geheim'
    const reached = async (query: string) => {
      const pool = poolOf(`${url.href}?${query}`)
      try {
        const sql = 'select ssl::int as ssl from pg_stat_ssl where pid = pg_backend_pid()'
        return (await pool.read([{ sql, params: [] }], { patienceMs: 3000 }))[0]?.rows[0]?.['ssl']
      } catch (error) {
        assert.ok(error instanceof PgTrouble && !error.message.includes('geheim'))
        return error.message
      } finally {
        await pool.close()
      }
    }
    const name = [{ name: 'commonName', value: 'db.test' }]
    const certificate = (names: readonly string[]) =>
      generate(name, {
        extensions: [
          { name: 'basicConstraints', cA: true },
          { name: 'subjectAltName', altNames: names.map((value) => ({ type: 2 as const, value })) },
        ],
      })
    const [own, others] = await Promise.all([certificate(['db.test', 'localhost']), certificate(['localhost'])])
    const files = { own: join(folder, 'own.pem'), others: join(folder, 'others.pem') }
    writeFileSync(files.own, own.cert)
    writeFileSync(files.others, others.cert)
    const admin = new Client({ connectionString: `postgres://postgres@127.0.0.1:${server.port}/postgres` })
    await admin.connect()
    await admin.query(`create role keeper login password 'geheim'`)
    assert.match(String(await reached('sslmode=require')), /does not offer TLS/)
    const { rows } = await admin.query<{ data: string }>('select current_setting($1) as data', ['data_directory'])
    for (const [file, text] of [['server.key', own.private] as const, ['server.crt', own.cert] as const]) {
      const lines = text
        .trim()
        .replaceAll('\r', '')
        .split('\n')
        .map((line) => `'${line}'`)
      const path = `${rows[0]?.data ?? ''}/${file}`
      await admin.query(`copy (select unnest(array[${lines.join()}])) to program 'umask 077; cat > ${path}'`)
    }
    await admin.query('alter system set ssl = on')
    await admin.query('select pg_reload_conf()')
    await admin.end()
    await delay(500)
    assert.equal(await reached('sslmode=disable'), 0)
    assert.equal(await reached('sslmode=require'), 1)
    assert.match(String(await reached('sslmode=verify-full')), /not trusted .*sslrootcert/)
    assert.match(String(await reached(`sslmode=verify-full&sslrootcert=${files.others}`)), /not trusted/)
    assert.match(String(await reached(`sslmode=verify-full&sslrootcert=${files.own}`)), /is for another name/)
    assert.equal(await reached(`sslmode=verify-ca&sslrootcert=${files.own}`), 1)
    url.hostname = 'localhost'
    assert.equal(await reached(`sslmode=verify-full&sslrootcert=${files.own}`), 1)
    await assert.rejects(reached('sslmode=verify-full&sslrootcert=/no/such'), /can't be read/)
  })

  test('a process that ends waits for it only so long, also where nobody knows how a COMMIT ended', async () => {
    const proxy = await DatabaseProxy.start(server.port)
    const { pathname } = new URL(await server.newDatabase())
    const store = await storeOf(`postgres://postgres@127.0.0.1:${proxy.port}${pathname}`)
    await sample.commit(store, sample.addInstance(sample.FIRST))
    const batch = (n: number) => sample.batch(sample.enqueue(sample.FIRST, n, `m-${n}`), [sample.owns(sample.FIRST)])
    const isAway = new Promise<void>((resolve) => {
      proxy.fate = () => {
        resolve()
        return 'answerLost'
      }
    })
    const outcomes = [store.commit(batch(1))]
    await isAway
    await server.kill()
    outcomes.push(store.commit(batch(2)))
    const settled = Promise.allSettled(outcomes)
    assert.equal(await Promise.race([settled, delay(1500, 'waits')]), 'waits')
    const began = performance.now()
    store.endWithin?.(500)
    await store.close()
    assert.ok(performance.now() - began < 3000)
    assert.deepEqual(
      (await settled).map(({ status }) => status),
      ['rejected', 'rejected'],
    )
    await server.restart()
    await proxy.close()
  })

  test('but not while the database answers', async () => {
    const store = await storeOf(await server.newDatabase())
    await sample.commit(store, sample.addInstance(sample.FIRST))
    store.endWithin?.(0)
    for (let n = 1; n <= 12; n += 1) {
      await store.commit(sample.batch(sample.enqueue(sample.FIRST, n, `m-${n}`), [sample.owns(sample.FIRST)]))
      await delay(100)
    }
    await store.close()
  })

  test('also where it stands still and nothing is heard of it', async () => {
    const store = await storeOf(await server.newDatabase())
    await sample.commit(store, sample.addInstance(sample.FIRST))
    server.pause()
    const batch = sample.batch(sample.enqueue(sample.FIRST, 1, 'm-1'), [sample.owns(sample.FIRST)])
    const outcome = store.commit(batch).then(
      () => 'stored',
      () => 'given up',
    )
    await delay(300)
    const began = performance.now()
    store.endWithin?.(200)
    await store.close()
    assert.ok(performance.now() - began < 3000)
    assert.equal(await outcome, 'given up')
    server.resume()
  })
})
