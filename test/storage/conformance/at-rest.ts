import assert from 'node:assert/strict'
import { DEFAULT_SETTINGS } from '../../../src/model/settings.ts'
import { storeTest, type Fresh } from '../harness.ts'
import * as sample from '../samples.ts'

const { FIRST, SECOND, commit } = sample

export function atRest(fresh: Fresh): void {
  storeTest(fresh, 'no secret lies readable in the database', async (store, harness) => {
    const settings = { ...DEFAULT_SETTINGS, webhookUrlToken: 'CLEAR-webhook' }
    await commit(store, sample.addInstance(FIRST, { token: 'CLEAR-created', settings }))
    await commit(
      store,
      { kind: 'instance.token', instance: FIRST, token: 'CLEAR-changed' },
      { kind: 'instance.settings', instance: FIRST, settings: { ...settings, webhookUrl: 'readable-url' } },
      sample.putToken('readable-id', { token: 'CLEAR-partner' }),
      sample.putToken('readable-id', { token: 'CLEAR-partner', name: 'readable-token-name' }),
      sample.putHook({ secret: 'CLEAR-hook' }),
      sample.putHook({ secret: 'CLEAR-other-hook', url: 'readable-hook-url' }),
      { kind: 'secret.put', instance: FIRST, name: 'readable-name', value: Buffer.from('CLEAR-secret') },
    )
    await store.commit(sample.batch([], [sample.once('readable-key', { answer: 'CLEAR-answer' })]))
    await store.close()
    const bytes = await harness.bytesAtRest()
    for (const readable of ['url', 'name', 'key', 'id', 'token-name', 'hook-url'].map((name) => `readable-${name}`))
      assert.ok(bytes.includes(readable), readable)
    const base64 = Buffer.from('CLEAR').toString('base64').slice(0, 6)
    for (const clear of ['CLEAR', Buffer.from('CLEAR').toString('hex'), base64])
      assert.ok(!bytes.includes(clear), clear)
  })

  storeTest(fresh, 'a store reopened finds everything', async (store, harness) => {
    await store.commit(sample.batch([sample.addInstance(FIRST)], [sample.once('k'), sequence]))
    await commit(store, ...sample.enqueue(FIRST, 1, 'a'), sample.notify(FIRST, 1))
    await commit(store, { kind: 'secret.put', instance: FIRST, name: 'x', value: Uint8Array.of(1, 2) })
    await store.close()
    const again = await harness.open()
    try {
      assert.deepEqual(await again.instances.all(), [sample.instance(FIRST)])
      assert.equal(await again.instances.lastId('whatsapp'), 42)
      assert.equal((await again.outbox.next(FIRST))?.id, 'a')
      assert.equal((await again.mailbox.head(FIRST))?.receiptId, 1)
      assert.deepEqual([...((await again.secrets.get(FIRST, 'x')) ?? [])], [1, 2])
      assert.equal((await again.answers.find('scope-1', 'k'))?.answer, 'answer to k')
    } finally {
      await again.close()
    }
  })

  storeTest(fresh, 'another key is refused and harms nothing', async (store, harness) => {
    await commit(store, sample.addInstance(FIRST))
    await store.close()
    await assert.rejects(harness.open(sample.OTHER_KEY), /sealed with another key/)
    const again = await harness.open()
    assert.deepEqual(await again.instances.all(), [sample.instance(FIRST)])
    await again.close()
  })

  storeTest(
    fresh,
    'close keeps what was handed over, refuses what comes later, and may be called twice',
    async (store, harness) => {
      const kept = Array.from({ length: 200 }, (_, n) => store.commit(sample.batch([sample.notify(SECOND, n + 1)])))
      await Promise.all([store.close(), store.close()])
      for (const outcome of await Promise.all(kept)) assert.ok(outcome.ok)
      await assert.rejects(store.commit(sample.batch([sample.notify(SECOND, 500)])))
      await assert.rejects(store.mailbox.head(SECOND))
      await assert.rejects(store.ping())
      const again = await harness.open()
      assert.deepEqual(await again.mailbox.sizes(), [{ instance: SECOND, count: 200, last: 200 }])
      await again.close()
    },
  )
}

const sequence = { kind: 'sequence', messenger: 'whatsapp', value: 42 } as const
