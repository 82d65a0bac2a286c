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
import {
  at,
  eventually,
  linked,
  listIn,
  newPhone,
  notificationCount,
  objectIn,
  say,
  send,
  take,
  textsOn,
} from '../support/road.ts'
import { startServer, type TestServer } from '../support/server.ts'

const KEY = '0b'.repeat(32)
const INCOMING = { incomingWebhook: 'yes' }

describe('a running installation', { skip: noPostgres() }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'jadegate-moved-'))
  let postgres: TestPostgres
  let server: TestServer | undefined
  before(async () => {
    postgres = await startPostgres({ isDurable: false })
  })
  after(async () => {
    await server?.stop()
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  /** On the data folder's own database where none is named. */
  const start = async (url = '') => {
    server = await startServer({ JADEGATE_DATA_DIR: folder, JADEGATE_DATABASE_URL: url, JADEGATE_SEALING_KEY: KEY })
    return server
  }
  const stop = async () => {
    await server?.stop()
    server = undefined
  }

  test('goes on after a move to PostgreSQL, and again on what was restored of a dump', async () => {
    const [friend, speaker] = [newPhone(), newPhone()]
    const old = await start()
    const { made, phone } = await linked(old, { ...INCOMING, delaySendMessagesMilliseconds: 2000 })
    const account = await partnerAccount(old)
    const idMessage = await send(old, made, friend, 'a')
    await textsOn(old, friend, 1)
    await say(old, speaker, phone, 'x')
    await say(old, speaker, phone, 'y')
    assert.equal(textOf(await take(old, made)), 'x')
    for (const text of ['b', 'c']) await send(old, made, friend, text)
    await stop()

    const url = await postgres.newDatabase()
    const { code, err } = await runMigrate({ folder, url, key: KEY })
    assert.deepEqual([code, err], [0, ''])
    const moved = await start(url)
    const known = { made, phone, friend, speaker, account, idMessage }
    await goesOn(moved, known, { before: ['a', 'b', 'c'], waiting: ['y'] })
    const next = await moved.make()
    assert.equal(next.idInstance, made.idInstance + 1)
    await say(moved, speaker, phone, 'z')
    await stop()

    assert.notEqual(await rowsOf(url, 'commit_mark'), 0, 'what connections note of themselves is in the dump, too')
    const restored = await postgres.restored(url)
    const dumped = await start(restored)
    await goesOn(dumped, known, { before: ['a', 'b', 'c', 'd'], waiting: ['z'] })
    assert.equal((await dumped.make()).idInstance, next.idInstance + 1)
    await stop()
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
  // What came in while the server stopped is told by the network again, as soon as the instance is connected.
  await eventually(async () => (await notificationCount(server, made)) === waiting.length, 'what waits is there')
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
