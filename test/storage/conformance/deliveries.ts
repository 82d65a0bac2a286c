import assert from 'node:assert/strict'
import type { DeliveryOutcome } from '../../../src/model/delivery.ts'
import type { Store } from '../../../src/storage/store.ts'
import { storeTest, type Fresh } from '../harness.ts'
import * as sample from '../samples.ts'

const { FIRST, SECOND, attempted, commit, notify } = sample

const removed = (receiptId: number, on = FIRST) => ({ kind: 'mailbox.remove', instance: on, receiptId }) as const
const settled = (receiptId: number, on = FIRST) => [attempted(on, receiptId), removed(receiptId, on)]
const receipts = async (store: Store, query = {}) =>
  (await store.deliveries.list(FIRST, query, 100)).lines.map(({ receiptId }) => receiptId)

export function deliveries(fresh: Fresh): void {
  storeTest(fresh, 'a delivery leaves a line with what was sent', async (store) => {
    await commit(store, notify(FIRST, 1, 50), notify(SECOND, 1, 60))
    await commit(store, ...settled(1))
    assert.equal(await store.mailbox.head(FIRST), null)
    const line = {
      receiptId: 1,
      type: 'kind',
      madeAt: 50,
      outcome: 'delivered',
      tries: 1,
      attempts: [{ at: 500, ms: 12, status: 200, code: '' }],
    }
    assert.deepEqual(await store.deliveries.find(FIRST, 1), { ...line, body: '{"receipt":1}' })
    assert.deepEqual(await store.deliveries.list(FIRST, {}, 10), { lines: [line], next: null })
    assert.equal(await store.deliveries.find(SECOND, 1), null)
    assert.deepEqual(await store.deliveries.list(SECOND, {}, 10), { lines: [], next: null })
  })

  storeTest(fresh, 'what is refused again and again is one line, of which the middle is left out', async (store) => {
    await commit(store, notify(FIRST, 7))
    for (let n = 1; n <= 40; n++) await commit(store, attempted(FIRST, 7, { at: n, status: 503 }))
    const times = async () => (await store.deliveries.find(FIRST, 7))?.attempts.map(({ at }) => at)
    const last = Array.from({ length: 20 }, (_, n) => 21 + n)
    assert.deepEqual(await times(), [1, 2, 3, 4, 5, ...last])
    await commit(store, attempted(FIRST, 7, { at: 41 }), removed(7))
    assert.deepEqual(await times(), [1, 2, 3, 4, 5, ...last.map((at) => at + 1)])
    const found = await store.deliveries.find(FIRST, 7)
    assert.deepEqual([found?.tries, found?.outcome, found?.body], [41, 'delivered', '{"receipt":7}'])
  })

  storeTest(fresh, 'of what waits no more nothing is noted', async (store) => {
    await commit(store, notify(FIRST, 1))
    await commit(store, removed(1))
    await commit(store, attempted(FIRST, 1), attempted(FIRST, 2))
    assert.deepEqual(await receipts(store), [])
  })

  storeTest(fresh, 'lines are listed newest first, by what became of them and by type', async (store) => {
    const failed = { status: 0, code: 'ECONNREFUSED' }
    await commit(store, ...[1, 2, 3, 4, 5].map((n) => notify(FIRST, n)))
    await commit(store, ...settled(1), attempted(FIRST, 2, failed), removed(2), attempted(FIRST, 4, failed, 'other'))
    await commit(store, attempted(FIRST, 3, {}, 'other'), removed(3))
    const ofOutcome = (outcome: DeliveryOutcome, type?: string) => receipts(store, { outcome, ...(type && { type }) })
    assert.deepEqual(await receipts(store), [4, 3, 2, 1])
    assert.deepEqual(await ofOutcome('delivered'), [3, 1])
    assert.deepEqual(await ofOutcome('gone'), [2])
    assert.deepEqual(await ofOutcome('retrying'), [4])
    assert.deepEqual(await ofOutcome('delivered', 'other'), [3])
    assert.deepEqual(await receipts(store, { type: 'other' }), [4, 3])
    const first = await store.deliveries.list(FIRST, {}, 3)
    assert.deepEqual([first.lines.map(({ receiptId }) => receiptId), first.next], [[4, 3, 2], 2])
    const second = await store.deliveries.list(FIRST, {}, 3, 2)
    assert.deepEqual([second.lines.map(({ receiptId }) => receiptId), second.next], [[1], null])
  })

  storeTest(fresh, 'a rare type among many is found step by step', async (store) => {
    const all = Array.from({ length: 2100 }, (_, n) => n + 1)
    await commit(store, ...all.map((n) => notify(FIRST, n)))
    await commit(store, ...all.map((n) => attempted(FIRST, n, {}, n === 1 ? 'rare' : 'kind')))
    const first = await store.deliveries.list(FIRST, { type: 'rare' }, 10)
    assert.deepEqual(first, { lines: [], next: 101 })
    const second = await store.deliveries.list(FIRST, { type: 'rare' }, 10, 101)
    assert.deepEqual([second.lines.map(({ receiptId }) => receiptId), second.next], [[1], null])
  })

  storeTest(fresh, 'what waits is listed in its order', async (store) => {
    await commit(store, ...[3, 1, 2].map((n) => notify(FIRST, n, 50 + n)), notify(SECOND, 1))
    const item = (n: number) => ({ receiptId: n, body: `{"receipt":${n}}`, at: 50 + n })
    assert.deepEqual(await store.mailbox.list(FIRST, 10), [item(1), item(2), item(3)])
    assert.deepEqual(await store.mailbox.list(FIRST, 1, 1), [item(2)])
  })

  sweeping(fresh)
}

function sweeping(fresh: Fresh): void {
  storeTest(fresh, 'lines are swept by age in the order of storing, at most so many', async (store) => {
    await commit(store, ...[1, 2, 3, 4, 5].map((n) => notify(FIRST, n)))
    for (const n of [1, 2, 3, 4, 5]) await commit(store, attempted(FIRST, n, { at: n * 10 }))
    assert.equal(await store.sweep('deliveries', 10, 100), 0)
    assert.equal(await store.sweep('deliveries', 40, 2), 2)
    assert.deepEqual(await receipts(store), [5, 4, 3])
    assert.equal(await store.sweep('deliveries', 40, 100), 1)
    assert.equal(await store.sweep('deliveries', 40, 100), 0)
    assert.deepEqual(await receipts(store), [5, 4])
    assert.equal((await store.mailbox.sizes())[0]?.count, 5, 'what waits stays')
  })

  storeTest(fresh, 'a line of what is never taken is as old as its last attempt', async (store) => {
    const failed = (receiptId: number, at: number) => attempted(FIRST, receiptId, { at, status: 500 })
    await commit(store, notify(FIRST, 1), notify(FIRST, 2))
    await commit(store, failed(1, 10), failed(2, 11))
    await commit(store, failed(1, 50))
    assert.equal(await store.sweep('deliveries', 40, 100), 1)
    assert.deepEqual(await receipts(store), [1])
  })

  storeTest(fresh, 'a line that a clock far ahead has left at the front holds up no sweep for ever', async (store) => {
    const ahead = Array.from({ length: 2001 }, (_, n) => n + 10)
    await commit(store, ...ahead.map((n) => notify(FIRST, n)), notify(FIRST, 3000), notify(FIRST, 3001))
    await commit(store, ...ahead.map((n) => attempted(FIRST, n, { at: 9_000_000 })))
    await commit(store, attempted(FIRST, 3000, { at: 10 }), attempted(FIRST, 3001, { at: 90 }))
    let gone = 0
    for (let round = 0; round < 4; round++) gone += await store.sweep('deliveries', 40, 100)
    assert.equal(gone, 1)
    assert.equal(await store.deliveries.find(FIRST, 3000), null)
    assert.equal((await store.deliveries.find(FIRST, 3001))?.receiptId, 3001)
  })
}
