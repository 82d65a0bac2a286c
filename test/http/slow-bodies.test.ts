// Truth: a body that does not come to its end is cut off after a minute, wherever it is sent; a file over a slow line has three hours.
import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { SkippingClock } from '../../src/lib/skipping-clock.ts'
import { until } from '../../src/lib/until.ts'
import { pathOf, startServer, type Made, type TestServer } from '../support/server.ts'

const clock = new SkippingClock()
let server: TestServer
let made: Made
before(async () => {
  server = await startServer({}, { clock })
  made = await server.make()
})
after(() => server.close())

class Client {
  readonly #socket: Socket
  said = ''
  isClosed = false

  constructor(head: string, path: string, length: number) {
    const { port, hostname } = new URL(server.url)
    this.#socket = connect(Number(port), hostname)
    this.#socket.on('data', (piece: Buffer) => (this.said += piece.toString()))
    this.#socket.on('error', () => undefined)
    this.#socket.on('close', () => (this.isClosed = true))
    const lines = [`POST ${path} HTTP/1.1`, `Host: ${hostname}:${port}`, `Content-Length: ${String(length)}`]
    this.send(`${lines.join('\r\n')}\r\nExpect: 100-continue\r\n${head}\r\n`)
  }

  /** The server has begun to read, and to count the time. */
  isHeard(): Promise<unknown> {
    return until(() => this.said.startsWith('HTTP/1.1 100 Continue\r\n\r\n'), 'the server reads')
  }

  send(bytes: string): void {
    this.#socket.write(bytes)
  }

  close(): void {
    this.#socket.destroy()
  }
}

/** So much time passes for the server, which has a moment to do what is due by then. */
async function pass(ms: number): Promise<void> {
  clock.skip(ms)
  await sleep(50)
}

describe('a body that never ends', () => {
  for (const [what, path, head] of [
    ['a method', () => pathOf(made, 'sendMessage'), 'Content-Type: application/json\r\n'],
    ['a method of partners', () => '/partner/createInstance/x', ''],
    ['a route of the simulated network', () => '/simulator/messages', 'Content-Type: application/json\r\n'],
    ['nothing at all', () => '/nowhere', 'Content-Type: application/json\r\n'],
    ['an upload of somebody unknown', () => pathOf({ ...made, apiTokenInstance: 'x' }, 'uploadFile'), ''],
  ] as const) {
    test(`for ${what}`, async () => {
      const client = new Client(head, path(), 100)
      client.send('{')
      await client.isHeard()
      await pass(50_000)
      assert.equal(client.isClosed, false)
      await pass(20_000)
      await until(() => client.isClosed, 'the connection is closed')
      assert.match(client.said, /\r\n\r\nHTTP\/1\.1 (408|401|404|200) /)
    })
  }
})

test('a file may take its time', async () => {
  const client = new Client('Content-Type: image/png\r\n', pathOf(made, 'uploadFile'), 6)
  await client.isHeard()
  for (const piece of 'bytes.') {
    client.send(piece)
    await pass(300_000)
    assert.equal(client.isClosed, false)
  }
  await until(() => client.said.includes('urlFile'), 'the answer')
  client.close()
})

test('a body that has come is forgotten: its connection lives on', async () => {
  const body = JSON.stringify({ chatId: '79001234567@c.us', message: 'x' })
  const client = new Client('', pathOf(made, 'sendMessage'), body.length)
  client.send(body)
  await until(() => client.said.includes('idMessage'), 'the answer')
  await pass(120_000)
  assert.equal(client.isClosed, false)
  client.close()
})
