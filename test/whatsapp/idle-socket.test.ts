// Truth: a linked session that does nothing costs the process little: no storage of its own, few timers, and no stall when it is linked.
import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { after, before, describe, test } from 'node:test'
import { RecordingHost } from '../../src/drivers/conformance/host.ts'
import { engineIsInstalled, loadEngine } from '../../src/drivers/whatsapp/engine/load.ts'
import { readCredentials } from '../../src/drivers/whatsapp/keys/credentials.ts'
import { KeyCache } from '../../src/drivers/whatsapp/keys/key-cache.ts'
import { makeOneTimeKeys } from '../../src/drivers/whatsapp/keys/one-time-keys.ts'
import { openSessionStore } from '../../src/drivers/whatsapp/keys/session-store.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { systemRandom } from '../../src/lib/random.ts'
import { until } from '../../src/lib/until.ts'
import { trustFakeWhatsApp } from '../fakes/whatsapp/trust.ts'
import { startWorld, type World } from '../fakes/whatsapp/world.ts'
import { BareSession } from './bare-session.ts'

const skip = engineIsInstalled() ? false : 'the WhatsApp engine is not installed'

describe('a session that is idle', { skip, timeout: 60_000 }, () => {
  let world: World
  let distrust: () => void

  before(async () => {
    world = await startWorld()
    distrust = await trustFakeWhatsApp(world.fake)
  })
  after(async () => {
    await world.close()
    distrust()
  })

  test('the engine runs no asynchronous storage of its own, so that promises cost the same however many sockets there were', async () => {
    const run = new Set<unknown>()
    const prototype: object = AsyncLocalStorage.prototype
    const real = new Map(['run', 'enterWith'].map((name) => [name, Reflect.get(prototype, name) as () => unknown]))
    for (const [name, method] of real) {
      const spied = function (this: unknown, ...given: unknown[]): unknown {
        run.add(this)
        return Reflect.apply(method, this, given) as unknown
      }
      Reflect.set(prototype, name, spied)
    }
    const session = new BareSession(world, '79110000001')
    try {
      await session.link()
      const peer = world.person('79110000002').phone
      await session.say(`${peer}@s.whatsapp.net`, 'hello')
      await world.phone(peer).sees(({ content }) => content.kind === 'text' && content.text === 'hello')
      await session.socket.authState.keys.transaction(() => Promise.resolve(), 'anything')
    } finally {
      for (const [name, method] of real) Reflect.set(prototype, name, method)
      await session.close()
    }
    assert.equal(run.size, 1, 'the one of our own transactions')
  })

  test('the keys that a new device hands over are made without a stall, and are those that the network gets', async () => {
    const engine = await loadEngine()
    const host = new RecordingHost(1, { clock: systemClock, random: systemRandom, log: silentLog })
    const store = openSessionStore({ host, engine, cache: new KeyCache(), fail: (why) => assert.fail(why) })
    const credentials = engine.initCredentials()
    const delays = monitorEventLoopDelay({ resolution: 1 })
    delays.enable()
    await makeOneTimeKeys(engine, credentials, store)
    delays.disable()
    assert.ok(delays.max / 1e6 < 60, `${String(delays.max / 1e6)} ms in one go`)
    assert.equal((await readCredentials(host, engine))?.nextPreKeyId, engine.firstKeyCount + 1)
    assert.equal(host.changes.length, 1, 'the keys and the number of the next are one commit')
    await makeOneTimeKeys(engine, credentials, store)
    assert.equal(host.changes.length, 1, 'a device has them once')

    const session = new BareSession(world, '79110000003')
    try {
      await session.link()
      const [device] = world.person(session.phone).devices.values()
      const offered = [...(device?.bundle?.oneTime.keys() ?? [])]
      // Its phone has used one already, to welcome it.
      assert.ok(offered.length >= engine.firstKeyCount - 2, String(offered.length))
      const kept = await session.store.keys.get('pre-key', offered.map(String))
      assert.equal(Object.keys(kept).length, offered.length)
      const stranger = world.phone('79110000005')
      await stranger.say(session.phone, 'hello')
      await until(() => session.texts().length === 1, 'a message under one of them')
    } finally {
      await session.close()
    }
  })

  test('holds no timer of the caches that the engine would make for it', async () => {
    const session = new BareSession(world, '79110000004')
    await session.link()
    await session.close()
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = timers()
    await session.open()
    try {
      // Once its first questions are answered: its keep-alive, and perhaps a write of the life before that nobody tells the end of.
      await until(() => timers() - before <= 2, 'its first questions')
    } finally {
      await session.close()
    }
    await until(() => timers() - before <= 1, 'nothing that is left behind')
  })
})
