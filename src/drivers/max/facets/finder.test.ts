// Truth: the limits of `surroundings.ts`, and what our notes of the protocol say of looking numbers up: seldom, or the account pays for it. The clock is
// skipped, and what a process has kept is given to the next.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AskedNetwork } from '../../../../test/max/support/asked-network.ts'
import { madeLife } from '../../../../test/max/support/made-life.ts'
import type { SkippingClock } from '../../../lib/skipping-clock.ts'
import { isFault } from '../../../model/fault.ts'
import type { Finder } from '../life.ts'
import type { Limits } from '../surroundings.ts'
import { openFinder } from './finder.ts'

const BY_PHONE = 46
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const ANNA = { phone: '79001000002', id: '20000002' }
const NOBODY = '79001230000'

interface Scene {
  readonly finder: Finder
  readonly kept: Map<string, Uint8Array>
  readonly network: AskedNetwork
  readonly clock: SkippingClock
  readonly end: AbortController
}

function scene(limits: Partial<Limits> = {}, before?: Scene): Scene {
  const network = before?.network ?? new AskedNetwork()
  const life = madeLife(before?.kept, network, before?.clock)
  const all = { loginsPerDay: 0, checksPerDay: 0, checkPeriodMs: 0, ...limits }
  network.answers(BY_PHONE, ({ phone }) =>
    phone === `+${ANNA.phone}` ? { contact: { id: Number(ANNA.id) } } : undefined,
  )
  const { host, connection, self, directory, ended, end, clock } = life
  const shared = { ...life.shared, ...all } as Parameters<typeof openFinder>[0]['shared']
  return {
    finder: openFinder({ host, connection, shared, self, directory, ended }),
    kept: host.kept,
    network,
    clock,
    end,
  }
}

const number = (index: number) => `7900555${String(index).padStart(4, '0')}`
const faultOf = (answer: unknown) => (isFault(answer) ? answer.fault : answer)

test('who has a number is asked for once in a week, and who has none once in a day, also by the next process', async () => {
  const first = scene()
  assert.equal(await first.finder.personBehind(ANNA.phone), ANNA.id)
  assert.equal(await first.finder.personBehind(NOBODY), null)
  const next = scene({}, first)
  assert.equal(await next.finder.personBehind(ANNA.phone), ANNA.id)
  assert.equal(await next.finder.personBehind(NOBODY), null)
  assert.equal(next.network.count(BY_PHONE), 2)
  next.clock.skip(DAY_MS + 1)
  assert.equal(await next.finder.personBehind(ANNA.phone), ANNA.id)
  assert.equal(await next.finder.personBehind(NOBODY), null)
  assert.equal(next.network.count(BY_PHONE), 3)
})

test('who is asked for anew is asked for whatever is known, and what it comes to is remembered instead', async () => {
  const { finder, network } = scene()
  assert.deepEqual(await finder.lookUp(ANNA.phone, false), { user: ANNA.id, isRemembered: false })
  assert.deepEqual(await finder.lookUp(ANNA.phone, false), { user: ANNA.id, isRemembered: true })
  network.answers(BY_PHONE, () => undefined)
  assert.deepEqual(await finder.lookUp(ANNA.phone, true), { user: null, isRemembered: false })
  assert.deepEqual(await finder.lookUp(ANNA.phone, false), { user: null, isRemembered: true })
  assert.equal(network.count(BY_PHONE), 2)
})

test('what is no number of the two countries is not asked for', async () => {
  const { finder, network } = scene()
  for (const phone of ['12', '4915112345678', '7900', '+79001000002', '1'.repeat(200), ''])
    assert.equal(faultOf(await finder.personBehind(phone)), 'invalid')
  assert.equal(network.count(BY_PHONE), 0)
})

test('somebody whom the account knows by the number is not asked for', async () => {
  const { finder, network, kept } = scene()
  const person = { n: 'Boris', c: '', p: number(7), u: '' }
  kept.set('person|777', Buffer.from(JSON.stringify(person)))
  assert.equal(await finder.personBehind(number(7)), '777')
  assert.equal(network.count(BY_PHONE), 0)
})

test('between two look-ups there is a while, also where a restart is between them', async () => {
  const limits = { checkPeriodMs: 60_000 }
  const first = scene(limits)
  await first.finder.personBehind(number(1))
  const next = scene(limits, first)
  const second = next.finder.personBehind(number(2))
  const settled = async () => {
    for (let turns = 0; turns < 20; turns += 1) await new Promise((resolve) => setImmediate(resolve))
  }
  await settled()
  next.clock.skip(59_000)
  await settled()
  assert.equal(next.network.count(BY_PHONE), 1)
  next.clock.skip(38_000)
  assert.equal(await second, null)
  assert.equal(next.network.count(BY_PHONE), 2)
})

test('a day has so many and no more, in whatever process; with the next day there are others', async () => {
  const limits = { checksPerDay: 3 }
  const first = scene(limits)
  for (const index of [1, 2]) assert.equal(await first.finder.personBehind(number(index)), null)
  const next = scene(limits, first)
  assert.equal(await next.finder.personBehind(number(3)), null)
  assert.equal(faultOf(await next.finder.personBehind(number(4))), 'rateLimited')
  assert.equal(await next.finder.personBehind(number(3)), null, 'what is known is told all the same')
  assert.equal(faultOf(await next.finder.lookUp(number(3), true)), 'rateLimited', 'asking anew is one of the day')
  next.clock.skip(DAY_MS + HOUR_MS)
  assert.equal(await next.finder.personBehind(number(4)), null)
  assert.equal(next.network.count(BY_PHONE), 4)
})

test('a network that has enough of it is left alone for half an hour, over a restart too', async () => {
  const first = scene()
  first.network.refuses(BY_PHONE, 'too.many.requests')
  assert.equal(faultOf(await first.finder.personBehind(number(1))), 'rateLimited')
  const next = scene({}, first)
  assert.equal(faultOf(await next.finder.personBehind(number(1))), 'rateLimited')
  assert.equal(next.network.count(BY_PHONE), 1)
  next.clock.skip(HOUR_MS / 2)
  assert.equal(await next.finder.personBehind(number(1)), null)
})

test('a refusal that says nothing of the number is no answer, and not remembered as one', async () => {
  const { finder, network } = scene()
  network.refuses(BY_PHONE, 'proto.payload')
  assert.equal(faultOf(await finder.personBehind(ANNA.phone)), 'unavailable')
  network.answers(BY_PHONE, () => ({ contact: { id: Number(ANNA.id) } }))
  assert.equal(await finder.personBehind(ANNA.phone), ANNA.id)
})

test('whoever would wait for long is sent away at once, and the same number is asked for but once', async () => {
  const { finder, network, clock } = scene({ checkPeriodMs: 5_000 })
  const same = Array.from({ length: 3 }, () => finder.personBehind(ANNA.phone))
  const others = [1, 2, 3].map((index) => finder.personBehind(number(index)))
  assert.equal(faultOf(await others[2]), 'unavailable')
  const done = Promise.all([...same, ...others])
  const ticking = setInterval(() => clock.skip(1_000), 1)
  const answers = await done.finally(() => clearInterval(ticking))
  assert.deepEqual(answers.slice(0, 3), [ANNA.id, ANNA.id, ANNA.id])
  assert.ok(network.count(BY_PHONE) <= 2)
})

test('with the end of the life nobody waits any more, and nothing more is asked', async () => {
  const { finder, network, end } = scene({ checkPeriodMs: 10_000 })
  await finder.personBehind(number(1))
  const waiting = finder.personBehind(number(2))
  end.abort()
  assert.equal(faultOf(await waiting), 'notConnected')
  assert.equal(network.count(BY_PHONE), 1)
})
