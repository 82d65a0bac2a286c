import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../lib/until.ts'
import type { LoginWay } from '../driver.ts'
import type { Bench } from './bench.ts'
import { endsWith, followLogin } from './follow-login.ts'

/** Linking a phone. */
export function linking(bench: Bench): void {
  test('a scanned QR links: credentials and the linked event in one commit, then open, then done', async () => {
    const { session, host } = bench.open()
    const login = followLogin(session.login({ way: 'qr' }))
    await bench.rig.person.scan(await login.shown(0), bench.rig.phones.own)
    assert.deepEqual(await login.end(), { kind: 'done' })
    assert.equal(host.begun, 1)
    assert.equal(host.openings, 1)
    assert.ok(bench.holdsLink(host))
    const event = host.events[0]
    assert.ok(event?.kind === 'linked')
    assert.ok((host.changes.find(({ events }) => events?.includes(event) === true)?.secrets?.size ?? 0) > 0)
    assert.equal(event.account.wid, bench.rig.chatOf(bench.rig.phones.own))
    assert.notEqual(event.account.deviceId, '')
    assert.notEqual(event.account.pushName, '')
    const name = await bench.nameOf({ session, host }, bench.rig.phones.own)
    assert.equal(event.account.chat ?? event.account.wid, name)
  })

  test('a QR is replaced in time, says until when it holds, and the new one links', async () => {
    const { rig } = bench
    const { session } = bench.open()
    const login = followLogin(session.login({ way: 'qr' }))
    await login.shown(0)
    rig.skip(rig.qrPeriodMs + 1)
    await login.shown(1)
    const [first, second] = login.codes()
    assert.ok(first !== undefined && second !== undefined)
    assert.notEqual(first.value, second.value)
    assert.ok(second.until > first.until)
    await rig.person.scan(second.value, rig.phones.own)
    assert.deepEqual(await login.end(), { kind: 'done' })
  })

  test('cancelling ends the attempt, and what was shown links nothing any more', async () => {
    const { session, host } = bench.open()
    const login = followLogin(session.login({ way: 'qr' }))
    const qr = await login.shown(0)
    login.login.cancel()
    const last = await login.end()
    assert.equal(last?.kind === 'ended' && last.fault.fault, 'linkCancelled')
    await assert.rejects(bench.rig.person.scan(qr, bench.rig.phones.own))
    assert.equal(host.begun, 0)
    assert.deepEqual(host.losses, [])
  })

  test('a second login ends the first and links', async () => {
    const { session } = bench.open()
    const first = followLogin(session.login({ way: 'qr' }))
    await first.shown(0)
    const second = followLogin(session.login({ way: 'qr' }))
    const ended = await first.end()
    assert.equal(ended?.kind === 'ended' && ended.fault.fault, 'linkCancelled')
    await bench.rig.person.scan(await second.shown(0), bench.rig.phones.own)
    assert.deepEqual(await second.end(), { kind: 'done' })
  })

  test('a code links the phone that it was made for, and no other; where there are none, it is unsupported', async () => {
    const { rig } = bench
    const { session } = bench.open()
    const way: LoginWay = { way: 'code', phone: rig.phones.own }
    if (!rig.driver.capabilities.loginWays.includes('code')) return endsWith(session.login(way), 'unsupported')
    const login = followLogin(session.login(way))
    const code = await login.shown(0)
    assert.equal(code.length, 8)
    await assert.rejects(rig.person.enterCode(code, rig.phones.other))
    await rig.person.enterCode(code, rig.phones.own)
    assert.deepEqual(await login.end(), { kind: 'done' })
  })

  test('a token of a device is taken where the messenger has such; else it is unsupported', async () => {
    const { session } = bench.open()
    const { loginWays } = bench.rig.driver.capabilities
    const wanted = loginWays.includes('token') ? 'refused' : 'unsupported'
    await endsWith(session.login({ way: 'token', token: 'nobody has this one' }), wanted)
  })

  /** A login by a code that the messenger sends; undefined where there is none such. */
  const bySms = async (phone: string) => {
    const opened = bench.open()
    const login = followLogin(opened.session.login({ way: 'sms', phone }))
    if (bench.rig.driver.capabilities.loginWays.includes('sms')) return { ...opened, login }
    const last = await login.end()
    assert.equal(last?.kind === 'ended' && last.fault.fault, 'unsupported')
    return undefined
  }

  test('a code that the messenger sends links; after a wrong one it asks again', async () => {
    const { own } = bench.rig.phones
    const begun = await bySms(own)
    if (begun === undefined) return
    const { login, host } = begun
    assert.deepEqual(await login.asked(0), { what: 'code', trouble: undefined })
    const code = await bench.rig.person.codeSentTo(own)
    const wrong = [`${code}1`, '', 'x'.repeat(5_000)]
    for (const [index, answer] of wrong.entries()) {
      login.login.answer(answer)
      assert.deepEqual(await login.asked(index + 1), { what: 'code', trouble: 'wrongCode' })
    }
    login.login.answer(code)
    assert.deepEqual(await login.end(), { kind: 'done' })
    assert.equal(host.count('linked'), 1)
    assert.equal(host.openings, 1)
  })

  test('an account with a password asks for it after the code, and again after a wrong one', async () => {
    if (bench.rig.cannot?.has('password') === true) return
    const { own } = bench.rig.phones
    await bench.rig.person.setPassword(own, 'open sesame')
    const begun = await bySms(own)
    if (begun === undefined) return
    const { login, host } = begun
    await login.asked(0)
    login.login.answer(await bench.rig.person.codeSentTo(own))
    assert.deepEqual(await login.asked(1), { what: 'password', trouble: undefined })
    for (const [index, answer] of ['open', 'y'.repeat(5_000)].entries()) {
      login.login.answer(answer)
      assert.deepEqual(await login.asked(index + 2), { what: 'password', trouble: 'wrongPassword' })
    }
    assert.equal(host.begun, 0)
    login.login.answer('open sesame')
    assert.deepEqual(await login.end(), { kind: 'done' })
  })

  test('a number without an account, and what is no number, end the attempt', async () => {
    if ((await bySms(bench.rig.phones.own)) === undefined) return
    const login = (phone: string) => bench.open().session.login({ way: 'sms', phone })
    await endsWith(login(bench.rig.withoutAccount), 'noAccount')
    await endsWith(login('call me'), 'invalid')
  })

  test('an attempt by a code is cancelled, and an answer after it goes nowhere', async () => {
    const { own } = bench.rig.phones
    const begun = await bySms(own)
    if (begun === undefined) return
    const { login, host } = begun
    await login.asked(0)
    const code = await bench.rig.person.codeSentTo(own)
    login.login.cancel()
    login.login.answer(code)
    const last = await login.end()
    assert.equal(last?.kind === 'ended' && last.fault.fault, 'linkCancelled')
    assert.equal(host.begun, 0)
    assert.deepEqual(host.losses, [])
  })

  test('a scan on an account with a password asks for it', async () => {
    if (bench.rig.cannot?.has('password') === true) return
    const { own } = bench.rig.phones
    await bench.rig.person.setPassword(own, 'open sesame')
    const { session } = bench.open()
    const login = followLogin(session.login({ way: 'qr' }))
    await bench.rig.person.scan(await login.shown(0), own)
    assert.deepEqual(await login.asked(0), { what: 'password', trouble: undefined })
    login.login.answer('sesame open')
    assert.deepEqual(await login.asked(1), { what: 'password', trouble: 'wrongPassword' })
    login.login.answer('open sesame')
    assert.deepEqual(await login.end(), { kind: 'done' })
  })

  test('a scan on an account with a passkey is done when the phone confirms it; no word helps', async () => {
    if (bench.rig.cannot?.has('passkey') === true) return
    const { own } = bench.rig.phones
    await bench.rig.person.wantPasskey(own)
    const { session, host } = bench.open()
    const login = followLogin(session.login({ way: 'qr' }))
    await bench.rig.person.scan(await login.shown(0), own)
    assert.deepEqual(await login.asked(0), { what: 'passkey', trouble: undefined })
    login.login.answer('let me in')
    assert.equal(host.begun, 0)
    await bench.rig.person.confirmPasskey(own)
    assert.deepEqual(await login.end(), { kind: 'done' })
    assert.equal(login.questions().length, 1)
  })

  test('a host that can not store the credentials ends the attempt; the phone stays unlinked', async () => {
    const { session, host } = bench.open()
    host.rejectNext(1)
    const login = followLogin(session.login({ way: 'qr' }))
    const scanned = bench.rig.person.scan(await login.shown(0), bench.rig.phones.own)
    await assert.rejects(scanned)
    const last = await login.end()
    assert.equal(last?.kind === 'ended' && last.fault.fault, 'unavailable')
    assert.equal(bench.holdsLink(host), false)
    assert.equal(host.openings, 0)
  })

  test('a process that died after it stored the credentials is linked when it comes back, or learns that it is not', async () => {
    const { session, host } = bench.open()
    host.afterKeeping = () => new Promise(() => undefined)
    bench.abandon(session)
    const login = followLogin(session.login({ way: 'qr' }))
    bench.rig.person.scan(await login.shown(0), bench.rig.phones.own).catch(() => undefined)
    await until(() => bench.holdsLink(host), 'the credentials')
    const back = bench.open(host)
    await back.session.connect()
    const outcome = () => (back.host.openings === 1 ? 'opened' : back.host.losses[0]?.fault)
    const expected = bench.rig.cannot?.has('finishLinking') === true ? 'unlinked' : 'opened'
    assert.equal(await until(outcome, 'the session to open, or not'), expected)
  })

  test('a linked session logs in no second time', async () => {
    const { session } = await bench.linked()
    await endsWith(session.login({ way: 'qr' }), 'alreadyLinked')
  })
}
