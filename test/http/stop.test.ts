// Truth: issue "SIGTERM drains within 10 s", whatever the clients do.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { SkippingClock } from '../../src/lib/skipping-clock.ts'
import { until } from '../../src/lib/until.ts'
import { startServer } from '../support/server.ts'

test('a web socket whose client does not answer the goodbye is cut off when the time to drain is over', async () => {
  const clock = new SkippingClock()
  const server = await startServer({}, { clock })
  const made = await server.make()
  const { hostname, port } = new URL(server.url)
  const client = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
  client.on('error', () => undefined)
  client.write(
    `GET /waInstance${String(made.idInstance)}/scanqrcode/${made.apiTokenInstance} HTTP/1.1\r\nHost: ${hostname}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
  )
  const [head] = (await once(client, 'data')) as [Buffer]
  assert.match(head.toString('latin1'), /^HTTP\/1\.1 101 /)
  const ended = { server: false }
  const closed = server.close().then(() => (ended.server = true))
  await until(() => {
    clock.skip(200)
    return ended.server
  }, 'the end of the server')
  await closed
  client.destroy()
})
