// Truth: what clients were told before a move to PostgreSQL, and before a dump of that was restored: the road goes on where it was.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Client } from 'pg'
import { runMigrate } from '../support/migrate-command.ts'
import { partnerAccount } from '../support/operator.ts'
import { noPostgres, startPostgres, type TestPostgres } from '../support/postgres.ts'
import { at, linked, listIn, newPhone, notificationCount, objectIn, say, send, take, textsOn } from '../support/road.ts'
import { startServer, type TestServer } from '../support/server.ts'

const KEY = '0b'.repeat(32)
const INCOMING = { incomingWebhook: 'yes' }

describe('a running installation', { skip: noPostgres() }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'jadegate-moved-'))
  let postgres: TestPostgres
  before(async () => {
    postgres = await startPostgres({ isDurable: false })
  })
  after(async () => {
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  /** On the data folder's own database where none is named. */
  const start = (url = '') =>
    startServer({ JADEGATE_DATA_DIR: folder, JADEGATE_DATABASE_URL: url, JADEGATE_SEALING_KEY: KEY })

  test('goes on after a move to PostgreSQL, and again on what was restored of a dump', async () => {
    const [friend, speaker] = [newPhone(), newPhone()]
    let server = await start()
    const { made, phone } = await linked(server, { ...INCOMING, delaySendMessagesMilliseconds: 2000 })
    const account = await partnerAccount(server)
    const idMessage = await send(server, made, friend, 'a')
    await textsOn(server, friend, 1)
    await say(server, speaker, phone, 'x')
    await say(server, speaker, phone, 'y')
    assert.equal(textOf(await take(server, made)), 'x')
    for (const text of ['b', 'c']) await send(server, made, friend, text)
    await server.stop()

    const url = await postgres.newDatabase()
    const { code, err } = await runMigrate({ folder, url, key: KEY })
    assert.deepEqual([code, err], [0, ''])
    server = await start(url)
    const known = { made, phone, friend, speaker, account, idMessage }
    await goesOn(server, known, { before: ['a', 'b', 'c'], waiting: ['y'] })
    const next = await server.make()
    assert.equal(next.idInstance, made.idInstance + 1)
    await say(server, speaker, phone, 'z')
    await server.stop()

    assert.notEqual(await rowsOf(url, 'commit_mark'), 0, 'what connections note of themselves is in the dump, too')
    const restored = await postgres.restored(url)
    server = await start(restored)
    await goesOn(server, known, { before: ['a', 'b', 'c', 'd'], waiting: ['z'] })
    assert.equal((await server.make()).idInstance, next.idInstance + 1)
    await server.stop()
  })
})

interface Known {
  readonly made: Parameters<TestServer['on']>[0]
  readonly phone: string
  readonly friend: string
  /** Who writes to it. */
  readonly speaker: string
  readonly account: string
  readonly idMessage: string
}

/** Tokens, queues and journals are as they were, and what numbers itself goes on; then `d` is sent. */
async function goesOn(
  server: TestServer,
  { made, phone, friend, speaker, account, idMessage }: Known,
  { before, waiting }: { readonly before: readonly string[]; readonly waiting: readonly string[] },
): Promise<void> {
  assert.ok(listIn(await server.partner('GET', 'getInstances')).some((row) => row['idInstance'] === made.idInstance))
  assert.equal((await server.operator('GET', `/accounts/${account}`)).status, 200)
  assert.deepEqual(await textsOn(server, friend, before.length), before)
  const told = objectIn(await server.on(made, 'POST', 'getMessage', { chatId: `${friend}@c.us`, idMessage }))
  assert.equal(at(told, 'textMessage'), 'a')
  assert.equal(await notificationCount(server, made), waiting.length)
  for (const text of waiting) assert.equal(textOf(await take(server, made)), text)
  await say(server, speaker, phone, 'new')
  assert.equal(textOf(await take(server, made)), 'new')
  await send(server, made, friend, 'd')
  await textsOn(server, friend, before.length + 1)
}

const textOf = (body: unknown) => at(body, 'messageData.textMessageData.textMessage')

async function rowsOf(url: string, table: string): Promise<number> {
  const client = new Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ count: number }>(`select count(*)::int as count from ${table}`)
  await client.end()
  return rows[0]?.count ?? 0
}
