// Truth: which devices logged in at the fake WhatsApp, when, and what their instances then said to whom.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import Type from 'typebox'
import { engineIsInstalled } from '../../src/drivers/whatsapp/engine/load.ts'
import { until } from '../../src/lib/until.ts'
import { at, listIn, objectIn, stateOf } from '../support/road.ts'
import type { Made } from '../support/server.ts'
import { FakeProcess } from '../support/fake-process.ts'
import { type Gateway, MESSAGE_WEBHOOKS, openGateway } from './support/gateway.ts'

const skip = engineIsInstalled() ? false : 'the WhatsApp engine is not installed'

const SESSIONS = Number(process.env['JADEGATE_RESTART_SESSIONS'] ?? 30)
const LOGINS_PER_SECOND = 10
/** A login may come late by its jitter and into the next second. */
const BUSIEST_SECOND = LOGINS_PER_SECOND * 1.5 + 2
const LINKED_AT_ONCE = 5
const PEER = '79003300000'
const phoneOf = (index: number) => String(79_003_300_001 + index)

const Accounts = Type.Array(
  Type.Object({
    phone: Type.String(),
    devices: Type.Array(Type.Object({ id: Type.Integer(), isConnected: Type.Boolean() })),
  }),
)
const Logins = Type.Array(Type.Object({ at: Type.Number(), phone: Type.String() }))
const Said = Type.Object({ id: Type.String() })
const Received = Type.Array(Type.Object({ id: Type.String(), author: Type.String(), text: Type.String() }))

describe('a server with many sessions that starts again', { skip, timeout: 60_000 + SESSIONS * 2_000 }, () => {
  let fake: FakeProcess
  let gateway: Gateway
  const instances: { readonly made: Made; readonly phone: string }[] = []

  before(async () => {
    fake = await FakeProcess.start('whatsapp')
    await fake.tell('/accounts', { phone: PEER, name: 'Dana' })
    gateway = await openGateway(fake, { JADEGATE_WHATSAPP_LOGINS_PER_SECOND: String(LOGINS_PER_SECOND) })
    await gateway.start()
    let next = 0
    const linkSome = async () => {
      while (next < SESSIONS) {
        const phone = phoneOf(next++)
        instances.push({ made: await gateway.link(fake.scan, phone, MESSAGE_WEBHOOKS), phone })
      }
    }
    await Promise.all(Array.from({ length: LINKED_AT_ONCE }, linkSome))
  })
  after(async () => {
    await gateway.close()
    await fake.close()
  })

  const devices = async () => {
    const accounts = await fake.ask(Accounts, 'GET', '/accounts')
    return new Map(accounts.filter(({ phone }) => phone !== PEER).map(({ phone, devices: all }) => [phone, all]))
  }
  const areAllConnected = async () => [...(await devices()).values()].every((all) => all[0]?.isConnected === true)

  test('all are back as themselves, at a bounded rate, and everything said meanwhile is theirs', async (t) => {
    // An instance is authorized when its phone has linked it, and logs in after that.
    await until(areAllConnected, 'all are there', 20_000)
    const before = await devices()
    assert.equal(before.size, SESSIONS)
    assert.ok([...before.values()].every((all) => all.length === 1))
    const earlier = (await fake.ask(Logins, 'GET', '/logins')).length
    await gateway.kill()
    await until(async () => ![...(await devices()).values()].some((all) => all[0]?.isConnected), 'all are gone')
    const said = new Map<string, string>()
    for (const { phone } of instances) {
      const { id } = await fake.ask(Said, 'POST', '/say', { from: PEER, to: phone, text: `to ${phone}` })
      said.set(phone, id)
    }
    const startedAt = performance.now()
    await gateway.start()
    await until(areAllConnected, 'all are back', 20_000 + (SESSIONS / LOGINS_PER_SECOND) * 3_000)
    const backMs = performance.now() - startedAt
    assert.deepEqual(await devices(), before, 'each has the device that it had')

    const logins = (await fake.ask(Logins, 'GET', '/logins')).slice(earlier)
    assert.deepEqual(logins.map(({ phone }) => phone).sort(), [...before.keys()].sort(), 'each logged in once')
    const times = logins.map((login) => login.at)
    const inSecond = times.map((from) => times.filter((time) => time >= from && time < from + 1000).length)
    assert.ok(Math.max(...inSecond) <= BUSIEST_SECOND, `${String(Math.max(...inSecond))} logins in one second`)

    for (const { made, phone } of instances) {
      await until(async () => (await stateOf(gateway, made)) === 'authorized', `${phone} is authorized`)
      assert.equal(await gateway.wid(made), `${phone}@c.us`)
      const { body } = objectIn(await gateway.on(made, 'GET', 'receiveNotification?receiveTimeout=10'))
      assert.equal(at(body, 'idMessage'), said.get(phone))
      assert.equal(at(body, 'messageData.textMessageData.textMessage'), `to ${phone}`)
      const incoming = listIn(await gateway.on(made, 'GET', 'lastIncomingMessages'))
      assert.deepEqual(
        incoming.map(({ idMessage }) => idMessage),
        [said.get(phone)],
        'and nothing of another',
      )
      const message = `from ${phone}`
      objectIn(await gateway.on(made, 'POST', 'sendMessage', { chatId: `${PEER}@c.us`, message }))
    }
    const received = await until(
      async () => {
        const all = await fake.ask(Received, 'GET', `/received?phone=${PEER}`)
        return all.length >= SESSIONS && all
      },
      'all answers',
      20_000,
    )
    assert.deepEqual(
      received.map(({ author, text }) => [author, text]).sort(),
      instances.map(({ phone }) => [phone, `from ${phone}`]).sort(),
    )
    assert.deepEqual(gateway.errors, [])
    t.diagnostic(JSON.stringify({ backMs: Math.round(backMs), busiest: Math.max(...inSecond) }))
  })
})
