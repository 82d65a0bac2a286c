// Truth: an unmodified engine socket, with the plainest store there can be, is linked, comes and goes, and writes on the fake as on WhatsApp.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'

import { WebSocket } from 'ws'

import { engineIsInstalled } from '../../../src/drivers/whatsapp/engine/load.ts'
import { until } from '../../../src/lib/until.ts'
import { acknowledge, acknowledgeMessages } from './delivery.ts'
import { EngineClient } from './engine-client.ts'
import { LinkedDevice } from './linked-device.ts'
import type { Device, Group } from './network.ts'
import type { PlainPhone } from './plain-phone.ts'
import { startFakeWhatsApp } from './server.ts'
import type { FakeWhatsApp } from './server.ts'
import { trustFakeWhatsApp } from './trust.ts'

const skip = engineIsInstalled() ? false : 'the WhatsApp engine is not installed'

let next = 4_915_100_000_000

/** A number that nobody had before. */
function number(): string {
  next += 1
  return String(next)
}

const jid = (phone: string) => `${phone}@s.whatsapp.net`

describe('fake WhatsApp, with the engine itself', { skip, timeout: 120_000 }, () => {
  let fake: FakeWhatsApp
  let distrust: () => void
  const clients: EngineClient[] = []

  before(async () => {
    fake = await startFakeWhatsApp()
    distrust = await trustFakeWhatsApp(fake)
  })
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.end()))
    const { faults } = fake
    faults.ackErrors.clear()
    Object.assign(faults, {
      cut: null,
      silent: false,
      loseAcks: 0,
      duplicate: false,
      reorder: 0,
      corrupt: 0,
      failure: null,
    })
  })
  after(async () => {
    await fake.close()
    distrust()
  })

  function client(config: object = {}, url = fake.url): EngineClient {
    const made = new EngineClient(url, config)
    clients.push(made)
    return made
  }

  /** A client that is linked to the number and on. */
  async function linked(phone: string, config: object = {}): Promise<EngineClient> {
    const made = client(config)
    await made.connect()
    await fake.scan(phone, await made.qr())
    await made.opened()
    await until(() => made.caughtUp > 0, 'what waited')
    return made
  }

  function device(phone: string, id = 1): Device {
    const found = fake.network.account(phone).devices.get(id)
    assert.ok(found)
    return found
  }

  describe('linking', () => {
    test('a scan links a device, which restarts on 515, logs in and brings its keys', async () => {
      const phone = number()
      const made = client()
      await made.connect()
      assert.equal(await fake.scan(phone, await made.qr()), 'linked')
      await made.opened()
      assert.deepEqual(made.endings, [515])
      assert.equal(made.me, `${phone}:1@s.whatsapp.net`)
      assert.equal(device(phone).bundle?.oneTime.size, 812)
    })

    test('codes are shown one after the other, and the first is over when the next is there', async () => {
      const short = await startFakeWhatsApp({ refPeriods: { firstMs: 150, nextMs: 100 } })
      const made = client({ qrTimeout: 150 }, short.url)
      try {
        await made.connect()
        await until(() => made.qrs.length === 2, 'a second code')
        await assert.rejects(short.scan(number(), made.qrs[0] ?? ''), /over/)
        assert.equal(await short.scan(number(), made.qrs[1] ?? ''), 'linked')
      } finally {
        await made.end()
        await short.close()
      }
    })

    test('a code that nobody scans ends the linking', async () => {
      const made = client({ qrTimeout: 20 })
      await made.connect()
      assert.equal(await made.ended(), 408)
      assert.equal(made.qrs.length, 6)
    })

    test('a code with the keys of another device is refused', async () => {
      const one = client()
      const two = client()
      await Promise.all([one.connect(), two.connect()])
      const [ref] = (await one.qr()).split(',')
      const others = (await two.qr()).split(',').slice(1)
      await assert.rejects(fake.scan(number(), [ref, ...others].join(',')), /not of the device/)
    })

    test('a code that is typed into the phone links a device', async () => {
      const phone = number()
      fake.network.account(phone)
      const made = client()
      await made.connect()
      await made.qr()
      const code = await made.socket.requestPairingCode(phone)
      assert.equal(await until(() => fake.enterCode(phone, code).catch(notYet), 'a device that asks'), 'linked')
      await made.opened()
      assert.equal(made.me, `${phone}:1@s.whatsapp.net`)
    })

    test('a wrong code does not', async () => {
      const phone = number()
      fake.network.account(phone)
      const made = client()
      await made.connect()
      await made.qr()
      await made.socket.requestPairingCode(phone)
      const outcome = await until(() => fake.enterCode(phone, 'AAAAAAAA').catch(notYet), 'a device that asks')
      assert.match(outcome, /wrong|gone/)
      assert.equal(fake.network.account(phone).devices.size, 0)
    })

    test('an account with a passkey waits for it', async () => {
      const phone = number()
      fake.network.account(phone).wantsPasskey = true
      const made = client()
      await made.connect()
      assert.equal(await fake.scan(phone, await made.qr()), 'passkey')
      await until(
        () => made.notifications.some(({ attrs }) => attrs['type'] === 'passkey_prologue_request'),
        'the wish',
      )
      assert.equal(fake.network.account(phone).devices.size, 0)
      await fake.confirmPasskey(phone)
      await made.opened()
      assert.equal(made.me, `${phone}:1@s.whatsapp.net`)
    })

    test('the connection can be cut at each step, and the linking begun anew', async () => {
      const phone = number()
      for (const tag of ['pair-device', 'pair-success', 'pair-device-sign']) {
        const made = client()
        fake.faults.cut = {
          when: 'before',
          times: 1,
          matches: ({ content }) => Array.isArray(content) && content[0]?.tag === tag,
        }
        await made.connect()
        if (tag === 'pair-device') {
          assert.equal(await made.ended(), 428)
          continue
        }
        await assert.rejects(fake.scan(phone, await made.qr()), /gone/)
        assert.equal(await made.ended(), 428)
      }
      assert.equal(fake.network.account(phone).devices.size, 0)
      await linked(phone)
    })
  })

  describe('coming and going', () => {
    test('a second login of a device closes the first as replaced', async () => {
      const made = await linked(number())
      const twin = made.twin()
      clients.push(twin)
      await twin.connect()
      await twin.opened()
      assert.equal(await made.ended(2), 440)
    })

    test('a device that is taken off is told, and cannot come back', async () => {
      const phone = number()
      const made = await linked(phone)
      fake.unlink(phone, 1)
      assert.equal(await made.ended(2), 401)
      await made.connect()
      assert.equal(await made.ended(3), 401)
    })

    test('a device takes itself off', async () => {
      const phone = number()
      const made = await linked(phone)
      await made.socket.logout()
      await until(() => fake.network.account(phone).devices.size === 0, 'the device is gone')
    })

    test('a login is refused with each reason', async () => {
      const made = await linked(number())
      await made.end()
      let ended = made.endings.length
      for (const reason of [401, 403, 405, 411, 500, 503]) {
        fake.faults.failure = { reason: String(reason), times: 1 }
        await made.connect()
        ended += 1
        assert.equal(await made.ended(ended), reason)
      }
      await made.connect()
      await made.opened()
    })

    test('an open connection ends with each code', async () => {
      const phone = number()
      const made = await linked(phone)
      const codes = [500, 503, 401, 515]
      for (const [index, code] of codes.entries()) {
        device(phone).connection?.close({ code: String(code) })
        assert.equal(await made.ended(index + 2), code)
        if (code === 515) break
        await made.connect()
        await made.opened()
      }
      await made.opened()
    })

    test('clients older than the server takes are refused with 405', async () => {
      const strict = await startFakeWhatsApp({ minimumRevision: 2_000_000_000 })
      const made = client({}, strict.url)
      try {
        await made.connect()
        assert.equal(await made.ended(), 405)
      } finally {
        await strict.close()
      }
    })

    test('a silent server says nothing, not even to a ping', async () => {
      const made = await linked(number(), { keepAliveIntervalMs: 300 })
      fake.faults.silent = true
      const socket = made.socket
      const asked = socket.query({
        tag: 'iq',
        attrs: { to: 's.whatsapp.net', type: 'get', xmlns: 'w:p' },
        content: [{ tag: 'ping', attrs: {} }],
      })
      const answer = await Promise.race([
        asked.then(() => 'an answer', String),
        new Promise((resolve) => setTimeout(resolve, 300)),
      ])
      assert.equal(answer, undefined)
    })

    test('what is not our protocol is hung up on', async () => {
      const socket = new WebSocket(fake.url)
      const closed = new Promise((resolve) => socket.once('close', resolve))
      await new Promise((resolve) => socket.once('open', resolve))
      socket.send('GET / HTTP/1.1')
      await closed
    })
  })

  describe('messages', () => {
    test('two devices of different people write to each other, and see that it arrived', async () => {
      const [first, second] = [number(), number()]
      fake.network.account(first).name = 'First'
      const one = await linked(first)
      const two = await linked(second)
      const id = await one.sendText(jid(second), 'there')
      await until(() => two.texts.includes('there'), 'the text')
      await until(() => one.acks.get(id) === '', 'the ack of the server')
      await until(
        () => one.receipts.some(({ attrs }) => attrs['id'] === id && attrs['type'] === undefined),
        'the receipt',
      )
      await two.sendText(`${fake.network.account(first).lid}@lid`, 'and back')
      await until(() => one.texts.includes('and back'), 'the answer')
      await until(
        () => device(first).unacknowledged.length + device(second).unacknowledged.length === 0,
        'all acknowledged',
      )
    })

    test('a message and what is sent in its place wait each for its own acknowledgement', async () => {
      const [first, second] = [number(), number()]
      const one = await linked(first)
      await one.end()
      fake.network.account(second)
      const to = device(first)
      assert.ok(to instanceof LinkedDevice)
      const from = jid(second)
      for (const type of ['text', 'media']) {
        fake.network.deliver(to, { tag: 'message', attrs: { id: '3EB0AGAIN', from, type, t: '1700000000' } })
      }
      const types = () => to.unacknowledged.map(({ attrs }) => attrs['type'])
      assert.deepEqual(types(), ['text', 'media'])
      acknowledge(to, { tag: 'ack', attrs: { class: 'message', id: '3EB0AGAIN', to: from, error: '500' } })
      assert.deepEqual(types(), ['media'])
      acknowledgeMessages(to, ['3EB0AGAIN'])
      assert.deepEqual(types(), [])
    })

    test('receipts that came while a device was away are brought in their order', async () => {
      const [first, second] = [number(), number()]
      const one = await linked(first)
      const two = await linked(second)
      await one.end()
      const account = fake.network.account(second)
      const ids = ['one', 'two', 'three']
      for (const id of ids) {
        fake.network.route(account, 0, { tag: 'receipt', attrs: { id, to: jid(first), type: 'read' } })
      }
      assert.equal(device(first).unacknowledged.length, 3)
      await one.connect()
      await until(() => device(first).unacknowledged.length === 0, 'all acknowledged')
      assert.deepEqual(
        one.receipts.map(({ attrs }) => [attrs['id'], attrs['offline']]),
        [
          ['one', '0'],
          ['two', '1'],
          ['three', '2'],
        ],
      )
      // The reader's own devices see what was read on the phone.
      await until(() => two.receipts.length === 3, 'the same at the reader')
      assert.ok(two.receipts.every(({ attrs }) => attrs['type'] === 'read-self' && attrs['recipient'] === jid(first)))
    })

    test('a message that was cut off right after it was written is not acknowledged, but arrives', async () => {
      const [first, second] = [number(), number()]
      const one = await linked(first)
      const two = await linked(second)
      fake.faults.cut = {
        when: 'after',
        times: 1,
        matches: ({ tag, attrs }) => tag === 'message' && attrs['to'] === jid(second),
      }
      const id = await one.sendText(jid(second), 'the last word')
      assert.equal(await one.ended(2), 428)
      await until(() => two.texts.includes('the last word'), 'the text')
      assert.equal(one.acks.has(id), false)
    })

    test('other devices of the sender get it as well', async () => {
      const [first, second] = [number(), number()]
      const one = await linked(first)
      const other = await linked(first)
      assert.equal(other.me, `${first}:2@s.whatsapp.net`)
      await linked(second)
      await one.sendText(jid(second), 'to both')
      await until(() => other.ownTexts.includes('to both'), 'the copy')
    })

    test('what a device could not acknowledge is brought again, as what came while it was away', async () => {
      const [first, second] = [number(), number()]
      const one = await linked(first)
      const two = await linked(second)
      fake.faults.cut = {
        when: 'before',
        times: 1,
        matches: ({ tag, attrs }) => tag === 'message' && attrs['sender_lid'] !== undefined,
      }
      await one.sendText(jid(second), 'first')
      await two.ended(2)
      await one.sendText(jid(second), 'second')
      await until(() => device(second).unacknowledged.length >= 2, 'both wait')
      assert.equal(device(second).connection, null)
      await two.connect()
      await until(() => two.texts.includes('first') && two.texts.includes('second'), 'both')
      await until(() => device(second).unacknowledged.length === 0, 'all acknowledged')
    })

    test('acks with an error, and lost ones', async () => {
      const [first, second] = [number(), number()]
      const one = await linked(first)
      await linked(second)
      fake.faults.ackErrors.set(jid(second), { code: '463', times: 1 })
      const refused = await one.sendText(jid(second), 'refused')
      await until(() => one.acks.get(refused) === '463', 'the refusal')
      const taken = await one.sendText(jid(second), 'taken')
      await until(() => one.acks.get(taken) === '', 'an ack')
      fake.faults.loseAcks = 1
      const lost = await one.sendText(jid(second), 'lost')
      const after = await one.sendText(jid(second), 'after')
      await until(() => one.acks.get(after) === '', 'the ack of the one after it')
      assert.equal(one.acks.has(lost), false)
    })

    test('a spoilt message is asked for again, and comes', async () => {
      const [first, second] = [number(), number()]
      const one = await linked(first)
      const two = await linked(second)
      await one.sendText(jid(second), 'whole')
      await until(() => two.texts.includes('whole'), 'the first')
      fake.faults.corrupt = 1
      await one.sendText(jid(second), 'spoilt at first')
      await until(() => two.texts.includes('spoilt at first'), 'the second try')
      assert.equal(fake.faults.corrupt, 0)
    })

    test('stanzas come twice, or in another order, and all texts are there', async () => {
      const [first, second] = [number(), number()]
      const one = await linked(first)
      const two = await linked(second)
      await one.sendText(jid(second), 'to begin with')
      await until(() => two.texts.includes('to begin with'), 'the first')
      fake.faults.duplicate = true
      fake.faults.reorder = 3
      for (const text of ['a', 'b', 'c']) await one.sendText(jid(second), text)
      await until(() => ['a', 'b', 'c'].every((text) => two.texts.includes(text)), 'all three')
      assert.deepEqual(two.texts.slice(1, 4), ['c', 'b', 'a'])
    })

    test('a group: each device of each member, none of others', async () => {
      const [first, second, third, outsider] = [number(), number(), number(), number()]
      const config = { cachedGroupMetadata: (id: string) => Promise.resolve(metadata(id)) }
      const one = await linked(first, config)
      const two = await linked(second, config)
      const three = await linked(third, config)
      const out = await linked(outsider, config)
      const group = newGroup(first, [first, second, third])
      fake.network.groups.set(group.id, group)
      const metadata = (id: string) => {
        const lids = [...group.members.keys()].map((phone) => ({ id: `${fake.network.account(phone).lid}@lid` }))
        return { id, addressingMode: 'lid', participants: lids }
      }
      await one.sendText(group.id, 'to all')
      await until(() => two.texts.includes('to all') && three.texts.includes('to all'), 'the text at both')
      await two.sendText(group.id, 'from the second')
      await until(() => one.texts.includes('from the second') && three.texts.includes('from the second'), 'at both')
      const refused = await out.sendText(group.id, 'from nobody')
      await until(() => out.acks.get(refused) === '403', 'the refusal')
      assert.deepEqual(out.texts, [])
    })

    test('a status: those who are named', async () => {
      const [first, second, third] = [number(), number(), number()]
      const one = await linked(first)
      const two = await linked(second)
      const three = await linked(third)
      const statusJidList = [jid(first), jid(second)]
      await one.socket.sendMessage('status@broadcast', { text: 'seen' }, { statusJidList, broadcast: true })
      await until(() => two.texts.includes('seen'), 'the status')
      assert.deepEqual(three.texts, [])
    })

    test('a phone gets what is sent to its person, and may send as a device does', async () => {
      const [first, second] = [number(), number()]
      fake.network.account(second)
      const one = await linked(first)
      const id = await one.sendText(jid(second), 'to a phone')
      const { received } = fake.network.account(second).phoneDevice as PlainPhone
      const { attrs } = await until(() => received[0], 'the stanza')
      assert.equal(attrs['from'], `${first}:1@s.whatsapp.net`)
      assert.equal(attrs['sender_lid'], `${fake.network.account(first).lid}@lid`)
      fake.network.route(fake.network.account(second), 0, {
        tag: 'receipt',
        attrs: { id, to: `${first}:1@s.whatsapp.net`, type: 'read' },
      })
      await until(() => one.receipts.some(({ attrs }) => attrs['id'] === id && attrs['type'] === 'read'), 'read')
    })
  })

  describe('what is asked', () => {
    test('who is on WhatsApp', async () => {
      const known = number()
      fake.network.account(known)
      const made = await linked(number())
      const found = await made.socket.onWhatsApp(jid(known), '15550009999')
      assert.deepEqual(found, [{ jid: jid(known), exists: true }])
    })

    test('a device is told that its one-time keys run out, and brings more', async () => {
      const phone = number()
      await linked(phone)
      const { bundle } = device(phone)
      assert.ok(bundle)
      const ids = [...bundle.oneTime.keys()]
      for (const id of ids.slice(0, ids.length - 5)) bundle.oneTime.delete(id)
      const other = await linked(number())
      await other.sendText(jid(phone), 'takes one')
      await until(() => (device(phone).bundle?.oneTime.size ?? 0) > 5, 'more keys')
    })

    test('blocking, privacy, and what nobody answers', async () => {
      const [first, second] = [number(), number()]
      const one = await linked(first)
      const two = await linked(second)
      await one.socket.sendMessage(jid(second), { text: 'hello' })
      await until(() => two.texts.includes('hello'), 'the text')
      const lid = `${fake.network.account(first).lid}@lid`
      await two.call('updateBlockStatus', lid, 'block')
      assert.deepEqual(await two.call('fetchBlocklist'), [lid])
      const id = await one.sendText(jid(second), 'unheard')
      await until(() => one.acks.get(id) === '', 'the ack')
      assert.equal(two.texts.includes('unheard'), false)
      await two.call('updateLastSeenPrivacy', 'contacts')
      assert.equal(fake.network.account(second).privacy.get('last'), 'contacts')
      await assert.rejects(
        one.socket.query({ tag: 'iq', attrs: { to: 's.whatsapp.net', type: 'get', xmlns: 'nobody' } }),
        /not-implemented/,
      )
    })
  })
})

/** To be looked for again: nobody has asked yet. */
function notYet(error: unknown): string | undefined {
  return String(error).includes('no device asks') ? undefined : String(error)
}

function newGroup(owner: string, members: readonly string[]): Group {
  return {
    id: `1203630${owner}@g.us`,
    subject: 'Group',
    subjectBy: owner,
    subjectAt: 0,
    description: '',
    createdAt: 0,
    owner,
    members: new Map(members.map((phone) => [phone, { isAdmin: phone === owner }])),
    announce: false,
    locked: false,
    addMode: 'all_member_add',
    inviteCode: 'code',
    ephemeralS: 0,
  }
}
