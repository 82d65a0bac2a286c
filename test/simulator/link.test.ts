// Truth: what the sessions of one process share, and what becomes of them when the network goes away and comes back.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, test } from 'node:test'
import { RecordingHost } from '../../src/drivers/conformance/host.ts'
import type { Driver, Session } from '../../src/drivers/driver.ts'
import { simulatorDriver } from '../../src/drivers/simulator/driver.ts'
import { silentLog } from '../../src/lib/log.ts'
import { systemRandom } from '../../src/lib/random.ts'
import { until } from '../../src/lib/until.ts'
import type { Messenger } from '../../src/model/messenger.ts'
import { ask, call, NetworkBench } from '../support/simulated-network.ts'

const SESSIONS = 40
let bench: NetworkBench
let drivers: Driver[]
beforeEach(async () => {
  bench = new NetworkBench()
  await bench.setUp()
  drivers = []
})
afterEach(async () => {
  for (const driver of drivers) await driver.close()
  await bench.tearDown()
})

function surroundings() {
  return { clock: bench.clock, random: systemRandom, log: silentLog }
}

function driverFor(messenger: Messenger, url = bench.url): Driver {
  const driver = simulatorDriver({ messenger, url, ...surroundings() })
  drivers.push(driver)
  return driver
}

async function linked(driver: Driver, index: number): Promise<{ session: Session; host: RecordingHost }> {
  const host = new RecordingHost(1101000001 + index, surroundings())
  const session = driver.open(host)
  for await (const step of session.login({ way: 'qr' }).steps) {
    assert.notEqual(step.kind, 'ended')
    if (step.kind === 'show')
      void ask(bench.url, 'POST', 'link', { qr: step.value, phoneNumber: `7900999${String(index + 1001)}` })
  }
  return { session, host }
}

test('a link that breaks while the credentials are being stored: the session says so, and opens with them', async () => {
  const host = new RecordingHost(1101000001, surroundings())
  let stored: () => void = () => undefined
  host.afterKeeping = () => new Promise((resolve) => (stored = resolve))
  const session = driverFor('whatsapp').open(host)
  const steps: string[] = []
  for await (const step of session.login({ way: 'qr' }).steps) {
    steps.push(step.kind)
    if (step.kind !== 'show') continue
    void call(bench.url, 'POST', 'link', { qr: step.value, phoneNumber: '79009990001' })
    await until(() => host.begun === 1, 'the credentials')
    await ask(bench.url, 'POST', 'faults', { kind: 'dropConnections' })
  }
  assert.deepEqual(steps, ['show', 'ended'])
  assert.equal(host.losses.length, 0, 'whether it is linked is not known yet')
  stored()
  await until(() => host.losses.length === 1, 'the loss')
  assert.equal(host.losses[0]?.fault, 'connectionLost')
  bench.clock.skip(1_000)
  await session.connect()
  await until(() => host.openings === 1, 'the opening')
})

test('the network goes away: every session hears it once, and opens again when it is back', async () => {
  const driver = driverFor('whatsapp')
  const all = await Promise.all(Array.from({ length: SESSIONS }, (_, index) => linked(driver, index)))
  bench.keepAddress()
  await bench.stop()
  await until(() => all.every(({ host }) => host.losses.length === 1), 'the losses')
  assert.ok(all.every(({ host }) => host.losses[0]?.fault === 'connectionLost'))
  // While it is away every attempt ends in a loss of its own.
  await all[0]?.session.connect()
  await until(() => {
    bench.clock.skip(1_000)
    return all[0]?.host.losses.length === 2
  }, 'the failed attempt')
  await bench.start()
  for (const { session } of all) await session.connect()
  await until(() => {
    bench.clock.skip(1_000)
    return all.every(({ host }) => host.openings === 2)
  }, 'the sessions to open again')
  for (const { session } of all) await session.disconnect()
})

test('the sessions of all messengers share one socket, which ends with the last driver', async () => {
  const sockets = new Set<Socket>()
  let accepted = 0
  const target = Number(new URL(bench.url).port)
  const relay = createServer((from) => {
    accepted += 1
    const to = connect(target, '127.0.0.1')
    for (const socket of [from, to]) {
      sockets.add(socket)
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
    }
    from.pipe(to).pipe(from)
  }).listen(0, '127.0.0.1')
  await once(relay, 'listening')
  const address = relay.address()
  assert.ok(typeof address === 'object' && address !== null)
  const url = `http://127.0.0.1:${String(address.port)}`
  const [whatsapp, max] = [driverFor('whatsapp', url), driverFor('v3', url)]
  const sessions = await Promise.all([linked(whatsapp, 0), linked(whatsapp, 1), linked(max, 2), linked(max, 3)])
  assert.equal(accepted, 1)
  for (const { session } of sessions) await session.disconnect()
  await whatsapp.close()
  await whatsapp.close()
  assert.ok(sockets.size > 0, 'the other driver still needs it')
  await max.close()
  await until(() => sockets.size === 0, 'the socket to end')
  relay.close()
})

test('a network that answers something else is a loss, not a crash', async () => {
  const { host, session } = await linked(driverFor('whatsapp'), 0)
  await session.disconnect()
  const stranger = createServer((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')).listen(
    0,
    '127.0.0.1',
  )
  await once(stranger, 'listening')
  const address = stranger.address()
  assert.ok(typeof address === 'object' && address !== null)
  const other = driverFor('whatsapp', `http://127.0.0.1:${String(address.port)}`)
  const there = new RecordingHost(1, surroundings(), { kept: host.kept })
  await other.open(there).connect()
  const loss = await until(() => there.losses[0], 'the loss')
  assert.equal(loss.fault, 'connectionLost')
  stranger.close()
})
