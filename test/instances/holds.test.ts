// Truth: a held instance stands still and loses nothing: no session, refused calls, everything back when the hold is over. The simulated network is the witness.
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Instance } from '../../src/instances/instance.ts'
import { isRefusedBy } from '../../src/instances/refused-by.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { fault, isFault } from '../../src/model/fault.ts'
import type { AccountId, ChatId, EpochMs } from '../../src/model/ids.ts'
import type { InstanceRow } from '../../src/model/instance.ts'
import { drain, link, newInstance, openWorld, say, textsOf, until, type Domain, type World } from '../support/domain.ts'
import { WebhookReceiver } from '../support/webhook-receiver.ts'

const SUSPENDED = fault('accountSuspended', 'Account is suspended')
const EXPIRED = fault('expired', 'expired')
const FRIEND = '79009100999'

let world: World
let domain: Domain
let now: () => EpochMs = () => systemClock.now()
const suspended = new Set<AccountId>()
const news: string[] = []

const start = (): Promise<Domain> =>
  world.startWith({
    entitlements: {
      heldBy: ({ account, paidUntil }) => {
        if (suspended.has(account)) return SUSPENDED
        return paidUntil !== null && paidUntil <= now() ? EXPIRED : undefined
      },
    },
    node: {
      news: (type, { id, linked }: InstanceRow) => {
        news.push(`${type} ${String(id)} ${linked?.wid ?? '-'}`)
        return []
      },
    },
  })

before(async () => {
  world = await openWorld()
  domain = await start()
})
after(() => world.close())
beforeEach(() => {
  news.length = 0
  now = () => systemClock.now()
})

let phones = 79009100000
const nextPhone = (): string => String((phones += 1))

async function linked(settings: object = { incomingWebhook: 'yes' }): Promise<{ instance: Instance; phone: string }> {
  const instance = await newInstance(domain, settings)
  const phone = nextPhone()
  await link(world, instance, phone)
  return { instance, phone }
}

async function suspend(instance: Instance): Promise<void> {
  suspended.add(instance.account)
  await domain.instances.refreshHolds(instance.account)
}

async function resume(instance: Instance): Promise<void> {
  suspended.delete(instance.account)
  await domain.instances.refreshHolds(instance.account)
}

function found(instance: { readonly id: number }): Instance {
  const again = domain.instances.get(instance.id)
  assert.ok(again !== undefined)
  return again
}

/** The next send of this phone arrives, and nobody hears of it. */
async function silence(phone: string): Promise<void> {
  await world.simulator('POST', 'faults', { kind: 'noReceipts', phoneNumber: phone })
  await world.simulator('POST', 'faults', { kind: 'loseVerdicts', phoneNumber: phone, count: 1 })
}

const incoming = (from: string, to: string, text: string) => world.simulator('POST', 'messages', { from, to, text })
const isConnected = async (phone: string): Promise<boolean> => {
  const [shown] = (await world.simulator('GET', `phones?phone=${phone}`)) as { devices: { connected?: boolean }[] }[]
  return shown?.devices.some((device) => device.connected === true) ?? false
}
const textsIn = (bodies: readonly Record<string, unknown>[]) =>
  bodies.flatMap((body) => /"textMessage":"([^"]*)"/.exec(JSON.stringify(body))?.[1] ?? [])

test('suspended: the session is gone and every call refused; resumed: linked, and what came in the pause is there', async () => {
  const { instance, phone } = await linked()
  assert.equal(await isConnected(phone), true)
  await suspend(instance)
  assert.deepEqual([instance.isOnline, instance.state, instance.linked?.phone], [false, 'authorized', phone])
  assert.equal(await isConnected(phone), false)

  const chat = `${FRIEND}@c.us` as ChatId
  assert.deepEqual(await instance.send({ chat, content: { kind: 'text', text: 'no' } }), SUSPENDED)
  assert.deepEqual(instance.typing(chat, 1000), SUSPENDED)
  assert.deepEqual(instance.facet('contacts'), SUSPENDED)
  assert.deepEqual(await instance.openFile('0'.repeat(64)), SUSPENDED)
  await instance.reboot()
  await instance.logout()
  await incoming(FRIEND, phone, 'in the pause')
  await sleep(150)
  assert.equal(instance.notifications, 0)
  assert.equal(instance.isOnline, false)

  await resume(instance)
  await until(() => instance.isOnline && instance.state === 'authorized')
  await until(() => instance.notifications === 1)
  assert.deepEqual(textsIn(await drain(instance)), ['in the pause'])
  await say(instance, FRIEND, 'after the pause')
  await until(async () => (await textsOf(world, FRIEND)).includes('after the pause'))
  assert.deepEqual(news, [
    `instance.created ${String(instance.id)} -`,
    `instance.linked ${String(instance.id)} ${phone}@c.us`,
  ])
})

test('what was queued leaves after the pause, once and in order', async () => {
  const { instance } = await linked({ delaySendMessagesMilliseconds: 500 })
  const to = nextPhone()
  const texts = ['one', 'two', 'three']
  for (const text of texts) await say(instance, to, text)
  await until(async () => (await textsOf(world, to)).length === 1)
  await suspend(instance)
  const sent = await textsOf(world, to)
  assert.ok(sent.length < 3)
  await sleep(1200)
  assert.deepEqual(await textsOf(world, to), sent)
  await resume(instance)
  await until(() => instance.queued === 0)
  assert.deepEqual(await textsOf(world, to), texts)
})

test('an attempt without a verdict is neither given up nor sent twice', async () => {
  const { instance, phone } = await linked()
  const to = nextPhone()
  await silence(phone)
  await say(instance, to, 'is it there?')
  await until(async () => (await domain.node.store.outbox.claimed(instance.id)).length === 1)
  await suspend(instance)
  assert.equal(instance.queued, 1)
  await resume(instance)
  await until(() => instance.queued === 0)
  await sleep(100)
  assert.deepEqual(await textsOf(world, to), ['is it there?'])
})

test('webhooks wait, and go on', async () => {
  const receiver = await WebhookReceiver.start()
  try {
    const { instance, phone } = await linked({ incomingWebhook: 'yes', webhookUrl: receiver.url() })
    await incoming(FRIEND, phone, 'first')
    await until(() => receiver.hits.length === 1)
    suspended.add(instance.account)
    // The session is still there for a moment: what it brings is stored, and waits.
    await incoming(FRIEND, phone, 'second')
    await until(() => instance.notifications === 1)
    await domain.instances.refreshHolds()
    await sleep(300)
    assert.equal(receiver.hits.length, 1)
    assert.equal(instance.target(), null)
    await resume(instance)
    await until(() => receiver.hits.length === 2)
  } finally {
    await receiver.close()
  }
})

test('linking ends with the hold, can not begin while it lasts, and works after it', async () => {
  const instance = await newInstance(domain)
  const steps: unknown[] = []
  const watching = (async () => {
    for await (const step of instance.linking.watch(new AbortController().signal)) steps.push(step.kind)
  })()
  await until(() => steps.length > 0)
  await suspend(instance)
  await watching
  assert.deepEqual([steps.at(0), steps.at(-1)], ['qr', 'ended'])
  assert.deepEqual(await instance.linking.qr(), { kind: 'ended', fault: SUSPENDED })
  const code = await instance.linking.code(nextPhone())
  assert.ok(isFault(code))
  assert.equal(code.fault, 'accountSuspended')
  await resume(instance)
  await link(world, instance, nextPhone())
})

test('a receive that waits ends with the hold', async () => {
  const instance = await newInstance(domain)
  const receiving = instance.mailbox.receive(60_000, new AbortController().signal)
  await suspend(instance)
  assert.equal(await receiving, 'interrupted')
  await resume(instance)
})

test('expired by the clock alone; a renewal brings it back linked', async () => {
  const paidUntil = Date.now() + 3_600_000
  const instance = await newInstance(domain, { incomingWebhook: 'yes' }, 'whatsapp', { tariff: 'BUSINESS', paidUntil })
  const other = await newInstance(domain)
  await link(world, instance, nextPhone())
  await link(world, other, nextPhone())
  assert.equal(instance.held, undefined)
  now = () => paidUntil
  assert.deepEqual(instance.held, EXPIRED)
  await domain.instances.refreshHolds()
  assert.deepEqual([instance.isOnline, other.isOnline], [false, true])

  const later = paidUntil + 1000
  const change = { tariff: 'BUSINESS', paidUntil: later }
  const wrong = { kind: 'paidUntil', instance: instance.id, at: later } as const
  const refused = await instance.changeTariff(change, { guards: [wrong], writes: [] })
  assert.ok(isRefusedBy(refused))
  assert.deepEqual(refused.refusedBy, wrong)
  assert.equal(instance.paidUntil, paidUntil)
  assert.deepEqual(await instance.changeTariff(change, { guards: [{ ...wrong, at: paidUntil }], writes: [] }), {
    ok: true,
  })
  assert.deepEqual([instance.paidUntil, instance.held], [later, undefined])
  await domain.instances.refreshHolds(instance.account)
  await until(() => instance.isOnline)
  await domain.stop()
  domain = await start()
  assert.equal(found(instance).paidUntil, later)
})

test('held over a restart: no session, and back afterwards with what was queued and what came', async () => {
  const { instance, phone } = await linked()
  const to = nextPhone()
  await silence(phone)
  await say(instance, to, 'unsure')
  await until(async () => (await domain.node.store.outbox.claimed(instance.id)).length === 1)
  await suspend(instance)
  await domain.stop()
  await incoming(FRIEND, phone, 'while it is off')
  domain = await start()
  await sleep(150)
  assert.deepEqual([found(instance).isOnline, found(instance).state, found(instance).queued], [false, 'authorized', 1])
  assert.equal(await isConnected(phone), false)
  await resume(instance)
  await until(() => found(instance).isOnline && found(instance).queued === 0)
  await until(() => found(instance).notifications > 0)
  assert.deepEqual(textsIn(await drain(found(instance))), ['while it is off'])
  assert.deepEqual(await textsOf(world, to), ['unsure'])
})

test('suspended and resumed again and again at once: as it was said last', async () => {
  const { instance } = await linked()
  const turns: Promise<void>[] = []
  for (let turn = 0; turn < 7; turn += 1) turns.push(turn % 2 === 0 ? suspend(instance) : resume(instance))
  await Promise.all(turns)
  assert.equal(instance.isOnline, false)
  turns.push(resume(instance), suspend(instance), resume(instance))
  await Promise.all(turns)
  await until(() => instance.isOnline)
})

for (const when of ['while it is held', 'after a restart while it is held', 'while it comes back'] as const) {
  test(`deleted ${when}: everything is settled, and it stays away`, async () => {
    const { instance, phone } = await linked()
    await silence(phone)
    const ids = [await say(instance, nextPhone(), 'unsure'), await say(instance, nextPhone(), 'behind it')]
    await until(async () => (await domain.node.store.outbox.claimed(instance.id)).length === 1)
    await suspend(instance)
    if (when.startsWith('after')) {
      await domain.stop()
      domain = await start()
    }
    const now = found(instance)
    news.length = 0
    const resuming = when.endsWith('back') ? resume(now) : undefined
    assert.equal(await domain.instances.delete(now), true)
    await resuming
    await resume(now)
    await sleep(100)
    assert.deepEqual([now.isOnline, now.queued, await isConnected(phone)], [false, 0, false])
    const { journal, outbox } = domain.node.store
    assert.deepEqual([await outbox.claimed(now.id), await outbox.next(now.id)], [[], null])
    for (const id of ids) assert.equal((await journal.find(now.id, id))?.status, 'failed')
    assert.deepEqual(news, [`instance.deleted ${String(now.id)} ${phone}@c.us`])
  })
}

test('a phone that unlinks us, and a logout, are news', async () => {
  const { instance, phone } = await linked()
  const id = String(instance.id)
  await instance.logout()
  await link(world, instance, phone)
  const other = await linked()
  await world.simulator('POST', 'unlink', { phoneNumber: other.phone })
  await until(() => other.instance.state === 'notAuthorized')
  assert.deepEqual(
    news.filter((line) => line.includes(id)),
    [
      `instance.created ${id} -`,
      `instance.linked ${id} ${phone}@c.us`,
      `instance.unlinked ${id} ${phone}@c.us`,
      `instance.linked ${id} ${phone}@c.us`,
    ],
  )
  assert.equal(news.at(-1), `instance.unlinked ${String(other.instance.id)} ${other.phone}@c.us`)
})
