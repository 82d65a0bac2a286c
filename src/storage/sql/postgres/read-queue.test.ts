// Truth: reads that share a round trip share no fault but that of the database.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PgLike, PgResult, PgStatement } from './pg-like.ts'
import { PgTrouble, type TroubleKind } from './pg-trouble.ts'
import { ReadQueue } from './read-queue.ts'

const READS = 10

function ask(kind: TroubleKind, isBad: (sql: string) => boolean) {
  let trips = 0
  const read = (statements: readonly PgStatement[]): Promise<readonly PgResult[]> => {
    trips++
    return statements.some(({ sql }) => isBad(sql))
      ? Promise.reject(new PgTrouble(kind, kind))
      : Promise.resolve(statements.map(({ sql }) => ({ rows: [{ sql }], count: 1 })))
  }
  const queue = new ReadQueue({ read } as unknown as PgLike, 1000)
  const asked = Array.from({ length: READS }, (_, at) => queue.ask({ sql: `read ${String(at)}`, params: [] }))
  return Promise.allSettled(asked).then((outcomes) => ({ outcomes, trips }))
}

test('one that is wrong fails alone', async () => {
  const { outcomes } = await ask('failed', (sql) => sql === 'read 3')
  assert.deepEqual(
    outcomes.flatMap(({ status }, at) => (status === 'rejected' ? [at] : [])),
    [3],
  )
})

test('a database that is away is asked once, and refuses all', async () => {
  const { outcomes, trips } = await ask('unreachable', () => true)
  assert.ok(outcomes.every(({ status }) => status === 'rejected'))
  assert.ok(trips <= 4, `${String(trips)} round trips`)
})
