// Truth: what people's phones sent and got, what integrators were told and answered, while the server is killed again and again.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import Type from 'typebox'
import { engineIsInstalled } from '../../src/drivers/whatsapp/engine/load.ts'
import { until } from '../../src/lib/until.ts'
import { eventually, listIn } from '../support/road.ts'
import { FakeProcess } from '../support/fake-process.ts'
import { outcomesOf, tally, toldTwice, untold, watched, type Subject } from '../support/outcomes.ts'
import { type Gateway, MESSAGE_WEBHOOKS, startGateway } from './support/gateway.ts'
import { Sender } from '../support/sender.ts'
import { Poller, type Witness } from '../support/witness.ts'

const skip = engineIsInstalled() ? false : 'the WhatsApp engine is not installed'

/** How many messages come in while the server is killed; the figure is 10,000. */
const MESSAGES = Number(process.env['JADEGATE_KILL_MESSAGES'] ?? 900)
const PER_SECOND = 60
const LIFE_MS = 1_000
const SEND_EVERY_MS = 400
const REST_MS = 60_000
/** A send whose verdict is lost for good is told so after that; a receipt that comes proves it before. */
const UNSURE = { JADEGATE_UNSURE_MS: '5000', JADEGATE_UNSURE_HOLD_MS: '500' }

const PEERS = ['79002200001', '79002200002', '79002200003', '79002200004', '79002200005']
const PHONES = ['79002200011', '79002200012']

/** One for each moment after the linking at which the server is killed first; half of them have their past on the media servers. */
const PAST_PHONES = ['79002200021', '79002200022', '79002200023', '79002200024']
const PAST_MESSAGES = 400
const FIRST_KILL_MS = 40
/** What was said in the second of the linking counts as said after it. */
const BEFORE_MS = 1_100

const FloodNews = Type.Object({
  ...{ id: Type.Integer(), sent: Type.Integer(), endedAt: Type.Union([Type.Null(), Type.Number()]) },
  troubles: Type.Array(Type.String()),
})
const Said = Type.Object({ id: Type.String() })
const Ids = Type.Array(Type.String())
const Texts = Type.Array(Type.Object({ id: Type.String(), text: Type.String() }))
const Statistics = Type.Object({
  unacknowledged: Type.Integer(),
  troubles: Type.Array(Type.String()),
  phones: Type.Object({ unreadable: Type.Integer(), retriesAnswered: Type.Integer() }),
})

describe('a server that is killed every second', { skip, timeout: 120_000 + MESSAGES * 400 }, () => {
  let fake: FakeProcess
  let gateway: Gateway

  before(async () => {
    fake = await FakeProcess.start('whatsapp')
    gateway = await startGateway(fake, UNSURE)
    for (const phone of [...PEERS, ...PHONES]) await fake.tell('/accounts', { phone, settings: { keeps: 100_000 } })
  })
  after(async () => {
    await gateway.close()
    await fake.close()
  })

  async function subjects(): Promise<Subject[]> {
    const made: Subject[] = []
    for (const [index, phone] of PHONES.entries()) {
      const { id: past } = await fake.ask(Said, 'POST', '/say', {
        from: PEERS[0] ?? '',
        to: phone,
        text: 'of the past',
      })
      const instance = await watched(gateway, index > 0, (webhook) =>
        gateway.link(fake.scan, phone, { ...MESSAGE_WEBHOOKS, ...webhook }),
      )
      // The phone tells its past once: what is said from here on comes by itself.
      await eventually(async () => {
        const rows = listIn(await gateway.on(instance.made, 'GET', 'lastIncomingMessages'))
        return rows.some(({ idMessage }) => idMessage === past)
      }, 'the past')
      made.push({ ...instance, phone, sender: new Sender(gateway, instance.made, PEERS, SEND_EVERY_MS) })
    }
    return made
  }

  async function killUntil(isOver: () => Promise<boolean>): Promise<number> {
    for (let kills = 0; ; kills += 1) {
      if (await isOver()) return kills
      await sleep(LIFE_MS)
      assert.deepEqual(await gateway.kill(), [], 'it complained of nothing')
      await gateway.start()
    }
  }

  async function saidTo(phone: string): Promise<readonly string[]> {
    const flood = { from: PEERS[0] ?? '', to: phone, count: PAST_MESSAGES, perSecond: 0 }
    const { id } = await fake.ask(FloodNews, 'POST', '/flood', flood)
    await until(async () => (await fake.ask(FloodNews, 'GET', `/flood?id=${String(id)}`)).endedAt !== null, 'the past')
    await sleep(BEFORE_MS)
    return await fake.ask(Ids, 'GET', `/flood/ids?id=${String(id)}`)
  }

  test('has all of the past that phones tell meanwhile, and tells nobody of it', async () => {
    const witnesses: Witness[] = []
    for (const [index, phone] of PAST_PHONES.entries()) {
      const history = { isInline: index % 2 === 0, messagesPerChat: PAST_MESSAGES }
      await fake.tell('/accounts', { phone, history, settings: { keeps: 100_000 } })
      const said = await saidTo(phone)
      const made = await gateway.link(fake.scan, phone, MESSAGE_WEBHOOKS)
      witnesses.push(new Poller(gateway, made))
      for (const lifeMs of [index * FIRST_KILL_MS, LIFE_MS]) {
        await sleep(lifeMs)
        assert.deepEqual(await gateway.kill(), [], 'it complained of nothing')
        await gateway.start()
      }
      const chat = { chatId: `${String(PEERS[0])}@c.us`, count: PAST_MESSAGES * 2 }
      const kept = async () =>
        listIn(await gateway.on(made, 'POST', 'getChatHistory', chat)).map(({ idMessage }) => String(idMessage))
      await until(async () => (await kept()).length >= said.length, `the past of ${phone}`, REST_MS).catch(
        () => undefined,
      )
      assert.deepEqual((await kept()).sort(), [...said].sort(), 'all of it, each once')
    }
    await Promise.all(witnesses.map((witness) => witness.stop()))
    assert.deepEqual(
      witnesses.flatMap(({ notices }) => notices),
      [],
      'nobody is told',
    )
  })

  test('loses nothing, tells nothing twice, leaves nothing unsaid', async (t) => {
    const all = await subjects()
    t.after(() => Promise.all(all.flatMap(({ witness, sender }) => [witness.stop(), sender.stop()])))
    const { id } = await fake.ask(FloodNews, 'POST', '/flood', {
      ...{ from: PEERS, to: PHONES, count: MESSAGES, perSecond: PER_SECOND },
    })
    const kills = await killUntil(async () => {
      const { endedAt } = await fake.ask(FloodNews, 'GET', `/flood?id=${String(id)}`)
      return endedAt !== null
    })
    await Promise.all(all.map(({ sender }) => sender.stop()))
    const said = await fake.ask(Ids, 'GET', `/flood/ids?id=${String(id)}`)
    assert.equal(said.length, MESSAGES)

    assert.deepEqual(await untold(all, said, REST_MS), [], 'nothing is lost')

    const outcomes = await Promise.all(all.map((subject) => outcomesOf(gateway, subject, REST_MS)))
    const isHonest = /^(sent|delivered|read|unconfirmed)$/
    assert.deepEqual(
      outcomes.flat().filter((outcome) => !isHonest.test(outcome)),
      [],
      'every send ends honestly',
    )
    for (const { witness, made } of all) {
      assert.deepEqual(toldTwice(witness), [], `told twice by ${String(made.idInstance)}`)
      assert.ok(witness.repeats <= kills, 'a kill loses at most one answer')
      assert.ok(!witness.bodies.some((body) => body.includes('{{SWE001}}')), 'everything could be read')
    }

    const seen = await Promise.all(PEERS.map((phone) => fake.ask(Texts, 'GET', `/received?phone=${phone}`)))
    const times = tally(seen.flat().map(({ text }) => text))
    const several = Object.entries(times).filter(([, count]) => count > 1)
    assert.deepEqual(several, [], 'a phone got it once')
    const byId = new Map(seen.flat().map(({ id: seenId, text }) => [seenId, text]))
    for (const [index, { sender }] of all.entries()) {
      for (const [nth, send] of sender.acknowledged.entries()) {
        const outcome = outcomes[index]?.[nth] ?? ''
        const wanted = outcome === 'unconfirmed' ? [undefined, send.text] : [send.text]
        assert.ok(wanted.includes(byId.get(send.id)), `${send.text} is ${outcome}`)
      }
    }
    const statistics = await until(
      async () => {
        const now = await fake.ask(Statistics, 'GET', '/statistics')
        return now.unacknowledged === 0 && now
      },
      'everything is acknowledged',
      REST_MS,
    )
    assert.deepEqual([statistics.phones.unreadable, statistics.troubles], [0, []], 'the phones could read everything')
    t.diagnostic(
      JSON.stringify({
        ...{ kills, messages: said.length, retriesAnswered: statistics.phones.retriesAnswered },
        ...{ sends: outcomes.flat().length, outcomes: tally(outcomes.flat()) },
        ...{ unanswered: all.map(({ sender }) => sender.sends.length - sender.acknowledged.length) },
        repeats: all.map(({ witness }) => witness.repeats),
      }),
    )
  })
})
