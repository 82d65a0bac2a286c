// Truth: RFC 9110 on refused upgrades, and that a peer which keeps its side open keeps nothing of ours.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { test } from 'node:test'
import { refuseUpgrade } from './refuse-upgrade.ts'

test('a refused connection is told why and is gone, though its peer never closes', async () => {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const accepted = once(server, 'connection') as Promise<[Socket]>
  const client = connect({ port: (server.address() as AddressInfo).port, allowHalfOpen: true })
  try {
    const [socket] = await accepted
    const text: Buffer[] = []
    client.on('data', (piece: Buffer) => text.push(piece))
    refuseUpgrade(socket, 429, 'Too Many Requests')
    await Promise.all([once(socket, 'close'), once(client, 'end')])
    assert.match(Buffer.concat(text).toString(), /^HTTP\/1\.1 429 Too Many Requests\r\n/)
  } finally {
    client.destroy()
    server.close()
  }
})
