// Truth: contract §3 on showMessagesQueue (oldest first), and that no queue is too large to be asked for.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startServer, type Made, type TestServer } from '../support/server.ts'

let server: TestServer
before(async () => {
  server = await startServer()
})
after(() => server.close())

async function fill(made: Made, count: number, more: object): Promise<string[]> {
  const ids: string[] = []
  for (let number = 0; number < count; number++) {
    const body = { chatId: '79001234567@c.us', message: String(number), ...more }
    const { json } = await server.on(made, 'POST', 'sendMessage', body)
    ids.push((json as { idMessage: string }).idMessage)
  }
  return ids
}

async function listed(made: Made): Promise<string[]> {
  const { status, json } = await server.on(made, 'GET', 'showMessagesQueue')
  assert.equal(status, 200)
  return (json as { messageID: string }[]).map(({ messageID }) => messageID)
}

test('a queue of several portions is listed whole and in its order', async () => {
  for (const count of [0, 1, 200, 250]) {
    const made = await server.make()
    const ids = await fill(made, count, {})
    assert.deepEqual(await listed(made), ids)
  }
})

test('of a queue of large messages as many are listed as are fit to be answered', async () => {
  const made = await server.make()
  const ids = await fill(made, 130, { customPreview: { title: 'large', jpegThumbnail: 'A'.repeat(140_000) } })
  const shown = await listed(made)
  assert.ok(shown.length > 100 && shown.length < 130, `${String(shown.length)} were listed`)
  assert.deepEqual(shown, ids.slice(0, shown.length))
})
