// Truth: what a phone said before it linked this device; what a session keeps of it over deaths of its process and of the media servers.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { followLogin } from '../../src/drivers/conformance/follow-login.ts'
import { RecordingHost } from '../../src/drivers/conformance/host.ts'
import type { Change, Driver, Note, Session } from '../../src/drivers/driver.ts'
import { whatsAppDriver } from '../../src/drivers/whatsapp/driver.ts'
import { engineIsInstalled } from '../../src/drivers/whatsapp/engine/load.ts'
import { silentLog, type Log } from '../../src/lib/log.ts'
import { systemRandom } from '../../src/lib/random.ts'
import { SkippingClock } from '../../src/lib/skipping-clock.ts'
import { until } from '../../src/lib/until.ts'
import { trustFakeWhatsApp } from '../fakes/whatsapp/trust.ts'
import { startWorld, type World } from '../fakes/whatsapp/world.ts'

const skip = engineIsInstalled() ? false : 'the WhatsApp engine is not installed'

const PEER = '79006600000'
/** More than a commit takes. */
const SAID = 450
let lastPhone = 79_006_600_000

describe('the past that a phone tells', { skip, timeout: 90_000 }, () => {
  const clock = new SkippingClock()
  let world: World
  let distrust: () => void
  let driver: Driver

  before(async () => {
    world = await startWorld()
    distrust = await trustFakeWhatsApp(world.fake)
    driver = whatsAppDriver({
      ...{ clock, random: systemRandom, log: silentLog, url: world.fake.url },
      ...{ loginsPerSecond: 1_000, firstContactsPerDay: 0, sendsButtons: true, checksPerDay: 0 },
    })
    world.person(PEER, 'Dana')
  })
  after(async () => {
    await driver.close()
    await world.close()
    distrust()
    assert.deepEqual(world.troubles, [])
  })

  /** Somebody with a past: the ids of what was said, oldest first. */
  async function withPast(count: number, isInline: boolean): Promise<{ own: string; said: readonly string[] }> {
    const own = world.person(String((lastPhone += 1))).phone
    Object.assign(world.history.settings(own), { isInline, messagesPerChat: count })
    const said: string[] = []
    for (let nth = 0; nth < count; nth += 1) said.push(await world.phone(PEER).say(own, `long ago ${String(nth)}`))
    // What was said in the second of the linking counts as said after it.
    await sleep(1_100)
    return { own, said }
  }
  const hostWith = (kept = new Map<string, Uint8Array>(), log: Log = silentLog) =>
    new RecordingHost(1_101_000_000 + (lastPhone % 100_000), { clock, random: systemRandom, log }, { kept })
  async function link(host: RecordingHost, own: string): Promise<Session> {
    const session = driver.open(host)
    const login = followLogin(session.login({ way: 'qr' }))
    await world.fake.scan(own, await login.shown(0))
    await login.end()
    return session
  }
  const left = (host: RecordingHost) => [...host.kept.keys()].filter((name) => name.startsWith('history|'))
  const idsIn = (host: RecordingHost) => host.messages().map(({ id }) => String(id))

  /** The next process on what a host has kept, once it has told all that was said. */
  async function reopen({ kept }: RecordingHost, said: readonly string[]) {
    const next = hostWith(kept)
    const reopened = driver.open(next)
    await reopened.connect()
    await until(() => said.every((id) => idsIn(next).includes(id)), 'all of the past', 20_000)
    return { next, reopened }
  }

  /** From the first commit that `isLast` says yes to, nothing is kept any more: the process is dead from there on. */
  function diesAt(host: RecordingHost, isLast: (change: Change) => boolean): () => boolean {
    const commit = host.commit.bind(host)
    let isDead = false
    host.commit = (change) => {
      isDead ||= isLast(change)
      return isDead ? Promise.reject(new Error('killed')) : commit(change)
    }
    return () => isDead
  }
  const tellsOfPast = ({ events = [] }: Change) => events.some((event) => event.kind === 'message' && event.isPast)

  for (const isInline of [true, false])
    for (const nth of [1, 2, 3])
      test(`is kept although the process dies at its commit ${String(nth)}${isInline ? '' : ', and its file is on the media servers'}`, async () => {
        const { own, said } = await withPast(SAID, isInline)
        const host = hostWith()
        let pieces = 0
        const isDead = diesAt(host, (change) => tellsOfPast(change) && (pieces += 1) === nth)
        const session = await link(host, own)
        await until(isDead, 'its death', 20_000)
        await session.disconnect()

        const { next, reopened } = await reopen(host, said)
        await until(() => left(next).length === 0, 'nothing is left to be told')
        assert.equal(new Set(idsIn(next)).size, idsIn(next).length, 'each once')
        assert.ok(next.events.every((event) => event.kind !== 'message' || event.isPast === true))
        await reopened.disconnect()

        const third = hostWith(next.kept)
        const again = driver.open(third)
        await again.connect()
        await until(() => third.openings === 1, 'it is open')
        await again.disconnect()
        assert.deepEqual(idsIn(third), [], 'and never again')
      })
  test('is told again by the network when the process dies before it knows where it lies', async () => {
    const { own, said } = await withPast(20, true)
    const host = hostWith()
    const isDead = diesAt(host, ({ notes = new Map<string, Note>() }) =>
      [...notes.keys()].some((name) => name.startsWith('history|')),
    )
    const session = await link(host, own)
    await until(isDead, 'its death', 20_000)
    await session.disconnect()
    const { reopened } = await reopen(host, said)
    await reopened.disconnect()
  })

  test('is fetched again when the media servers fail, and given up when they never bring it', async () => {
    const { own, said } = await withPast(20, false)
    const warned: string[] = []
    const log = { ...silentLog, warn: (_about: unknown, words?: string) => void warned.push(words ?? '') }
    const host = hostWith(new Map(), log)
    const { faults } = world.network.media
    faults.download = { status: 503, times: 4 }
    const session = await link(host, own)
    await until(
      () => {
        clock.skip(1_000)
        return said.every((id) => idsIn(host).includes(id)) && left(host).length === 0
      },
      'the past',
      20_000,
    )
    assert.deepEqual([new Set(idsIn(host)).size, warned], [said.length, []])
    await session.disconnect()

    const { own: other } = await withPast(5, false)
    faults.download = { status: 404, times: -1 }
    const next = hostWith(new Map(), log)
    const without = await link(next, other)
    await until(() => left(next).length === 3, 'its pieces')
    await until(
      () => {
        clock.skip(60_000)
        return left(next).length === 0
      },
      'nothing is waited for any more',
      20_000,
    )
    faults.download = null
    assert.deepEqual(idsIn(next), [])
    assert.equal(warned.filter((words) => words.includes('given up')).length, 3)
    await without.disconnect()
  })
})
