// Truth: docs/partners.md: what is set of a hook, what an owner sees of it, and what a crash or its removal leaves.
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

describe('crash and removal', () => {
  test('an event that arrived, but whose removal is lost, arrives again with its id', async () => {
    await begin()
    scene.hooks.start()
    const { secret } = await scene.put(A, receiver.url())
    scene.loses = ({ writes }) => writes[0]?.kind === 'event.remove'
    await scene.happens(A, 'instance.created', { n: 1 })
    await hits(1)
    await scene.happens(A, 'instance.linked', { n: 2 })
    await scene.crash()
    await nothingWaits()
    assert.deepEqual(told(), [1, 1, 2])
    const [first, again] = receiver.hits.map((hit) => verified(hit, secret).id)
    assert.equal(first, again)
  })

  test('a hook that is removed takes its events along, also the one under way', async () => {
    await begin()
    scene.hooks.start()
    const { secret } = await scene.put(A, receiver.url())
    let isCut = false
    receiver.answer = ({ response }) => void response.on('close', () => (isCut = true))
    for (const n of [1, 2, 3]) await scene.happens(A, 'instance.created', { n })
    await hits(1)
    const late = scene.hooks.news(A, 'instance.deleted', { n: 4 }, scene.clock.now())
    assert.equal(await scene.hooks.remove(A, 'partner:t1'), null)
    await until(() => isCut, 'the attempt is cut off')
    assert.equal(scene.hooks.get(A), undefined)
    assert.deepEqual(await scene.waiting(), [])
    assert.deepEqual(scene.hooks.news(A, 'instance.deleted', {}, 1), [])
    // One whose batch was on its way meanwhile belongs to nobody.
    await scene.store.commit({ guards: [], writes: late })
    receiver.answer = ({ response }) => response.end()
    await scene.put(B, receiver.url('/b'))
    await scene.happens(B, 'instance.created', { n: 5 })
    await nothingWaits()
    assert.deepEqual(told(), [1, 5])
    assert.notEqual((await scene.put(A, receiver.url())).secret, secret)
    assert.ok(isFault(await scene.hooks.test('acc-c' as AccountId)))
  })

  test('an account that was erased is forgotten', async () => {
    await begin()
    scene.hooks.start()
    await scene.put(A, receiver.url())
    scene.accounts.delete(A)
    assert.equal(scene.hooks.get(A), undefined)
    assert.deepEqual(scene.hooks.news(A, 'instance.deleted', {}, 1), [])
    assert.ok(isFault(await scene.hooks.put(A, receiver.url(), false, 'operator')))
  })
})

describe('a hook', () => {
  test('keeps its secret until a new one is asked for, over a restart too', async () => {
    await begin()
    const first = await scene.put(A, receiver.url('/1'))
    const moved = await scene.put(A, receiver.url('/2'))
    assert.deepEqual([moved.secret, moved.createdAt], [first.secret, first.createdAt])
    const renewed = await scene.hooks.put(A, receiver.url('/2'), true, 'partner:t1')
    assert.ok(!isFault(renewed) && renewed.secret !== first.secret)
    assert.deepEqual(scene.hooks.get(A), { account: A, url: receiver.url('/2'), createdAt: first.createdAt })
    await scene.crash()
    await scene.happens(A, 'instance.created', {})
    await hits(1)
    for (const hit of receiver.hits) verified(hit, renewed.secret)
  })

  test('is in the audit log without path or secret', async () => {
    await begin()
    const { secret } = await scene.put(A, receiver.url('/token-of-mine'))
    await scene.hooks.remove(A, 'partner:t1')
    const entries = await scene.store.audit.list({ account: A }, 10)
    assert.deepEqual(
      entries.map(({ action, actor }) => [action, actor]),
      [
        ['hook.remove', 'partner:t1'],
        ['hook.put', 'operator'],
      ],
    )
    assert.ok(!JSON.stringify(entries).includes('token-of-mine') && !JSON.stringify(entries).includes(secret))
  })

  test('may not lead where this server never goes', async () => {
    await begin({ allow: ['10.1.0.0/16'] })
    const refused = [
      'no url',
      'ftp://example.com/',
      '/path',
      'http://exa mple.com/',
      `https://example.com/${'a'.repeat(4096)}`,
      'http://127.0.0.1/',
      'http://2130706433/',
      'http://0x7f.1/',
      'https://[::1]/',
      'https://[::ffff:10.0.0.1]/',
      'http://10.2.0.1/',
      'http://169.254.169.254/latest',
      'http://localhost:8080/',
      'http://a.localhost./',
    ]
    for (const url of refused) {
      const outcome = await scene.hooks.put(A, url, false, 'operator')
      assert.ok(isFault(outcome) && outcome.fault === 'invalid' && outcome.message.includes("'url'"), url)
    }
    assert.equal(scene.hooks.get(A), undefined)
    for (const url of ['http://10.1.2.3/', 'https://93.184.216.34/x', 'https://example.com/']) await scene.put(A, url)
  })

  test('whose name leads inside is not reached', async () => {
    await begin({ allow: [], resolve: (_, done) => done(null, [{ address: '127.0.0.1', family: 4 }]) })
    scene.hooks.start()
    await scene.put(A, receiver.url().replace('127.0.0.1', 'hooks.example.com'))
    await scene.happens(A, 'instance.created', {})
    await until(async () => (await scene.waiting())[0]?.attempts === 1, 'an attempt that failed')
    assert.equal(receiver.hits.length, 0)
    assert.deepEqual(attempts(A), [[1, 0]])
  })

  test('that nobody has costs no timer', async () => {
    await begin()
    const before = scene.clock.timers
    scene.hooks.start()
    assert.deepEqual(scene.hooks.news(A, 'instance.created', {}, 1), [])
    assert.equal(scene.clock.timers, before)
    await scene.put(A, receiver.url())
    await scene.hooks.remove(A, 'operator')
    await sleep(50)
    const left = scene.clock.timers
    scene.clock.skip(10 * 60_000)
    await sleep(20)
    assert.equal(scene.clock.timers, left)
  })
})
