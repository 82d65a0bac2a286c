import { PGlite, type Transaction } from '@electric-sql/pglite'
import { openPostgresStore } from '../../src/storage/sql/postgres-store.ts'
import type { PgLike, PgResult, PgStatement } from '../../src/storage/sql/postgres/pg-like.ts'
import { PgArray } from '../../src/storage/sql/postgres/pg-arrays.ts'
import { arrayText } from '../../src/storage/sql/postgres/pg-values.ts'
import type { Param, Row } from '../../src/storage/sql/statement.ts'
import type { Engine } from './harness.ts'
import * as sample from './samples.ts'

/** PostgreSQL inside this process. */
export async function openPglite(): Promise<Engine> {
  const postgres = await PGlite.create()
  return {
    close: () => postgres.close(),
    async fresh() {
      await postgres.exec('drop schema public cascade; create schema public')
      return {
        open: (sealingKey = sample.KEY) => openPostgresStore({ db: connect(postgres), sealingKey }),
        dump: () => dump(postgres),
        change: (sql) => postgres.exec(sql).then(() => undefined),
        bytesAtRest: async () => Buffer.from(JSON.stringify([...(await dump(postgres))])),
        destroy: () => Promise.resolve(),
      }
    },
  }
}

/** Closing the store leaves the database to the next test. */
function connect(postgres: PGlite): PgLike {
  return {
    read: (statements) => runAll(postgres, statements),
    transaction: (work) =>
      postgres.transaction(async (transaction) => {
        const commits: true[] = []
        const value = await work({
          run: (statements) => runAll(transaction, statements),
          commit(statements) {
            commits.push(true)
            return runAll(transaction, statements)
          },
        })
        if (commits.length === 0) await transaction.rollback()
        return value
      }),
    close: () => Promise.resolve(),
  }
}

async function runAll(on: PGlite | Transaction, statements: readonly PgStatement[]): Promise<readonly PgResult[]> {
  const results: PgResult[] = []
  for (const { sql, params } of statements) {
    const { rows, affectedRows = 0 } = await on.query<Row>(sql, params.map(valueOf))
    results.push({ rows, count: Math.max(affectedRows, rows.length) })
  }
  return results
}

function valueOf(param: PgStatement['params'][number]): Param {
  return param instanceof PgArray ? arrayText(param.values) : param
}

async function dump(postgres: PGlite): Promise<ReadonlyMap<string, readonly object[]>> {
  const tables = await postgres.query<{ name: string }>(
    "select table_name as name from information_schema.tables where table_schema = 'public' order by 1",
  )
  const all = new Map<string, readonly object[]>()
  for (const { name } of tables.rows) all.set(name, (await postgres.query<object>(`select * from ${name}`)).rows)
  return all
}
