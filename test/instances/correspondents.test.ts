// Truth: the quota of correspondents of a month: beyond it a message is stored and not told, and that is. A scripted network brings the messages.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { TARIFFS } from '../../src/billing/tariffs.ts'
import type { Instance } from '../../src/instances/instance.ts'
import { STATUS_CHAT } from '../../src/model/content.ts'
import { drain, newInstance, openWorld, say, until, type Domain, type World } from '../support/domain.ts'
import { brought, chatOf, party, ScriptedMessenger, written } from '../support/scripted-messenger.ts'

let world: World
let domain: Domain
let tariff: 'DEVELOPER' | 'PARTNER' = 'DEVELOPER'
let usageReads = 0
/** What happens between the look at the month's correspondents and the commit. */
let meanwhile: () => Promise<unknown> = () => Promise.resolve()
const messenger = new ScriptedMessenger()

async function start(): Promise<Domain> {
  return world.startWith({
    node: { drivers: new Map([['whatsapp', messenger]]) },
    entitlements: { tariffOf: () => TARIFFS[tariff] },
    around: (inner) => ({
      ...inner,
      usage: {
        ...inner.usage,
        correspondents: async (instance, month) => {
          usageReads += 1
          const known = await inner.usage.correspondents(instance, month)
          await meanwhile()
          return known
        },
      },
    }),
  })
}

before(async () => {
  world = await openWorld()
  domain = await start()
})
after(() => world.close())

async function linked(phone: string): Promise<Instance> {
  const instance = await newInstance(domain, { incomingWebhook: 'yes' })
  await messenger.link(instance, phone)
  return instance
}

const from = (phone: string, text = `from ${phone}`) => written(text, { chat: party(chatOf(phone)) })
const told = (bodies: readonly Record<string, unknown>[]) => bodies.map((body) => body['typeWebhook'])

test('beyond the limit a message is stored, and a quota event takes the place of its notification', async () => {
  tariff = 'DEVELOPER'
  const instance = await linked('79006000001')
  const session = messenger.of(instance)
  const beyond = from('79006000014')
  await session.bring(brought(from('79006000011')), brought(from('79006000012')))
  await session.bring(brought(from('79006000013')), brought(beyond), brought(from('79006000011', 'again')))
  await session.bring(brought(written({ kind: 'text', text: 'a story' }, { chat: party(STATUS_CHAT) })))
  const bodies = await drain(instance)
  assert.deepEqual(told(bodies), [
    'incomingMessageReceived',
    'incomingMessageReceived',
    'incomingMessageReceived',
    'quotaExceeded',
    'incomingMessageReceived',
  ])
  const quota = bodies[3]?.['quotaData'] as Record<string, unknown>
  assert.deepEqual([quota['used'], quota['total']], [3, 3])
  assert.match(String(quota['description']), /79006000011.*79006000012.*79006000013/)
  assert.equal((await instance.journal.message(beyond.chat.id, beyond.id))?.id, beyond.id)
})

test('who is a correspondent stays one over a restart; what comes twice is told once', async () => {
  const instance = await linked('79006000002')
  for (const phone of ['79006000021', '79006000022', '79006000023']) {
    await messenger.of(instance).bring(brought(from(phone)))
  }
  await drain(instance)
  await domain.stop()
  domain = await start()
  const again = domain.instances.get(instance.id)
  assert.ok(again !== undefined)
  await until(() => again.isOnline)
  const events = [brought(from('79006000022')), brought(from('79006000024'))]
  await messenger.of(again).bring(...events)
  await messenger.of(again).bring(...events)
  assert.deepEqual(told(await drain(again)), ['incomingMessageReceived', 'quotaExceeded'])
})

test('a send that takes the last place meanwhile is seen: the batch is made again', async () => {
  const instance = await linked('79006000003')
  const session = messenger.of(instance)
  await session.bring(brought(from('79006000031')), brought(from('79006000032')))
  await drain(instance)
  let once = true
  meanwhile = async () => {
    if (!once) return
    once = false
    await say(instance, '79006000033', 'takes the third place')
  }
  await session.bring(brought(from('79006000034')))
  meanwhile = () => Promise.resolve()
  assert.deepEqual(told(await drain(instance)), ['quotaExceeded'])
})

test('an unlimited tariff asks nothing', async () => {
  tariff = 'PARTNER'
  const instance = await linked('79006000004')
  usageReads = 0
  const events = ['41', '42', '43', '44', '45'].map((end) => brought(from(`790060000${end}`)))
  await messenger.of(instance).bring(...events)
  assert.equal(told(await drain(instance)).length, 5)
  assert.equal(usageReads, 0)
  tariff = 'DEVELOPER'
})
