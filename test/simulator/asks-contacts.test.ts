// Truth: what a linked device learns of persons and does to its account's address book, on each messenger.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Messenger } from '../../src/model/messenger.ts'
import type { AnswerOf, AskName } from '../../src/simulator/asks.ts'
import { until } from '../../src/lib/until.ts'
import { answerTo, faultOf } from '../support/link-questions.ts'
import { ask, call, NetworkBench, type RawProcess } from '../support/simulated-network.ts'

const OWN = '79005553001'
const PEER = '79005553002'
const NOBODY = '79005550000'
const JPEG = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(64, 7)])

let bench: NetworkBench
let server: RawProcess
let channel: number
beforeEach(async () => {
  bench = new NetworkBench()
  await bench.setUp()
  server = await bench.connect()
})
afterEach(() => bench.tearDown())

async function linked(messenger: Messenger): Promise<void> {
  channel = (await server.link(bench.url, OWN, messenger)).channel
}

function answer<Name extends AskName>(name: Name, value: object): Promise<AnswerOf<Name>> {
  return answerTo(server, channel, name, value)
}

function fault(name: AskName, value: object): Promise<string> {
  return faultOf(server, channel, name, value)
}

function account(phoneNumber: string, messenger: Messenger, more: object) {
  return ask(bench.url, 'POST', 'phones', { phoneNumber, messenger, ...more })
}

async function addressOf(phone: string): Promise<string> {
  const found = await answer('contacts.find', { phone })
  assert.ok(found !== null)
  return found.address
}

const named = (chat: string, firstName: string, lastName = '') => ({
  chat,
  firstName,
  lastName,
  saveInAddressbook: true,
})

describe('finding', () => {
  test('WhatsApp: by number or by chat, with the address that tells the number', async () => {
    await linked('whatsapp')
    const found = { address: PEER, phoneAddress: PEER, phone: PEER, username: '' }
    assert.deepEqual(await answer('contacts.find', { phone: PEER }), found)
    assert.deepEqual(await answer('contacts.find', { chat: PEER }), found)
    assert.equal(await answer('contacts.find', { phone: NOBODY }), null)
    assert.equal(await answer('contacts.find', { chat: '111111111111111@lid' }), null)
    assert.equal(await fault('contacts.find', { phone: '12' }), 'invalid')
    assert.equal(await fault('contacts.find', {}), 'invalid')
  })

  test('looking for a number that nobody has makes no phone', async () => {
    await linked('whatsapp')
    await answer('contacts.find', { phone: NOBODY })
    const { list } = await ask(bench.url, 'GET', 'phones')
    assert.deepEqual(
      list.map((one) => one['phoneNumber']),
      [OWN],
    )
  })

  test('MAX: by the numbers that it serves, found as a user id', async () => {
    await linked('v3')
    const found = await answer('contacts.find', { phone: PEER })
    assert.ok(found !== null)
    assert.match(found.address, /^1\d{7}$/)
    assert.equal(found.phoneAddress, null)
    assert.deepEqual(await answer('contacts.find', { chat: found.address }), found)
    assert.deepEqual(await answer('contacts.find', { chat: `+${PEER}` }), found)
    assert.ok((await answer('contacts.find', { phone: '375291234567' })) !== null)
    assert.equal(await fault('contacts.find', { phone: '4915112345678' }), 'invalid')
  })

  test('Telegram: by username in any case; a hidden number is not told, unless it was asked for', async () => {
    await linked('telegram')
    await account(PEER, 'telegram', { username: '@Some_Body', hidesNumber: true })
    const found = await answer('contacts.find', { username: '@some_body' })
    assert.deepEqual([found?.username, found?.phone], ['some_body', ''])
    assert.equal((await answer('contacts.find', { phone: PEER }))?.phone, PEER)
    assert.equal(await answer('contacts.find', { username: 'nobody' }), null)
    const taken = await call(bench.url, 'POST', 'phones', {
      phoneNumber: OWN,
      messenger: 'telegram',
      username: 'SOME_body',
    })
    assert.equal(taken.status, 400)
  })
})

describe('the address book', () => {
  for (const messenger of ['whatsapp', 'v3', 'telegram'] as const)
    test(`${messenger}: a person is added once, renamed, listed and removed`, async () => {
      await linked(messenger)
      const chat = await addressOf(PEER)
      assert.equal(await fault('contacts.edit', named(chat, 'Early')), 'notFound')
      assert.equal(await answer('contacts.add', named(chat, 'Ann', 'Bee')), null)
      assert.equal(await fault('contacts.add', named(chat, 'Ann')), 'conflict')
      assert.equal(await answer('contacts.edit', named(chat, 'Cid')), null)
      const [only, ...more] = await answer('contacts.list', {})
      assert.deepEqual([only?.address, only?.contactName, only?.type, only?.phone], [chat, 'Cid', 'user', PEER])
      assert.equal(more.length, 0)
      assert.equal(await answer('contacts.remove', { chat }), null)
      assert.deepEqual(await answer('contacts.list', {}), [])
      assert.equal(await fault('contacts.remove', { chat }), 'notFound')
    })

  test('a number without an account and a group can’t be added', async () => {
    await linked('whatsapp')
    assert.equal(await fault('contacts.add', named(NOBODY, 'No')), 'noAccount')
    assert.equal(await fault('contacts.add', named('120363000000000001@g.us', 'No')), 'invalid')
    assert.equal(await fault('contacts.add', { chat: PEER }), 'invalid', 'half a question')
  })

  test('who writes is known by a chat, and a group by its name; the phone’s own entries count', async () => {
    await linked('whatsapp')
    await ask(bench.url, 'POST', 'messages', { from: PEER, to: OWN, text: 'hello' })
    const booked = '79005553003'
    await ask(bench.url, 'POST', 'contacts', { owner: OWN, phoneNumber: booked, firstName: 'Zoe', lastName: 'Y' })
    await ask(bench.url, 'POST', 'groups', { by: PEER, name: 'Us', members: [OWN], messenger: 'whatsapp' })
    const contacts = await answer('contacts.list', {})
    assert.deepEqual(
      contacts.map(({ contactName, type }) => [contactName, type]),
      [
        ['Zoe Y', 'user'],
        ['', 'user'],
        ['', 'group'],
      ],
    )
    assert.equal(contacts[2]?.name, 'Us')
    const { list } = await ask(bench.url, 'GET', `contacts?owner=${OWN}`)
    assert.equal(list[0]?.['phoneNumber'], booked)
    const gone = await ask(bench.url, 'DELETE', `contacts?owner=${OWN}&phoneNumber=${booked}`)
    assert.equal(gone.body['removed'], 1)
    assert.equal((await answer('contacts.list', {})).length, 2)
  })

  test('it outlives a restart of the network', async () => {
    const { keys, channel: first } = await server.link(bench.url, OWN)
    channel = first
    await answer('contacts.add', named(PEER, 'Ann'))
    bench.keepAddress()
    await bench.stop()
    await bench.start()
    server = await bench.connect()
    channel = await server.open(keys)
    assert.equal((await answer('contacts.list', {}))[0]?.contactName, 'Ann')
  })
})

describe('what is told of a person', () => {
  test('a business, its catalogue, and how the chat is kept', async () => {
    await linked('whatsapp')
    const product = {
      id: 'p1',
      name: 'Tea',
      description: '',
      price: '3.50',
      imageUrl: '',
      isAvailable: true,
      isHidden: false,
    }
    const business = { isBusiness: true, email: 'a@b.example', category: 'Shop', description: 'Tea and more' }
    await account(PEER, 'whatsapp', { ...business, name: 'Tea Ltd', products: [product], lastSeen: 1_700_000_000_000 })
    await answer('contacts.add', named(PEER, 'Tea'))
    await answer('chats.ephemeral', { chat: PEER, seconds: 86_400 })
    const info = await answer('contacts.info', { chat: PEER })
    assert.deepEqual(info, {
      ...{ address: PEER, name: 'Tea Ltd', contactName: 'Tea', type: 'user', phone: PEER, picture: null },
      ...{ ...business, lastSeen: 1_700_000_000_000, products: [product] },
      ...{ isArchived: false, isMuted: false, mutedUntil: null, ephemeralS: 86_400 },
    })
  })

  test('nothing is known of an account of which nothing was said', async () => {
    await linked('telegram')
    const info = await answer('contacts.info', { chat: await addressOf(PEER) })
    assert.deepEqual(
      [info.email, info.category, info.products, info.lastSeen, info.isBusiness],
      ['', '', [], null, false],
    )
  })

  test('a group has no such card, and neither has nobody', async () => {
    await linked('whatsapp')
    assert.equal(await fault('contacts.info', { chat: '120363000000000001@g.us' }), 'invalid')
    assert.equal(await fault('contacts.info', { chat: NOBODY }), 'noAccount')
  })

  test('presence: a device shows its account as online, until it says otherwise or is gone', async () => {
    await linked('whatsapp')
    const other = await server.link(bench.url, PEER)
    const presence = (isOnline: boolean) => server.ask(other.channel, 'profile.presence', { isOnline })
    const lastSeen = async () => (await answer('contacts.info', { chat: PEER })).lastSeen
    assert.equal(await lastSeen(), null)
    await presence(true)
    bench.clock.skip(60_000)
    const [shown] = (await ask(bench.url, 'GET', `phones?phone=${PEER}`)).list
    assert.equal(shown?.['isPresent'], true)
    assert.ok(Math.abs(((await lastSeen()) ?? 0) - bench.clock.now()) < 2_000)
    await presence(false)
    bench.clock.skip(60_000)
    assert.ok(((await lastSeen()) ?? 0) < bench.clock.now() - 50_000)
    await presence(true)
    server.tell({ t: 'close', channel: other.channel })
    const isPresent = async () => (await ask(bench.url, 'GET', `phones?phone=${PEER}`)).list[0]?.['isPresent']
    assert.equal(await isPresent(), false)
    await account(PEER, 'whatsapp', { hidesLastSeen: true })
    assert.equal(await lastSeen(), null)
  })
})

describe('pictures', () => {
  async function pictured(phoneNumber: string, more = {}) {
    const { body } = await ask(bench.url, 'POST', 'pictures', {
      phoneNumber,
      picture: JPEG.toString('base64'),
      ...more,
    })
    return body['picture']
  }

  test('another’s is shown, hidden, or not there', async () => {
    await linked('whatsapp')
    assert.deepEqual(await answer('contacts.picture', { chat: PEER }), { kind: 'none' })
    const file = await pictured(PEER)
    assert.deepEqual(await answer('contacts.picture', { chat: PEER }), { kind: 'shown', file })
    assert.deepEqual((await answer('contacts.info', { chat: PEER })).picture, file)
    await account(PEER, 'whatsapp', { hidesPicture: true })
    assert.deepEqual(await answer('contacts.picture', { chat: PEER }), { kind: 'hidden' })
    assert.equal((await answer('contacts.info', { chat: PEER })).picture, null)
    assert.deepEqual(await answer('contacts.picture', { chat: NOBODY }), { kind: 'none' })
  })

  test('the own one is set from what was uploaded, once in ten seconds', async () => {
    await linked('whatsapp')
    await account(OWN, 'whatsapp', { hidesPicture: true })
    assert.deepEqual(await answer('profile.picture', {}), { kind: 'none' })
    const missing = { sha256: 'a'.repeat(64), size: 1 }
    assert.equal(await fault('profile.setPicture', { file: missing }), 'notFound')
    const file = await pictured(PEER)
    assert.ok(typeof file === 'object' && file !== null)
    assert.equal(await answer('profile.setPicture', { file }), null)
    assert.deepEqual(await answer('profile.picture', {}), { kind: 'shown', file })
    assert.deepEqual(
      await answer('contacts.picture', { chat: OWN }),
      { kind: 'shown', file },
      'it hides nothing from itself',
    )
    assert.equal(await fault('profile.setPicture', { file }), 'rateLimited')
    bench.clock.skip(10_000)
    assert.equal(await answer('profile.setPicture', { file }), null)
  })

  test('it is kept as long as it is shown, unlike a file that nobody sends any more', async () => {
    await linked('whatsapp')
    const file = (await pictured(PEER)) as { sha256: string }
    const forgotten = await fetch(`${bench.url}/simulator/files`, { method: 'POST', body: 'forgotten' })
    const { sha256 } = (await forgotten.json()) as { sha256: string }
    const status = async (name: string) => (await fetch(`${bench.url}/simulator/files/${name}`)).status
    assert.equal(await status(sha256), 200)
    bench.clock.skip(31 * 86_400_000)
    await until(async () => (await status(sha256)) === 404, 'the other file to go')
    assert.equal(await status(file.sha256), 200)
  })

  test('only a JPEG is a picture, and it can be taken away', async () => {
    await linked('whatsapp')
    const text = { phoneNumber: PEER, picture: Buffer.from('no picture').toString('base64') }
    assert.equal((await call(bench.url, 'POST', 'pictures', text)).status, 400)
    await pictured(PEER)
    await ask(bench.url, 'POST', 'pictures', { phoneNumber: PEER, picture: null })
    assert.deepEqual(await answer('contacts.picture', { chat: PEER }), { kind: 'none' })
  })

  test('a group’s is its members’ to see', async () => {
    await linked('whatsapp')
    const others = { by: PEER, name: 'Others', members: ['79005553003'], messenger: 'whatsapp' }
    const foreign = (await ask(bench.url, 'POST', 'groups', others)).body['group']
    assert.equal(await fault('contacts.picture', { chat: String(foreign) }), 'notFound')
    const own = (await ask(bench.url, 'POST', 'groups', { ...others, members: [OWN] })).body['group']
    assert.deepEqual(await answer('contacts.picture', { chat: String(own) }), { kind: 'none' })
    const file = await pictured(PEER, { group: own })
    assert.deepEqual(await answer('contacts.picture', { chat: String(own) }), { kind: 'shown', file })
  })
})
