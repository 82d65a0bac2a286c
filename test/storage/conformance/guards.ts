import assert from 'node:assert/strict'
import type { ChatId, Epoch, InstanceId } from '../../../src/model/ids.ts'
import type { MessageRow } from '../../../src/storage/store.ts'
import { storeTest, type Fresh } from '../harness.ts'
import * as sample from '../samples.ts'

const { FIRST, SECOND, batch, commit, enqueue, notify, once, owns } = sample

export function guards(fresh: Fresh): void {
  storeTest(fresh, 'a stale epoch is refused and nothing of its batch is stored', async (store, harness) => {
    await commit(store, sample.addInstance(FIRST))
    const before = await harness.dump()
    for (const epoch of [0, 2]) {
      const guard = owns(FIRST, epoch as Epoch)
      const refused = await store.commit(batch([...enqueue(FIRST, 1, 'a'), notify(FIRST, 1)], [guard]))
      assert.deepEqual(refused, { ok: false, refusedBy: guard })
    }
    assert.equal((await store.commit(batch([], [owns(SECOND)]))).ok, false, 'an instance that does not exist')
    assert.deepEqual(await harness.dump(), before)
    assert.deepEqual(await store.commit(batch(enqueue(FIRST, 1, 'a'), [owns(FIRST)])), { ok: true })
  })

  storeTest(fresh, 'the first use of an idempotency key wins, later ones get its answer', async (store) => {
    assert.deepEqual(await store.commit(batch([notify(FIRST, 1)], [once('k')])), { ok: true })
    const again = once('k', { bodyHash: 'another', answer: 'never stored', at: 9999 })
    const earlier = { bodyHash: 'hash', answer: 'answer to k' }
    assert.deepEqual(await store.commit(batch([notify(FIRST, 2)], [again])), { ok: false, refusedBy: again, earlier })
    assert.deepEqual(await store.answers.find('scope-1', 'k'), earlier)
    assert.deepEqual(await store.commit(batch([], [once('k', { scope: 'scope-2' })])), { ok: true })
    assert.equal((await store.mailbox.head(FIRST))?.receiptId, 1)
    assert.deepEqual(await store.mailbox.sizes(), [{ instance: FIRST, count: 1, last: 1 }])
  })

  storeTest(fresh, 'of concurrent uses of a key one wins and all others learn its answer', async (store) => {
    const answers = Array.from({ length: 20 }, (_, n) => once('k', { answer: `answer ${n}` }))
    const all = await Promise.all(answers.map((guard, n) => store.commit(batch([notify(FIRST, n + 1)], [guard]))))
    const winner = all.findIndex(({ ok }) => ok)
    assert.equal(all.filter(({ ok }) => ok).length, 1)
    for (const outcome of all.filter((_, n) => n !== winner)) {
      assert.ok(!outcome.ok)
      assert.deepEqual(outcome.earlier, { bodyHash: 'hash', answer: `answer ${winner}` })
    }
    assert.deepEqual(await store.mailbox.sizes(), [{ instance: FIRST, count: 1, last: winner + 1 }])
  })

  storeTest(fresh, 'scopes and keys are not run together', async (store) => {
    const guard = once('b:c', { scope: 'a', answer: 'one' })
    const other = once('c', { scope: 'a:b', answer: 'two' })
    assert.deepEqual(await store.commit(batch([], [guard, other])), { ok: true })
    assert.equal((await store.answers.find('a', 'b:c'))?.answer, 'one')
    assert.equal((await store.answers.find('a:b', 'c'))?.answer, 'two')
  })

  storeTest(fresh, 'a sequence only rises, each messenger by itself', async (store) => {
    const to = (value: number, messenger: 'whatsapp' | 'v3' = 'whatsapp') =>
      ({ kind: 'sequence', messenger, value }) as const
    assert.equal((await store.commit(batch([], [to(10)]))).ok, true)
    assert.deepEqual(await store.commit(batch([], [to(10)])), { ok: false, refusedBy: to(10) })
    assert.equal((await store.commit(batch([], [to(9)]))).ok, false)
    assert.equal((await store.commit(batch([], [to(3, 'v3')]))).ok, true)
    assert.equal((await store.commit(batch([], [to(4_999_999_999)]))).ok, true)
    assert.equal(await store.instances.lastId('whatsapp'), 4_999_999_999)
    assert.equal(await store.instances.lastId('v3'), 3)
    assert.equal(await store.instances.lastId('telegram'), 0)
  })

  storeTest(fresh, 'a message is fresh until its instance has one with this id', async (store) => {
    await commit(store, sample.addInstance(FIRST), sample.addInstance(SECOND))
    const isFresh = (instance: InstanceId, id: string) =>
      ({ kind: 'fresh', instance, chat: sample.CHAT, id: sample.messageId(id) }) as const
    const add = (instance: InstanceId) => batch([sample.addMessage(instance, 'a')], [isFresh(instance, 'a')])
    const both = await Promise.all([store.commit(add(FIRST)), store.commit(add(FIRST))])
    assert.deepEqual(both, [{ ok: true }, { ok: false, refusedBy: isFresh(FIRST, 'a') }])
    assert.equal((await store.commit(batch([], [isFresh(FIRST, 'b')]))).ok, true)
    assert.equal((await store.commit(add(SECOND))).ok, true)
    const elsewhere = { ...isFresh(FIRST, 'a'), chat: '79990000000@c.us' as ChatId }
    assert.equal((await store.commit(batch([], [elsewhere]))).ok, true, 'another chat may have the same id')
  })

  storeTest(
    fresh,
    'a new message is added by its guard, and what its instance has is refused',
    async (store, harness) => {
      await commit(store, sample.addInstance(FIRST), sample.addInstance(SECOND))
      const isNew = (instance: InstanceId, id: string, rest: Partial<MessageRow> = {}) =>
        ({ kind: 'newMessage', row: sample.message(instance, id, { byApi: false, ...rest }) }) as const
      const first = isNew(FIRST, 'a', {
        direction: 'in',
        shelf: 'status',
        status: 'delivered',
        body: '{}',
      })
      const again = isNew(FIRST, 'a')
      const both = await Promise.all([
        store.commit(batch([notify(FIRST, 1)], [owns(FIRST), first])),
        store.commit(batch([notify(FIRST, 2)], [owns(FIRST), isNew(FIRST, 'b'), again])),
      ])
      assert.deepEqual(both, [{ ok: true }, { ok: false, refusedBy: again }])
      assert.deepEqual(await store.journal.inChat(FIRST, sample.CHAT, sample.messageId('a')), first.row)
      assert.equal(await store.journal.find(FIRST, sample.messageId('b')), null, 'nothing of a refused batch is stored')
      const before = await harness.dump()
      assert.equal((await store.commit(batch([], [again]))).ok, false)
      assert.deepEqual(await harness.dump(), before)
      const elsewhere = isNew(FIRST, 'a', { chat: '79990000000@c.us' as ChatId })
      const others = [isNew(SECOND, 'a'), isNew(FIRST, 'b'), elsewhere]
      const outcomes = await Promise.all(others.map((guard) => store.commit(batch([], [guard]))))
      assert.deepEqual(
        outcomes,
        others.map(() => ({ ok: true })),
      )
      const [status] = await store.journal.since({ instance: FIRST, shelf: 'status', direction: 'in', since: 0 }, 10)
      assert.equal(status?.id, 'a', 'lists show it')
    },
  )

  storeTest(fresh, 'a message is queued until it is claimed, and again when that is taken back', async (store) => {
    await commit(store, sample.addInstance(FIRST), sample.addInstance(SECOND), sample.addMessage(FIRST, 'a'))
    const queued = { kind: 'queued', instance: FIRST, position: 1 } as const
    const refused = { ok: false, refusedBy: queued }
    const claim = { kind: 'outbox.claim', instance: FIRST, position: 1, epoch: sample.EPOCH, deadline: 9 } as const
    assert.deepEqual(await store.commit(batch([], [queued])), refused, 'nothing is in the queue')
    await commit(store, { kind: 'outbox.add', instance: FIRST, position: 1, id: sample.messageId('a'), at: 1 })
    assert.equal((await store.commit(batch([], [{ ...queued, instance: SECOND }]))).ok, false)
    const both = await Promise.all([claim, claim].map((write) => store.commit(batch([write], [queued]))))
    assert.deepEqual(both, [{ ok: true }, refused])
    await commit(store, { kind: 'outbox.release', instance: FIRST, position: 1 })
    assert.deepEqual(await store.commit(batch([claim], [queued])), { ok: true })
    await commit(store, { kind: 'outbox.remove', instance: FIRST, position: 1 })
    assert.deepEqual(await store.commit(batch([], [queued])), refused)
  })

  storeTest(fresh, 'a guard that refuses undoes the guards before it', async (store, harness) => {
    await commit(store, sample.addInstance(FIRST))
    const before = await harness.dump()
    const stale = owns(FIRST, 9 as Epoch)
    const sequence = { kind: 'sequence', messenger: 'whatsapp', value: 5 } as const
    const refused = await store.commit(batch([notify(FIRST, 1)], [once('k'), sequence, stale]))
    assert.deepEqual(refused, { ok: false, refusedBy: stale })
    assert.deepEqual(await harness.dump(), before)
  })

  storeTest(fresh, 'a refused and a failing batch leave their neighbours alone', async (store) => {
    await commit(store, sample.addInstance(FIRST))
    const stale = owns(FIRST, 9 as Epoch)
    const outcomes = await Promise.allSettled([
      store.commit(batch(enqueue(FIRST, 1, 'a'), [owns(FIRST)])),
      store.commit(batch(enqueue(FIRST, 2, 'b'), [stale])),
      store.commit(batch([...enqueue(FIRST, 3, 'c'), ...enqueue(FIRST, 3, 'd')])),
      store.commit(batch([notify(FIRST, 1), sample.addMessage(FIRST, 'a')])),
      store.commit(batch(enqueue(FIRST, 5, 'e'), [owns(FIRST)])),
    ])
    assert.deepEqual(
      outcomes.map((outcome) => (outcome.status === 'rejected' ? 'failed' : outcome.value.ok)),
      [true, false, 'failed', 'failed', true],
    )
    assert.deepEqual(
      (await store.outbox.list(FIRST, 10)).map(({ position, id }) => [position, id]),
      [[1, 'a'], [5, 'e']], // prettier-ignore
    )
    for (const gone of ['b', 'c', 'd']) assert.equal(await store.journal.find(FIRST, sample.messageId(gone)), null)
    assert.equal(await store.mailbox.head(FIRST), null)
  })

  storeTest(fresh, 'batches of one instance are applied in the order of the calls', async (store) => {
    await commit(store, sample.addInstance(FIRST), sample.addInstance(SECOND))
    const names = Array.from({ length: 300 }, (_, n) => `name ${n}`)
    await Promise.all(
      names.flatMap((name) => [
        store.commit(batch([{ kind: 'instance.name', instance: FIRST, name }], [owns(FIRST)])),
        store.commit(batch([{ kind: 'instance.name', instance: SECOND, name: `second ${name}` }])),
      ]),
    )
    assert.deepEqual(
      (await store.instances.all()).map(({ name }) => name),
      ['name 299', 'second name 299'],
    )
  })

  storeTest(fresh, 'a resolved commit is seen by the next read', async (store) => {
    for (let receiptId = 1; receiptId <= 50; receiptId++) {
      await commit(store, notify(FIRST, receiptId))
      assert.equal((await store.mailbox.sizes())[0]?.last, receiptId)
    }
  })

  storeTest(fresh, 'a value that cannot be stored rejects that batch only', async (store) => {
    const odd = { kind: 'mailbox.add', instance: FIRST, receiptId: 1, body: null as unknown as string, at: 1 } as const
    const outcomes = await Promise.allSettled([
      store.commit(batch([notify(FIRST, 5), odd])),
      store.commit(batch([notify(FIRST, 6)])),
    ])
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['rejected', 'fulfilled'],
    )
    assert.deepEqual(await store.mailbox.sizes(), [{ instance: FIRST, count: 1, last: 6 }])
  })
}
