// Truth: the contract's monthly quotas: so many calls of a method, so many chats, counted by months of UTC+3, whatever happens at once.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { TARIFFS } from '../../src/billing/tariffs.ts'
import type { Instance } from '../../src/instances/instance.ts'
import { systemClock } from '../../src/lib/clock.ts'
import type { Tariff } from '../../src/model/account.ts'
import { STATUS_CHAT } from '../../src/model/content.ts'
import { isFault } from '../../src/model/fault.ts'
import type { ChatId, MessageId } from '../../src/model/ids.ts'
import { isRepeated } from '../../src/model/once.ts'
import type { Batch } from '../../src/storage/store.ts'
import { drain, newInstance, openWorld, type Domain, type World } from '../support/domain.ts'

let world: World
let domain: Domain
let tariff: Tariff = TARIFFS.DEVELOPER
let now = Date.UTC(2026, 9, 10)
const batches: Batch[] = []

before(async () => {
  world = await openWorld()
  domain = await world.startWith({
    node: { clock: { ...systemClock, now: () => now } },
    entitlements: { tariffOf: () => tariff },
    around: (inner) => ({
      ...inner,
      commit: (batch) => {
        batches.push(batch)
        return inner.commit(batch)
      },
    }),
  })
})
after(() => world.close())

const chat = (index: number) => `7900600000${String(index)}@c.us` as ChatId

function send(instance: Instance, to: ChatId, method = 'sendMessage') {
  return instance.send({ chat: to, content: { kind: 'text', text: 'hello' }, asked: { method, body: {} } })
}

const limited = (calls: Record<string, number>, correspondents: number | null): Tariff => ({
  name: 'TEST',
  plan: 'free',
  correspondents,
  calls: new Map(Object.entries(calls)),
  instances: null,
})

test('a method that the tariff does not limit costs nothing, and a limited one ends with the 466 of the contract', async () => {
  tariff = limited({ checkwhatsapp: 2 }, null)
  const instance = await newInstance(domain)
  batches.length = 0
  assert.equal(instance.spend('getmessage'), undefined)
  assert.deepEqual(batches, [])
  assert.equal(await instance.spend('checkwhatsapp'), undefined)
  assert.equal(await instance.spend('checkwhatsapp'), undefined)
  const refused = await instance.spend('checkwhatsapp')
  assert.equal(refused?.fault, 'quotaExceeded')
  const details = refused.details as { invokeStatus: Record<string, unknown> }
  const { description, ...rest } = details.invokeStatus
  assert.equal(typeof description, 'string')
  assert.deepEqual(rest, { method: 'checkwhatsapp', used: 2, total: 2, status: 'QUOTE_EXCEEDED' })
  assert.deepEqual(Object.keys(details), ['invokeStatus'])
  assert.equal(await (await newInstance(domain)).spend('checkwhatsapp'), undefined, 'each instance has its own')
})

test('a month of UTC+3 begins the count anew', async () => {
  tariff = limited({ checkwhatsapp: 1 }, 1)
  now = Date.UTC(2026, 9, 31, 20, 59, 59)
  const instance = await newInstance(domain)
  assert.equal(await instance.spend('checkwhatsapp'), undefined)
  assert.ok(isFault(await instance.spend('checkwhatsapp')))
  assert.ok(!isFault(await send(instance, chat(1))))
  assert.ok(isFault(await send(instance, chat(2))))
  now = Date.UTC(2026, 9, 31, 21)
  assert.equal(await instance.spend('checkwhatsapp'), undefined)
  assert.ok(!isFault(await send(instance, chat(2))))
  assert.ok(isFault(await send(instance, chat(1))))
})

test('a send to one chat too many is refused with both blocks, notified although every flag is off, and leaves no trace', async () => {
  tariff = limited({}, 2)
  const instance = await newInstance(domain)
  for (const to of [chat(1), chat(2), chat(1)]) assert.ok(!isFault(await send(instance, to)))
  assert.ok(!isFault(await send(instance, STATUS_CHAT, 'sendTextStatus')), 'statuses go to nobody in particular')
  const before = instance.queued
  const refused = await send(instance, chat(3))
  assert.ok(isFault(refused) && refused.fault === 'quotaExceeded')
  assert.equal(instance.queued, before)
  const details = refused.details as Record<string, Record<string, unknown>>
  assert.deepEqual(details['invokeStatus'], { method: 'sendmessage', used: 3, total: 0, status: 'QUOTE_ALLOWED' })
  const { description, ...rest } = details['correspondentsStatus'] ?? {}
  assert.ok(String(description).includes(`${chat(1)},${chat(2)}`))
  assert.deepEqual(rest, { method: 'correspondents', used: 2, total: 2, status: 'CORRESPONDENTS_QUOTE_EXCEEDED' })
  const [told, ...more] = await drain(instance)
  assert.deepEqual(more, [])
  assert.equal(told?.['typeWebhook'], 'quotaExceeded')
  const quota = told['quotaData'] as Record<string, unknown>
  assert.deepEqual([quota['used'], quota['total'], quota['status']], [2, 2, 'CORRESPONDENTS_QUOTA_EXCEEDED'])
})

test('a forward to one chat too many is refused whole', async () => {
  tariff = limited({}, 1)
  const instance = await newInstance(domain)
  const id = await send(instance, chat(1))
  assert.ok(!isFault(id) && !isRepeated(id))
  const asked = { method: 'ForwardMessages', body: {} }
  const wanted = { to: chat(2), from: chat(1), ids: [id, 'unknown-message-id' as MessageId], asked }
  const refused = await instance.forward(wanted)
  assert.ok(isFault(refused) && refused.fault === 'quotaExceeded')
  assert.equal(instance.queued, 1)
  assert.deepEqual(
    (await drain(instance)).map((body) => body['typeWebhook']),
    ['quotaExceeded'],
    'nothing of it is told as failed',
  )
})

test('an unlimited tariff puts no guard into the batch of a send', async () => {
  tariff = TARIFFS.PARTNER
  const instance = await newInstance(domain)
  batches.length = 0
  await send(instance, chat(1))
  assert.deepEqual(
    batches.map((batch) => batch.guards.map((guard) => guard.kind)),
    [['owns']],
  )
})

test('a call that is repeated is told what it was told before, and counts nothing', async () => {
  tariff = limited({}, 1)
  const instance = await newInstance(domain)
  const at = now
  const once = (id: MessageId) =>
    ({ kind: 'once', scope: `q:${String(instance.id)}`, key: 'k', bodyHash: 'h', answer: id, at }) as const
  const message = { chat: chat(1), content: { kind: 'text', text: 'once' } } as const
  const first = await instance.send(message, once)
  const second = await instance.send({ ...message, chat: chat(2) }, once)
  assert.ok(isRepeated(second) && second.earlier.answer === first)
  assert.equal(instance.queued, 1)
})

test('however many ask at once, exactly as many are let through as the month has', async () => {
  const calls = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('spend' as const) }),
      fc.record({ kind: fc.constant('send' as const), to: fc.integer({ min: 0, max: 6 }) }),
    ),
    { maxLength: 40 },
  )
  await fc.assert(
    fc.asyncProperty(
      calls,
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 4 }),
      async (asked, limit, chats) => {
        tariff = limited({ checkwhatsapp: limit }, chats)
        const instance = await newInstance(domain)
        const outcomes = await Promise.all(
          asked.map(async (call) =>
            call.kind === 'spend'
              ? { call, isAllowed: (await instance.spend('checkwhatsapp')) === undefined }
              : { call, isAllowed: !isFault(await send(instance, chat(call.to))) },
          ),
        )
        const spent = outcomes.filter(({ call, isAllowed }) => call.kind === 'spend' && isAllowed).length
        assert.equal(spent, Math.min(limit, asked.filter((call) => call.kind === 'spend').length))
        const wrote = outcomes.flatMap(({ call, isAllowed }) => (call.kind === 'send' && isAllowed ? [call.to] : []))
        const asking = new Set(asked.flatMap((call) => (call.kind === 'send' ? [call.to] : [])))
        assert.equal(new Set(wrote).size, Math.min(chats, asking.size))
        assert.equal(instance.queued, wrote.length)
        for (const { call, isAllowed } of outcomes) {
          if (call.kind === 'send') assert.equal(isAllowed, wrote.includes(call.to), 'a chat is in or out for all')
        }
      },
    ),
    { numRuns: 40 },
  )
})
