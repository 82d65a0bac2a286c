import assert from 'node:assert/strict'
import { JOBS } from '../../../src/storage/cluster-store.ts'
import { contents, storeTest, type Fresh } from '../harness.ts'
import * as sample from '../samples.ts'

const { FIRST, SECOND, commit } = sample

export function retention(fresh: Fresh): void {
  storeTest(
    fresh,
    'messages are swept by age in the order of storing, at most so many, sparing what is queued',
    async (store) => {
      for (let n = 1; n <= 5; n++) await commit(store, sample.addMessage(FIRST, `m${n}`, { at: n * 10 }))
      await commit(store, { kind: 'outbox.add', instance: FIRST, position: 1, id: sample.messageId('m2'), at: 99 })
      // The same id on another instance isn't queued there.
      await commit(store, sample.addMessage(SECOND, 'm2', { at: 15 }))
      assert.equal(await store.sweep('messages', 10, 100), 0)
      assert.equal(await store.sweep('messages', 40, 2), 2)
      assert.equal(await store.journal.find(FIRST, sample.messageId('m1')), null, 'the oldest first')
      assert.equal((await store.journal.find(SECOND, sample.messageId('m2')))?.at, 15, 'stored last')
      assert.equal(await store.sweep('messages', 40, 100), 1)
      assert.equal(await store.journal.find(SECOND, sample.messageId('m2')), null)
      assert.equal(await store.sweep('messages', 40, 100), 0)
      const left = await Promise.all(
        ['m2', 'm3', 'm4', 'm5'].map((id) => store.journal.find(FIRST, sample.messageId(id))),
      )
      assert.deepEqual(
        left.map((row) => row?.id),
        ['m2', undefined, 'm4', 'm5'],
      )
      assert.equal((await store.outbox.next(FIRST))?.id, 'm2')
    },
  )

  storeTest(fresh, 'what a clock that was ahead has left at the front holds up no sweep for ever', async (store) => {
    const ahead = Array.from({ length: 5001 }, (_, n) => sample.addMessage(FIRST, `ahead${n}`, { at: 9_000_000 + n }))
    for (let from = 0; from < ahead.length; from += 500) await commit(store, ...ahead.slice(from, from + 500))
    await commit(store, sample.addMessage(FIRST, 'old', { at: 10 }), sample.addMessage(FIRST, 'young', { at: 90 }))
    let removed = 0
    for (let round = 0; round < 4; round++) removed += await store.sweep('messages', 40, 100)
    assert.equal(removed, 1)
    assert.equal(await store.journal.find(FIRST, sample.messageId('old')), null)
    assert.equal((await store.journal.find(FIRST, sample.messageId('young')))?.at, 90)
  })

  storeTest(fresh, 'receipts are swept by age after the messages', async (store) => {
    const put = (participant: string, at: number) =>
      ({ kind: 'receipt.put', instance: FIRST, id: sample.messageId('s'), receipt: receipt(participant, at) }) as const
    await commit(store, sample.addMessage(FIRST, 's', { at: 10 }), put('a', 11), put('b', 12), put('c', 30))
    assert.equal(await store.sweep('messages', 20, 2), 2)
    assert.equal(await store.journal.find(FIRST, sample.messageId('s')), null)
    assert.equal(await store.sweep('messages', 20, 9), 1)
    assert.deepEqual(await store.journal.receipts(FIRST, sample.messageId('s')), [receipt('c', 30)])
  })

  storeTest(fresh, 'state changes and answers are swept by age, at most so many', async (store) => {
    for (let at = 1; at <= 5; at++) {
      await commit(store, { kind: 'state.add', instance: FIRST, change: { state: 'authorized', wid: '', at } })
      await store.commit(sample.batch([], [sample.once(`k${at}`, { at })]))
    }
    assert.equal(await store.sweep('states', 5, 3), 3)
    assert.deepEqual(
      (await store.instances.states(FIRST, 10)).map(({ at }) => at),
      [5, 4],
    )
    assert.equal(await store.sweep('answers', 3, 100), 2)
    assert.equal(await store.answers.find('scope-1', 'k2'), null)
    assert.equal((await store.answers.find('scope-1', 'k3'))?.answer, 'answer to k3')
    assert.deepEqual(await store.commit(sample.batch([], [sample.once('k2', { at: 9 })])), { ok: true })
  })

  storeTest(fresh, 'a deleted instance leaves nothing, whatever the limit, and frees no id', async (store, harness) => {
    await store.commit(sample.batch([sample.addInstance(SECOND), ...everything(SECOND)], used(SECOND)))
    await store.journal.ofChat(SECOND, sample.CHAT, 1)
    await store.journal.since(OUT, 1)
    await store.deliveries.find(SECOND, 2)
    const before = await contents(harness)
    await store.commit(sample.batch([sample.addInstance(FIRST)], [sequence(FIRST), ...used(FIRST)]))
    await store.journal.ofChat(FIRST, sample.CHAT, 1)
    await commit(store, ...everything(FIRST), { kind: 'instance.delete', instance: FIRST, at: 50 })
    assert.equal(await store.sweep('deletedInstances', 50, 100), 0, 'not old enough')
    let rounds = 0
    while ((await store.sweep('deletedInstances', 51, 3)) === 3) assert.ok(++rounds < 20)
    assert.ok(rounds >= 2, 'it took several rounds')
    assert.equal(await store.sweep('deletedInstances', 51, 3), 0)
    const after = await contents(harness)
    const sequences = after.get('sequence')
    after.set('sequence', before.get('sequence') ?? [])
    assert.deepEqual(after, before)
    assert.equal(sequences?.length, 1)
    assert.equal(await store.instances.lastId('whatsapp'), FIRST)
    assert.equal((await store.commit(sample.batch([], [sequence(FIRST)]))).ok, false)
  })

  storeTest(fresh, 'several deleted instances go in one sweep', async (store) => {
    await commit(store, sample.addInstance(FIRST), sample.addInstance(SECOND))
    await commit(store, { kind: 'instance.delete', instance: FIRST, at: 1 })
    await commit(store, { kind: 'instance.delete', instance: SECOND, at: 2 })
    assert.equal(await store.sweep('deletedInstances', 9, 100), 4, 'two instances and their leases')
    assert.deepEqual(await store.instances.all(), [])
    assert.deepEqual([...(await store.leases.takeAll('node-1')).keys()], [JOBS])
  })
}

const OUT = { instance: SECOND, shelf: 'message', direction: 'out', since: 0 } as const
const sequence = (value: number) => ({ kind: 'sequence', messenger: 'whatsapp', value }) as const

const receipt = (participant: string, at: number) =>
  ({ participant: participant as typeof sample.CHAT, status: 'read', at }) as const
const month = '2026-11'

/** A row in every table that only guards write. */
function used(on: typeof FIRST) {
  return [
    { kind: 'quota', instance: on, month, what: 'x', limit: 9 },
    { kind: 'correspondent', instance: on, month, chat: sample.CHAT, limit: 9 },
  ] as const
}

/** A row in every other table that knows instances. */
function everything(on: typeof FIRST) {
  return [
    ...sample.enqueue(on, 1, 'a'),
    ...sample.enqueue(on, 2, 'b'),
    sample.notify(on, 1),
    sample.notify(on, 2),
    sample.attempted(on, 1, { status: 500 }),
    sample.attempted(on, 2),
    { kind: 'state.add', instance: on, change: { state: 'authorized', wid: '', at: 9 } },
    { kind: 'secret.put', instance: on, name: 'x', value: Uint8Array.of(1) },
    { kind: 'receipt.put', instance: on, id: sample.messageId('a'), receipt: receipt('1@c.us', 9) },
    { kind: 'file.put', instance: on, file: { at: 'here', sha256: 'ab', size: 1, remote: 'way' }, at: 9 },
  ] as const
}
