// Truth: the gate's turns go to sessions that can use them, and one that gives up or has no way out takes none.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { test } from 'node:test'
import { NO_ENGINE } from '../../../test/whatsapp/support/no-engine.ts'
import { AddressRules } from '../../lib/address-rules.ts'
import { silentLog } from '../../lib/log.ts'
import { systemRandom } from '../../lib/random.ts'
import { SkippingClock } from '../../lib/skipping-clock.ts'
import { until } from '../../lib/until.ts'
import { isFault } from '../../model/fault.ts'
import type { InstanceId } from '../../model/ids.ts'
import { RecordingHost } from '../conformance/host.ts'
import type { Credentials } from './engine/engine.ts'
import { Entrance, type Connected } from '../network/entrance.ts'
import { LoginGate } from '../../lib/login-gate.ts'
import { openConnection } from './opening.ts'
import type { Surroundings } from './surroundings.ts'

const clock = new SkippingClock()

const isThere = () => Promise.resolve(null)

function rig() {
  const gate = new LoginGate({ perSecond: 1, clock, random: systemRandom })
  const connected = new Map<InstanceId, Connected>()
  const replaced: number[] = []
  const entrance = (instance: number) =>
    new Entrance({ gate, connected }, instance as InstanceId, { replaced: () => replaced.push(instance) })
  return { connected, replaced, entrance }
}

test('who gives up gets on at once, and its place goes to the next', async () => {
  const { entrance, connected } = rig()
  await entrance(1).enter(isThere)
  const second = entrance(2)
  const givenUp = second.enter(isThere)
  const third = entrance(3).enter(isThere)
  second.leave()
  await givenUp
  assert.deepEqual([...connected.keys()], [1, 3])
  clock.skip(1_500)
  await third
})

test('a newer session of the same instance replaces the older one, which leaves the newer in its place', async () => {
  const { entrance, connected, replaced } = rig()
  const [older, newer] = [entrance(1), entrance(1)]
  await older.enter(isThere)
  const entered = newer.enter(isThere)
  clock.skip(1_500)
  await entered
  assert.deepEqual(replaced, [1])
  older.leave()
  assert.equal(connected.size, 1)
})

test('a proxy that is out of reach takes nobody a turn', async () => {
  const surroundings = { clock, random: systemRandom, log: silentLog }
  const host = new RecordingHost(1_101_000_001, surroundings, { proxy: 'socks5://127.0.0.1:1080' })
  let turns = 0
  const opened = await openConnection({
    host,
    shared: { proxies: new AddressRules([]) } as unknown as Surroundings,
    keys: { engine: NO_ENGINE, credentials: {} as Credentials },
    isWanted: () => true,
    enter: () => {
      turns += 1
      return Promise.resolve(null)
    },
    listener: { updated: () => undefined, ended: () => undefined, credentialsChanged: () => null },
  })
  assert.ok(opened !== null && isFault(opened))
  assert.equal(turns, 0)
})

const ANSWERS: readonly [string, string, string][] = [
  ['that takes connections and never answers', '', 'did not answer within 10 s'],
  ['that wants another password', 'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n', 'it answered 407'],
]
for (const scheme of ['http', 'socks5'])
  for (const [kind, answer, told] of ANSWERS.slice(0, scheme === 'http' ? 2 : 1))
    test(`a proxy ${kind} (${scheme}) is given up in a bounded time, is named without its password, and others enter meanwhile`, async () => {
      const sockets = new Set<Socket>()
      const server = createServer((socket) => {
        sockets.add(socket)
        socket
          .on('close', () => sockets.delete(socket))
          .on('error', () => undefined)
          .resume()
        if (answer !== '') socket.write(answer)
      }).listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      const { entrance, connected } = rig()
      const proxy = `${scheme}://operator:secret@127.0.0.1:${String(port)}`
      const host = new RecordingHost(1, { clock, random: systemRandom, log: silentLog }, { proxy })
      const stuck = entrance(1)
      const opened = openConnection({
        host,
        shared: { proxies: new AddressRules(['127.0.0.1']) } as unknown as Surroundings,
        keys: { engine: NO_ENGINE, credentials: {} as Credentials },
        isWanted: () => true,
        enter: (reach) => stuck.enter(reach),
        listener: { updated: () => undefined, ended: () => undefined, credentialsChanged: () => null },
      })
      await until(() => connected.has(1 as InstanceId), 'the one that waits for its proxy')
      // The first turn is still there, and the next one comes when it always would.
      await entrance(2).enter(isThere)
      if (answer === '') {
        await until(() => sockets.size > 0, 'the connection to the proxy')
        clock.skip(10_000)
      }
      const trouble = await opened
      assert.ok(trouble !== null && isFault(trouble))
      assert.equal(trouble.fault, 'unavailable')
      assert.match(trouble.message, new RegExp(`^the proxy 127\\.0\\.0\\.1:${String(port)}: .*${told}$`))
      assert.doesNotMatch(trouble.message, /secret|operator/)
      if (scheme === 'http') await until(() => sockets.size === 0, 'the end of the connection to the proxy')
      for (const socket of sockets) socket.destroy()
      server.close()
    })

test('who gives up while its proxy is asked gets on at once and takes no turn', async () => {
  const { entrance, connected } = rig()
  const first = entrance(1)
  const entered = first.enter(() => new Promise<null>(() => undefined))
  first.leave()
  assert.equal(await entered, null)
  assert.equal(connected.size, 0)
  await entrance(2).enter(isThere)
})
