import assert from 'node:assert/strict'
import { DEFAULT_SETTINGS } from '../../../src/model/settings.ts'
import type { RegisterRevision } from '../../../src/storage/cluster-store.ts'
import type { Guard, Store, Write } from '../../../src/storage/store.ts'
import { storeTest, type Fresh } from '../harness.ts'
import * as sample from '../samples.ts'

const { ACCOUNT, FIRST, SECOND, batch, commit } = sample

const knows = (accounts: number): Guard => ({ kind: 'register', accounts })

export function register(fresh: Fresh): void {
  guarding(fresh)
  reading(fresh)
  counting(fresh)
  oneByOne(fresh)
  listing(fresh)
}

function guarding(fresh: Fresh): void {
  storeTest(fresh, 'accounts are changed by who knows how they are', async (store) => {
    if (store.cluster === undefined) {
      for (const accounts of [0, 1, 77]) assert.equal((await store.commit(batch([], [knows(accounts)]))).ok, true)
      return
    }
    const { accounts } = await revision(store)
    assert.deepEqual(await store.commit(batch([sample.putAccount('a')], [knows(accounts)])), { ok: true })
    const late = knows(accounts)
    assert.deepEqual(await store.commit(batch([sample.putAccount('b')], [late])), { ok: false, refusedBy: late })
    assert.deepEqual(
      (await store.accounts.all()).map(({ id }) => id),
      ['a'],
    )
  })

  storeTest(fresh, 'of those who change accounts at once and know the same, one does', async (store) => {
    if (store.cluster === undefined) return
    const { accounts } = await revision(store)
    const all = await Promise.all(
      ['a', 'b', 'c', 'd'].map((id) => store.commit(batch([sample.putAccount(id)], [knows(accounts)]))),
    )
    assert.equal(all.filter(({ ok }) => ok).length, 1)
  })
}

function reading(fresh: Fresh): void {
  storeTest(fresh, 'some instances, and the sizes of their queues', async (store) => {
    await commit(store, sample.addInstance(FIRST), sample.addInstance(SECOND))
    await commit(store, ...sample.enqueue(FIRST, 1, 'a'), ...sample.enqueue(SECOND, 7, 'b'), sample.notify(SECOND, 4))
    assert.deepEqual(await store.instances.some([]), [])
    assert.deepEqual(await store.instances.some([SECOND, 77 as typeof FIRST]), [sample.instance(SECOND)])
    assert.deepEqual(await store.instances.some([SECOND, FIRST]), await store.instances.all())
    assert.deepEqual(await store.outbox.sizes([SECOND]), [{ instance: SECOND, count: 1, last: 7 }])
    assert.deepEqual(await store.mailbox.sizes([FIRST]), [])
    assert.deepEqual(await store.mailbox.sizes([FIRST, SECOND]), [{ instance: SECOND, count: 1, last: 4 }])
    assert.deepEqual(await store.outbox.sizes([]), [])
  })
}

function counting(fresh: Fresh): void {
  storeTest(
    fresh,
    'every change of accounts, tokens, tariffs, prices and hooks is counted, and no other',
    async (store) => {
      const counted: readonly Write[] = [
        sample.putAccount(ACCOUNT),
        sample.putAccount(ACCOUNT, { suspendedAt: 9 }),
        sample.putToken('t'),
        sample.putToken('t', { name: 'another' }),
        { kind: 'token.remove', account: ACCOUNT, id: 't' },
        {
          kind: 'tariff.put',
          row: { name: 'X', plan: 'free', correspondents: null, calls: new Map(), instances: null },
        },
        sample.putPrice(5, 20_000),
        { kind: 'price.remove', price: { tariff: 'PARTNER', account: null, currency: 'USD', fromDay: 20_000 } },
        sample.putHook(),
        { kind: 'hook.put', account: ACCOUNT, hook: null },
        sample.putAccount(ACCOUNT, { deletedAt: 9 }),
        { kind: 'account.erase', account: ACCOUNT },
      ]
      for (const write of counted) await raises(store, 'accounts', true, write)
      await commit(store, sample.putAccount(ACCOUNT), sample.putToken('t'))
      const others: readonly Write[] = [
        { kind: 'token.used', id: 't', at: 5 },
        sample.addLine(500, 20_000),
        { kind: 'charge.day', day: 20_000, midnight: 0, madeBefore: 9999, from: 0, to: FIRST, at: 5 },
        sample.addEvent('e'),
        { kind: 'audit.add', entry: { at: 1, actor: 'x', action: 'y', account: null, target: 'z', details: {} } },
        sample.addInstance(FIRST),
      ]
      for (const write of others) await raises(store, 'accounts', false, write)
    },
  )
}

/** Whoever has changed accounts knows the number that they have then. */
function oneByOne(fresh: Fresh): void {
  storeTest(
    fresh,
    'a batch that changes accounts raises their number by one, however much it changes',
    async (store) => {
      if (store.cluster === undefined) return
      const { accounts } = await revision(store)
      const writes = [sample.putAccount('a'), sample.putAccount(ACCOUNT), sample.putToken('t'), sample.putHook()]
      assert.deepEqual(await store.commit(batch(writes, [knows(accounts)])), { ok: true })
      assert.equal((await revision(store)).accounts, accounts + 1)
    },
  )
}

function listing(fresh: Fresh): void {
  storeTest(fresh, 'what lists show of an instance is counted, and it is known which has changed', async (store) => {
    await commit(store, sample.addInstance(SECOND))
    const counted: readonly Write[] = [
      sample.addInstance(FIRST),
      { kind: 'instance.name', instance: FIRST, name: 'another' },
      { kind: 'instance.token', instance: FIRST, token: 'another' },
      { kind: 'instance.settings', instance: FIRST, settings: { ...DEFAULT_SETTINGS, autoTyping: 7 } },
      { kind: 'instance.state', instance: FIRST, state: 'authorized', linked: null },
      { kind: 'instance.tariff', instance: FIRST, tariff: 'BUSINESS', paidUntil: 77 },
      { kind: 'instance.delete', instance: FIRST, at: 99 },
    ]
    for (const write of counted) await raises(store, 'instances', true, write)
    const others: readonly Write[] = [
      { kind: 'instance.state', instance: FIRST, state: 'authorized', linked: null },
      { kind: 'instance.sent', instance: FIRST, at: 5 },
      { kind: 'instance.receipts', instance: FIRST, upTo: 100 },
      { kind: 'state.add', instance: FIRST, change: { state: 'authorized', wid: '', at: 9 } },
      ...sample.enqueue(FIRST, 1, 'a'),
      sample.notify(FIRST, 1),
    ]
    for (const write of others) await raises(store, 'instances', false, write)
  })

  storeTest(fresh, 'many that change in one batch are one change', async (store) => {
    const ids = Array.from({ length: 500 }, (_, n) => (FIRST + n) as typeof FIRST)
    const before = await revision(store)
    await commit(store, ...ids.map((id) => sample.addInstance(id)))
    const after = await revision(store)
    if (store.cluster === undefined) return
    assert.equal(after.instances, before.instances + 1)
    assert.equal((await store.instances.changedSince(before.instances)).length, 500)
    assert.deepEqual(await store.instances.changedSince(after.instances), [])
  })
}

/** Where nobody else writes, nothing is counted, and nothing has changed behind anyone's back. */
async function revision(store: Store): Promise<RegisterRevision> {
  if (store.cluster === undefined) return { accounts: 0, instances: 0 }
  const beat = { node: 'node-1', url: null, version: '', startedAt: 1, engines: '', isLeaving: false, leaseMs: 60_000 }
  return (await store.cluster.beat(beat)).register
}

async function raises(store: Store, what: keyof RegisterRevision, does: boolean, write: Write): Promise<void> {
  const before = await revision(store)
  await commit(store, write)
  const after = await revision(store)
  const isCounted = does && store.cluster !== undefined
  assert.equal(after[what] - before[what], isCounted ? 1 : 0, `${what} by ${write.kind}`)
  const changed = await store.instances.changedSince(before.instances)
  const isListed = store.cluster !== undefined && after.instances > before.instances
  assert.deepEqual(changed, isListed ? (await store.instances.all()).filter(({ id }) => id === FIRST) : [])
}
