// Truth: `Peers`: what one node asks of another carries the proof, and fails where it is not known to be done.
import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import type { InstanceId } from '../model/ids.ts'
import { PROOF_HEADER } from './cluster.ts'
import { connectPeers } from './peers.ts'

test('asks with the proof, and believes in 204 alone', async (t) => {
  const calls: { url: string | undefined; headers: IncomingHttpHeaders; body: string }[] = []
  let status = 204
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      calls.push({ url: request.url, headers: request.headers, body })
      if (status !== 0) response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  const peers = connectPeers('the proof')
  t.after(async () => {
    await peers.close()
    server.closeAllConnections()
    server.close()
  })
  await peers.adopt(url, [5 as InstanceId], 1000)
  await peers.sync(url, 1000)
  assert.deepEqual(
    calls.map((call) => [call.url, call.headers[PROOF_HEADER], call.body]),
    [
      ['/cluster/adopt', 'the proof', '{"instances":[5]}'],
      ['/cluster/sync', 'the proof', '{}'],
    ],
  )
  status = 404
  await assert.rejects(peers.sync(url, 1000), /answered sync with 404/)
  status = 0
  await assert.rejects(peers.adopt(url, [], 100))
  await assert.rejects(peers.sync('http://127.0.0.1:1', 1000))
})
