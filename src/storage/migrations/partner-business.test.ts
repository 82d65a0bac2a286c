// Truth: what the schema of before held, row by row, and what the code of now must read of it.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import BetterSqlite from 'better-sqlite3'
import { silentLog } from '../../lib/log.ts'
import { createSeal } from '../../lib/seal.ts'
import { DEFAULT_TERMS } from '../../model/account.ts'
import type { AccountId, InstanceId } from '../../model/ids.ts'
import { sqliteDialect } from '../dialect.ts'
import { places } from '../sql/statement.ts'
import { openSqliteStore } from '../sql/sqlite-store.ts'
import { migrate, MIGRATIONS } from './migrate.ts'

const KEY = Buffer.alloc(32, 3)

/** A data folder as the code of before left it. */
async function folderOfBefore(file: string): Promise<void> {
  const seal = createSeal(KEY)
  const database = new BetterSqlite(file)
  await migrate(
    (sql, params) => {
      const statement = database.prepare<unknown[], Record<string, unknown>>(sql)
      if (statement.reader) return Promise.resolve(statement.all(params))
      statement.run(params)
      return Promise.resolve([])
    },
    sqliteDialect,
    MIGRATIONS.slice(0, 2),
  )
  database.exec(`insert into account values ('a', 'partner', 'A', 50), ('b', 'personal', 'B', 60)`)
  const token = database.prepare('insert into partner_token values (?, ?, ?, ?)')
  for (const text of ['gac.1', 'gac.2']) token.run(seal.hash(text), 'a', seal.seal(text, places.partnerToken('a')), 70)
  const instance = database.prepare(
    `insert into instance values (?, ?, 'whatsapp', '', ?, '{}', 'notAuthorized', null, 80, ?, 0, 0)`,
  )
  for (const [id, account, deletedAt] of [
    [1, 'a', null],
    [2, 'a', null],
    [3, 'a', 90],
    [4, 'b', null],
  ] as const)
    // prettier-ignore
    instance.run(id, account, seal.seal(`token ${String(id)}`, places.instanceToken(id)), deletedAt)
  database.close()
}

test('a data folder of before is taken over: accounts, tokens, instances and their numbers', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'jadegate-migration-'))
  const file = join(folder, 'jadegate.db')
  await folderOfBefore(file)
  const store = await openSqliteStore({ file, sealingKey: KEY, log: silentLog })
  try {
    const none = { suspendedAt: null, deletedAt: null, warnedAt: null, terms: DEFAULT_TERMS }
    assert.deepEqual(await store.accounts.all(), [
      { id: 'a', kind: 'partner', name: 'A', createdAt: 50, partnerSince: 50, ...none },
      { id: 'b', kind: 'personal', name: 'B', createdAt: 60, partnerSince: null, ...none },
    ])
    const ids = new Map(['gac.1', 'gac.2'].map((text) => [text, createSeal(KEY).hash(text).slice(0, 16)]))
    const plain = { expiresAt: null, revokedAt: null, allowFrom: [], lastUsedAt: null, madeBy: null }
    assert.deepEqual(
      (await store.accounts.tokens()).toSorted((a, b) => a.token.localeCompare(b.token)),
      [...ids].map(([token, id]) => ({ id, account: 'a', token, name: '', scope: 'full', createdAt: 70, ...plain })),
    )
    assert.deepEqual(
      (await store.instances.all()).map(({ id, tariff, paidUntil }) => [id, tariff, paidUntil]),
      [1, 2, 3, 4].map((id) => [id, 'PARTNER', null]),
    )
    const fewer = (account: string, tariff: string | null, limit: number) =>
      store.commit({
        guards: [{ kind: 'instances', account: account as AccountId, tariff, limit }],
        writes: [],
      })
    for (const [account, count] of [
      ['a', 2],
      ['b', 1],
    ] as const)
      // prettier-ignore
      for (const tariff of [null, 'PARTNER']) {
        assert.equal((await fewer(account, tariff, count)).ok, false)
        assert.equal((await fewer(account, tariff, count + 1)).ok, true)
      }
    assert.deepEqual([await store.billing.chargedUpTo(), await store.billing.closedUpTo()], [null, null])
    await store.commit({
      guards: [],
      writes: [{ kind: 'instance.delete', instance: 4 as InstanceId, at: 99 }],
    })
    assert.equal((await fewer('b', null, 1)).ok, true)
  } finally {
    await store.close()
    await rm(folder, { recursive: true })
  }
})
