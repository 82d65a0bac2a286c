import assert from 'node:assert/strict'
import type { Epoch } from '../../../src/model/ids.ts'
import type { Store } from '../../../src/storage/store.ts'
import { storeTest, type Fresh } from '../harness.ts'
import * as sample from '../samples.ts'

const { FIRST, SECOND, commit, enqueue, notify } = sample

const claim = (position: number, epoch = 3, deadline = 900) =>
  ({ kind: 'outbox.claim', instance: FIRST, position, epoch: epoch as Epoch, deadline }) as const
const positions = async (store: Store) => (await store.outbox.list(FIRST, 100)).map(({ position }) => position)

export function queues(fresh: Fresh): void {
  storeTest(fresh, 'the outbox gives its items in the order of positions, with what is to be sent', async (store) => {
    for (const position of [3, 1, 2]) await commit(store, ...enqueue(FIRST, position, `m${position}`, 10 + position))
    await commit(store, ...enqueue(SECOND, 7, 'other'))
    const item = (position: number) => ({
      position,
      id: `m${position}`,
      enqueuedAt: 10 + position,
      message: sample.outgoing(`text of m${position}`),
    })
    assert.deepEqual(await store.outbox.next(FIRST), item(1))
    assert.deepEqual(await store.outbox.list(FIRST, 10), [item(1), item(2), item(3)])
    assert.deepEqual(await store.outbox.list(FIRST, 2), [item(1), item(2)])
    assert.deepEqual(await store.outbox.list(FIRST, 2, 1), [item(2), item(3)])
    assert.deepEqual(await store.outbox.list(FIRST, 2, 3), [])
    assert.deepEqual(byInstance(await store.outbox.sizes()), [
      { instance: FIRST, count: 3, last: 3 },
      { instance: SECOND, count: 1, last: 7 },
    ])
  })

  storeTest(fresh, 'a claimed item is not next, is listed, and comes back when released', async (store) => {
    for (const position of [1, 2, 3]) await commit(store, ...enqueue(FIRST, position, `m${position}`))
    await commit(store, claim(2, 4, 1_700_000_000_000), claim(1))
    assert.equal((await store.outbox.next(FIRST))?.position, 3)
    assert.deepEqual(
      (await store.outbox.claimed(FIRST)).map(({ position, id, epoch, deadline }) => [position, id, epoch, deadline]),
      [[1, 'm1', 3, 900], [2, 'm2', 4, 1_700_000_000_000]], // prettier-ignore
    )
    assert.deepEqual(await positions(store), [1, 2, 3])
    await commit(store, { kind: 'outbox.release', instance: FIRST, position: 1 })
    assert.equal((await store.outbox.next(FIRST))?.position, 1)
    await commit(store, { kind: 'outbox.remove', instance: FIRST, position: 2 })
    assert.deepEqual(await store.outbox.claimed(FIRST), [])
    assert.deepEqual(await positions(store), [1, 3])
  })

  storeTest(fresh, 'failing a queue settles what no attempt has claimed, up to a position', async (store) => {
    for (const position of [1, 2, 3, 4]) await commit(store, ...enqueue(FIRST, position, `m${position}`))
    await commit(store, ...enqueue(SECOND, 1, 'm1'), claim(2))
    await commit(store, { kind: 'outbox.fail', instance: FIRST, upTo: 3, description: 'cleared', at: 99 })
    assert.deepEqual(await positions(store), [2, 4])
    const status = async (id: string) => {
      const row = await store.journal.find(FIRST, sample.messageId(id))
      return [row?.status, row?.description]
    }
    assert.deepEqual(await status('m1'), ['failed', 'cleared'])
    assert.deepEqual(await status('m2'), ['pending', ''])
    assert.deepEqual(await status('m3'), ['failed', 'cleared'])
    assert.deepEqual(await status('m4'), ['pending', ''])
    assert.equal((await store.journal.find(SECOND, sample.messageId('m1')))?.status, 'pending')
    assert.equal((await store.outbox.next(SECOND))?.position, 1)
  })

  storeTest(fresh, "a queued message is our own, not a stranger's with the same id", async (store) => {
    const theirs = { chat: '666@c.us' as typeof sample.CHAT, direction: 'in', byApi: false, body: '{}' } as const
    await commit(store, ...enqueue(FIRST, 1, 'a'), sample.addMessage(FIRST, 'a', theirs))
    assert.deepEqual(
      (await store.outbox.list(FIRST, 10)).map(({ message }) => message),
      [sample.outgoing('text of a')],
    )
    await commit(store, { kind: 'outbox.fail', instance: FIRST, upTo: 1, description: 'cleared', at: 99 })
    assert.equal((await store.journal.find(FIRST, sample.messageId('a')))?.status, 'pending', 'theirs is the newest')
  })

  storeTest(fresh, 'the mailbox gives its oldest notification until it is removed', async (store) => {
    for (const receiptId of [2, 1, 3]) await commit(store, notify(FIRST, receiptId, 50 + receiptId))
    await commit(store, notify(SECOND, 1))
    assert.deepEqual(await store.mailbox.head(FIRST), { receiptId: 1, body: '{"receipt":1}', at: 51 })
    await commit(store, { kind: 'mailbox.remove', instance: FIRST, receiptId: 1 })
    await commit(store, { kind: 'mailbox.remove', instance: FIRST, receiptId: 1 })
    assert.equal((await store.mailbox.head(FIRST))?.receiptId, 2)
    assert.deepEqual(byInstance(await store.mailbox.sizes()), [
      { instance: FIRST, count: 2, last: 3 },
      { instance: SECOND, count: 1, last: 1 },
    ])
    await commit(store, { kind: 'mailbox.clear', instance: FIRST, upTo: 2 })
    assert.equal((await store.mailbox.head(FIRST))?.receiptId, 3)
    await commit(store, { kind: 'mailbox.clear', instance: FIRST, upTo: 3 })
    assert.equal(await store.mailbox.head(FIRST), null)
    assert.equal((await store.mailbox.head(SECOND))?.receiptId, 1)
  })

  storeTest(fresh, 'expiring a mailbox says what went, also when it is much', async (store) => {
    await commit(store, sample.addInstance(FIRST), sample.addInstance(SECOND))
    const many = Array.from({ length: 2500 }, (_, n) => notify(FIRST, n + 1, 100 + n))
    await commit(store, ...many, notify(SECOND, 4, 100), notify(SECOND, 5, 100), notify(SECOND, 6, 9999))
    assert.deepEqual(await store.mailbox.expire(100, 'node-1'), [])
    assert.deepEqual(byInstance(await store.mailbox.expire(2590, 'node-1')), [
      { instance: FIRST, count: 2490, upTo: 2490 },
      { instance: SECOND, count: 2, upTo: 5 },
    ])
    assert.equal((await store.mailbox.head(FIRST))?.receiptId, 2491)
    assert.deepEqual(byInstance(await store.mailbox.sizes()), [
      { instance: FIRST, count: 10, last: 2500 },
      { instance: SECOND, count: 1, last: 6 },
    ])
  })

  sparing(fresh)
}

function sparing(fresh: Fresh): void {
  storeTest(fresh, 'of spared instances nothing expires, and they keep nobody else from it', async (store) => {
    await commit(store, sample.addInstance(FIRST), sample.addInstance(SECOND))
    const theirs = Array.from({ length: 2300 }, (_, n) => notify(FIRST, n + 1, 100))
    const mixed = Array.from({ length: 40 }, (_, n) => notify(n % 2 === 0 ? FIRST : SECOND, 2301 + n, 200))
    await commit(store, ...theirs, ...mixed, notify(FIRST, 3000, 300), notify(SECOND, 3000, 300))
    const expire = (before: number, ...spared: (typeof FIRST)[]) =>
      store.mailbox.expire(before, 'node-1', new Set(spared))
    assert.deepEqual(await expire(250, FIRST, SECOND), [])
    assert.deepEqual(await expire(250, FIRST), [{ instance: SECOND, count: 20, upTo: 2340 }])
    assert.deepEqual(await expire(250, FIRST), [])
    assert.deepEqual(byInstance(await store.mailbox.sizes()), [
      { instance: FIRST, count: 2321, last: 3000 },
      { instance: SECOND, count: 1, last: 3000 },
    ])
    assert.deepEqual(await expire(301, SECOND), [{ instance: FIRST, count: 2321, upTo: 3000 }])
    assert.deepEqual(await expire(301), [{ instance: SECOND, count: 1, upTo: 3000 }])
  })
}

function byInstance<T extends { readonly instance: number }>(rows: readonly T[]): readonly T[] {
  return rows.toSorted((a, b) => a.instance - b.instance)
}
