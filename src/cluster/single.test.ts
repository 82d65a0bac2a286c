// Truth: one server at a time on a database that was not said to be shared; the one that comes later waits for a dead one, and gives way to a living.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ClusterWorld, LEASE_MS } from '../../test/support/cluster-world.ts'
import { silentLog } from '../lib/log.ts'
import type { Epoch, InstanceId } from '../model/ids.ts'
import type { ClusterStore } from '../storage/cluster-store.ts'
import type { Store } from '../storage/store.ts'
import type { OpenCluster } from './cluster.ts'
import { openSingle } from './single.ts'

const ID = 1_101_000_001 as InstanceId

interface Server {
  readonly opening: Promise<OpenCluster | undefined>
  readonly deaths: Error[]
  /** It stands still: nothing of it reaches the database. */
  freeze(isFrozen: boolean): void
}

function open(world: ClusterWorld, node: string): Server {
  const { database } = world
  let isFrozen = false
  const deaths: Error[] = []
  const cluster: ClusterStore = {
    ...bound(database),
    beat: (beat) => (isFrozen ? Promise.reject(new Error('frozen')) : database.beat(beat)),
    leave: (node) => (isFrozen ? Promise.reject(new Error('frozen')) : database.leave(node)),
  }
  const takeAll = (owner: string) => {
    for (const [id, { epoch }] of database.leases) database.leases.set(id, { owner, epoch: (epoch + 1) as Epoch })
    return database.owned(owner)
  }
  const opening = openSingle({
    // Nothing else of the store is asked for.
    store: { leases: { takeAll } } as unknown as Store,
    cluster,
    clock: { now: () => world.nowMs, after: (delayMs, callback) => world.after(delayMs, callback) },
    log: silentLog,
    self: { node, url: null, version: '1', startedAt: world.nowMs, engines: '' },
    leaseMs: LEASE_MS,
    monotonicMs: () => world.nowMs,
    onDeath: (error) => deaths.push(error),
  })
  return { opening, deaths, freeze: (frozen) => (isFrozen = frozen) }
}

function bound(database: ClusterStore): ClusterStore {
  return {
    beat: (node) => database.beat(node),
    leave: (node) => database.leave(node),
    owned: (node) => database.owned(node),
    claim: (node, limit, only) => database.claim(node, limit, only),
    move: (instance, epoch, to) => database.move(instance, epoch, to),
    renew: (instance, epoch) => database.renew(instance, epoch),
    ownerOf: (instance) => database.ownerOf(instance),
    loads: () => database.loads(),
    register: () => database.register(),
  }
}

describe('the only server on a database that several could use', () => {
  test('has everything at once, and is sure of it while its beats come', async () => {
    const world = new ClusterWorld()
    world.database.add(ID, 'long gone')
    const server = open(world, 'a')
    const cluster = await world.during(server.opening)
    assert.ok(cluster?.isAlone)
    assert.equal(cluster.ownership.epochOf(ID), 2)
    await world.pass(60_000)
    assert.ok(cluster.ownership.isSure())
    server.freeze(true)
    await world.pass(LEASE_MS)
    assert.ok(!cluster.ownership.isSure())
    server.freeze(false)
    await world.pass(2000)
    assert.ok(cluster.ownership.isSure())
    assert.deepEqual(server.deaths, [])
    await world.during(cluster.close())
    assert.equal(world.database.nodes.size, 0)
  })

  test('ends in peace when the database can not be told any more', async () => {
    const world = new ClusterWorld()
    const server = open(world, 'a')
    const cluster = await world.during(server.opening)
    server.freeze(true)
    await world.during(cluster?.close() ?? Promise.resolve())
    assert.equal(world.database.nodes.size, 1)
  })

  test('a second one waits for one that has died, and gives way to one that lives', async () => {
    const world = new ClusterWorld()
    world.database.add(ID, 'long gone')
    const first = open(world, 'a')
    await world.during(first.opening)
    assert.equal(await world.during(open(world, 'b').opening), undefined)
    assert.equal(world.database.leases.get(ID)?.owner, 'a')
    first.freeze(true)
    const began = world.nowMs
    const third = open(world, 'c')
    assert.ok((await world.during(third.opening)) !== undefined)
    assert.ok(world.nowMs - began <= 1.5 * LEASE_MS)
    assert.equal(world.database.leases.get(ID)?.owner, 'c')
    first.freeze(false)
    await world.pass(3000)
    assert.equal(first.deaths.length, 1, 'it was frozen only, and finds another in its place')
    assert.deepEqual(third.deaths, [])
  })

  test('of two that start at one time one goes on', async () => {
    const world = new ClusterWorld()
    world.database.add(ID, '')
    const servers = [open(world, 'a'), open(world, 'b')]
    const opened = await world.during(Promise.all(servers.map(({ opening }) => opening)))
    assert.equal(opened.filter((cluster) => cluster !== undefined).length, 1)
    await world.pass(20_000)
    assert.deepEqual(
      servers.flatMap(({ deaths }) => deaths),
      [],
    )
  })
})
