// Truth: the gate's turns go to sessions that can use them, and one that gives up or has no way out takes none.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NO_ENGINE } from '../../../test/whatsapp/support/no-engine.ts'
import { AddressRules } from '../../lib/address-rules.ts'
import { silentLog } from '../../lib/log.ts'
import { systemRandom } from '../../lib/random.ts'
import { SkippingClock } from '../../lib/skipping-clock.ts'
import { isFault } from '../../model/fault.ts'
import type { InstanceId } from '../../model/ids.ts'
import { RecordingHost } from '../conformance/host.ts'
import type { Credentials } from './engine/engine.ts'
import { Entrance } from './entrance.ts'
import { LoginGate } from './login-gate.ts'
import { openConnection } from './opening.ts'
import type { Connected, Surroundings } from './surroundings.ts'

const clock = new SkippingClock()

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
  await entrance(1).enter()
  const second = entrance(2)
  const givenUp = second.enter()
  const third = entrance(3).enter()
  second.leave()
  await givenUp
  assert.deepEqual([...connected.keys()], [1, 3])
  clock.skip(1_500)
  await third
})

test('a newer session of the same instance replaces the older one, which leaves the newer in its place', async () => {
  const { entrance, connected, replaced } = rig()
  const [older, newer] = [entrance(1), entrance(1)]
  await older.enter()
  const entered = newer.enter()
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
    enter: () => Promise.resolve(void (turns += 1)),
    listener: { updated: () => undefined, ended: () => undefined, credentialsChanged: () => null },
  })
  assert.ok(opened !== null && isFault(opened))
  assert.equal(turns, 0)
})
