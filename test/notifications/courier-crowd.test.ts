// Truth: what a real receiver on loopback got while some of its callers hang, and what is left when the courier goes.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '../../src/lib/until.ts'
import { CourierScene, type Inbox, RETRY_MS } from '../support/courier-scene.ts'
import { WebhookReceiver, type Hit } from '../support/webhook-receiver.ts'

let receiver: WebhookReceiver
let scene: CourierScene

beforeEach(async () => {
  receiver = await WebhookReceiver.start()
  scene = new CourierScene()
})
afterEach(async () => {
  await scene.courier.close(0)
  await receiver.close()
})

const hangOnSlow = ({ path, response }: Hit): void => {
  if (path !== '/slow') response.end()
}

describe('receivers that hang', () => {
  for (const [slow, text] of [
    [1, 'one instance'],
    [600, 'hundreds of instances'],
  ] as const) {
    test(`on ${text} do not delay 50 others of the same origin`, async () => {
      receiver.answer = hangOnSlow
      for (let index = 0; index < slow; index += 1) await scene.inbox(receiver.url('/slow')).post('slow')
      const others = Array.from({ length: 50 }, () => scene.inbox(receiver.url('/quick')))
      const ticking = setInterval(() => scene.clock.skip(20), 5)
      try {
        await until(() => receiver.bodies('/slow').length === slow, 'everybody who hangs')
        const began = performance.now()
        for (const inbox of others) await inbox.post('1', '2', '3')
        await until(() => others.every((inbox) => inbox.mailbox.count === 0), '150 deliveries')
        assert.ok(performance.now() - began < 2000, `took ${String(performance.now() - began)} ms`)
        assert.equal(receiver.bodies('/quick').length, 150)
      } finally {
        clearInterval(ticking)
      }
    })
  }
})

describe('a notification that comes just when the last one is settled', () => {
  for (let later = 0; later <= 24; later += 1) {
    test(`is delivered too, ${String(later)} steps later`, async () => {
      const inbox = scene.inbox(receiver.url())
      inbox.mailbox.onReady = () => {
        scene.courier.wake(inbox)
        if (inbox.mailbox.count === 0 && receiver.hits.length < 5) void postLater(inbox, later)
      }
      await inbox.post('a')
      await until(() => receiver.hits.length === 5 && inbox.mailbox.count === 0, 'five deliveries')
    })
  }
})

async function postLater(inbox: Inbox, steps: number): Promise<void> {
  for (let step = 0; step < steps; step += 1) await Promise.resolve()
  await inbox.post('b')
}

describe('idle and gone instances', () => {
  test('cost no timer, however many there are', async () => {
    const inboxes = Array.from({ length: 300 }, () => scene.inbox(receiver.url()))
    for (const inbox of inboxes) scene.courier.wake(inbox)
    for (const inbox of inboxes.slice(0, 50)) await inbox.post('a')
    await until(() => receiver.hits.length === 50, '50 deliveries')
    await until(() => inboxes.every((inbox) => inbox.mailbox.count === 0), 'empty mailboxes')
    // One watches all connections to the receiver, and goes with the last of them.
    assert.equal(scene.clock.timers, 1)
    scene.clock.skip(10_000)
    assert.equal(scene.clock.timers, 0)
  })

  test('a waiting one costs one', async () => {
    receiver.answer = ({ response }) => response.writeHead(500).end()
    const inbox = scene.inbox(receiver.url())
    await inbox.post('a')
    await until(() => scene.logged.length === 1, 'a failure')
    for (let index = 0; index < 20; index += 1) await inbox.post('b')
    scene.clock.skip(10_000)
    assert.equal(scene.clock.timers, 1)
  })

  test('a forgotten one is cut off in the middle and never tried again', async () => {
    receiver.answer = () => undefined
    const [flying, pausing] = [scene.inbox(receiver.url()), scene.inbox('http://127.0.0.1:1/')]
    await pausing.post('a')
    await until(() => scene.logged.length === 1, 'a failure')
    await flying.post('a')
    await until(() => receiver.hits.length === 1, 'a delivery')
    for (const inbox of [flying, pausing]) scene.courier.forget(inbox.id)
    await until(() => receiver.hits[0]?.response.destroyed === true, 'a closed connection')
    scene.clock.skip(RETRY_MS * 2)
    await sleep(60)
    assert.equal(receiver.hits.length, 1)
    assert.equal(scene.logged.length, 1)
    assert.deepEqual([flying.mailbox.count, pausing.mailbox.count], [1, 1])
  })
})

describe('close', () => {
  test('lets what is under way end and settles it, and starts nothing more', async () => {
    const waiting: Hit[] = []
    receiver.answer = (hit) => waiting.push(hit)
    const [inbox, paused] = [scene.inbox(receiver.url()), scene.inbox('http://127.0.0.1:1/')]
    await paused.post('a')
    await inbox.post('a', 'b')
    await until(() => receiver.hits.length === 1 && scene.logged.length === 1, 'one under way, one pausing')
    let closed = false
    const closing = scene.courier.close(10_000).then(() => (closed = true))
    await scene.inbox(receiver.url()).post('too late')
    await sleep(50)
    assert.equal(closed, false)
    for (const { response } of waiting) response.end()
    await closing
    assert.deepEqual(receiver.bodies(), ['a'])
    assert.equal(inbox.mailbox.count, 1)
    assert.deepEqual((await inbox.mailbox.peek())?.body, 'b')
  })

  test('cuts off after the drain time what does not end, and its item stays', async () => {
    receiver.answer = () => undefined
    const inbox = scene.inbox(receiver.url())
    await inbox.post('a')
    await until(() => receiver.hits.length === 1, 'a delivery')
    const closing = scene.courier.close(10_000)
    scene.clock.skip(10_000)
    await closing
    assert.equal(inbox.mailbox.count, 1)
    assert.deepEqual(scene.logged, [])
  })

  test('of an idle courier is immediate', async () => {
    await scene.courier.close(10_000)
    assert.equal(scene.clock.timers, 0)
  })
})
