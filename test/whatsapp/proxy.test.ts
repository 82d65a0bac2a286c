// Truth: every connection that this process begins and every name that it looks up, and what the proxies were asked for.
import assert from 'node:assert/strict'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { facet, value } from '../../src/drivers/conformance/bench.ts'
import { followLogin } from '../../src/drivers/conformance/follow-login.ts'
import { RecordingHost, type Possessions } from '../../src/drivers/conformance/host.ts'
import type { Driver } from '../../src/drivers/driver.ts'
import { whatsAppDriver } from '../../src/drivers/whatsapp/driver.ts'
import { engineIsInstalled } from '../../src/drivers/whatsapp/engine/load.ts'
import { openTransport } from '../../src/drivers/network/transport.ts'
import { AddressRules } from '../../src/lib/address-rules.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { systemRandom } from '../../src/lib/random.ts'
import { until } from '../../src/lib/until.ts'
import { isFault } from '../../src/model/fault.ts'
import type { FileContent } from '../../src/model/content.ts'
import type { ChatId, MessageId } from '../../src/model/ids.ts'
import { trustFakeWhatsApp } from '../fakes/whatsapp/trust.ts'
import { startWorld, type World } from '../fakes/whatsapp/world.ts'
import { Outgoing } from './support/outgoing.ts'
import { startHttpProxy, startSocksProxy } from './support/proxies.ts'

const skip = engineIsInstalled() ? false : 'the WhatsApp engine is not installed'

const PEER = '79004400009'
const PICTURE = Buffer.from('the bytes of a picture')
const PDF = Buffer.from('%PDF the price list')
const LOOK_MS = 1_500
let lastPhone = 79_004_400_010

describe('an instance with a proxy', { skip, timeout: 60_000 }, () => {
  let world: World
  let distrust: () => void
  let outgoing: Outgoing

  before(async () => {
    world = await startWorld()
    distrust = await trustFakeWhatsApp(world.fake)
    world.person(PEER)
    outgoing = new Outgoing()
  })
  after(async () => {
    outgoing.stop()
    await world.close()
    distrust()
  })

  /** As for the real WhatsApp: nothing says where it is. */
  function newDriver(): Driver {
    return whatsAppDriver({
      ...{ clock: systemClock, random: systemRandom, log: silentLog, proxies: new AddressRules(['127.0.0.1']) },
      ...{ loginsPerSecond: 1_000, firstContactsPerDay: 0, sendsButtons: true, checksPerDay: 0 },
    })
  }
  const newHost = (possessions: Possessions) =>
    new RecordingHost(1_101_000_077, { clock: systemClock, random: systemRandom, log: silentLog }, possessions)

  for (const [kind, start] of [
    ['HTTP', startHttpProxy],
    ['SOCKS5', startSocksProxy],
  ] as const)
    test(`${kind}: socket, uploads, downloads and the look-up of the version go by it, and nothing past it`, async () => {
      const proxy = await start(world.fake.tls, outgoing.exempt)
      const driver = newDriver()
      const host = newHost({ proxy: proxy.url })
      const session = driver.open(host)
      const phone = String((lastPhone += 1))
      world.person(phone)
      outgoing.connections.length = 0
      outgoing.names.length = 0
      try {
        const login = followLogin(session.login({ way: 'qr' }))
        await world.fake.scan(phone, await login.shown(0))
        assert.deepEqual(await login.end(), { kind: 'done' })

        const said = { kind: 'file', type: 'image', bytes: PICTURE, mimeType: 'image/jpeg' } as const
        const id = await world.phone(PEER).say(phone, said)
        const message = await until(() => host.messages().find((one) => one.id === id), 'the picture')
        const { file } = message.content as FileContent
        assert.ok(file.at === 'here', JSON.stringify(file))
        const download = facet(session, 'files').download(file, new AbortController().signal)
        assert.deepEqual(await buffer(value(await download)), PICTURE)

        const about = { name: 'list.pdf', mimeType: 'application/pdf', caption: '', jpegThumbnail: '' }
        const content = { kind: 'file', type: 'document', file: host.keep(PDF), ...about } as const
        const sent = `3EB0C0FFEE${phone.slice(-6)}` as MessageId
        const to = { chat: `${PEER}@c.us` as ChatId, content }
        assert.ok((await session.send(sent, to, new AbortController().signal)).ok)
        const seen = await world.phone(PEER).sees((one) => one.id === sent, 5_000)
        assert.ok(seen.content.kind === 'file' && Buffer.from(seen.content.bytes).equals(PDF))
      } finally {
        await session.disconnect()
        await driver.close()
        await proxy.close()
      }
      const hosts = proxy.asked.map((asked) => asked.replace(/^media[^.]*\./, 'media.'))
      assert.ok(
        proxy.asked.every((asked) => asked.endsWith(':443')),
        JSON.stringify(proxy.asked),
      )
      assert.ok(hosts.filter((one) => one === 'web.whatsapp.com:443').length >= 3, 'two sockets and the version')
      assert.ok(hosts.filter((one) => one.includes('whatsapp.net')).length >= 2, `media: ${JSON.stringify(hosts)}`)
      assert.deepEqual([...new Set(outgoing.connections)], [`127.0.0.1:${String(proxy.port)}`])
      assert.deepEqual(outgoing.names, [])
    })

  test('what is idle for longer than a proxy may take to connect stays connected', async () => {
    for (const start of [startHttpProxy, startSocksProxy]) {
      const proxy = await start(world.fake.tls, outgoing.exempt)
      const transport = await openTransport(proxy.url, {
        proxies: new AddressRules(['127.0.0.1']),
        clock: systemClock,
      })
      assert.ok(!isFault(transport))
      const outside = new PassThrough()
      const sockets: Socket[] = []
      outside.on('proxy', ({ socket }: { socket: Socket }) => sockets.push(socket))
      const { agent } = transport as unknown as { agent: { connect(from: unknown, to: object): Promise<Socket> } }
      sockets.push(await agent.connect(outside, { host: 'web.whatsapp.com', port: 443, secureEndpoint: false }))
      // A socket that destroys itself when nothing is said has a listener for it.
      assert.ok(sockets.every((socket) => !socket.timeout || socket.listenerCount('timeout') === 0))
      for (const socket of sockets) socket.destroy()
      await transport.close()
      await proxy.close()
    }
  })

  test('a proxy that is dead means offline, and no other way is tried', async () => {
    const proxy = await startHttpProxy(world.fake.tls, outgoing.exempt)
    const phone = String((lastPhone += 1))
    world.person(phone)
    const driver = newDriver()
    const kept = new Map<string, Uint8Array>()
    const first = driver.open(newHost({ proxy: proxy.url, kept }))
    const login = followLogin(first.login({ way: 'qr' }))
    await world.fake.scan(phone, await login.shown(0))
    assert.deepEqual(await login.end(), { kind: 'done' })
    await first.disconnect()
    await proxy.close()

    outgoing.connections.length = 0
    outgoing.names.length = 0
    const host = newHost({ proxy: proxy.url, kept })
    const session = driver.open(host)
    const logins = world.statistics.summary().logins
    await session.connect()
    await until(() => host.losses.length > 0, 'the end of the attempt')
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    assert.equal(host.openings, 0)
    assert.equal(world.statistics.summary().logins, logins)
    assert.ok(outgoing.connections.length > 0)
    assert.deepEqual([...new Set(outgoing.connections)], [`127.0.0.1:${String(proxy.port)}`])
    assert.deepEqual(outgoing.names, [])
    await session.disconnect()
    await driver.close()
  })

  test('a proxy that may not be reached is not tried at all', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    const driver = whatsAppDriver({
      ...{ clock: systemClock, random: systemRandom, log: silentLog, proxies: new AddressRules([]) },
      ...{ loginsPerSecond: 1_000, firstContactsPerDay: 0, sendsButtons: true, checksPerDay: 0 },
    })
    outgoing.connections.length = 0
    const session = driver.open(newHost({ proxy: `http://127.0.0.1:${String(port)}` }))
    const login = followLogin(session.login({ way: 'qr' }))
    const end = await login.end()
    assert.equal(end?.kind, 'ended', JSON.stringify(end))
    assert.deepEqual(outgoing.connections, [])
    await session.disconnect()
    await driver.close()
    server.close()
  })
})
