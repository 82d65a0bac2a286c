// Truth: drivers/driver.ts and facets.ts on files: trouble is a fault that says whether it pays to try again, and nothing hangs.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { finished } from 'node:stream/promises'
import { afterEach, describe, test } from 'node:test'
import { silentLog } from '../../lib/log.ts'
import { until } from '../../lib/until.ts'
import { isFault } from '../../model/fault.ts'
import { NetworkFiles } from './network-files.ts'
import { Transfers } from './transfers.ts'

const HASH = 'a'.repeat(64)
const FILE = { at: 'here', sha256: HASH, size: 5 } as const

describe('files between here and the network', () => {
  let server: Server | undefined
  let files: NetworkFiles | undefined
  const seen: string[] = []

  const start = async (answer: RequestListener, token?: string) => {
    seen.length = 0
    server = createServer((request, response) => {
      seen.push(`${String(request.method)} ${String(request.url)} ${request.headers.authorization ?? ''}`.trim())
      answer(request, response)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    files = new NetworkFiles(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`, token)
    return new Transfers(files, () => Promise.resolve(Readable.from([Buffer.from('bytes')])), silentLog)
  }

  afterEach(async () => {
    await files?.close()
    server?.closeAllConnections()
    server?.close()
    files = undefined
  })

  const isPut = ({ method }: IncomingMessage) => method === 'PUT'
  const codeOf = (answer: unknown) => (isFault(answer) ? answer.fault : answer)
  const signal = () => new AbortController().signal

  test('it is asked for, then sent with its length and the token', async () => {
    let got: Buffer | undefined
    let length: string | undefined
    const transfers = await start((request, response) => {
      if (!isPut(request)) return void response.writeHead(404).end()
      length = request.headers['content-length']
      void buffer(request).then((bytes) => {
        got = bytes
        response.writeHead(200).end(JSON.stringify({ sha256: HASH, size: 5 }))
      })
    }, 'secret')
    assert.equal(await transfers.upload(FILE), undefined)
    assert.deepEqual([got?.toString(), length], ['bytes', '5'])
    assert.deepEqual(seen, [`HEAD /link/files/${HASH} Bearer secret`, 'PUT /link/files Bearer secret'])
  })

  test('what the network answers with an error may be tried again', async () => {
    const transfers = await start((_request, response) => void response.writeHead(500).end('no'))
    assert.equal(codeOf(await transfers.upload(FILE)), 'unavailable')
    assert.equal(codeOf(await transfers.download(FILE, signal())), 'unavailable')
  })

  test('an upload that the network answers with something else may be tried again', async () => {
    const transfers = await start((request, response) => {
      request.resume().on('end', () => response.writeHead(isPut(request) ? 200 : 404).end('{"sha256":"short"}'))
    })
    assert.equal(codeOf(await transfers.upload(FILE)), 'unavailable')
  })

  test('a refused upload may be tried again, also when it is refused before its end', async () => {
    const transfers = await start((request, response) => void response.writeHead(isPut(request) ? 413 : 404).end())
    assert.equal(codeOf(await transfers.upload(FILE)), 'unavailable')
  })

  test('a connection that breaks, and a network that is not there, may be tried again', async () => {
    const transfers = await start((request) => request.socket.destroy())
    assert.equal(codeOf(await transfers.upload(FILE)), 'unavailable')
    server?.close()
    assert.equal(codeOf(await transfers.upload(FILE)), 'unavailable')
    assert.equal(codeOf(await transfers.download(FILE, signal())), 'unavailable')
  })

  test('a download that breaks off ends its stream with an error', async () => {
    const transfers = await start((_request, response) => {
      response.writeHead(200, { 'content-length': '1000' })
      response.write('the beginning')
      setTimeout(() => response.destroy(), 20)
    })
    const stream = await transfers.download(FILE, signal())
    assert.ok(!isFault(stream))
    await assert.rejects(buffer(stream))
  })

  test('the end of the session ends what is under way, both ways, and what would begin', async () => {
    const transfers = await start((request, response) => {
      if (request.method === 'HEAD') response.writeHead(404).end()
      else if (request.method === 'GET') response.writeHead(200).write('the beginning')
      else request.resume()
    })
    const download = await transfers.download(FILE, signal())
    assert.ok(!isFault(download))
    const upload = transfers.upload(FILE)
    await until(() => seen.some((line) => line.startsWith('PUT')), 'the upload')
    const ended = assert.rejects(finished(download))
    transfers.end()
    await ended
    assert.equal(codeOf(await upload), 'notConnected')
    assert.equal(codeOf(await transfers.upload(FILE)), 'notConnected')
    assert.equal(codeOf(await transfers.download(FILE, signal())), 'notConnected')
  })
})
