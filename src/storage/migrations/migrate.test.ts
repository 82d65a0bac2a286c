// Truth: the rules of `migrate`: forward only, whole or not at all, newer schemas are used unless they say no.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import BetterSqlite from 'better-sqlite3'
import { sqliteDialect } from '../dialect.ts'
import { migrate, MIGRATIONS, readMeta, SchemaTooNew, type RunStatement } from './migrate.ts'
import type { Migration } from './migration.ts'

function database(): { run: RunStatement; tables: () => unknown[] } {
  const memory = new BetterSqlite(':memory:')
  return {
    run(sql, params) {
      const statement = memory.prepare<unknown[], Record<string, unknown>>(sql)
      if (statement.reader) return Promise.resolve(statement.all(params))
      statement.run(params)
      return Promise.resolve([])
    },
    tables: () => memory.prepare("select name from sqlite_master where type = 'table' order by 1").pluck().all(),
  }
}

function step(version: number, oldestCode = 1): Migration {
  return {
    version,
    name: `step ${version}`,
    oldestCode,
    statements: ({ schema: { schema } }) => [schema.createTable(`t${version}`).addColumn('id', 'bigint')],
  }
}

test('makes each missing step once, in order', async () => {
  const { run, tables } = database()
  assert.deepEqual(await migrate(run, sqliteDialect, [step(1)]), ['step 1'])
  assert.deepEqual(await migrate(run, sqliteDialect, [step(1)]), [])
  assert.deepEqual(await migrate(run, sqliteDialect, [step(1), step(2), step(3)]), ['step 2', 'step 3'])
  assert.deepEqual(tables(), ['meta', 't1', 't2', 't3'])
  assert.equal(await readMeta(run, sqliteDialect, 'schema.version'), '3')
})

test('older code uses a newer schema that allows it, and leaves it as it is', async () => {
  const { run } = database()
  await migrate(run, sqliteDialect, [step(1), step(2)])
  assert.deepEqual(await migrate(run, sqliteDialect, [step(1)]), [])
  assert.equal(await readMeta(run, sqliteDialect, 'schema.version'), '2')
})

test('a schema that says that this code is too old for it is refused', async () => {
  const { run } = database()
  await migrate(run, sqliteDialect, [step(1), step(2, 2)])
  await assert.rejects(migrate(run, sqliteDialect, [step(1)]), SchemaTooNew)
  await migrate(run, sqliteDialect, [step(1), step(2, 2)])
})

test('the steps that ship are numbered in order and do not ask for newer code than themselves', () => {
  for (const [at, { version, oldestCode }] of MIGRATIONS.entries()) {
    assert.equal(version, at + 1)
    assert.ok(oldestCode >= 1 && oldestCode <= version)
  }
})
