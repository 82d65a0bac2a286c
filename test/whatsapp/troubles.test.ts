// Truth: what people said and saw on the fake WhatsApp, and what integrators were told, while the network or the disk behaves badly.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { RecordingHost } from '../../src/drivers/conformance/host.ts'
import { followLogin } from '../../src/drivers/conformance/follow-login.ts'
import { whatsAppDriver } from '../../src/drivers/whatsapp/driver.ts'
import { engineIsInstalled } from '../../src/drivers/whatsapp/engine/load.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { systemRandom } from '../../src/lib/random.ts'
import { until } from '../../src/lib/until.ts'
import type { ChatId, MessageId } from '../../src/model/ids.ts'
import { trustFakeWhatsApp } from '../fakes/whatsapp/trust.ts'
import { startWorld, type World } from '../fakes/whatsapp/world.ts'
import { at, eventually, objectIn, stateOf, type Json } from '../support/road.ts'
import type { Made } from '../support/server.ts'
import { type Gateway, MESSAGE_WEBHOOKS, startGateway } from './support/gateway.ts'
import { Inbox } from '../support/inbox.ts'

const skip = engineIsInstalled() ? false : 'the WhatsApp engine is not installed'

const PEER = '79005500000'
/** Stanzas of either side from the first of a linking to the first message; more than there are does nothing. */
const LINKING_STEPS = 12
/** The message, its ack, the receipts and their acks. */
const SENDING_STEPS = 5
const BOTH_WAYS = 60
const DISK_MS = 10
const UNSURE = { JADEGATE_UNSURE_MS: '2000', JADEGATE_UNSURE_HOLD_MS: '200' }
let lastPhone = 79_005_500_000

describe('troubles of the network', { skip, timeout: 120_000 }, () => {
  let world: World
  let gateway: Gateway
  let made: Made
  let phone: string
  let inbox: Inbox

  const scan = (number: string, qr: string) => world.fake.scan(number, qr)
  const newPhone = () => world.person(String((lastPhone += 1))).phone
  before(async () => {
    world = await startWorld()
    world.person(PEER, 'Dana')
    gateway = await startGateway(world.fake, UNSURE)
    ;({ own: phone, instance: made, box: inbox } = await acquainted())
  })
  afterEach(() => {
    const { faults } = world.network
    faults.ackErrors.clear()
    Object.assign(faults, { cut: null, silent: false, duplicate: false, reorder: 0, corrupt: 0 })
  })
  after(async () => {
    await gateway.close()
    await world.close()
  })

  async function send(message: string, on = made): Promise<string> {
    const answer = await gateway.on(on, 'POST', 'sendMessage', { chatId: `${PEER}@c.us`, message })
    return String(objectIn(answer)['idMessage'])
  }
  /** Linked, with a first message each way: the steps after it are those of people who know each other. */
  async function acquainted(): Promise<{ own: string; instance: Made; box: Inbox }> {
    const own = newPhone()
    const instance = await gateway.link(scan, own, MESSAGE_WEBHOOKS)
    const box = new Inbox(gateway, instance)
    await box.message(await world.phone(PEER).say(own, 'hello'))
    await box.status(await send('hello', instance), 'delivered')
    return { own, instance, box }
  }
  const cut = (when: 'before' | 'after', nth: number) => {
    world.network.faults.cut = { when, matches: () => true, times: nth }
  }
  const times = (id: string) =>
    world
      .phone(PEER)
      .messages()
      .filter((message) => message.id === id).length

  test('the connection is cut at each step of linking: it is linked in the end, once', async () => {
    for (let step = 1; step <= LINKING_STEPS; step += 1) {
      const own = newPhone()
      const instance = await gateway.make(MESSAGE_WEBHOOKS)
      cut(step % 2 === 0 ? 'after' : 'before', step)
      await eventually(
        async () => {
          if ((await stateOf(gateway, instance)) === 'authorized') return true
          const shown = objectIn(await gateway.on(instance, 'GET', 'qr'))
          if (shown['type'] !== 'qrCode') return false
          await scan(own, await gateway.qr(instance)).catch(() => undefined)
          await sleep(300)
          return false
        },
        `it is linked although step ${String(step)} was cut`,
      )
      world.network.faults.cut = null
      assert.equal(await gateway.wid(instance), `${own}@c.us`)
      const box = new Inbox(gateway, instance)
      await box.status(await send(`linked, cut at ${String(step)}`, instance), 'delivered')
      await box.message(await world.phone(PEER).say(own, 'welcome'))
    }
  })

  /** How a send ended: delivered once, or honestly not known. */
  async function endOf(id: string, box: Inbox): Promise<unknown> {
    const isSettled = ({ idMessage, status }: Json) =>
      idMessage === id && ['delivered', 'failed'].includes(String(status))
    const { status, description } = await box.got(isSettled, `the end of ${id}`)
    if (status === 'failed') assert.match(String(description), /unconfirmed/)
    assert.ok(times(id) === 1 || (status === 'failed' && times(id) === 0), `${String(status)}: ${String(times(id))}`)
    return status
  }

  test('the connection is cut at each step of sending: it arrives once, or is told to be unconfirmed', async () => {
    const outcomes = new Set<unknown>()
    for (const when of ['before', 'after'] as const)
      for (let step = 1; step <= SENDING_STEPS; step += 1) {
        // One of its own: who is cut off again and again comes back later each time.
        const { instance, box } = await acquainted()
        cut(when, step)
        outcomes.add(await endOf(await send(`cut ${when} ${String(step)}`, instance), box))
        world.network.faults.cut = null
        // It may have been written to the connection that was just cut.
        await endOf(await send('after that', instance), box)
      }
    assert.ok(outcomes.has('delivered'), JSON.stringify([...outcomes]))
  })

  test('a server that says nothing leaves a send unconfirmed, and the next one goes', async () => {
    world.network.faults.silent = true
    const id = await send('anybody?')
    const told = await inbox.status(id, 'failed')
    assert.match(String(told['description']), /unconfirmed/)
    world.network.faults.silent = false
    await inbox.status(await send('now'), 'delivered')
  })

  test('what comes twice and in another order is told once, all of it', async () => {
    Object.assign(world.network.faults, { duplicate: true, reorder: 4 })
    const ids: string[] = []
    for (let nth = 0; nth < 30; nth += 1) ids.push(await world.phone(PEER).say(phone, `mixed ${String(nth)}`))
    for (const id of ids) await inbox.message(id)
    Object.assign(world.network.faults, { duplicate: false, reorder: 0 })
    await inbox.message(await world.phone(PEER).say(phone, 'the last'))
    const told = inbox.bodies.map((body) => body['idMessage']).filter((id) => ids.includes(String(id)))
    assert.equal(told.length, ids.length)
    assert.ok(!JSON.stringify(inbox.bodies).includes('{{SWE001}}'))
  })

  for (const [spoilt, told] of [
    [4, ['for you 4']],
    [5, ['{{SWE001}}', 'for you 5']],
  ] as const)
    test(`a message that is spoilt ${String(spoilt)} times: ${told.join(', then ')}`, async () => {
      world.network.faults.corrupt = spoilt
      const id = await world.phone(PEER).say(phone, `for you ${String(spoilt)}`)
      const textOf = (body: Json) => at(body, 'messageData.textMessageData.textMessage')
      await inbox.got((body) => body['idMessage'] === id && textOf(body) === told.at(-1), 'the real text')
      const texts = inbox.bodies.filter((body) => body['idMessage'] === id).map(textOf)
      assert.deepEqual(texts, told)
    })

  test('nothing of it was complained of', () => {
    assert.deepEqual([gateway.errors, world.troubles], [[], []])
    assert.equal(world.statistics.summary().phones.unreadable, 0)
  })
})

describe('a disk that takes its time', { skip, timeout: 60_000 }, () => {
  test('both sides write at once: nothing unreadable, lost or doubled', async () => {
    const world = await startWorld()
    const distrust = await trustFakeWhatsApp(world.fake)
    const surroundings = { clock: systemClock, random: systemRandom, log: silentLog }
    const driver = whatsAppDriver({
      ...{ ...surroundings, url: world.fake.url },
      ...{ loginsPerSecond: 1_000, firstContactsPerDay: 0, sendsButtons: true, checksPerDay: 0 },
    })
    const host = new RecordingHost(1_101_000_001, surroundings)
    host.afterKeeping = () => sleep(DISK_MS)
    const session = driver.open(host)
    try {
      const own = world.person(String((lastPhone += 1))).phone
      const peer = world.phone(PEER)
      const login = followLogin(session.login({ way: 'qr' }))
      await world.fake.scan(own, await login.shown(0))
      assert.deepEqual(await login.end(), { kind: 'done' })
      const numbers = Array.from({ length: BOTH_WAYS }, (_none, index) => index)
      const said: string[] = []
      const verdicts: boolean[] = []
      const idOf = (nth: number) => `3EB0D15C${String(nth).padStart(12, '0')}` as MessageId
      const sendAll = async () => {
        for (const nth of numbers) {
          const content = { kind: 'text', text: `out ${String(nth)}` } as const
          const to = { chat: `${PEER}@c.us` as ChatId, content }
          verdicts.push((await session.send(idOf(nth), to, new AbortController().signal)).ok)
        }
      }
      const sayAll = async () => {
        for (const nth of numbers) said.push(await peer.say(own, `in ${String(nth)}`))
      }
      await Promise.all([sendAll(), sayAll()])
      const came = () => host.messages().filter(({ direction }) => direction === 'in')
      await until(() => came().length >= BOTH_WAYS, 'everything that came in', 20_000)
      assert.deepEqual(
        came()
          .map(({ id }) => String(id))
          .sort(),
        [...said].sort(),
      )
      assert.ok(verdicts.every(Boolean))
      const seen = peer.messages(own).filter(({ isOwn }) => !isOwn)
      assert.deepEqual(seen.map(({ id }) => id).sort(), numbers.map(idOf).sort())
      const { unreadable, retriesAsked, retriesAnswered } = peer.tally
      assert.deepEqual([unreadable, retriesAsked, retriesAnswered, world.troubles], [0, 0, 0, []])
    } finally {
      await session.disconnect()
      await driver.close()
      await world.close()
      distrust()
    }
  })
})
