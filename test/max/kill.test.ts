// Truth: what people's phones sent and got, what integrators were told and answered, while the server is killed again and again.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import Type from 'typebox'
import { until } from '../../src/lib/until.ts'
import { FakeProcess } from '../support/fake-process.ts'
import { MESSAGE_WEBHOOKS, type LiveGateway } from '../support/live-gateway.ts'
import { outcomesOf, tally, toldTwice, untold, watched, type Subject } from '../support/outcomes.ts'
import { Sender } from '../support/sender.ts'
import { startGateway } from './support/gateway.ts'

/** How often the server is killed. */
const KILLS = Number(process.env['JADEGATE_MAX_KILLS'] ?? 5)
/** Said to each instance at once, before each kill and after it. */
const BURST = 20
/** So long after that the server is killed: with some of it on its way in, some half kept, some of it told, or while it still logs in. */
const MOMENTS_MS = [15, 700, 40, 100, 300]
const SEND_EVERY_MS = 150
const REST_MS = 60_000
/** A send whose verdict is lost for good is told so after that. */
const UNSURE = { JADEGATE_UNSURE_MS: '5000', JADEGATE_UNSURE_HOLD_MS: '500' }

const PEERS = ['79002300001', '79002300002', '79002300003', '79002300004']
const PHONES = ['79002300011', '79002300012']

const Ids = Type.Object({ ids: Type.Array(Type.String()) })
const Texts = Type.Array(Type.Object({ id: Type.String(), text: Type.String() }))
const Words = Type.Array(Type.String())

describe('a server that is killed', { timeout: 120_000 + KILLS * 10_000 }, () => {
  let fake: FakeProcess
  let gateway: LiveGateway
  const said: string[] = []

  before(async () => {
    fake = await FakeProcess.start('max')
    const often = { count: 1_000_000, withinMs: 1_000 }
    await fake.tell('/settings', { pollingMs: 1_000, loginLimit: often, lookUpLimit: often })
    for (const phone of [...PEERS, ...PHONES]) await fake.tell('/person', { phone })
    gateway = await startGateway(fake, UNSURE)
  })
  after(async () => {
    await gateway.close()
    await fake.close()
  })

  async function subjects(): Promise<Subject[]> {
    const made: Subject[] = []
    for (const [index, phone] of PHONES.entries()) {
      const instance = await watched(gateway, index > 0, (webhook) =>
        gateway.link(fake.scan, phone, { ...MESSAGE_WEBHOOKS, ...webhook, typeInstance: 'v3' }),
      )
      made.push({ ...instance, phone, sender: new Sender(gateway, instance.made, PEERS, SEND_EVERY_MS) })
    }
    return made
  }

  /** Everybody says something to every instance, all at once. */
  async function talk(turn: string): Promise<void> {
    for (const to of PHONES) {
      const flood = { from: PEERS, to, count: BURST, text: `${turn} to ${to}` }
      said.push(...(await fake.ask(Ids, 'POST', '/flood', flood)).ids)
    }
  }

  /** Of its lives every second one lasts until some sends were taken, the others begin and end in the same rush. */
  async function killAgainAndAgain(all: readonly Subject[]): Promise<void> {
    const taken = () => Math.min(...all.map(({ sender }) => sender.acknowledged.length))
    for (let kills = 0; kills < KILLS; kills += 1) {
      const before = taken()
      if (kills % 2 === 0) await until(() => taken() >= before + 3, 'sends are taken', REST_MS)
      await talk(`turn ${String(kills)}`)
      await sleep(MOMENTS_MS[kills % MOMENTS_MS.length] ?? 0)
      assert.deepEqual(await gateway.kill(), [], 'it complained of nothing')
      await talk(`in the dark of turn ${String(kills)}`)
      await gateway.start()
    }
    await talk('at last')
  }

  test('loses nothing, tells nothing twice, leaves nothing unsaid', async (t) => {
    const all = await subjects()
    t.after(() => Promise.all(all.flatMap(({ witness, sender }) => [witness.stop(), sender.stop()])))
    await killAgainAndAgain(all)
    await Promise.all(all.map(({ sender }) => sender.stop()))

    assert.deepEqual(await untold(all, said, REST_MS), [], 'nothing is lost')

    const outcomes = await Promise.all(all.map((subject) => outcomesOf(gateway, subject, REST_MS)))
    const dishonest = outcomes.flat().filter((outcome) => !/^(delivered|read|unconfirmed)$/.test(outcome))
    assert.deepEqual(dishonest, [], 'every send ends honestly')
    for (const { witness, made } of all) {
      assert.deepEqual(toldTwice(witness), [], `told twice by ${String(made.idInstance)}`)
      assert.ok(witness.repeats <= KILLS, 'a kill loses at most one answer')
    }

    const seen = await Promise.all(PEERS.map((phone) => fake.ask(Texts, 'GET', `/received?phone=${phone}`)))
    const times = tally(seen.flat().map(({ text }) => text))
    const several = Object.entries(times).filter(([, count]) => count > 1)
    assert.deepEqual(several, [], 'a phone got it once')
    for (const [index, { sender }] of all.entries()) {
      for (const [nth, { text }] of sender.acknowledged.entries()) {
        const outcome = outcomes[index]?.[nth] ?? ''
        assert.ok(outcome === 'unconfirmed' || times[text] === 1, `${text} is ${outcome}`)
      }
    }
    for (const phone of PHONES)
      await until(
        async () => (await fake.ask(Words, 'GET', `/unacknowledged?phone=${phone}`)).length === 0,
        'everything is acknowledged',
        REST_MS,
      )
    assert.deepEqual(await fake.ask(Words, 'GET', '/complaints'), [], 'as a web client does it')
    t.diagnostic(
      JSON.stringify({
        ...{ kills: KILLS, messages: said.length, outcomes: tally(outcomes.flat()) },
        ...{ unanswered: all.map(({ sender }) => sender.sends.length - sender.acknowledged.length) },
        repeats: all.map(({ witness }) => witness.repeats),
      }),
    )
  })
})
