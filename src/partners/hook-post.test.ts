// Truth: what is left in memory of events that arrived.
import assert from 'node:assert/strict'
import { createServer, type AddressInfo } from 'node:net'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { AddressRules } from '../lib/address-rules.ts'
import { SkippingClock } from '../lib/skipping-clock.ts'
import { HookPost } from './hook-post.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
setFlagsFromString('--no-expose-gc')

function heapAfterCollection(): number {
  collect()
  return process.memoryUsage().heapUsed
}

test('nothing is left of an event that was posted', async () => {
  const server = createServer((socket) => {
    socket.resume().end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`
  const clock = new SkippingClock()
  const post = new HookPost(clock, new AddressRules(['127.0.0.0/8']))
  const event = { id: 'evt_1', body: 'x'.repeat(1_000_000) }
  const send = async (): Promise<void> => {
    const { signal } = new AbortController()
    assert.equal((await post.send(event, { url, secret: 'whsec_AAAA' }, signal)).status, 200)
  }
  try {
    await send()
    const before = heapAfterCollection()
    for (let round = 0; round < 30; round += 1) await send()
    const left = heapAfterCollection() - before
    assert.ok(left < 10_000_000, `${String(left)} bytes`)
  } finally {
    await post.close()
    server.close()
  }
})
