// Truth: what the simulated network promises phones, linked devices and whoever asks its journal.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import QRCode from 'qrcode'
import { until } from '../../src/lib/until.ts'
import { ask, call, NetworkBench } from '../support/simulated-network.ts'

const OWN = '79005550001'
const PEER = '79005550002'

let bench: NetworkBench
beforeEach(async () => {
  bench = new NetworkBench()
  await bench.setUp()
})
afterEach(() => bench.tearDown())

function say(from: string, to: string, text: string, more = {}) {
  return ask(bench.url, 'POST', 'messages', { from, to, text, ...more })
}

async function statuses(phone: string): Promise<unknown[]> {
  return (await ask(bench.url, 'GET', `messages?phone=${phone}`)).list.map((one) => one['status'])
}

describe('linking', () => {
  test('the picture of a QR links as its text does, with and without the prefix of a data URL', async () => {
    const server = await bench.connect()
    for (const phone of [OWN, PEER]) {
      const channel = server.newChannel()
      server.tell({ t: 'pair', channel, messenger: 'v3', way: 'qr', phone: null, hidesNumbers: false })
      const { value } = await server.next(channel, 'show')
      assert.match(value, /^JADEGATE-SIM:v3:/)
      const url = await QRCode.toDataURL(value, { width: 276 })
      const qr = phone === OWN ? url : url.slice(url.indexOf(',') + 1)
      const linked = ask(bench.url, 'POST', 'link', { qr, phoneNumber: Number(phone) })
      await server.next(channel, 'credentials')
      server.tell({ t: 'paired', channel })
      const { body } = await linked
      assert.deepEqual([body['phoneNumber'], body['messenger'], body['deviceId']], [phone, 'v3', `${phone}:1`])
    }
  })

  test('a QR is taken a moment after it was replaced, not later, and only once', async () => {
    const server = await bench.connect()
    const channel = server.newChannel()
    server.tell({ t: 'pair', channel, messenger: 'whatsapp', way: 'qr', phone: null, hidesNumbers: false })
    const first = await server.next(channel, 'show')
    bench.clock.skip(20_000)
    const second = await server.next(channel, 'show', 1)
    bench.clock.skip(6_000)
    const late = await call(bench.url, 'POST', 'link', { qr: first.value, phoneNumber: OWN })
    assert.equal(late.status, 400)
    bench.clock.skip(14_000)
    await server.next(channel, 'show', 2)
    const linked = ask(bench.url, 'POST', 'link', { qr: second.value, phoneNumber: OWN })
    await server.next(channel, 'credentials')
    const again = await call(bench.url, 'POST', 'link', { qr: second.value, phoneNumber: PEER })
    assert.equal(again.status, 400)
    server.tell({ t: 'paired', channel })
    await linked
  })

  test('a code holds 150 seconds, in either case and with a dash', async () => {
    const server = await bench.connect()
    const channel = server.newChannel()
    server.tell({ t: 'pair', channel, messenger: 'whatsapp', way: 'code', phone: OWN, hidesNumbers: false })
    const { value, until: end } = await server.next(channel, 'show')
    assert.match(value, /^[1-9A-Z]{8}$/)
    assert.ok(Math.abs(end - bench.clock.now() - 150_000) < 2_000)
    const written = `${value.slice(0, 4)}-${value.slice(4)}`.toLowerCase()
    const linked = ask(bench.url, 'POST', 'link', { code: written, phoneNumber: OWN })
    await server.next(channel, 'credentials')
    server.tell({ t: 'paired', channel })
    await linked
    const other = server.newChannel()
    server.tell({ t: 'pair', channel: other, messenger: 'whatsapp', way: 'code', phone: OWN, hidesNumbers: false })
    const expired = await server.next(other, 'show')
    bench.clock.skip(150_001)
    assert.equal((await server.next(other, 'pairingEnded')).reason, 'expired')
    const late = await call(bench.url, 'POST', 'link', { code: expired.value, phoneNumber: OWN })
    assert.equal(late.status, 400)
  })

  test('a device that never says that it keeps its credentials is dropped after ten minutes', async () => {
    const server = await bench.connect()
    const channel = server.newChannel()
    server.tell({ t: 'pair', channel, messenger: 'whatsapp', way: 'qr', phone: null, hidesNumbers: false })
    const { value } = await server.next(channel, 'show')
    const linking = call(bench.url, 'POST', 'link', { qr: value, phoneNumber: OWN })
    const keys = await server.next(channel, 'credentials')
    bench.clock.skip(15_001)
    assert.equal((await linking).status, 504)
    bench.clock.skip(11 * 60_000)
    const opened = await server.open({ ...keys, label: '' })
    assert.equal(server.on(opened, 'refused')[0]?.reason, 'unlinked')
  })

  test('a key that is wrong opens nothing', async () => {
    const server = await bench.connect()
    const { keys } = await server.link(bench.url, OWN)
    const channel = await server.open({ ...keys, key: `${keys.key}x` })
    assert.equal(server.on(channel, 'refused')[0]?.reason, 'unlinked')
  })
})

describe('messages', () => {
  test('every device of both sides hears of a message but the one that sent it', async () => {
    const server = await bench.connect()
    const first = await server.link(bench.url, OWN)
    const second = await server.link(bench.url, OWN)
    const theirs = await server.link(bench.url, PEER)
    server.send(first.channel, 'M1', PEER, 'to all')
    await server.next(theirs.channel, 'push')
    await server.next(second.channel, 'push', 1)
    const seen = (channel: number) =>
      server.on(channel, 'push').map(({ event }) => (event.kind === 'message' ? event.direction : event.kind))
    assert.deepEqual(seen(first.channel), ['status'])
    assert.deepEqual(seen(second.channel), ['out', 'status'])
    assert.deepEqual(seen(theirs.channel), ['in'])
  })

  test('a phone that is offline receives later; one that reads by itself reads at once', async () => {
    await ask(bench.url, 'POST', 'phones', { phoneNumber: PEER, online: false })
    await say(OWN, PEER, 'waits')
    assert.deepEqual(await statuses(OWN), ['sent'])
    await ask(bench.url, 'POST', 'phones', { phoneNumber: PEER, online: true })
    assert.deepEqual(await statuses(OWN), ['delivered'])
    await ask(bench.url, 'POST', 'phones', { phoneNumber: PEER, autoRead: true })
    await say(OWN, PEER, 'read')
    assert.deepEqual(await statuses(OWN), ['delivered', 'read'])
    assert.equal((await ask(bench.url, 'POST', 'read', { phone: PEER, chat: OWN })).body['read'], 1)
    assert.deepEqual(await statuses(OWN), ['read', 'read'])
  })

  test('chats count what is unread and show the last message; a quote carries what it quotes', async () => {
    const { idMessage } = (await say(OWN, PEER, 'first')).body
    await say(PEER, OWN, 'answer', { quotedId: idMessage })
    const [chat] = (await ask(bench.url, 'GET', `chats?phone=${OWN}`)).list
    assert.deepEqual([chat?.['chat'], chat?.['unread']], [PEER, 1])
    const messages = (await ask(bench.url, 'GET', `messages?phone=${OWN}&chat=${PEER}`)).list
    assert.deepEqual(
      messages.map((one) => [one['text'], one['direction'], one['from'], one['to']]),
      [
        ['first', 'out', OWN, PEER],
        ['answer', 'in', PEER, OWN],
      ],
    )
    assert.deepEqual(messages[1]?.['quote'], { id: idMessage, from: OWN, text: 'first' })
    const after = await ask(bench.url, 'GET', `messages?phone=${OWN}&after=${String(idMessage)}`)
    assert.equal(after.list.length, 1)
  })

  test('messengers are worlds of their own', async () => {
    await say(OWN, PEER, 'in one', { messenger: 'v3' })
    assert.equal((await ask(bench.url, 'GET', `messages?phone=${OWN}&messenger=whatsapp`)).list.length, 0)
    assert.equal((await ask(bench.url, 'GET', `messages?phone=${OWN}`)).list.length, 1)
  })

  test('numbers that end in 0000 have no account until one is made, and an account can be taken away', async () => {
    const nobody = '79005550000'
    assert.match(
      String((await call(bench.url, 'POST', 'messages', { from: OWN, to: nobody, text: '?' })).body['error']),
      /'to'/,
    )
    await ask(bench.url, 'POST', 'phones', { phoneNumber: nobody, name: 'Somebody' })
    await say(OWN, nobody, 'there you are')
    const server = await bench.connect()
    const { channel } = await server.link(bench.url, nobody)
    await ask(bench.url, 'POST', 'phones', { phoneNumber: nobody, exists: false })
    assert.equal((await server.next(channel, 'closed')).reason, 'unlinked')
    assert.equal((await call(bench.url, 'POST', 'messages', { from: OWN, to: nobody, text: '?' })).status, 400)
  })

  test('at most 200 pushes are under way to a device that acknowledges nothing', async () => {
    const server = await bench.connect()
    const { channel } = await server.link(bench.url, OWN)
    for (let batch = 0; batch < 5; batch += 1)
      await Promise.all(Array.from({ length: 50 }, (_, index) => say(PEER, OWN, `${String(batch)}/${String(index)}`)))
    await server.next(channel, 'push', 199)
    // Another answer on the same socket shows that nothing more was on its way.
    server.tell({ t: 'lookup', channel, id: 'none' })
    await server.next(channel, 'found')
    assert.equal(server.on(channel, 'push').length, 200)
    server.tell({
      t: 'ack',
      channel,
      ids: server
        .on(channel, 'push')
        .slice(0, 30)
        .map(({ id }) => id),
    })
    await server.next(channel, 'push', 229)
    const ids = server.on(channel, 'push').map(({ id }) => id)
    assert.deepEqual(
      ids,
      [...new Set(ids)].sort((a, b) => a - b),
    )
  })
})

describe('what can be made to go wrong', () => {
  test('verdicts are lost, delayed or refused as asked, and the journal counts what was offered', async () => {
    const server = await bench.connect()
    const { channel } = await server.link(bench.url, OWN)
    await ask(bench.url, 'POST', 'faults', {
      kind: 'failSends',
      count: 1,
      reason: 'too fast',
      phoneNumber: `${OWN}@c.us`,
    })
    server.send(channel, 'F1', PEER, 'refused')
    server.send(channel, 'F2', PEER, 'fine')
    assert.equal((await server.next(channel, 'rejected')).message, 'too fast')
    await server.next(channel, 'accepted')
    await ask(bench.url, 'POST', 'faults', { kind: 'notInGroup', count: 1 })
    server.send(channel, 'F3', PEER, 'outside')
    assert.equal((await server.next(channel, 'rejected', 1)).fault, 'notInGroup')
    await ask(bench.url, 'POST', 'faults', { kind: 'loseVerdicts', count: 1, messenger: 'whatsapp' })
    server.send(channel, 'F4', PEER, 'taken')
    server.send(channel, 'F4', PEER, 'taken')
    await server.next(channel, 'accepted', 1)
    await ask(bench.url, 'POST', 'faults', { kind: 'delayVerdicts', delayMs: 60_000 })
    server.send(channel, 'F5', PEER, 'slow')
    await until(async () => (await statuses(PEER)).length === 3, 'the message to arrive')
    assert.equal(server.on(channel, 'accepted').length, 2)
    bench.clock.skip(60_001)
    await server.next(channel, 'accepted', 2)
    const sends = (await ask(bench.url, 'GET', `journal?phone=${OWN}`)).body['sends'] as {
      id: string
      verdict: string
      offered: number
    }[]
    assert.deepEqual(
      sends.map(({ id, verdict, offered }) => [id, verdict, offered]),
      [
        ['F1', 'refused', 1],
        ['F2', 'sent', 1],
        ['F3', 'notInGroup', 1],
        ['F4', 'sent', 2],
        ['F5', 'sent', 1],
      ],
    )
  })

  test('receipts wait while they are delayed or held back, and come when the fault is lifted', async () => {
    await ask(bench.url, 'POST', 'faults', { kind: 'delayReceipts', delayMs: 5_000, phoneNumber: PEER })
    await say(OWN, PEER, 'late')
    assert.deepEqual(await statuses(OWN), ['sent'])
    bench.clock.skip(5_001)
    assert.deepEqual(await statuses(OWN), ['delivered'])
    await ask(bench.url, 'POST', 'faults', { kind: 'noReceipts', phoneNumber: OWN })
    await say(OWN, PEER, 'silent')
    await ask(bench.url, 'POST', 'read', { phone: PEER, chat: OWN })
    bench.clock.skip(5_001)
    assert.deepEqual(await statuses(OWN), ['delivered', 'sent'])
    assert.equal((await ask(bench.url, 'GET', 'faults')).list.length, 2)
    await ask(bench.url, 'DELETE', 'faults')
    assert.equal((await ask(bench.url, 'GET', 'faults')).list.length, 0)
    assert.deepEqual(await statuses(OWN), ['delivered', 'read'])
  })

  test('connections are refused for a time, dropped, and pushes doubled', async () => {
    const server = await bench.connect()
    const { channel, keys } = await server.link(bench.url, OWN)
    await ask(bench.url, 'POST', 'faults', { kind: 'refuseConnections', durationMs: 10_000, phoneNumber: OWN })
    await ask(bench.url, 'POST', 'faults', { kind: 'dropConnections', phoneNumber: OWN })
    assert.equal((await server.next(channel, 'closed')).reason, 'dropped')
    assert.equal(server.on(await server.open(keys), 'refused')[0]?.reason, 'unavailable')
    bench.clock.skip(10_001)
    const again = await server.open(keys)
    assert.equal(server.on(again, 'opened').length, 1)
    await ask(bench.url, 'POST', 'faults', { kind: 'duplicatePushes', count: 1 })
    await say(PEER, OWN, 'twice')
    await say(PEER, OWN, 'once')
    await server.next(again, 'push', 2)
    const [first, second, third] = server.on(again, 'push')
    assert.equal(first?.id, second?.id)
    assert.notEqual(second?.id, third?.id)
    await ask(bench.url, 'POST', 'faults', { kind: 'dropConnections' })
    await until(() => server.closed, 'the socket to break')
  })

  test('a suspended account may not send and is told so; a blocked one is shut out; both end', async () => {
    const server = await bench.connect()
    const { channel, keys } = await server.link(bench.url, OWN)
    await ask(bench.url, 'POST', 'faults', { kind: 'suspend', phoneNumber: OWN })
    const told = await server.next(channel, 'push')
    assert.equal(told.event.kind === 'restricted' && told.event.state, 'suspended')
    server.send(channel, 'S1', PEER, 'no')
    assert.equal((await server.next(channel, 'rejected')).fault, 'suspended')
    await ask(bench.url, 'POST', 'faults', { kind: 'block', phoneNumber: OWN })
    assert.equal((await server.next(channel, 'closed')).reason, 'blocked')
    assert.equal(server.on(await server.open(keys), 'refused')[0]?.reason, 'blocked')
    assert.equal((await call(bench.url, 'POST', 'messages', { from: OWN, to: PEER, text: 'x' })).status, 400)
    await ask(bench.url, 'DELETE', `faults?phoneNumber=${OWN}`)
    const again = await server.open(keys)
    const lifted = await until(() => server.on(again, 'push').at(-1), 'the news')
    assert.equal(lifted.event.kind === 'restricted' && lifted.event.state, 'authorized')
    server.send(again, 'S1', PEER, 'now')
    await server.next(again, 'accepted')
  })
})

/** An open page of a phone, as far as the network knows. */
class EventPage {
  heard = ''
  readonly opened: Promise<Response>
  readonly #stop = new AbortController()
  readonly #reading: Promise<void>

  constructor(url: string, phone: string) {
    this.opened = fetch(`${url}/simulator/events?phone=${phone}`, { signal: this.#stop.signal })
    this.#reading = this.#read().catch(() => undefined)
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await this.#reading
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder()
    for await (const chunk of (await this.opened).body ?? []) this.heard += decoder.decode(chunk as Uint8Array)
  }
}

describe('the page that shows a phone', () => {
  test('hears of messages, receipts and typing as they happen', async () => {
    const server = await bench.connect()
    const { channel } = await server.link(bench.url, OWN)
    const page = new EventPage(bench.url, PEER)
    assert.equal((await page.opened).headers.get('content-type'), 'text/event-stream')
    server.tell({ t: 'typing', channel, to: PEER, durationMs: 2_000 })
    server.send(channel, 'P1', PEER, 'hello page')
    await until(() => page.heard.includes('hello page'), 'the message')
    const kinds = [...page.heard.matchAll(/"kind":"(\w+)"/g)].map((match) => match[1])
    assert.deepEqual(kinds.slice(0, 2), ['typing', 'message'])
    await page.close()
  })

  test('in a group, everybody but the one who writes sees it, as long as that one is a member', async () => {
    const server = await bench.connect()
    const { channel } = await server.link(bench.url, OWN)
    const wish = { by: OWN, name: 'Us', members: [PEER, '79005550003'], messenger: 'whatsapp' }
    const group = String((await ask(bench.url, 'POST', 'groups', wish)).body['group'])
    const pages = [PEER, OWN].map((phone) => new EventPage(bench.url, phone))
    const [peer, own] = pages
    assert.ok(peer !== undefined && own !== undefined)
    for (const page of pages) await page.opened
    server.tell({ t: 'typing', channel, to: group, durationMs: 2_000 })
    await until(() => peer.heard.includes('"typing"'), 'the typing')
    assert.match(peer.heard, new RegExp(`"chat":"${group}"`))
    assert.ok(!own.heard.includes('"typing"'))
    await ask(bench.url, 'POST', 'groups/members', { by: OWN, group, action: 'leave' })
    const before = peer.heard.split('"typing"').length
    server.tell({ t: 'typing', channel, to: group, durationMs: 2_000 })
    server.send(channel, 'G1', PEER, 'left')
    await until(() => peer.heard.includes('left'), 'the message')
    assert.equal(peer.heard.split('"typing"').length, before)
    for (const page of pages) await page.close()
  })

  test('is served with its files, and lets no foreign script in', async () => {
    for (const path of ['phone', 'assets/phone/base.css', 'assets/phone/main.js', 'assets/phone.svg']) {
      const response = await fetch(`${bench.url}/simulator/${path}`)
      assert.equal(response.status, 200, path)
      assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'none'; script-src 'self'/)
      assert.doesNotMatch(await response.text(), /https?:\/\/(?!www\.w3\.org\/)/, path)
    }
  })
})
