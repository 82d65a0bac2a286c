import assert from 'node:assert/strict'
import type { Epoch, InstanceId } from '../../../src/model/ids.ts'
import { JOBS, type Beat, type ClusterStore, type NodeBeat } from '../../../src/storage/cluster-store.ts'
import type { Store } from '../../../src/storage/store.ts'
import { storeTest, type Fresh, type Harness } from '../harness.ts'
import * as sample from '../samples.ts'

const { FIRST, SECOND, commit } = sample

const LEASE_MS = 60_000
const ids = (count: number) => Array.from({ length: count }, (_, n) => (1_101_000_001 + n) as InstanceId)

/** Only a database that several servers use has nodes. */
export function cluster(fresh: Fresh): void {
  const clusterTest = (name: string, work: (cluster: ClusterStore, store: Store, harness: Harness) => Promise<void>) =>
    storeTest(fresh, name, async (store, harness) => {
      if (store.cluster !== undefined) await work(store.cluster, store, harness)
    })
  beats(clusterTest)
  claims(clusterTest)
  moves(clusterTest)
}

type ClusterTest = (
  name: string,
  work: (cluster: ClusterStore, store: Store, harness: Harness) => Promise<void>,
) => void

function beat(cluster: ClusterStore, node: string, rest: Partial<NodeBeat> = {}): Promise<Beat> {
  const url = `http://${node}:80`
  return cluster.beat({
    node,
    url,
    version: '1.2.3',
    startedAt: 5,
    engines: 'x=y',
    isLeaving: false,
    leaseMs: LEASE_MS,
    ...rest,
  })
}

/** As if its last beat were long ago. */
const die = (harness: Harness, node: string) => harness.change(`update node set expires_at = 1 where id = '${node}'`)

/** Instances without an owner, and the lease of the jobs. */
const free = (store: Store, count: number) =>
  commit(
    store,
    ...ids(count).map(
      (id) => ({ ...sample.addInstance(id), owner: 'long gone' }) as ReturnType<typeof sample.addInstance>,
    ),
  )

function beats(clusterTest: ClusterTest): void {
  clusterTest('a beat announces its node and tells of all that live', async (cluster) => {
    const first = await beat(cluster, 'a', { url: null })
    assert.ok(Math.abs(first.now - Date.now()) < 60_000)
    const a = { node: 'a', url: null, version: '1.2.3', startedAt: 5, engines: 'x=y', isLeaving: false }
    assert.deepEqual(first.nodes, [{ ...a, expiresAt: first.now + LEASE_MS, isAlive: true }])
    assert.equal(first.free, 1, 'the jobs')
    const second = await beat(cluster, 'b', { startedAt: 6, isLeaving: true })
    assert.deepEqual(
      second.nodes.map(({ node, isLeaving, isAlive, url }) => [node, isLeaving, isAlive, url]),
      [['a', false, true, null], ['b', true, true, 'http://b:80']], // prettier-ignore
    )
    const again = await beat(cluster, 'a', { leaseMs: 90_000 })
    assert.equal(again.nodes[0]?.expiresAt, again.now + 90_000)
    assert.equal(again.changes, first.changes)
  })

  clusterTest(
    'a dead node is told of while it owns something, and comes back as if new',
    async (cluster, _, harness) => {
      const { changes } = await beat(cluster, 'a')
      await beat(cluster, 'b')
      assert.deepEqual(await cluster.claim('a', 9), new Map([[JOBS, 1]]))
      await die(harness, 'a')
      const seen = await beat(cluster, 'b')
      assert.deepEqual(
        seen.nodes.map(({ node, isAlive }) => [node, isAlive]),
        [['a', false], ['b', true]], // prettier-ignore
      )
      assert.equal(seen.free, 1)
      assert.deepEqual(await cluster.claim('b', 9), new Map([[JOBS, 2]]))
      for (let n = 0; n < 2; n++)
        assert.deepEqual(
          (await beat(cluster, 'b')).nodes.map(({ node }) => node),
          ['b'],
        )
      const back = await beat(cluster, 'a')
      assert.ok(back.changes > changes, 'it has lost what it had')
      assert.deepEqual(await cluster.owned('a'), new Map())
    },
  )

  clusterTest('a node that beats again in time has lost nothing', async (cluster, _, harness) => {
    await beat(cluster, 'a')
    await beat(cluster, 'b')
    await cluster.claim('a', 9)
    await die(harness, 'a')
    const before = await beat(cluster, 'b')
    assert.equal(before.free, 1)
    const { changes } = await beat(cluster, 'a')
    assert.deepEqual(await cluster.claim('b', 9), new Map())
    assert.deepEqual(await cluster.owned('a'), new Map([[JOBS, 1]]))
    assert.equal((await beat(cluster, 'a')).changes, changes)
  })
}

function claims(clusterTest: ClusterTest): void {
  clusterTest('free leases are claimed, so many at most, each with a new epoch', async (cluster, store) => {
    await free(store, 5)
    assert.equal((await beat(cluster, 'a')).free, 6)
    const some = await cluster.claim('a', 4)
    assert.equal(some.size, 4)
    const rest = await cluster.claim('a', 4)
    assert.equal(rest.size, 2)
    const all = new Map([...some, ...rest])
    assert.deepEqual(await cluster.owned('a'), all)
    assert.deepEqual(
      [...all.keys()].toSorted((a, b) => a - b),
      [JOBS, ...ids(5)],
    )
    for (const id of ids(5)) {
      assert.equal(all.get(id), 2)
      assert.deepEqual(await store.commit(sample.batch([], [sample.owns(id, 2 as Epoch)])), { ok: true })
      assert.equal((await store.commit(sample.batch([], [sample.owns(id)]))).ok, false)
    }
    assert.equal((await beat(cluster, 'a')).free, 0)
    assert.equal((await cluster.claim('a', 4)).size, 0)
  })

  clusterTest('only those that are asked for are claimed', async (cluster, store) => {
    await free(store, 5)
    await beat(cluster, 'a')
    assert.deepEqual(await cluster.claim('a', 9, []), new Map())
    assert.deepEqual(await cluster.claim('a', 9, [SECOND, 77 as InstanceId]), new Map([[SECOND, 2]]))
    assert.deepEqual(await cluster.claim('a', 9, [SECOND]), new Map())
    assert.equal((await cluster.claim('a', 1, ids(5))).size, 1)
  })

  clusterTest('who is dead, leaves or was never there claims nothing', async (cluster, store, harness) => {
    await free(store, 2)
    await beat(cluster, 'dead')
    await beat(cluster, 'leaves', { isLeaving: true })
    await die(harness, 'dead')
    for (const node of ['dead', 'leaves', 'nobody']) {
      assert.deepEqual(await cluster.claim(node, 9), new Map())
      assert.deepEqual(await cluster.claim(node, 9, [FIRST]), new Map())
    }
    assert.equal((await beat(cluster, 'b')).free, 3)
  })

  clusterTest(
    'many that claim at once share what the dead have left, and the dead hear of it',
    async (cluster, store, harness) => {
      await free(store, 300)
      const { changes } = await beat(cluster, 'dead')
      assert.equal((await cluster.claim('dead', 999)).size, 301)
      const nodes = ['a', 'b', 'c', 'd']
      for (const node of nodes) await beat(cluster, node)
      await die(harness, 'dead')
      const taken = await Promise.all(nodes.map((node) => cluster.claim(node, 76)))
      assert.deepEqual(
        taken.map(({ size }) => size).toSorted((a, b) => a - b),
        [73, 76, 76, 76],
      )
      assert.equal(new Set(taken.flatMap((one) => [...one.keys()])).size, 301)
      assert.ok((await beat(cluster, 'dead')).changes > changes)
      assert.deepEqual(await cluster.owned('dead'), new Map())
    },
  )
}

function moves(clusterTest: ClusterTest): void {
  clusterTest('an owner hands a lease on to a node that lives, and it hears of it', async (cluster, store, harness) => {
    await commit(store, sample.addInstance(FIRST))
    await beat(cluster, 'node-1')
    const { changes } = await beat(cluster, 'b')
    assert.equal(await cluster.move(FIRST, 9 as Epoch, 'b'), null)
    for (const to of ['nobody', 'dead', 'leaves']) {
      if (to !== 'nobody') await beat(cluster, to, { isLeaving: to === 'leaves' })
      if (to === 'dead') await die(harness, to)
      assert.equal(await cluster.move(FIRST, 1 as Epoch, to), null)
    }
    assert.equal((await beat(cluster, 'b')).changes, changes)
    assert.deepEqual(await cluster.owned('node-1'), new Map([[FIRST, 1]]))
    assert.equal(await cluster.move(FIRST, 1 as Epoch, 'b'), 2)
    assert.equal(await cluster.move(FIRST, 1 as Epoch, 'b'), null)
    assert.ok((await beat(cluster, 'b')).changes > changes)
    assert.deepEqual(await cluster.owned('b'), new Map([[FIRST, 2]]))
    assert.equal((await store.commit(sample.batch([], [sample.owns(FIRST)]))).ok, false)
  })

  clusterTest('a lease that is renewed stays where it is, and nothing of before counts', async (cluster, store) => {
    await commit(store, sample.addInstance(FIRST))
    const { changes } = await beat(cluster, 'node-1')
    assert.equal(await cluster.renew(FIRST, 9 as Epoch), null)
    assert.equal(await cluster.renew(SECOND, 1 as Epoch), null)
    assert.equal(await cluster.renew(FIRST, 1 as Epoch), 2)
    assert.deepEqual(await cluster.owned('node-1'), new Map([[FIRST, 2]]))
    assert.equal((await beat(cluster, 'node-1')).changes, changes)
    assert.equal((await store.commit(sample.batch([], [sample.owns(FIRST)]))).ok, false)
    assert.deepEqual(await store.commit(sample.batch([], [sample.owns(FIRST, 2 as Epoch)])), { ok: true })
  })

  clusterTest('who leaves leaves everything behind', async (cluster, store) => {
    await commit(store, sample.addInstance(FIRST))
    await beat(cluster, 'node-1')
    const b = await beat(cluster, 'b')
    assert.equal(b.free, 1)
    await cluster.leave('node-1')
    await cluster.leave('never there')
    const after = await beat(cluster, 'b')
    assert.equal(after.free, 2)
    assert.deepEqual(
      after.nodes.map(({ node }) => node),
      ['b'],
    )
    assert.deepEqual(await cluster.claim('b', 9), new Map([[JOBS, 1], [FIRST, 2]])) // prettier-ignore
  })

  clusterTest('it is known who owns what, and how much', async (cluster, store, harness) => {
    await commit(store, sample.addInstance(FIRST), sample.addInstance(SECOND))
    await beat(cluster, 'node-1')
    await beat(cluster, 'b', { url: null })
    await cluster.move(SECOND, 1 as Epoch, 'b')
    assert.deepEqual(await cluster.ownerOf(FIRST), { node: 'node-1', epoch: 1, url: 'http://node-1:80', isAlive: true })
    assert.deepEqual(await cluster.ownerOf(SECOND), { node: 'b', epoch: 2, url: null, isAlive: true })
    assert.equal(await cluster.ownerOf(77 as InstanceId), null)
    await die(harness, 'node-1')
    assert.equal((await cluster.ownerOf(FIRST))?.isAlive, false)
    await cluster.leave('b')
    assert.deepEqual(await cluster.ownerOf(SECOND), { node: 'b', epoch: 2, url: null, isAlive: false })
    assert.deepEqual(await cluster.loads(), new Map([['', 1], ['b', 1], ['node-1', 1]])) // prettier-ignore
  })

  clusterTest('notifications of an instance expire by the word of its owner alone', async (cluster, store) => {
    await commit(store, sample.addInstance(FIRST), sample.addInstance(SECOND))
    await beat(cluster, 'b')
    await cluster.move(SECOND, 1 as Epoch, 'b')
    const many = Array.from({ length: 1500 }, (_, n) => sample.notify(n % 3 === 0 ? SECOND : FIRST, n + 1, 100))
    await commit(store, ...many)
    assert.deepEqual(await store.mailbox.expire(101, 'nobody'), [])
    assert.deepEqual(await store.mailbox.expire(101, 'b'), [{ instance: SECOND, count: 500, upTo: 1498 }])
    assert.deepEqual(await store.mailbox.sizes(), [{ instance: FIRST, count: 1000, last: 1500 }])
  })
}
