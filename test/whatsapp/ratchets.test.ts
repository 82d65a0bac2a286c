// Truth: what two sides of a conversation wrote is read by both, each once, whatever the store does and whenever the process ends.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { engineIsInstalled } from '../../src/drivers/whatsapp/engine/load.ts'
import { until } from '../../src/lib/until.ts'
import { trustFakeWhatsApp } from '../fakes/whatsapp/trust.ts'
import { startWorld, type World } from '../fakes/whatsapp/world.ts'
import { BareSession, type BareOptions } from './bare-session.ts'

const skip = engineIsInstalled() ? false : 'the WhatsApp engine is not installed'
const BOTH_WAYS = 60
const SLOW_MS = 10

describe('the ratchets of a session', { skip, timeout: 120_000 }, () => {
  let world: World
  let distrust: () => void
  let nextPhone = 79_100_000_000
  const sessions: BareSession[] = []

  before(async () => {
    world = await startWorld()
    distrust = await trustFakeWhatsApp(world.fake)
  })
  afterEach(async () => {
    await Promise.all(sessions.splice(0).map((session) => session.close()))
  })
  after(async () => {
    await world.close()
    distrust()
  })

  const person = () => world.person(String((nextPhone += 1))).phone
  async function linked(options: BareOptions = {}): Promise<BareSession> {
    const session = new BareSession(world, person(), options)
    sessions.push(session)
    await session.link()
    return session
  }
  const jidOf = (phone: string) => `${phone}@s.whatsapp.net`
  const receiptsOf = (session: BareSession) =>
    [...world.person(session.phone).devices.values()].flatMap(({ unacknowledged }) => unacknowledged)

  test('both sides write at once with a slow store, and nothing is undecryptable', async () => {
    const session = await linked({ commitMs: SLOW_MS })
    const peer = person()
    const phone = world.phone(peer)
    await session.say(jidOf(peer), 'hello')
    await phone.say(session.phone, 'hello')
    const numbers = Array.from({ length: BOTH_WAYS }, (_none, index) => String(index))
    await Promise.all([
      ...numbers.map((number) => session.say(jidOf(peer), `out ${number}`)),
      (async () => {
        for (const number of numbers) await phone.say(session.phone, `in ${number}`)
      })(),
    ])
    await until(() => session.texts().length > BOTH_WAYS, 'everything that came in', 20_000)
    await until(() => phone.tally.received > BOTH_WAYS, 'everything that went out', 20_000)

    assert.deepEqual(session.texts().sort(), ['hello', ...numbers.map((number) => `in ${number}`)].sort())
    const seen = phone.messages(session.phone).filter(({ isOwn }) => !isOwn)
    const texts = seen.map(({ content }) => (content.kind === 'text' ? content.text : content.kind))
    assert.deepEqual(texts.sort(), ['hello', ...numbers.map((number) => `out ${number}`)].sort())
    assert.deepEqual(
      { ...phone.tally, sent: 0 },
      { ...phone.tally, sent: 0, unreadable: 0, retriesAsked: 0, retriesAnswered: 0 },
    )
    assert.deepEqual(session.undecrypted, [])
  })

  test('a commit that fails acknowledges nothing; the message comes again and is kept once', async () => {
    const session = await linked()
    const phone = world.phone(person())
    await phone.say(session.phone, 'first')
    await until(() => session.texts().length === 1, 'the first message')
    await until(() => receiptsOf(session).length === 0, 'its receipt')
    const before = world.statistics.summary()
    session.rejections = 1
    const id = await phone.say(session.phone, 'second')
    await session.ended()

    assert.equal(session.failures.length, 1)
    assert.match(session.failures[0] ?? '', /the disk is full/)
    assert.deepEqual(session.texts(), ['first'])
    assert.deepEqual(
      receiptsOf(session).map(({ attrs }) => attrs['id']),
      [id],
      'it is still to be brought',
    )
    assert.deepEqual(world.statistics.summary().stanzas, before.stanzas, 'nothing left the device')

    await session.close()
    await session.open()
    await until(() => session.texts().length === 2, 'the second message')
    await until(() => receiptsOf(session).length === 0, 'its receipt')
    assert.deepEqual(session.texts(), ['first', 'second'])
    assert.deepEqual(session.undecrypted, [])
  })

  test('a message leaves only when its ratchet step is kept: the next life does not use its key again', async () => {
    const session = await linked({ commitMs: SLOW_MS })
    const peer = person()
    const phone = world.phone(peer)
    await session.say(jidOf(peer), 'one')
    await phone.sees(({ content }) => content.kind === 'text' && content.text === 'one')
    session.rejections = 1
    await assert.rejects(session.say(jidOf(peer), 'never kept'))
    await session.close()
    await session.open()
    await session.say(jidOf(peer), 'two')
    await phone.sees(({ content }) => content.kind === 'text' && content.text === 'two')

    const seen = phone.messages(session.phone).map(({ content }) => (content.kind === 'text' ? content.text : ''))
    assert.deepEqual(seen, ['one', 'two'])
    assert.equal(phone.tally.unreadable, 0)
  })

  test('the key of a group is kept by the commit of the message that brings it', async () => {
    const session = await linked()
    const [peer, other] = [person(), person()]
    const phone = world.phone(peer)
    const group = world.groups.create(world.person(peer), 'Friends', [session.phone, other])
    const begun = session.host.changes.length
    await phone.say(group.id, 'first')
    await until(() => session.texts().length === 1, 'the first message')
    await until(() => receiptsOf(session).length === 0, 'its receipt')

    const commits = session.host.changes.slice(begun).map(({ secrets }) => [...(secrets?.keys() ?? [])].join(' '))
    const opening = commits.filter((names) => names.includes('pre-key|'))
    assert.equal(opening.length, 1)
    assert.match(opening[0] ?? '', /session\|.*sender-key\|/, 'with the step of the ratchet that opened it')
    const [name = ''] = [...session.host.kept.keys()].filter((kept) => kept.startsWith('sender-key|'))
    const record: unknown = JSON.parse(
      Buffer.from(session.host.kept.get(name) ?? []).toString(),
      session.engine.json.reviver,
    )
    assert.ok(record instanceof Uint8Array)
    const states: unknown = JSON.parse(Buffer.from(record).toString())
    assert.ok(Array.isArray(states) && states.length === 1, 'and once')

    await session.crash()
    await session.open()
    await phone.say(group.id, 'second')
    await until(() => session.texts().length === 2, 'the second message')
    assert.deepEqual(session.undecrypted, [])
  })

  test('a reader that fails loses nothing: what was decrypted is kept aside and acknowledged', async () => {
    const session = await linked()
    const phone = world.phone(person())
    session.read = () => Promise.reject(new TypeError('a mistake of ours'))
    const id = await phone.say(session.phone, 'hard to read')
    await until(() => session.host.kept.has(`unread|${id}`), 'the note')
    await until(() => receiptsOf(session).length === 0, 'its receipt')

    const kept: unknown = JSON.parse(Buffer.from(session.host.kept.get(`unread|${id}`) ?? []).toString())
    assert.ok(typeof kept === 'object' && kept !== null && 'plain' in kept && typeof kept.plain === 'string')
    const message = session.engine.proto.Message.decode(Buffer.from(kept.plain, 'base64'))
    assert.equal(message.conversation ?? message.extendedTextMessage?.text, 'hard to read')
    assert.deepEqual(session.texts(), [])
    assert.deepEqual(session.failures, [])
  })

  test('two sessions of this process that write to each other read everything', async () => {
    const [one, other] = await Promise.all([linked({ commitMs: 3 }), linked({ commitMs: 3 })])
    const numbers = Array.from({ length: 20 }, (_none, index) => `number ${String(index)}`)
    await Promise.all([
      ...numbers.map((text) => one.say(jidOf(other.phone), text)),
      ...numbers.map((text) => other.say(jidOf(one.phone), text)),
    ])
    await until(() => one.texts().length >= numbers.length && other.texts().length >= numbers.length, 'all', 20_000)

    assert.deepEqual(one.texts().sort(), [...numbers].sort())
    assert.deepEqual(other.texts().sort(), [...numbers].sort())
    assert.deepEqual([...one.undecrypted, ...other.undecrypted], [])
  })
})
