// Truth: how a phone is linked on each messenger, step by step as the link tells it, and what each account asks for.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Messenger } from '../../src/model/messenger.ts'
import { ask, call, NetworkBench, type Json, type RawProcess } from '../support/simulated-network.ts'

const PHONE = '79005551001'
const PASSWORD = 'correct horse'

let bench: NetworkBench
let server: RawProcess
beforeEach(async () => {
  bench = new NetworkBench()
  await bench.setUp()
  server = await bench.connect()
})
afterEach(() => bench.tearDown())

function pair(messenger: Messenger, way: 'qr' | 'code' | 'sms', phone: string | null): number {
  const channel = server.newChannel()
  server.tell({ t: 'pair', channel, messenger, way, phone, hidesNumbers: false })
  return channel
}

function account(messenger: Messenger, more: object) {
  return ask(bench.url, 'POST', 'phones', { phoneNumber: PHONE, messenger, ...more })
}

/** What the phone shows of a login that is under way. */
async function login(messenger: Messenger): Promise<Json> {
  const { list } = await ask(bench.url, 'GET', `phones?phone=${PHONE}&messenger=${messenger}`)
  return list[0]?.['login'] as Json
}

async function codeOn(messenger: Messenger): Promise<string> {
  const code = (await login(messenger))['code'] as Json | null
  return String(code?.['code'])
}

async function scan(channel: number) {
  const { value } = await server.next(channel, 'show')
  return ask(bench.url, 'POST', 'link', { qr: value, phoneNumber: PHONE })
}

/** The credentials come, are kept, and open the device. */
async function finish(channel: number) {
  const credentials = await server.next(channel, 'credentials')
  server.tell({ t: 'paired', channel })
  await server.next(channel, 'opened')
  return credentials
}

function answer(channel: number, value: string) {
  server.tell({ t: 'reply', channel, value })
}

describe('a code that the messenger sends', () => {
  for (const messenger of ['telegram', 'v3'] as const)
    test(`${messenger}: it shows on the phone, a wrong one is asked again, the right one links`, async () => {
      const channel = pair(messenger, 'sms', PHONE)
      assert.deepEqual((await server.next(channel, 'asked')).what, 'code')
      const code = await codeOn(messenger)
      assert.match(code, /^\d{5}$/)
      answer(channel, code === '12345' ? '54321' : '12345')
      assert.equal((await server.next(channel, 'asked', 1)).trouble, 'wrongCode')
      answer(channel, code)
      const { phone, address } = await finish(channel)
      assert.equal(phone, PHONE)
      assert.match(address, /^1\d{7}$/, 'a user id, not the number')
      assert.equal((await login(messenger))['code'], null, 'a used code shows no more')
    })

  test('a second attempt within five minutes gets the same code; afterwards it is expired and another is sent', async () => {
    const first = pair('telegram', 'sms', PHONE)
    await server.next(first, 'asked')
    const code = await codeOn('telegram')
    server.tell({ t: 'close', channel: first })
    const second = pair('telegram', 'sms', PHONE)
    await server.next(second, 'asked')
    assert.equal(await codeOn('telegram'), code)
    bench.clock.skip(5 * 60_000)
    answer(second, code)
    assert.equal((await server.next(second, 'asked', 1)).trouble, 'codeExpired')
    const third = pair('telegram', 'sms', PHONE)
    await server.next(third, 'asked')
    answer(third, await codeOn('telegram'))
    await finish(third)
  })

  test('an attempt that nobody goes on with ends', async () => {
    const channel = pair('telegram', 'sms', PHONE)
    await server.next(channel, 'asked')
    bench.clock.skip(10 * 60_000 + 1)
    assert.equal((await server.next(channel, 'pairingEnded')).reason, 'expired')
  })

  test('a right code without the password links nothing', async () => {
    await account('telegram', { password: PASSWORD })
    const channel = pair('telegram', 'sms', PHONE)
    await server.next(channel, 'asked')
    answer(channel, await codeOn('telegram'))
    assert.deepEqual(await server.next(channel, 'asked', 1), { t: 'asked', channel, what: 'password', trouble: null })
    const { list } = await ask(bench.url, 'GET', `phones?phone=${PHONE}&messenger=telegram`)
    assert.deepEqual(list[0]?.['devices'], [])
    answer(channel, 'wrong horse')
    assert.equal((await server.next(channel, 'asked', 2)).trouble, 'wrongPassword')
    answer(channel, PASSWORD)
    await finish(channel)
  })

  test('no messenger sends one to a number that it does not serve, that has no account, or that is banned', async () => {
    const ends: [Messenger, string, string][] = [
      ['v3', '4915112345678', 'invalidPhone'],
      ['v3', '79005550000', 'noAccount'],
      ['telegram', '123', 'invalidPhone'],
      ['telegram', '79005550000', 'noAccount'],
      ['whatsapp', PHONE, 'unavailable'],
    ]
    for (const [messenger, phone, reason] of ends)
      assert.equal((await server.next(pair(messenger, 'sms', phone), 'pairingEnded')).reason, reason, phone)
    await ask(bench.url, 'POST', 'faults', { kind: 'block', phoneNumber: PHONE, messenger: 'telegram' })
    assert.equal((await server.next(pair('telegram', 'sms', PHONE), 'pairingEnded')).reason, 'unavailable')
  })

  test('a number of Belarus is served by MAX, one of 7 to 16 digits by Telegram', async () => {
    assert.equal((await server.next(pair('v3', 'sms', '375291234567'), 'asked')).what, 'code')
    assert.equal((await server.next(pair('telegram', 'sms', '+4915112345678'), 'asked')).what, 'code')
  })
})

describe('a QR', () => {
  for (const messenger of ['whatsapp', 'v3', 'telegram'] as const)
    test(`${messenger}: an account with a password is linked when it was said`, async () => {
      await account(messenger, { password: PASSWORD })
      const channel = pair(messenger, 'qr', null)
      assert.equal((await scan(channel)).body['asked'], 'password')
      await server.next(channel, 'asked')
      answer(channel, 'nonsense')
      assert.equal((await server.next(channel, 'asked', 1)).trouble, 'wrongPassword')
      answer(channel, PASSWORD)
      const { address } = await finish(channel)
      if (messenger === 'whatsapp') assert.equal(address, PHONE)
      else assert.match(address, /^1\d{7}$/)
    })

  test('a password that was taken away is asked for no more', async () => {
    await account('telegram', { password: PASSWORD })
    await account('telegram', { password: '' })
    const channel = pair('telegram', 'qr', null)
    const linked = scan(channel)
    await finish(channel)
    assert.equal((await linked).body['asked'], undefined)
  })

  test('an account that wants a passkey is linked when its phone confirms', async () => {
    await account('whatsapp', { wantsPasskey: true })
    const channel = pair('whatsapp', 'qr', null)
    assert.equal((await scan(channel)).body['asked'], 'passkey')
    assert.deepEqual(await server.next(channel, 'asked'), { t: 'asked', channel, what: 'passkey', trouble: null })
    assert.equal((await login('whatsapp'))['asksPasskey'], true)
    const confirm = { phoneNumber: PHONE, confirmPasskey: true }
    const stranger = await call(bench.url, 'POST', 'link', { ...confirm, phoneNumber: '79005559999' })
    assert.equal(stranger.status, 400)
    const linked = ask(bench.url, 'POST', 'link', confirm)
    await finish(channel)
    assert.equal((await linked).body['deviceId'], `${PHONE}:1`)
    assert.equal((await login('whatsapp'))['asksPasskey'], false)
    assert.equal((await call(bench.url, 'POST', 'link', confirm)).status, 400, 'once is enough')
  })

  test('a word that nobody asked for changes nothing', async () => {
    await account('whatsapp', { wantsPasskey: true, password: PASSWORD })
    const channel = pair('whatsapp', 'qr', null)
    answer(channel, PASSWORD)
    await scan(channel)
    await server.next(channel, 'asked')
    answer(channel, PASSWORD)
    const confirmed = ask(bench.url, 'POST', 'link', { phoneNumber: PHONE, confirmPasskey: true })
    await finish(channel)
    await confirmed
    assert.equal(server.on(channel, 'credentials').length, 1)
    assert.equal(server.on(channel, 'asked').length, 1)
  })
})

describe('a code that is typed into the phone', () => {
  test('on an account with a password the password is asked for too', async () => {
    await account('whatsapp', { password: PASSWORD })
    const channel = pair('whatsapp', 'code', PHONE)
    const { value } = await server.next(channel, 'show')
    const typed = await ask(bench.url, 'POST', 'link', { code: value, phoneNumber: PHONE })
    assert.equal(typed.body['asked'], 'password')
    answer(channel, PASSWORD)
    await finish(channel)
  })

  test('only WhatsApp has such codes', async () => {
    for (const messenger of ['v3', 'telegram'] as const)
      assert.equal((await server.next(pair(messenger, 'code', PHONE), 'pairingEnded')).reason, 'unavailable')
  })
})

test('a device that asked for it is never told a number, also after the network was started anew', async () => {
  const peer = '79005551002'
  const { channel, keys } = await server.link(bench.url, PHONE, 'whatsapp', true)
  await ask(bench.url, 'POST', 'messages', { from: peer, to: PHONE, text: 'who am I?' })
  const first = await server.next(channel, 'push')
  assert.ok(first.event.kind === 'message')
  const lid = first.event.author.address
  assert.match(lid, /^\d{15,}@lid$/)
  assert.ok(!JSON.stringify(first).includes(peer))
  server.tell({ t: 'ack', channel, ids: [first.id] })
  server.send(channel, 'A1', lid, 'you are hidden')
  await server.next(channel, 'accepted')
  server.send(channel, 'A2', peer, 'and known')
  await server.next(channel, 'accepted', 1)
  bench.keepAddress()
  await bench.stop()
  await bench.start()
  server = await bench.connect()
  const reopened = await server.open(keys)
  await ask(bench.url, 'POST', 'messages', { from: peer, to: PHONE, text: 'again' })
  const again = await server.next(reopened, 'push', server.on(reopened, 'push').length)
  assert.ok(!JSON.stringify(server.on(reopened, 'push')).includes(peer))
  assert.ok(JSON.stringify([again, ...server.on(reopened, 'push')]).includes(lid))
})
