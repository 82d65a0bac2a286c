// Truth: what our notes say of logins to MAX - few of them, none by itself once the token is gone, one device for good - on the fake MAX.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { ASK } from '../../../test/fakes/max/opcodes.ts'
import { OWN, PEER, SessionScene } from '../../../test/max/support/session-scene.ts'
import { until } from '../../lib/until.ts'
import type { ChatId, MessageId } from '../../model/ids.ts'
import { TOKEN } from './credentials.ts'
import { DEVICE_ID } from './identity.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

describe('a session on MAX', () => {
  let scene: SessionScene
  beforeEach(async () => (scene = await SessionScene.start()))
  afterEach(() => scene.close())

  const kept = (held: ReadonlyMap<string, Uint8Array>, name: string) => Buffer.from(held.get(name) ?? []).toString()

  test('a version that MAX lets in no more is not knocked with for an hour, and the log says what to set', async () => {
    const opened = await scene.linked()
    await opened.session.disconnect()
    scene.fake.faults.refusesVersions = true
    await opened.session.connect()
    assert.deepEqual(await scene.loss(opened), { fault: 'unavailable', waitMs: HOUR_MS })
    assert.match(scene.log.join('\n'), /error .*set JADEGATE_MAX_APP_VERSION/)
    assert.equal(scene.logins, 1)
  })

  test('a version that some instances were refused with the others do not knock with, until an hour has gone', async () => {
    const kept = [1, 2, 3, 4, 5, 6].map((index) => {
      const phone = `7900200000${String(index)}`
      scene.fake.person(phone)
      return new Map([[TOKEN, Buffer.from(scene.fake.issueToken(phone))]])
    })
    const all = kept.map((one, index) => scene.open({ kept: one }, scene.driver, 3_100_000_010 + index))
    const knocks = () => scene.fake.recording.asked(ASK.init).length
    scene.fake.faults.refusesVersions = true
    for (const one of all) {
      await one.session.connect()
      assert.equal((await scene.loss(one)).fault, 'unavailable')
    }
    assert.equal(knocks(), 3)
    assert.ok(all.every(({ host }) => (host.waits[0] ?? 0) > HOUR_MS - MINUTE_MS))
    scene.fake.faults.refusesVersions = false
    scene.clock.skip(HOUR_MS)
    for (const one of all) await scene.reopened(one)
    assert.equal(knocks(), 9)
  })

  test('nothing of a link is kept behind its end, at which everything of it is forgotten', async () => {
    const opened = await scene.linked()
    const { host, session } = opened
    const commit = host.commit.bind(host)
    let release: () => void = () => undefined
    const released = new Promise<void>((resolve) => (release = resolve))
    let held = 0
    host.commit = async (change) => {
      if (change.events?.some(({ kind }) => kind === 'unlinked') !== true) {
        held += 1
        await released
      }
      await commit(change)
    }
    const peer = String(scene.fake.person(PEER).person.id) as ChatId
    const infos = [session.facets.contacts?.info(peer), session.facets.contacts?.info(peer)]
    await until(() => held > 0, 'a commit')
    scene.fake.revoke(OWN)
    await until(() => scene.fake.connections === 0, 'the socket to close')
    release()
    assert.equal((await scene.loss(opened)).fault, 'unlinked')
    for (const info of infos) await info
    assert.equal(host.changes.at(-1)?.events?.[0]?.kind, 'unlinked')
  })

  test('what MAX asks to wait for is waited for by whoever restarts the instance, too', async () => {
    const opened = await scene.linked()
    await opened.session.disconnect()
    scene.fake.faults.refusals.set(ASK.login, { code: 'error.limit.violate', times: 1 })
    await opened.session.connect()
    await scene.loss(opened)
    const { logins } = scene
    const restarted = scene.open({ kept: opened.host.kept }, scene.newDriver())
    await restarted.session.connect()
    const { fault, waitMs } = await scene.loss(restarted)
    assert.equal(fault, 'rateLimited')
    assert.equal(scene.logins, logins)
    scene.clock.skip(waitMs)
    await scene.reopened(restarted)
  })

  test('a token that was taken back while nobody was there unlinks, and nothing logs in after it', async () => {
    const opened = await scene.linked()
    const device = kept(opened.host.kept, DEVICE_ID)
    scene.fake.revoke(OWN, 'silently')
    assert.equal((await scene.loss(opened)).fault, 'connectionLost')
    await opened.session.connect()
    assert.equal((await scene.loss(opened, 1)).fault, 'unlinked')
    assert.deepEqual([opened.host.count('unlinked'), opened.host.kept.has(TOKEN)], [1, false])
    const { logins } = scene
    await opened.session.connect()
    assert.equal((await scene.loss(opened, 2)).fault, 'notLinked')
    assert.equal(scene.logins, logins)
    assert.equal(kept(opened.host.kept, DEVICE_ID), device)
  })

  for (const opcode of [ASK.init, ASK.login])
    for (const when of ['before', 'after'] as const)
      test(`a socket that breaks ${when} ${opcode} is opened again and logs in`, async () => {
        const opened = await scene.linked()
        await opened.session.disconnect()
        scene.fake.faults.cut = { of: 'request', opcode, when, skip: 0, times: 1 }
        await opened.session.connect()
        assert.deepEqual(await scene.loss(opened), { fault: 'connectionLost', waitMs: 0 })
        await scene.reopened(opened)
        assert.equal(opened.host.losses.length, 1)
      })

  test('who is shut out before the login, again and again, knocks less and less often', async () => {
    const opened = await scene.linked()
    await opened.session.disconnect()
    scene.fake.faults.cut = { of: 'request', opcode: ASK.login, when: 'before', skip: 0, times: 7 }
    const waits: number[] = []
    for (let index = 0; index < 7; index += 1) {
      await opened.session.connect()
      waits.push((await scene.loss(opened, index)).waitMs)
    }
    assert.deepEqual(
      waits,
      [0, 0, 10, 10, 10, 60, 60].map((minutes) => minutes * MINUTE_MS),
    )
    await scene.reopened(opened)
  })

  test('no more logins than are allowed in half an hour and in a day, over restarts; then it waits, and goes on', async () => {
    const limited = () => scene.newDriver({ loginsPerDay: 4 })
    const first = await scene.linked(limited())
    for (const round of [1, 2]) {
      await first.session.disconnect()
      await scene.reopened(first)
      assert.equal(scene.logins, round + 1)
    }
    const later = scene.open({ kept: first.host.kept }, limited())
    const waits: number[] = []
    for (let index = 0; index < 2; index += 1) {
      await later.session.connect()
      const { fault, waitMs } = await scene.loss(later, index)
      assert.equal(fault, 'rateLimited')
      waits.push(waitMs)
      const { logins } = scene
      scene.clock.skip(waitMs - 1_000)
      assert.equal(scene.logins, logins)
      scene.clock.skip(1_001)
      await scene.reopened(later)
      await later.session.disconnect()
    }
    assert.ok((waits[0] ?? 0) > 25 * MINUTE_MS && (waits[0] ?? 0) <= 30 * MINUTE_MS, String(waits[0]))
    assert.ok((waits[1] ?? 0) > 22 * HOUR_MS && (waits[1] ?? 0) <= 24 * HOUR_MS, String(waits[1]))
    assert.equal(scene.logins, 5)
  })

  test('a token that MAX gives in the place of an aged one is kept, and is what the next login shows', async () => {
    const opened = await scene.linked()
    const before = kept(opened.host.kept, TOKEN)
    scene.fake.settings.tokenAgesMs = 0
    await opened.session.disconnect()
    await scene.reopened(opened)
    const after = kept(opened.host.kept, TOKEN)
    assert.notEqual(after, before)
    await opened.session.disconnect()
    await scene.reopened(opened)
    const shown = scene.fake.recording.asked(ASK.login).map(({ payload }) => (payload as { token: string }).token)
    assert.deepEqual(shown, [before, before, after])
  })

  test('an instance is one device, over restarts and links', async () => {
    const opened = await scene.linked()
    await opened.session.disconnect()
    const restarted = scene.open({ kept: opened.host.kept }, scene.newDriver())
    await scene.reopened(restarted)
    scene.fake.revoke(OWN)
    assert.equal((await scene.loss(restarted)).fault, 'unlinked')
    restarted.host.forget()
    await scene.link(restarted)
    const shown = scene.fake.recording.asked(ASK.init).map(({ payload }) => (payload as { deviceId: string }).deviceId)
    assert.deepEqual([shown.length, new Set(shown).size], [3, 1])
  })

  test('what was on its way when the account was unlinked is known once it is linked again, and is not sent twice', async () => {
    const opened = await scene.linked()
    const { fake } = scene
    fake.faults.cut = { of: 'request', opcode: ASK.send, when: 'after', skip: 0, times: 1 }
    const message = {
      chat: String(fake.person(PEER).person.id) as ChatId,
      content: { kind: 'text', text: 'once' },
    } as const
    const [id, signal] = ['115000000000000001' as MessageId, new AbortController().signal]
    const verdict = await opened.session.send(id, message, signal)
    assert.equal(verdict.ok ? 'ok' : verdict.fault.fault, 'unconfirmed')
    assert.equal((await scene.loss(opened)).fault, 'connectionLost')
    fake.revoke(OWN)
    opened.host.forget()
    const again = scene.open({ kept: opened.host.kept }, scene.newDriver())
    await scene.link(again)
    assert.equal(await again.session.lookup(id), 'sent')
    assert.deepEqual((await again.session.send(id, message, signal)).ok, true)
    assert.deepEqual(
      fake
        .person(PEER)
        .received()
        .map(({ text }) => text),
      ['once'],
    )
  })

  test('two sessions of one instance: the newer one alone holds a socket', async () => {
    const older = await scene.linked()
    const newer = scene.open({ kept: older.host.kept })
    await scene.reopened(newer)
    assert.equal((await scene.loss(older)).fault, 'replaced')
    await until(() => scene.fake.connections === 1, 'the older socket to close')
    assert.deepEqual(newer.host.losses, [])
  })

  const refusals = [
    ['auth.blocked', 'blocked', 0],
    ['error.limit.violate', 'rateLimited', HOUR_MS],
    ['internal.error', 'unavailable', 10 * MINUTE_MS],
  ] as const
  for (const [code, fault, waitMs] of refusals)
    test(`a login that is refused with ${code} is ${fault}`, async () => {
      const opened = await scene.linked()
      await opened.session.disconnect()
      scene.fake.faults.refusals.set(ASK.login, { code, times: 1 })
      await opened.session.connect()
      assert.deepEqual(await scene.loss(opened), { fault, waitMs })
      assert.equal(opened.host.count('restricted'), fault === 'blocked' ? 1 : 0)
      assert.ok(opened.host.kept.has(TOKEN))
    })

  test('who can not be sure of the instance does not log in', async () => {
    const opened = await scene.linked()
    await opened.session.disconnect()
    opened.host.isSure = () => false
    await opened.session.connect()
    assert.equal((await scene.loss(opened)).fault, 'connectionLost')
    assert.equal(scene.logins, 1)
  })

  test('what waits in great numbers when it comes back arrives whole and in order', async () => {
    const opened = await scene.linked()
    await opened.session.disconnect()
    scene.fake.settings.redelivers = 'all'
    const ids = Array.from(
      { length: 560 },
      (_none, index) => scene.fake.person(PEER).say(OWN, `text ${String(index)}`).id,
    )
    await scene.reopened(opened)
    await until(() => opened.host.messages().length >= ids.length, 'the messages')
    assert.deepEqual(
      opened.host.messages().map(({ id }) => id),
      ids.map(String),
    )
    // What was too much to be held is acknowledged when it comes again.
    await opened.session.disconnect()
    await scene.reopened(opened)
    await until(() => scene.fake.person(OWN).unacknowledged().length === 0, 'all to be acknowledged')
    assert.deepEqual([opened.host.losses, opened.host.messages().length], [[], ids.length])
  })

  test('its tab looks as it is set, and as open when somebody wants to be seen', async () => {
    const opened = await scene.linked(scene.newDriver({ seemsSeen: false }))
    const seen = async (count: number) => {
      scene.clock.skip(30_001)
      const asked = () => scene.fake.recording.asked(ASK.ping)
      await until(() => asked().length === count, 'a ping')
      return (asked().at(-1)?.payload as { interactive: boolean }).interactive
    }
    const before = scene.fake.recording.asked(ASK.ping).length
    assert.equal(await seen(before + 1), false)
    opened.session.facets.profile?.setPresence(true)
    assert.equal(await seen(before + 2), true)
  })
})
