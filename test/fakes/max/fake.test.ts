// Truth: the description of MAX's user protocol, spoken by a client that does what it is told.
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { SkippingClock } from '../../../src/lib/skipping-clock.ts'
import { until } from '../../../src/lib/until.ts'
import { encodeFrame } from './frame.ts'
import { Float, Id, type Fields } from './msgpack.ts'
import { ASK, TELL } from './opcodes.ts'
import { at, DEVICE_ID, hello, idAt, login, RawClient, text, textAt } from './raw-client.ts'
import { startFakeMax, type FakeMax } from './server.ts'
import { noFaults, usualSettings } from './settings.ts'

let last = 79_000_000_000
/** A number that nobody had before. */
function number(): string {
  last += 1
  return String(last)
}

describe('fake MAX', { timeout: 60_000 }, () => {
  const clock = new SkippingClock()
  let fake: FakeMax
  let own: string
  let peer: string
  const clients: RawClient[] = []

  before(async () => {
    fake = await startFakeMax({ clock })
  })
  beforeEach(() => {
    own = number()
    peer = number()
    fake.person(own)
    fake.person(peer)
  })
  afterEach(() => {
    for (const client of clients.splice(0)) client.close()
    Object.assign(fake.faults, noFaults())
    Object.assign(fake.settings, usualSettings())
    fake.recording.complaints.length = 0
  })
  after(() => fake.close())

  const keep = async (opening: Promise<RawClient>): Promise<RawClient> => {
    const client = await opening
    clients.push(client)
    return client
  }
  const linked = (phone: string) => keep(RawClient.of(fake, phone))
  const greeted = () => keep(RawClient.greeted(fake.url))
  const idOf = (phone: string) => fake.network.person(phone).id
  /** The dialog of two numbers. */
  const dialog = (one: string, other: string) => idOf(one) ^ idOf(other)
  const refused = async (asked: Promise<Fields>, code: string) =>
    assert.rejects(asked, (error: Error) => error.message === code)

  /** A QR that was shown, and its track. */
  const shown = async (client: RawClient) => {
    const answer = await client.answered(ASK.makeTrack, {})
    return { qr: textAt(answer, 'qrLink'), track: { trackId: textAt(answer, 'trackId') } }
  }

  describe('before the login', () => {
    test('nothing is answered before the hello, and there is one hello', async () => {
      const client = await keep(RawClient.open(fake.url))
      await refused(client.answered(ASK.makeTrack, {}), 'proto.state')
      const answer = await client.answered(ASK.init, hello())
      assert.equal(answer['phone-auth-enabled'], true)
      await refused(client.answered(ASK.init, hello()), 'proto.state')
      await refused(client.answered(ASK.chats, { marker: 0 }), 'proto.state')
      assert.deepEqual(await client.answered(ASK.ping, { interactive: false }), {})
    })

    test('an old version is refused and the socket closed; what has no UUID or is no web client is refused', async () => {
      const client = await keep(RawClient.open(fake.url))
      const { payload } = await client.ask(ASK.init, hello('25.12.14'))
      assert.equal(at(payload, 'message'), 'Unsupported client version')
      await client.closed()
      await refused((await keep(RawClient.open(fake.url))).answered(ASK.init, hello('26.9.8', 'me')), 'proto.payload')
      fake.faults.refusesVersions = true
      await refused((await keep(RawClient.open(fake.url))).answered(ASK.init, hello()), 'client.version')
    })

    test('a page of somebody else gets no socket', async () => {
      await assert.rejects(
        new Promise((_resolve, reject) => {
          RawClient.open(fake.url, 'https://example.org').catch(reject)
        }),
      )
    })

    test('a hello written by hand, byte by byte, is answered', async () => {
      const client = await keep(RawClient.open(fake.url))
      client.send(Buffer.from('0a000000012000000001' + '80', 'hex'))
      const entries = () => fake.recording.entries.filter(({ what, opcode }) => what === 'out' && opcode === 288)
      const refusal = await until(() => entries().at(-1), 'the answer')
      assert.equal((refusal.payload as { error: string }).error, 'proto.state')
    })

    test('a scanned QR gives a token, which logs in', async () => {
      const client = await greeted()
      const { qr, track } = await shown(client)
      assert.equal(at(await client.answered(ASK.pollTrack, track), 'status', 'loginAvailable'), undefined)
      await refused(client.answered(ASK.loginByTrack, track), 'track.not.confirmed')
      const scan = fake.scan(own, qr)
      assert.equal(at(await client.answered(ASK.pollTrack, track), 'status', 'loginAvailable'), true)
      const answer = await client.answered(ASK.loginByTrack, track)
      const token = textAt(answer, 'tokenAttrs', 'LOGIN', 'token')
      await refused(client.answered(ASK.loginByTrack, track), 'track.not.found')
      const welcome = await client.answered(ASK.login, login(token))
      assert.equal(idAt(welcome, 'profile', 'contact', 'id'), idOf(own))
      assert.equal(await scan, 'linked')
      assert.deepEqual(fake.recording.complaints, [])
    })

    test('a track belongs to its socket, and runs out', async () => {
      const client = await greeted()
      const { qr, track } = await shown(client)
      await refused((await greeted()).answered(ASK.pollTrack, track), 'track.not.found')
      clock.skip(fake.settings.trackMs)
      await refused(client.answered(ASK.pollTrack, track), 'track.not.found')
      await assert.rejects(fake.scan(own, qr))
    })

    test('a client that goes without logging in links nothing', async () => {
      const client = await greeted()
      const { qr, track } = await shown(client)
      const scan = assert.rejects(fake.scan(own, qr))
      await client.answered(ASK.loginByTrack, track)
      client.close()
      await scan
    })

    test('a password is asked for and checked, whichever way a wrong one is refused', async () => {
      fake.person(own).setPassword('open sesame', 'a cave')
      const client = await greeted()
      const { qr, track } = await shown(client)
      const scan = fake.scan(own, qr)
      assert.equal(at(await client.answered(ASK.loginByTrack, track), 'passwordChallenge', 'hint'), 'a cave')
      assert.equal(await scan, 'password')
      const tried = (password: string) => client.answered(ASK.password, { ...track, password })
      assert.equal((await tried('open'))['error'], 'password.invalid')
      fake.settings.wrongPassword = 'error'
      await refused(tried('sesame'), 'password.invalid')
      const answer = await tried('open sesame')
      assert.notEqual(at(answer, 'tokenAttrs', 'LOGIN', 'token'), undefined)
    })

    test('the end of a linking may be pushed', async () => {
      fake.settings.linkingEnds = 'pushed'
      const client = await greeted()
      const { qr } = await shown(client)
      const scan = fake.scan(own, qr)
      const token = textAt(await client.pushed(TELL.linked), 'tokenAttrs', 'LOGIN', 'token')
      await client.answered(ASK.login, login(token))
      assert.equal(await scan, 'linked')
    })
  })

  describe('the life of a token', () => {
    test('an unknown one is refused, and so is more than a hundred chats', async () => {
      const client = await greeted()
      await refused(client.answered(ASK.login, login('nobody')), 'login.token')
      await refused(client.answered(ASK.login, login('nobody', { chatsCount: 200 })), 'proto.payload')
    })

    test('revoked: told by a push and a close, or silently at the next login', async () => {
      const client = await linked(own)
      fake.revoke(own)
      await client.pushed(TELL.loggedOut)
      await client.closed()
      const token = fake.issueToken(own)
      fake.revoke(own, 'silently')
      await refused((await greeted()).answered(ASK.login, login(token)), 'login.token')
    })

    test('logging out voids it', async () => {
      const token = fake.issueToken(own)
      const client = await keep(RawClient.loggedIn(fake.url, token))
      await client.answered(ASK.logout, {})
      await client.closed()
      await refused((await greeted()).answered(ASK.login, login(token)), 'login.token')
    })

    test('an aged one is replaced once, and the old one still opens', async () => {
      const token = fake.issueToken(own)
      clock.skip(fake.settings.tokenAgesMs)
      const first = await (await greeted()).answered(ASK.login, login(token))
      const next = textAt(first, 'token')
      assert.notEqual(next, token)
      for (const one of [token, next])
        assert.equal((await (await greeted()).answered(ASK.login, login(one)))['token'], undefined)
    })

    test('too many logins: the token is dropped, and the device is closed on after its hello', async () => {
      fake.settings.loginLimit = { count: 2, withinMs: 60_000 }
      const client = await greeted()
      const { qr, track } = await shown(client)
      const scan = fake.scan(own, qr)
      const token = textAt(await client.answered(ASK.loginByTrack, track), 'tokenAttrs', 'LOGIN', 'token')
      await client.answered(ASK.login, login(token))
      await scan
      await keep(RawClient.loggedIn(fake.url, token))
      await assert.rejects(RawClient.loggedIn(fake.url, token))
      await assert.rejects(RawClient.greeted(fake.url))
      fake.network.barred.delete(DEVICE_ID)
    })

    test('a second socket stands beside the first, or takes its place', async () => {
      const token = fake.issueToken(own)
      const first = await keep(RawClient.loggedIn(fake.url, token))
      await keep(RawClient.loggedIn(fake.url, token))
      assert.equal(first.closedWith, null)
      fake.settings.secondSocket = 'replaces'
      await keep(RawClient.loggedIn(fake.url, token))
      await first.closed()
    })
  })

  describe('messages', () => {
    test('a text is sent once whatever is repeated, with rising ids that tell the time, and reaches the other', async () => {
      const [one, other] = [await linked(own), await linked(peer)]
      const chat = dialog(own, peer)
      const sent = await one.answered(ASK.send, text(chat, 'hello', 1))
      const id = idAt(sent, 'message', 'id')
      assert.equal(Number(id >> 16n), Number(idAt(sent, 'message', 'time')))
      const again = await one.answered(ASK.send, text(chat, 'hello', 1))
      assert.equal(idAt(again, 'message', 'id'), id)
      const next = await one.answered(ASK.send, text(chat, 'hello again', 2))
      assert.ok(idAt(next, 'message', 'id') > id)
      await other.pushed(TELL.message, 1)
      assert.deepEqual(other.texts(), ['hello', 'hello again'])
      assert.deepEqual([one.texts(), fake.person(peer).received().length], [[], 2])
      await until(() => fake.person(peer).unacknowledged().length === 0, 'the acknowledgements')
    })

    test('the same cid on another socket is the same message', async () => {
      const token = fake.issueToken(own)
      fake.faults.cut = { of: 'request', opcode: ASK.send, when: 'after', skip: 0, times: 1 }
      const first = await keep(RawClient.loggedIn(fake.url, token))
      await assert.rejects(first.answered(ASK.send, text(dialog(own, peer), 'once', 7)))
      const second = await keep(RawClient.loggedIn(fake.url, token))
      await second.answered(ASK.send, text(dialog(own, peer), 'once', 7))
      assert.equal(fake.person(peer).received().length, 1)
    })

    test('a plain id and a floating point time are refused, and told of', async () => {
      const client = await linked(own)
      const chatId = Number(dialog(own, peer))
      await refused(
        client.answered(ASK.history, { chatId, from: 1, forward: 0, backward: 1, getMessages: true }),
        'proto.payload',
      )
      const from = new Float(1_700_000_000_000)
      const asked = { chatId: new Id(chatId), from, forward: 0, backward: 1, getMessages: true }
      await refused(client.answered(ASK.history, asked), 'proto.payload')
      assert.ok(fake.recording.complaints.some((words) => words.includes('plain integer for chatId')))
      fake.settings.refusesPlainIds = false
      await client.answered(ASK.history, { ...asked, chatId, from: 1 })
    })

    test('an answer quotes the whole message, a forward brings it, elements lie within the text', async () => {
      const client = await linked(own)
      const { id } = fake.person(peer).say(own, 'first')
      const chat = dialog(own, peer)
      const link = { type: 'REPLY', messageId: new Id(id) }
      const elements = [{ type: 'STRONG', from: 0, length: 3 }]
      const reply = await client.answered(ASK.send, text(chat, 'yes indeed', 1, { link, elements }))
      assert.equal(at(reply, 'message', 'link', 'message', 'text'), 'first')
      assert.equal(at(reply, 'message', 'elements', 0, 'type'), 'STRONG')
      const beyond = [{ type: 'STRONG', from: 8, length: 3 }]
      await refused(client.answered(ASK.send, text(chat, 'yes indeed', 2, { elements: beyond })), 'proto.payload')
      const forward = { type: 'FORWARD', messageId: new Id(id), chatId: new Id(chat) }
      const saved = await client.answered(ASK.send, text(0n, '', 3, { link: forward }))
      assert.equal(at(saved, 'message', 'link', 'message', 'text'), 'first')
    })

    test('an edit, a reaction and a removal reach the other; after seven days nothing is edited', async () => {
      const [one, other] = [await linked(own), await linked(peer)]
      const chatId = new Id(dialog(own, peer))
      const sent = await one.answered(ASK.send, text(chatId.value, 'frist', 1))
      const messageId = new Id(idAt(sent, 'message', 'id'))
      const edit = { chatId, messageId, text: 'first', elements: [], attachments: [] }
      assert.equal(at(await one.answered(ASK.edit, edit), 'message', 'status'), 'EDITED')
      assert.equal(at(await other.pushed(TELL.message, 1), 'message', 'status'), 'EDITED')
      const reaction = { reactionType: 'EMOJI', id: '👍' }
      const info = await other.answered(ASK.react, { chatId, messageId, reaction })
      assert.equal(at(info, 'reactionInfo', 'yourReaction'), '👍')
      assert.equal((await one.pushed(TELL.reactions))['totalCount'], 1)
      clock.skip(fake.settings.editableMs + 1)
      await refused(one.answered(ASK.edit, edit), 'message.edit.expired')
      await one.answered(ASK.remove, { chatId, messageIds: [messageId], forMe: false })
      assert.equal(at(await other.pushed(TELL.message, 2), 'message', 'status'), 'REMOVED')
      assert.deepEqual(fake.person(peer).messages(own), [])
    })

    test('a read mark lowers what is unread and is told to who wrote; a wrong time is told of', async () => {
      const [one, other] = [await linked(own), await linked(peer)]
      const [first, second] = ['one', 'two'].map((words) => fake.person(peer).say(own, words))
      assert.ok(first !== undefined && second !== undefined)
      const mark = { type: 'READ_MESSAGE', chatId: new Id(dialog(own, peer)), messageId: new Id(first.id) }
      assert.equal((await one.answered(ASK.mark, { ...mark, mark: first.time }))['unread'], 1)
      const told = await other.pushed(TELL.mark)
      assert.deepEqual([idAt(told, 'userId'), idAt(told, 'mark')], [idOf(own), BigInt(first.time)])
      assert.deepEqual(fake.recording.complaints, [])
      await one.answered(ASK.mark, { ...mark, mark: second.time })
      assert.equal(fake.recording.complaints.length, 1)
    })

    test('history goes back by pages', async () => {
      const client = await linked(own)
      for (let n = 1; n <= 5; n += 1) fake.person(peer).say(own, String(n))
      const asked = { chatId: new Id(dialog(own, peer)), forward: 0, backward: 3, getMessages: true }
      const page = async (from: number) => {
        const { messages } = await client.answered(ASK.history, { ...asked, from })
        return (messages as Fields[]).map((message) => ({ text: message['text'], time: Number(idAt(message, 'time')) }))
      }
      const latest = await page(clock.now() + 10_000)
      assert.deepEqual(
        latest.map((one) => one.text),
        ['3', '4', '5'],
      )
      assert.deepEqual(
        (await page(latest[0]?.time ?? 0)).map((one) => one.text),
        ['1', '2', '3'],
      )
    })

    test('typing is heard by who watches the chat', async () => {
      const [one, other] = [await linked(own), await linked(peer)]
      const chatId = new Id(dialog(own, peer))
      await one.answered(ASK.typing, { chatId })
      await other.answered(ASK.watchChat, { chatId, subscribe: true })
      await one.answered(ASK.typing, { chatId, type: 'AUDIO' })
      assert.equal((await other.pushed(TELL.typing))['type'], 'AUDIO')
      assert.equal(other.told(TELL.typing).length, 1)
      assert.equal(fake.network.typings.filter(({ from }) => from.phone === own).length, 2)
    })

    test('who is blocked is refused; nobody writes to nobody', async () => {
      const client = await linked(own)
      fake.person(peer).block(own)
      await refused(client.answered(ASK.send, text(dialog(own, peer), 'hello?', 1)), 'access.denied')
      await refused(client.answered(ASK.send, text(12_345n, 'hello?', 2)), 'chat.not.found')
      await refused(client.answered(92, {}), 'proto.opcode')
    })
  })

  describe('pushes', () => {
    test('what was not acknowledged comes again after the next login, and only that', async () => {
      const token = fake.issueToken(own)
      const first = await keep(RawClient.loggedIn(fake.url, token))
      fake.person(peer).say(own, 'taken')
      await until(() => first.texts().length === 1 && fake.person(own).unacknowledged().length === 0, 'the first')
      first.acknowledges = false
      fake.person(peer).say(own, 'lost')
      await until(() => first.texts().length === 2, 'the second')
      first.close()
      await until(
        () => [...fake.network.person(own).devices.values()].every(({ sockets }) => sockets.size === 0),
        'the end',
      )
      fake.person(peer).say(own, 'away')
      const second = await keep(RawClient.loggedIn(fake.url, token))
      await second.pushed(TELL.message)
      assert.deepEqual(second.texts(), ['lost'])
      const { chats } = await second.answered(ASK.chatsById, { chatIds: [new Id(dialog(own, peer))] })
      assert.deepEqual([at(chats, 0, 'newMessages'), at(chats, 0, 'lastMessage', 'text')], [3, 'away'])
    })

    test('all that came meanwhile is brought where the service is to be so kind', async () => {
      fake.settings.redelivers = 'all'
      const token = fake.issueToken(own)
      fake.person(peer).say(own, 'one')
      const client = await keep(RawClient.loggedIn(fake.url, token))
      await client.pushed(TELL.message)
      assert.deepEqual(client.texts(), ['one'])
    })

    test('doubled, reordered, and with numbers that wrap', async () => {
      fake.settings.firstPushSeq = 65_535
      const client = await linked(own)
      fake.faults.duplicate = true
      fake.person(peer).say(own, 'one')
      await until(() => client.texts().length === 2, 'both')
      fake.faults.duplicate = false
      fake.faults.reorder = 2
      fake.person(peer).say(own, 'two')
      fake.person(peer).say(own, 'three')
      await until(() => client.texts().length === 4, 'the others')
      assert.deepEqual(client.texts(), ['one', 'one', 'three', 'two'])
      assert.deepEqual(
        client.pushes.map(({ seq }) => seq),
        [65_535, 65_535, 1, 0],
      )
    })

    test('a socket is broken off at a step', async () => {
      for (const when of ['before', 'after'] as const) {
        const client = await linked(own)
        fake.faults.cut = { of: 'push', opcode: TELL.message, when, skip: 0, times: 1, phone: own }
        fake.person(peer).say(own, when)
        await client.closed()
        assert.equal(client.texts().length, when === 'before' ? 0 : 1)
      }
      fake.faults.cut = { of: 'request', opcode: ASK.init, when: 'before', skip: 0, times: 1 }
      await assert.rejects(RawClient.greeted(fake.url))
    })

    test('frames can be spoilt in every way', async () => {
      const client = await linked(own)
      for (const how of ['zstd', 'noise', 'short', 'text', 'bomb'] as const) {
        fake.faults.spoil = { how, times: 1 }
        fake.person(peer).say(own, how)
      }
      await until(() => client.unreadable.length === 5, 'all of them')
      fake.person(peer).say(own, 'whole')
      await client.pushed(TELL.message)
      assert.deepEqual(client.texts(), ['whole'])
    })

    test('the server asks who is there, and closes on who is silent', async () => {
      Object.assign(fake.settings, { pingMs: 20, idleMs: 100 })
      const client = await linked(own)
      await client.pushed(TELL.ping)
      client.acknowledges = false
      await client.closed()
    })

    test('requests are refused, unanswered or late as a test asks', async () => {
      const client = await linked(own)
      fake.faults.refusals.set(ASK.send, { code: 'too.many.requests', times: 1, phone: own })
      await refused(client.answered(ASK.send, text(dialog(own, peer), 'one', 1)), 'too.many.requests')
      fake.faults.silences.set(ASK.send, { times: 1 })
      const silent = client.ask(ASK.send, text(dialog(own, peer), 'two', 2))
      fake.faults.delays.set(ASK.presence, 30)
      const late = client.answered(ASK.presence, { contactIds: [] })
      assert.equal(await Promise.race([silent.then(() => 'answered'), late.then(() => 'late')]), 'late')
      assert.deepEqual(
        fake
          .person(peer)
          .received()
          .map(({ text: words }) => words),
        ['two'],
      )
    })

    test('frames of clients that the real one would not send are told of', async () => {
      const client = await linked(own)
      client.seq += 1
      await client.answered(ASK.ping, { interactive: false })
      client.send(encodeFrame({ cmd: 1, seq: 400, opcode: TELL.message }))
      client.send(Buffer.from('0a0200', 'hex'))
      await client.closed()
      assert.equal(fake.recording.complaints.length, 4)
    })
  })
})
