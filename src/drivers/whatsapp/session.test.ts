// Truth: the driver contract of a session's life, and the table of what WhatsApp's codes mean, against the fake WhatsApp.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Node } from '../../../test/fakes/whatsapp/network.ts'
import { trustFakeWhatsApp } from '../../../test/fakes/whatsapp/trust.ts'
import { startWorld, type World } from '../../../test/fakes/whatsapp/world.ts'
import { silentLog } from '../../lib/log.ts'
import { systemRandom } from '../../lib/random.ts'
import { SkippingClock } from '../../lib/skipping-clock.ts'
import { until } from '../../lib/until.ts'
import { retryOf, type Fault } from '../../model/fault.ts'
import type { ChatId, MessageId } from '../../model/ids.ts'
import { followLogin } from '../conformance/follow-login.ts'
import { RecordingHost, type Possessions } from '../conformance/host.ts'
import { LASTING, type Driver, type Session } from '../driver.ts'
import { whatsAppDriver } from './driver.ts'
import { engineIsInstalled } from './engine/load.ts'

const OWN = '79001000001'
const QR_MS = 60_000
const NEXT_QR_MS = 20_000

/** Also remembers how long the runner is asked to wait. */
class WaitingHost extends RecordingHost {
  readonly waits: (number | undefined)[] = []

  override lost(trouble: Fault, atLeastMs?: number): void {
    this.waits.push(atLeastMs)
    super.lost(trouble)
  }
}

describe('a session on WhatsApp', { skip: !engineIsInstalled() && 'the WhatsApp engine is not installed' }, () => {
  let world: World
  let distrust: () => void
  let clock: SkippingClock
  let driver: Driver
  let sessions: Session[]

  beforeEach(async () => {
    world = await startWorld()
    distrust = await trustFakeWhatsApp(world.fake)
    world.person(OWN)
    clock = new SkippingClock()
    driver = newDriver()
    sessions = []
  })
  afterEach(async () => {
    await Promise.all(sessions.map((session) => session.disconnect()))
    await world.close()
    distrust()
  })

  function newDriver(loginsPerSecond = 1_000): Driver {
    const own = { clock, random: systemRandom, log: silentLog, url: world.fake.url }
    return whatsAppDriver({ ...own, loginsPerSecond, firstContactsPerDay: 0, sendsButtons: true, checksPerDay: 0 })
  }
  function open(possessions: Possessions = {}, by = driver, instance = 1_101_000_001) {
    const host = new WaitingHost(instance, { clock, random: systemRandom, log: silentLog }, possessions)
    const session = by.open(host)
    sessions.push(session)
    return { host, session }
  }
  async function linked() {
    const opened = open()
    const login = followLogin(opened.session.login({ way: 'qr' }))
    await world.fake.scan(OWN, await login.shown(0))
    assert.deepEqual(await login.end(), { kind: 'done' })
    return opened
  }
  function connectionOfDevice() {
    const [device] = world.person(OWN).devices.values()
    const connection = device?.connection
    assert.ok(connection !== null && connection !== undefined, 'the device is away')
    return connection
  }
  const firstLoss = (host: WaitingHost, index = 0) => until(() => host.losses[index], 'the loss')
  const streamError = (code: string, child?: Node) =>
    connectionOfDevice().close({ code, ...(child !== undefined && { child }) })

  test('six codes a connection, then another connection, and after three of them a clear end', async () => {
    const { session, host } = open()
    const login = followLogin(session.login({ way: 'qr' }))
    const seen = new Set<string>()
    for (let code = 0; code < 18; code += 1) {
      const { value, until: holds } = await until(() => login.codes()[code], `code ${String(code)}`)
      const lastsMs = code % 6 === 0 ? QR_MS : NEXT_QR_MS
      assert.ok(Math.abs(holds - clock.now() - lastsMs) < 2_000, String(holds - clock.now()))
      seen.add(value)
      clock.skip(lastsMs + 1)
    }
    assert.equal(seen.size, 18)
    const last = await login.end()
    assert.equal(last?.kind === 'ended' && last.fault.fault, 'linkTimeout')
    assert.deepEqual([host.begun, host.losses], [0, []])
  })

  test('the first code of a second connection links', async () => {
    const { session } = open()
    const login = followLogin(session.login({ way: 'qr' }))
    for (let code = 0; code < 6; code += 1) {
      await login.shown(code)
      clock.skip(code === 0 ? QR_MS + 1 : NEXT_QR_MS + 1)
    }
    await world.fake.scan(OWN, await login.shown(6))
    assert.deepEqual(await login.end(), { kind: 'done' })
  })

  test('a code for a number without an account ends the attempt, and so does what is no number', async () => {
    for (const [phone, expected] of [
      ['79009999999', 'noAccount'],
      ['call me', 'invalid'],
    ] as const) {
      const login = followLogin(open().session.login({ way: 'code', phone }))
      const last = await login.end()
      assert.equal(last?.kind === 'ended' && last.fault.fault, expected)
    }
  })

  test('a passkey that nobody confirms ends the attempt as such', async () => {
    world.person(OWN).wantsPasskey = true
    const { session, host } = open()
    const login = followLogin(session.login({ way: 'qr' }))
    assert.equal(await world.fake.scan(OWN, await login.shown(0)), 'passkey')
    assert.equal((await login.asked(0)).what, 'passkey')
    clock.skip(10 * QR_MS)
    assert.equal(login.codes().length, 1)
    login.login.cancel()
    const last = await login.end()
    assert.equal(last?.kind === 'ended' && last.fault.fault, 'linkCancelled')
    assert.equal(host.begun, 0)
  })

  test('a linking that is refused ends with a fault and leaves nothing', async () => {
    world.fake.faults.failure = { reason: '503', times: 1 }
    const { session, host } = open()
    const last = await followLogin(session.login({ way: 'qr' })).end()
    assert.equal(last?.kind === 'ended' && retryOf(last.fault), 'later')
    assert.deepEqual([host.begun, host.losses], [0, []])
  })

  const ends = [
    ['401', 'unlinked', 'unlinked'],
    ['403', 'blocked', 'restricted'],
    ['411', 'unlinked', 'unlinked'],
    ['503', 'connectionLost', undefined],
    ['500', 'connectionLost', undefined],
  ] as const
  for (const [reason, expected, event] of ends) {
    test(`a login that is refused with ${reason}: ${expected}`, async () => {
      const { session, host } = await linked()
      await session.disconnect()
      const before = host.events.length
      world.fake.faults.failure = { reason, times: 1 }
      await session.connect()
      assert.equal((await firstLoss(host)).fault, expected)
      assert.deepEqual(
        host.events.slice(before).map(({ kind }) => kind),
        event === undefined ? [] : [event],
      )
      if (event !== undefined) return
      await session.connect()
      await until(() => host.openings === 2, 'the session to open again')
    })
  }

  test('405 looks the version up once, and goes on with what it found', async () => {
    const { session, host } = await linked()
    await session.disconnect()
    world.fake.faults.failure = { reason: '405', times: 1 }
    await session.connect()
    assert.equal(retryOf(await firstLoss(host)), 'later')
    await session.connect()
    await until(() => host.openings === 2, 'the session to open again')
  })

  test('a restart that the network asks for is a lost connection', async () => {
    const { host } = await linked()
    streamError('515')
    assert.equal((await firstLoss(host)).fault, 'connectionLost')
  })

  test('opened elsewhere: one try after 30 seconds, then it stays out', async () => {
    const { session, host } = await linked()
    const conflict = { tag: 'conflict', attrs: { type: 'replaced' } }
    streamError('440', conflict)
    assert.equal(retryOf(await firstLoss(host)), 'later')
    assert.deepEqual(host.waits, [30_000])
    await session.connect()
    await until(() => host.openings === 2, 'the session to open again')
    streamError('440', conflict)
    assert.equal((await firstLoss(host, 1)).fault, 'replaced')
  })

  test('a device that is removed while it is open is unlinked', async () => {
    const { host } = await linked()
    world.fake.unlink(OWN, 1)
    assert.equal((await firstLoss(host)).fault, 'unlinked')
    assert.equal(host.count('unlinked'), 1)
  })

  test('a commit that fails ends the connection, and the message comes again', async () => {
    const { session, host } = await linked()
    host.rejectNext(1)
    await world.phone('79001000002').say(OWN, 'hello')
    assert.equal(retryOf(await firstLoss(host)), 'later')
    await session.connect()
    await until(() => host.messages().length === 1, 'the message')
  })

  test('WhatsApp restricts the account and lifts it: each is told once, also across a new connection', async () => {
    const { session, host } = await linked()
    const states = () => host.events.flatMap((event) => (event.kind === 'restricted' ? [event.state] : []))
    world.restrictions.restrict(world.person(OWN))
    await until(() => states().length === 1, 'the restriction')
    world.restrictions.restrict(world.person(OWN), clock.now() + 3_600_000)
    // What is not acknowledged is brought again, perhaps after what is newer.
    await until(() => [...world.person(OWN).devices.values()][0]?.unacknowledged.length === 0, 'quiet')
    await session.disconnect()
    await session.connect()
    await until(() => host.openings === 2, 'the session to open')
    world.restrictions.lift(world.person(OWN))
    await until(() => states().length === 2, 'its end')
    assert.deepEqual(states(), ['suspended', 'authorized'])
  })

  test('a restriction outlives the link: it holds, and is told, in the next one of the same account', async () => {
    const { session, host } = await linked()
    world.restrictions.restrict(world.person(OWN))
    await until(() => host.count('restricted') === 1, 'the restriction')
    await session.logout()
    // As the runner forgets a link.
    for (const name of [...host.kept.keys()]) if (!name.startsWith(LASTING)) host.kept.delete(name)
    const again = open({ kept: host.kept })
    const login = followLogin(again.session.login({ way: 'qr' }))
    await world.fake.scan(OWN, await login.shown(0))
    assert.deepEqual(await login.end(), { kind: 'done' })
    await until(() => again.host.count('restricted') === 1, 'the word of it')
    const text = { chat: '79001000002@c.us' as ChatId, content: { kind: 'text', text: 'hello' } } as const
    const verdict = await again.session.send('3EB0A1' as MessageId, text, new AbortController().signal)
    assert.match(JSON.stringify(verdict), /closed new chats/)
  })

  test('a restriction whose time is over is over, though nobody says so', async () => {
    const { host } = await linked()
    world.restrictions.restrict(world.person(OWN), clock.now() + 60_000)
    await until(() => host.count('restricted') === 1, 'the restriction')
    await until(() => {
      clock.skip(301_000)
      return host.count('restricted') === 2
    }, 'its end')
  })

  test('it does not log in where another node may have the instance by then', async () => {
    const { host: kept, session: first } = await linked()
    await first.disconnect()
    const { host, session } = open({ kept: kept.kept })
    host.isSure = () => false
    await session.connect()
    assert.equal((await firstLoss(host)).fault, 'connectionLost')
    assert.equal(host.openings, 0)
    host.isSure = () => true
    await session.connect()
    await until(() => host.openings === 1, 'it is open')
  })

  test('who gives up at the gate never connects', async () => {
    const slow = newDriver(0.001)
    const { host: kept, session: first } = await linked()
    await first.disconnect()
    const before = open({ kept: kept.kept }, slow)
    await before.session.connect()
    await until(() => before.host.openings === 1, 'the first')
    await before.session.disconnect()
    await before.session.connect()
    await before.session.disconnect()
    clock.skip(3_600_000)
    assert.deepEqual([before.host.openings, before.host.losses], [1, []])
  })
})
