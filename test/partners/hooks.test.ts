// Truth: the specification of Standard Webhooks, and what docs/partners.md promises receivers.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '../../src/lib/until.ts'
import { isFault } from '../../src/model/fault.ts'
import type { AccountId } from '../../src/model/ids.ts'
import { verified, WebhookReceiver } from './hook-receiver.ts'
import { HookScene } from './hook-scene.ts'

const A = 'acc-a' as AccountId
const B = 'acc-b' as AccountId
const HOUR_MS = 3_600_000

let receiver: WebhookReceiver
let scene: HookScene

before(async () => {
  receiver = await WebhookReceiver.start()
})
after(() => receiver.close())

async function begin(options?: Parameters<typeof HookScene.open>[1]): Promise<void> {
  receiver.hits.length = 0
  receiver.answer = ({ response }) => response.end()
  scene = await HookScene.open([A, B], options)
}
afterEach(() => scene.close())

const hits = (count: number) => until(() => receiver.hits.length >= count, `${String(count)} requests`)
const nothingWaits = () => until(async () => (await scene.waiting()).length === 0, 'nothing waits')
const attempts = (account: AccountId) => scene.hooks.attempts(account).map(({ attempt, status }) => [attempt, status])
/** The data of what arrived, in its order. */
const told = () => receiver.hits.map(({ body }) => (JSON.parse(body) as { data: { n: number } }).data.n)

describe('delivery', () => {
  test('events arrive signed, in their order, and are gone then', async () => {
    await begin()
    scene.hooks.start()
    const { secret } = await scene.put(A, receiver.url('/hook?key=1'))
    const began = scene.clock.now()
    for (const n of [1, 2, 3]) await scene.happens(A, 'instance.created', { n, name: 'Привет' })
    await hits(3)
    const received = receiver.hits.map((hit) => verified(hit, secret))
    assert.deepEqual(told(), [1, 2, 3])
    assert.equal(new Set(received.map(({ id }) => id)).size, 3)
    for (const { seconds, type, data } of received) {
      assert.ok(Math.abs(seconds * 1000 - began) < 10_000)
      assert.deepEqual([type, data['name']], ['instance.created', 'Привет'])
    }
    assert.equal(receiver.hits[0]?.path, '/hook?key=1')
    await nothingWaits()
    assert.deepEqual(attempts(A), [[1, 200], [1, 200], [1, 200]]) // prettier-ignore
  })

  test('a day that is told again is the same event while it says the same', async () => {
    await begin()
    scene.hooks.start()
    await scene.put(A, receiver.url())
    const charged = (amount: number) => scene.happens(A, 'account.charged', { accountId: A, day: '2026-11-20', amount })
    await charged(100)
    await hits(1)
    // While it is on its way, the same once more is nothing.
    await nothingWaits()
    await charged(100)
    await hits(2)
    await nothingWaits()
    await charged(200)
    await hits(3)
    const [first, again, changed] = receiver.hits.map(({ headers }) => headers['webhook-id'])
    assert.equal(first, again)
    assert.notEqual(first, changed)
  })

  test('an event that is committed late is found', async () => {
    await begin()
    scene.hooks.start()
    await scene.put(A, receiver.url())
    const writes = scene.hooks.news(A, 'instance.linked', { n: 1 }, scene.clock.now())
    await sleep(300)
    await scene.store.commit({ guards: [], writes })
    scene.clock.skip(60_000)
    await hits(1)
  })

  test('a test event goes its way and says its id', async () => {
    await begin()
    scene.hooks.start()
    const { secret } = await scene.put(A, receiver.url())
    const sent = await scene.hooks.test(A)
    assert.ok(!isFault(sent))
    await hits(1)
    const event = receiver.hits.map((hit) => verified(hit, secret))[0]
    assert.deepEqual([event?.id, event?.type, event?.data], [sent.id, 'hook.test', {}])
  })

  test('a new secret signs every attempt from then on, of an event that waits too', async () => {
    await begin({ fraction: () => 0 })
    scene.hooks.start()
    const first = await scene.put(A, receiver.url())
    receiver.answer = ({ response }) => response.writeHead(401).end()
    await scene.happens(A, 'instance.created', { n: 1 })
    await until(async () => (await scene.waiting())[0]?.attempts === 1, 'a failure')
    receiver.answer = ({ response }) => response.end()
    const second = await scene.hooks.put(A, receiver.url(), true, 'partner:t')
    assert.ok(!isFault(second))
    assert.notEqual(second.secret, first.secret)
    await nothingWaits()
    const [before, ...after] = receiver.hits
    assert.ok(before !== undefined && after.length > 0)
    assert.equal(verified(before, first.secret).id, verified(after.at(-1) ?? before, second.secret).id)
    assert.throws(() => verified(after.at(-1) ?? before, first.secret))
  })

  test('a redirect is not followed, 204 and 410 take an event', async () => {
    await begin({ fraction: () => 0 })
    scene.hooks.start()
    await scene.put(A, receiver.url('/a'))
    const answers = [302, 410, 204]
    receiver.answer = ({ response }) => {
      response.writeHead(answers.shift() ?? 200, { location: receiver.url('/b') }).end()
    }
    await scene.happens(A, 'instance.created', { n: 1 })
    await until(async () => (await scene.waiting())[0]?.attempts === 1, 'the redirect is a failure')
    scene.clock.skip(5000)
    await scene.happens(A, 'instance.created', { n: 2 })
    await nothingWaits()
    assert.deepEqual(told(), [1, 1, 2])
    assert.ok(receiver.hits.every(({ path }) => path === '/a'))
    assert.deepEqual(attempts(A), [[1, 204], [2, 410], [1, 302]]) // prettier-ignore
  })
})

describe('a receiver that fails', () => {
  test('is asked again after pauses that double up to an hour, with the same id', async () => {
    await begin({ fraction: () => 0 })
    scene.hooks.start()
    const { secret } = await scene.put(A, receiver.url())
    receiver.answer = ({ response }) => response.writeHead(500).end()
    await scene.happens(A, 'instance.created', { n: 1 })
    await scene.happens(A, 'instance.deleted', { n: 2 })
    for (let attempt = 1; attempt <= 12; attempt++) {
      await until(async () => (await scene.waiting())[0]?.attempts === attempt, `attempt ${String(attempt)}`)
      const pauseMs = Math.min(HOUR_MS, 5000 * 2 ** (attempt - 1)) / 2
      scene.clock.skip(pauseMs - 1000)
      await sleep(25)
      assert.equal(receiver.hits.length, attempt)
      scene.clock.skip(1500)
    }
    await hits(13)
    const received = receiver.hits.map((hit) => verified(hit, secret))
    assert.equal(new Set(received.map(({ id }) => id)).size, 1)
    const now = scene.clock.now() / 1000
    assert.ok(received.every(({ seconds }, at) => at === 0 || seconds > (received[at - 1]?.seconds ?? 0)))
    assert.ok(Math.abs((received.at(-1)?.seconds ?? 0) - now) < 10)
  })

  test('loses an event after three days, of which the log tells without the address', async () => {
    await begin()
    scene.hooks.start()
    await scene.put(A, receiver.url('/secret-path'))
    receiver.answer = ({ response }) => response.writeHead(503).end()
    await scene.happens(A, 'instance.created', { n: 1 })
    const began = scene.clock.now()
    const [event] = await scene.waiting()
    // What came of each attempt is stored, and the next one has its time.
    const isAtRest = async () => {
      const [next] = await scene.waiting()
      return next === undefined || (next.attempts === receiver.hits.length && scene.clock.isWaiting)
    }
    while ((await scene.waiting()).length > 0) {
      await until(isAtRest, 'the end of an attempt')
      // What is stored is seen here a moment before it is seen by who stored it.
      await sleep(10)
      await until(isAtRest, 'the look after it')
      const seen = receiver.hits.length
      scene.clock.skip(HOUR_MS)
      await until(async () => receiver.hits.length > seen || (await scene.waiting()).length === 0, 'an attempt')
    }
    const days = (scene.clock.now() - began) / (24 * HOUR_MS)
    assert.ok(days > 3 && days < 3.2, String(days))
    const given = scene.logged.filter((line) => line.startsWith('warn an event is given up'))
    assert.equal(given.length, 1)
    assert.ok(given[0]?.includes(event?.id ?? '?') && given[0].includes('instance.created'))
    assert.doesNotMatch(scene.logged.join('\n'), /secret-path|whsec_|"n"/)
  })

  test('loses nothing because this server was off for a week', async () => {
    await begin({ fraction: () => 0 })
    await scene.put(A, receiver.url())
    await scene.happens(A, 'instance.created', { n: 1 })
    scene.clock.skip(7 * 24 * HOUR_MS)
    receiver.answer = ({ response }) => response.writeHead(503).end()
    scene.hooks.start()
    await until(async () => (await scene.waiting())[0]?.attempts === 1, 'an attempt that failed')
    receiver.answer = ({ response }) => response.end()
    scene.clock.skip(5000)
    await nothingWaits()
    assert.deepEqual(told(), [1, 1])
  })

  test('gets what waits at once when the hook is set anew or tested', async () => {
    await begin()
    scene.hooks.start()
    await scene.put(A, receiver.url('/old'))
    receiver.answer = ({ response }) => response.writeHead(500).end()
    await scene.happens(A, 'instance.created', { n: 1 })
    await until(async () => (await scene.waiting())[0]?.attempts === 1, 'an attempt that failed')
    await scene.hooks.test(A)
    await until(async () => (await scene.waiting())[0]?.attempts === 2, 'another one')
    receiver.answer = ({ response }) => response.end()
    await scene.put(A, receiver.url('/new'))
    await nothingWaits()
    assert.deepEqual(
      receiver.hits.map(({ path }) => path),
      ['/old', '/old', '/new', '/new'],
    )
  })

  test('waits not for years when the clock was set back', async () => {
    await begin({ fraction: () => 0 })
    scene.hooks.start()
    await scene.put(A, receiver.url())
    receiver.answer = ({ response }) => response.writeHead(500).end()
    await scene.happens(A, 'instance.created', { n: 1 })
    const [event] = await until(async () => {
      const waiting = await scene.waiting()
      return waiting[0]?.attempts === 1 && waiting
    }, 'an attempt that failed')
    const dueAt = scene.clock.now() + 365 * 24 * HOUR_MS
    await scene.store.commit({
      guards: [],
      writes: [{ kind: 'event.retry', seq: event?.seq ?? 0, id: event?.id ?? '', attempts: 1, dueAt }],
    })
    // What is stored is seen here a moment before it is seen by who stored it.
    await sleep(10)
    await until(() => scene.clock.isWaiting, 'the look after it')
    receiver.answer = ({ response }) => response.end()
    scene.clock.skip(60_000)
    await nothingWaits()
  })
})

describe('a slow receiver', () => {
  test('delays nobody else, and has one event under way', async () => {
    await begin({ fraction: () => 0 })
    scene.hooks.start()
    await scene.put(A, receiver.url('/hangs'))
    await scene.put(B, receiver.url('/works'))
    receiver.answer = ({ path, response }) => {
      if (path === '/works') response.end()
    }
    for (let n = 1; n <= 10; n++) {
      await scene.happens(A, 'instance.created', { n })
      await scene.happens(B, 'instance.created', { n })
    }
    await until(() => receiver.bodies('/works').length === 10, 'all of the other')
    assert.equal(receiver.bodies('/hangs').length, 1)
    scene.clock.skip(15_000)
    await until(async () => (await scene.waiting())[0]?.attempts === 1, 'the time is up')
    assert.deepEqual(attempts(A), [[1, 0]])
    receiver.answer = ({ response }) => response.end()
    scene.clock.skip(5000)
    await nothingWaits()
    assert.deepEqual(
      receiver.bodies('/hangs').map((body) => (JSON.parse(body) as { data: { n: number } }).data.n),
      [1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    )
  })

  test('that answers drop by drop has said its status', async () => {
    await begin()
    scene.hooks.start()
    await scene.put(A, receiver.url())
    receiver.answer = ({ response }) => response.writeHead(200).write('…')
    await scene.happens(A, 'instance.created', { n: 1 })
    await hits(1)
    await sleep(50)
    scene.clock.skip(15_000)
    await nothingWaits()
  })

  test('is not heard where another node has taken the jobs meanwhile: that one delivers it', async () => {
    let hasLostJobs = false
    await begin({ hasLostJobs: () => hasLostJobs })
    scene.hooks.start()
    await scene.put(A, receiver.url())
    receiver.answer = ({ response }) => {
      hasLostJobs = true
      response.end()
    }
    await scene.happens(A, 'instance.created', { n: 1 })
    await until(() => scene.logged.some((line) => line.includes('could not be stored')), 'it is refused')
    assert.equal((await scene.waiting()).length, 1)
  })

  test('is cut off at once where another node does the jobs already', async () => {
    await begin()
    scene.hooks.start()
    await scene.put(A, receiver.url())
    receiver.answer = () => undefined
    await scene.happens(A, 'instance.created', { n: 1 })
    await hits(1)
    const stopped = scene.hooks.stop(true)
    scene.clock.skip(0)
    await stopped
    assert.equal((await scene.waiting())[0]?.attempts, 0)
  })

  test('does not hold up a stop for long, and gets the event again', async () => {
    await begin()
    scene.hooks.start()
    await scene.put(A, receiver.url())
    receiver.answer = () => undefined
    await scene.happens(A, 'instance.created', { n: 1 })
    await hits(1)
    const stopped = scene.hooks.stop()
    scene.clock.skip(5000)
    await stopped
    receiver.answer = ({ response }) => response.end()
    await scene.crash()
    await hits(2)
    await nothingWaits()
    assert.equal(receiver.hits[0]?.headers['webhook-id'], receiver.hits[1]?.headers['webhook-id'])
  })
})
