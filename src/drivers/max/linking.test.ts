// Truth: what our notes say of linking a device to MAX - QRs that belong to their socket, a password, a token - on the fake MAX and its troubles.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { ASK } from '../../../test/fakes/max/opcodes.ts'
import { OWN, PASSWORD, SessionScene } from '../../../test/max/support/session-scene.ts'
import { until } from '../../lib/until.ts'
import { TOKEN } from './credentials.ts'

const DEVICE = '0f4d2c1a-7b3e-4f60-9a1b-2c3d4e5f6071'

describe('linking on MAX', () => {
  let scene: SessionScene
  beforeEach(async () => (scene = await SessionScene.start()))
  afterEach(() => scene.close())

  const faultAtEnd = async (login: ReturnType<SessionScene['login']>) => {
    const last = await login.end()
    return last?.kind === 'ended' ? last.fault.fault : last?.kind
  }

  test('the next QR is shown before the last one ends, and the last one links as long as it holds', async () => {
    const opened = scene.open()
    const login = scene.login(opened)
    const first = await login.shown(0)
    await until(() => {
      scene.clock.skip(1_000)
      return login.codes().length > 1
    }, 'the next QR')
    assert.ok(scene.clock.now() < (login.codes()[0]?.until ?? 0))
    assert.equal(await scene.scan(first), 'linked')
    assert.deepEqual(await login.end(), { kind: 'done' })
  })

  test('a QR that MAX forgets is replaced', async () => {
    const opened = scene.open()
    const login = scene.login(opened)
    await login.shown(0)
    scene.fake.expireTracks()
    await until(() => {
      scene.clock.skip(1_000)
      return login.codes().length > 1
    }, 'the next QR')
    assert.equal(await scene.scan(await login.shown(1)), 'linked')
    assert.deepEqual(await login.end(), { kind: 'done' })
  })

  test('QRs that nobody scans end the attempt after a while', async () => {
    const login = scene.login(scene.open())
    let isOver = false
    void login.end().then(() => (isOver = true))
    await until(() => {
      scene.clock.skip(5_000)
      return isOver
    }, 'the end')
    assert.equal(await faultAtEnd(login), 'linkTimeout')
    assert.ok(login.codes().length <= 10)
  })

  for (const [name, opcode] of [
    ['the QR', ASK.makeTrack],
    ['the look', ASK.pollTrack],
    ['the scan', ASK.loginByTrack],
    ['the login', ASK.login],
  ] as const)
    for (const when of ['before', 'after'] as const)
      test(`a socket that breaks ${when} ${name} is opened again, and links`, async () => {
        const opened = scene.open()
        scene.fake.faults.cut = { of: 'request', opcode, when, skip: 0, times: 1 }
        const login = scene.login(opened)
        assert.deepEqual(await scene.scanUntilItEnds(login), { kind: 'done' })
        assert.deepEqual([opened.host.openings, opened.host.count('linked'), opened.host.losses], [1, 1, []])
        // A token is good on another socket; only what was asked with it is asked again.
        assert.equal(login.codes().length, opcode === ASK.login || opcode === ASK.makeTrack ? 1 : 2)
      })

  test('a socket that breaks again and again ends the attempt', async () => {
    scene.fake.faults.cut = { of: 'request', opcode: ASK.makeTrack, when: 'before', skip: 0, times: 100 }
    const login = scene.login(scene.open())
    assert.equal(await faultAtEnd(login), 'connectionLost')
    assert.equal(scene.fake.recording.asked(ASK.init).length, 3)
  })

  test('a version that MAX lets in no more ends the attempt with words for whoever links', async () => {
    scene.fake.faults.refusesVersions = true
    const last = await scene.login(scene.open()).end()
    assert.ok(last?.kind === 'ended' && last.fault.fault === 'unavailable')
    assert.match(last.fault.message, /version/)
  })

  for (const ends of ['asked', 'pushed'] as const)
    for (const wrong of ['answer', 'error'] as const)
      test(`a password is asked for until it is right (the end is ${ends}, a wrong one is an ${wrong})`, async () => {
        Object.assign(scene.fake.settings, { linkingEnds: ends, wrongPassword: wrong })
        scene.fake.person(OWN).setPassword(PASSWORD)
        const opened = scene.open()
        const login = scene.login(opened)
        login.login.answer(PASSWORD)
        assert.equal(await scene.scan(await login.shown(0)), 'password')
        assert.deepEqual(await login.asked(0), { what: 'password', trouble: undefined })
        for (const [index, answer] of ['sesame', '', 'y'.repeat(5_000)].entries()) {
          login.login.answer(answer)
          assert.deepEqual(await login.asked(index + 1), { what: 'password', trouble: 'wrongPassword' })
        }
        login.login.answer(PASSWORD)
        assert.deepEqual(await login.end(), { kind: 'done' })
        assert.equal(scene.fake.recording.asked(ASK.password).length, 2)
      })

  test('after too many wrong passwords the attempt ends', async () => {
    scene.fake.person(OWN).setPassword(PASSWORD)
    const login = scene.login(scene.open())
    await scene.scan(await login.shown(0))
    for (let index = 0; index < 6; index += 1) {
      await login.asked(index)
      login.login.answer('sesame')
    }
    assert.equal(await faultAtEnd(login), 'rateLimited')
  })

  test('the end of a linking that MAX tells by itself links too', async () => {
    scene.fake.settings.linkingEnds = 'pushed'
    await scene.linked()
  })

  test('what can not be kept is taken back at MAX', async () => {
    const opened = scene.open()
    opened.host.rejectNext(1)
    const login = scene.login(opened)
    await scene.scan(await login.shown(0))
    assert.equal(await faultAtEnd(login), 'unavailable')
    assert.equal(scene.fake.network.tokens.size, 0)
    assert.equal(opened.host.kept.has(TOKEN), false)
  })

  for (const how of ['zstd', 'noise', 'short', 'text', 'bomb'] as const)
    test(`a frame that is spoilt (${how}) costs a socket, and the next one links`, async () => {
      const opened = scene.open()
      const login = scene.login(opened)
      await login.shown(0)
      scene.fake.faults.spoil = { how, times: 1 }
      scene.clock.skip(5_001)
      assert.deepEqual(await scene.scanUntilItEnds(login), { kind: 'done' })
    })

  test('a token is taken over, as the device that it is of or as the instance', async () => {
    for (const deviceId of [DEVICE, undefined]) {
      const token = scene.fake.issueToken(OWN)
      const opened = scene.open()
      const login = scene.login(opened, { way: 'token', token, ...(deviceId !== undefined && { deviceId }) })
      assert.deepEqual(await login.end(), { kind: 'done' })
      const shown = (scene.fake.recording.asked(ASK.init).at(-1)?.payload as { deviceId: string }).deviceId
      assert.equal(shown === DEVICE, deviceId !== undefined)
      await opened.session.disconnect()
      await scene.reopened(opened)
      const again = (scene.fake.recording.asked(ASK.init).at(-1)?.payload as { deviceId: string }).deviceId
      assert.equal(again, shown)
      await opened.session.logout()
    }
  })

  test('a token that MAX does not take, and what is none, end the attempt and are no loss', async () => {
    const opened = scene.open()
    assert.equal(await faultAtEnd(scene.login(opened, { way: 'token', token: 'nobody has this one' })), 'refused')
    assert.equal(await faultAtEnd(scene.login(opened, { way: 'token', token: 'two\nlines' })), 'invalid')
    assert.equal(await faultAtEnd(scene.login(opened, { way: 'token', token: 'one', deviceId: 'x' })), 'invalid')
    assert.deepEqual([opened.host.losses, opened.host.kept.has(TOKEN)], [[], false])
  })
})
