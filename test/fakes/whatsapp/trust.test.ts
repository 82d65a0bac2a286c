// Truth: a process that trusts the fake takes it for WhatsApp wherever it goes by itself, and trusts it for nothing else.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'

import { HttpsProxyAgent } from 'https-proxy-agent'

import { engineIsInstalled } from '../../../src/drivers/whatsapp/engine/load.ts'
import { EngineClient } from './engine-client.ts'
import { startFakeWhatsApp } from './server.ts'
import type { FakeWhatsApp } from './server.ts'
import { trustFakeWhatsApp } from './trust.ts'

const skip = engineIsInstalled() ? false : 'the WhatsApp engine is not installed'
const phone = '4915100009999'

describe('trust in the fake WhatsApp', { skip, timeout: 60_000 }, () => {
  let fake: FakeWhatsApp
  let distrust: () => void
  const clients: EngineClient[] = []

  before(async () => {
    fake = await startFakeWhatsApp()
    distrust = await trustFakeWhatsApp(fake)
  })
  after(async () => {
    await Promise.all(clients.map((client) => client.end()))
    await fake.close()
    distrust()
  })

  /** One that is told no address. */
  function client(config: object = {}): EngineClient {
    const made = new EngineClient('', config)
    clients.push(made)
    return made
  }

  test('the engine finds the fake where it always goes, over TLS', async () => {
    const made = client()
    await made.connect()
    await fake.scan(phone, await made.qr())
    await made.opened()
    assert.equal(made.me, `${phone}:1@s.whatsapp.net`)
  })

  test('so does fetch, and only for those hosts', async () => {
    const answer = await fetch('https://web.whatsapp.com/sw.js')
    assert.match(await answer.text(), /"client_revision":1043857760/)
    await assert.rejects(fetch(`https://localhost:${String(fake.tls)}/sw.js`))
  })

  test("over a proxy the way is the proxy's", async () => {
    const asked: string[] = []
    const proxy = createServer().on('connect', (request, socket: Socket) => {
      asked.push(request.url ?? '')
      const there = connect(fake.tls, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
      there.pipe(socket).pipe(there)
      socket.on('error', () => there.destroy())
      there.on('error', () => socket.destroy())
    })
    proxy.listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    const { port } = proxy.address() as AddressInfo
    const made = client({ agent: new HttpsProxyAgent(`http://127.0.0.1:${String(port)}`) })
    try {
      await made.connect()
      await made.qr()
      assert.deepEqual(asked, ['web.whatsapp.com:443'])
    } finally {
      await made.end()
      proxy.close()
    }
  })

  test('a process of its own believes it by a preload', async () => {
    const script = `const a = await fetch('https://web.whatsapp.com/sw.js'); console.log(a.status)`
    const preload = new URL('preload.js', import.meta.url).href
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', preload, '--input-type=module', '-e', script],
      {
        env: { ...process.env, ...fake.environment() },
      },
    )
    assert.equal(stdout.trim(), '200')
  })
})
