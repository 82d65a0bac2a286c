// Truth: how the issue decided of linking: codes, passwords and passkeys are asked for live, shown as states, told, and bounded. A scripted network asks.
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import type { Instance } from '../../src/instances/instance.ts'
import { SkippingClock } from '../../src/lib/skipping-clock.ts'
import { fault, isFault } from '../../src/model/fault.ts'
import { drain, newInstance, openWorld, until, type Domain, type World } from '../support/domain.ts'
import { ScriptedMessenger } from '../support/scripted-messenger.ts'

const PHONE = '79009000001'
const MINUTE_MS = 60_000

const world: World = await openWorld()
const messenger = new ScriptedMessenger('telegram')
const tokens = new ScriptedMessenger('whatsapp', { loginWays: ['qr', 'token'] })
const qrOnly = new ScriptedMessenger('v3', { loginWays: ['qr'] })
const clock = new SkippingClock()
let domain: Domain = await start()
let instance: Instance

async function start(): Promise<Domain> {
  const drivers = new Map([
    ['telegram', messenger],
    ['v3', qrOnly],
    ['whatsapp', tokens],
  ] as const)
  return world.startWith({ node: { drivers, clock } })
}

after(() => world.close())
beforeEach(async () => {
  instance = await newInstance(domain, { stateWebhook: 'yes' }, 'telegram')
})

const states = async () => (await drain(instance)).map((body) => body['stateInstance'])
const login = () => messenger.of(instance).attempt
const told = (count: number) => until(() => instance.mailbox.count >= count)

/** Asks for a code, and has the network say that it is on its way. */
async function begin(phone = PHONE) {
  const begun = instance.linking.sms(phone)
  login().ask('code')
  assert.deepEqual(await begun, { ok: true })
}

async function answer(value: string, network: () => void | Promise<void>) {
  login().onAnswer = () => void network()
  return instance.linking.answer(value)
}

test('by a token: linked as its device, or why not; another way that is under way ends', async () => {
  const made = await newInstance(domain)
  const scanned = made.linking.qr()
  const first = tokens.of(made).attempt
  const refused = made.linking.token('stale')
  assert.ok(first.isOver)
  assert.equal((await scanned).kind, 'ended')
  assert.deepEqual(tokens.of(made).attempt.way, { way: 'token', token: 'stale' })
  tokens.of(made).attempt.step({ kind: 'ended', fault: fault('refused', 'MAX does not take it') })
  assert.deepEqual(await refused, fault('refused', 'MAX does not take it'))
  const linked = made.linking.token('fresh', 'its-own-device')
  assert.deepEqual(tokens.of(made).attempt.way, { way: 'token', token: 'fresh', deviceId: 'its-own-device' })
  await tokens.of(made).linked(PHONE)
  const account = await linked
  assert.ok(!isFault(account))
  assert.equal(account.wid, `${PHONE}@c.us`)
  assert.deepEqual([made.state, isFault(await made.linking.token('again'))], ['authorized', true])
})

test('by code and password: each is asked for in its turn, shown as a state, and told', async () => {
  await begin()
  assert.deepEqual(login().way, { way: 'sms', phone: PHONE })
  assert.deepEqual([instance.state, instance.linking.pending], ['pendingCode', 'code'])
  assert.equal((await instance.history(1)).length, 0, 'it is never stored')
  assert.deepEqual(await answer('12345', () => login().ask('password')), { ok: true })
  assert.deepEqual([instance.state, instance.linking.pending], ['pendingPassword', 'password'])
  assert.deepEqual(await answer('secret', () => messenger.of(instance).linked(PHONE)), { ok: true })
  assert.deepEqual(login().answers, ['12345', 'secret'])
  assert.deepEqual([instance.state, instance.linking.pending], ['authorized', undefined])
  assert.deepEqual(await states(), ['pendingCode', 'pendingPassword', 'authorized'])
  const again = await instance.linking.answer('late')
  assert.ok(isFault(again) && again.fault === 'alreadyLinked')
})

test('a wrong answer is said at once and may be given again; no state changes by it', async () => {
  await begin()
  const wrong = await answer('1', () => login().ask('code', fault('wrongCode', 'the code is wrong')))
  assert.ok(isFault(wrong) && wrong.fault === 'wrongCode')
  assert.equal(instance.state, 'pendingCode')
  await answer('2', () => login().ask('password'))
  const password = await answer('x', () => login().ask('password', fault('wrongPassword', 'the password is wrong')))
  assert.ok(isFault(password) && password.fault === 'wrongPassword')
  assert.equal(instance.state, 'pendingPassword')
  assert.deepEqual(await answer('y', () => messenger.of(instance).linked(PHONE)), { ok: true })
  assert.deepEqual(await states(), ['pendingCode', 'pendingPassword', 'authorized'])
})

test('an attempt that fails is told as not authorized, and nothing is asked any more', async () => {
  await begin()
  const expired = await answer('1', () => login().step({ kind: 'ended', fault: fault('codeExpired', 'too late') }))
  assert.ok(isFault(expired) && expired.fault === 'codeExpired')
  await told(2)
  assert.deepEqual(await states(), ['pendingCode', 'notAuthorized'])
  assert.equal(instance.state, 'notAuthorized')
  const again = await instance.linking.answer('2')
  assert.ok(isFault(again) && again.fault === 'notFound')
})

test('within five minutes no other code is sent to the same phone; nobody has to look meanwhile', async () => {
  await begin()
  clock.skip(4 * MINUTE_MS)
  assert.deepEqual(await instance.linking.sms(PHONE), { ok: true })
  assert.equal(messenger.of(instance).logins.length, 1)
  assert.equal(instance.state, 'pendingCode')
  clock.skip(3 * MINUTE_MS)
  assert.equal(instance.state, 'notAuthorized', 'nobody answered')
  assert.equal(login().isOver, true)
  await told(2)
  assert.deepEqual(await states(), ['pendingCode', 'notAuthorized'])
  await begin()
  assert.equal(messenger.of(instance).logins.length, 2)
})

test('another phone, or another way, ends the attempt', async () => {
  await begin()
  await begin('79009000002')
  assert.equal(messenger.of(instance).logins[0]?.isOver, true)
  const shown = instance.linking.code(PHONE)
  login().step({ kind: 'show', what: 'code', value: 'ABCD1234', until: clock.now() + MINUTE_MS })
  const code = await shown
  assert.ok(!isFault(code))
  assert.equal(code.value, 'ABCD1234')
  await told(4)
  assert.deepEqual(await states(), ['pendingCode', 'notAuthorized', 'pendingCode', 'notAuthorized'])
})

test('a QR question does not disturb a code that is on its way, and sees the password that is asked for', async () => {
  await begin()
  const busy = await instance.linking.qr()
  assert.ok(busy.kind === 'ended' && busy.fault.fault === 'conflict')
  assert.equal(instance.linking.pending, 'code')
  await answer('1', () => login().ask('password'))
  assert.deepEqual(await instance.linking.qr(), { kind: 'password' })
})

test('a scanned QR may lead to a password: the question and its watchers see it, and it waits five minutes', async () => {
  const seen: string[] = []
  const leave = new AbortController()
  const watching = (async () => {
    for await (const step of instance.linking.watch(leave.signal)) seen.push(step.kind)
  })()
  login().step({ kind: 'show', what: 'qr', value: 'QR', until: clock.now() + MINUTE_MS })
  await until(() => seen.length === 1)
  login().ask('password')
  await until(() => seen.length === 2)
  assert.deepEqual(await instance.linking.qr(), { kind: 'password' })
  leave.abort()
  await watching
  clock.skip(4 * MINUTE_MS)
  assert.equal(instance.state, 'pendingPassword')
  assert.deepEqual(await answer('secret', () => messenger.of(instance).linked(PHONE)), { ok: true })
  assert.deepEqual(seen, ['qr', 'password'])
})

test('a passkey is shown to whoever watches, has no answer and no state, and the phone goes on by itself', async () => {
  const seen: string[] = []
  const watching = (async () => {
    for await (const step of instance.linking.watch(new AbortController().signal)) seen.push(step.kind)
  })()
  login().step({ kind: 'show', what: 'qr', value: 'QR', until: clock.now() + MINUTE_MS })
  login().ask('passkey')
  await until(() => seen.includes('passkey'))
  assert.deepEqual(await instance.linking.qr(), { kind: 'passkey' })
  assert.deepEqual([instance.state, instance.linking.pending], ['notAuthorized', 'passkey'])
  const answered = await instance.linking.answer('1')
  assert.ok(isFault(answered) && answered.fault === 'notFound')
  await messenger.of(instance).linked(PHONE)
  await watching
  assert.equal(seen.at(-1), 'linked')
  assert.deepEqual(await states(), ['authorized'])
})

for (const end of ['logout', 'reboot'] as const) {
  test(`a ${end} ends the attempt, and whoever waits for a verdict hears of it`, async () => {
    await begin()
    const waiting = instance.linking.answer('1')
    await instance[end]()
    const verdict = await waiting
    assert.ok(isFault(verdict) && verdict.fault === 'linkCancelled')
    assert.equal(instance.state, 'notAuthorized')
    await told(2)
    assert.deepEqual(await states(), ['pendingCode', 'notAuthorized'])
  })
}

test('one answer is judged at a time, and a network that says nothing is not waited for for ever', async () => {
  await begin()
  const first = instance.linking.answer('1')
  const second = await instance.linking.answer('2')
  assert.ok(isFault(second) && second.fault === 'conflict')
  clock.skip(31_000)
  const late = await first
  assert.ok(isFault(late) && late.fault === 'unavailable')
  assert.deepEqual(login().answers, ['1'])
})

test('a messenger that sends no codes says so and asks nobody', async () => {
  const other = await newInstance(domain, {}, 'v3')
  const refused = await other.linking.sms(PHONE)
  assert.ok(isFault(refused) && refused.fault === 'unsupported')
  assert.throws(() => qrOnly.of(other))
})

test('a process that stops tells the end of what it had told to be pending; the next one knows nothing of it', async () => {
  await begin()
  await domain.stop()
  domain = await start()
  const again = domain.instances.get(instance.id)
  assert.ok(again !== undefined)
  instance = again
  assert.deepEqual([instance.state, instance.linking.pending], ['notAuthorized', undefined])
  assert.deepEqual(await states(), ['pendingCode', 'notAuthorized'])
})
