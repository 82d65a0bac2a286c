// Truth: files come in and go out whole, for whoever may use the link, and go after 30 days without use.
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { until } from '../../src/lib/until.ts'
import { ask, NetworkBench } from '../support/simulated-network.ts'

const TOKEN = 'operator-token-of-this-test'

let bench: NetworkBench
beforeEach(async () => {
  bench = new NetworkBench()
  await bench.setUp(TOKEN)
})
afterEach(() => bench.tearDown())

async function put(bytes: Buffer): Promise<string> {
  const answer = await fetch(`${bench.url}/link/files`, { method: 'PUT', body: bytes })
  assert.equal(answer.status, 200)
  return ((await answer.json()) as { sha256: string }).sha256
}

async function leftovers(): Promise<string[]> {
  const names = await readdir(`${bench.file}-files`, { recursive: true })
  return names.filter((name) => name.endsWith('.part') || name.length > 60)
}

/** The network is down for so many days. */
async function sleepFor(days: number): Promise<void> {
  await bench.stop()
  bench.clock.skip(days * 86_400_000)
  await bench.start(TOKEN)
}

/** The status of a request with these headers, which fetch would not let us set. */
function statusOf(method: string, path: string, headers: Record<string, string>): Promise<number> {
  const { port } = new URL(bench.url)
  return new Promise((resolve, reject) => {
    const asked = httpRequest({ host: '127.0.0.1', port, method, path, headers }, (response: IncomingMessage) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    asked.on('error', reject)
    asked.end()
  })
}

describe('the bytes of files', () => {
  test('are the same after a restart, and no browser takes them for a page', async () => {
    const bytes = randomBytes(2_000_000)
    const sha256 = await put(bytes)
    assert.equal(sha256, createHash('sha256').update(bytes).digest('hex'))
    await bench.stop()
    await bench.start(TOKEN)
    for (const folder of ['link', 'simulator']) {
      const answer = await fetch(`${bench.url}/${folder}/files/${sha256}`)
      assert.deepEqual(Buffer.from(await answer.arrayBuffer()), bytes)
      assert.equal(answer.headers.get('content-type'), 'application/octet-stream')
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
      assert.match(answer.headers.get('content-security-policy') ?? '', /sandbox/)
    }
  })

  test('that are more than 100 MB are refused, and nothing of them stays', async () => {
    const chunk = Buffer.alloc(1024 * 1024)
    let left = 101
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        left -= 1
        if (left < 0) controller.close()
        else controller.enqueue(chunk)
      },
    })
    const answer = await fetch(`${bench.url}/link/files`, { method: 'PUT', body, duplex: 'half' })
    assert.equal(answer.status, 413)
    assert.deepEqual(await leftovers(), [])
  })

  test('that break off on the way leave nothing', async () => {
    const { port } = new URL(bench.url)
    const headers = { 'content-length': '1000000' }
    const asked = httpRequest({ host: '127.0.0.1', port, method: 'PUT', path: '/link/files', headers })
    asked.on('error', () => undefined)
    asked.write(Buffer.alloc(10_000))
    await until(async () => (await leftovers()).length === 1, 'the upload to begin')
    asked.destroy()
    await until(async () => (await leftovers()).length === 0, 'what was written to be removed')
  })

  test('go when nobody has sent them for 30 days; one that was sent meanwhile stays', async () => {
    const [unused, used] = [await put(Buffer.from('unused')), await put(Buffer.from('used'))]
    await sleepFor(20)
    const content = { kind: 'file', file: used }
    await ask(bench.url, 'POST', 'messages', { from: '79005580001', to: '79005580002', content })
    await sleepFor(11)
    await until(async () => {
      bench.clock.skip(60_000)
      return (await leftovers()).length === 1
    }, 'the unused file to go')
    assert.equal((await fetch(`${bench.url}/link/files/${used}`)).status, 200)
    assert.equal((await fetch(`${bench.url}/link/files/${unused}`)).status, 404)
  })
})

describe('who may exchange files, and how', () => {
  test('this machine and whoever holds the token, nobody else', async () => {
    const sha256 = await put(Buffer.from('x'))
    const paths = [
      ['PUT', '/link/files'],
      ['POST', '/simulator/files'],
      ['GET', `/link/files/${sha256}`],
      ['HEAD', `/simulator/files/${sha256}`],
    ] as const
    for (const [method, path] of paths) {
      assert.equal(await statusOf(method, path, { host: 'localhost', via: '1.1 x' }), 403, path)
      const authorization = `Bearer ${TOKEN}`
      assert.equal(await statusOf(method, path, { host: 'example.org', via: '1.1 x', authorization }), 200, path)
    }
  })

  test('unknown names are 404, wrong verbs 405', async () => {
    for (const name of ['0'.repeat(64), 'x', '..%2f..%2fnetwork.db'])
      assert.equal(await statusOf('GET', `/link/files/${name}`, { host: 'localhost' }), 404, name)
    for (const [method, path] of [
      ['POST', '/link/files'],
      ['PUT', '/simulator/files'],
      ['GET', '/link/files'],
      ['DELETE', `/link/files/${'0'.repeat(64)}`],
    ] as const)
      assert.equal(await statusOf(method, path, { host: 'localhost' }), 405, `${method} ${path}`)
  })
})
