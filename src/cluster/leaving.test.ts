// Truth: OpenCluster.leave and syncEverywhere: each ends within its bound, whatever hangs.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ClusterWorld, LEASE_MS } from '../../test/support/cluster-world.ts'
import type { InstanceId } from '../model/ids.ts'
import { JOBS } from '../storage/cluster-store.ts'

const HANGS = new Promise<never>(() => undefined)

async function twoNodes() {
  const world = new ClusterWorld()
  for (let n = 0; n < 20; n++) world.database.add((1_101_000_001 + n) as InstanceId, '')
  const one = await world.join('a')
  await world.pass(500)
  const other = await world.join('b')
  await world.pass(3 * LEASE_MS)
  return { world, one, other }
}

describe('a node that leaves', () => {
  test('waits for its jobs only so long: another one does them then', async () => {
    const { world, one, other } = await twoNodes()
    assert.notEqual(one.jobs, undefined)
    one.stoppingJobs = HANGS
    const before = world.nowMs
    await world.during(one.cluster.leave())
    assert.ok(world.nowMs - before <= 10_000, `${String(world.nowMs - before)} ms`)
    assert.equal(world.database.leases.get(JOBS)?.owner, 'b')
    await world.pass(2000)
    assert.equal(other.jobs, world.database.leases.get(JOBS)?.epoch)
  })

  test('ends within its bound where the other one takes a thing and never says so', async () => {
    const { world, one } = await twoNodes()
    one.hangsMoving = true
    const before = world.nowMs
    await world.during(one.cluster.leave())
    assert.ok(world.nowMs - before <= 65_000, `${String(world.nowMs - before)} ms`)
  })
})

describe('a change of the register', () => {
  test('is known when `sync` says so, and in force when it was told everywhere; calls wait for the first alone', async () => {
    const { world, one, other } = await twoNodes()
    let enforce = (): void => undefined
    other.enforcing = new Promise((resolve) => (enforce = resolve))
    world.database.revision.accounts = 9
    await world.during(other.cluster.sync(), 1000)
    assert.equal(other.syncs.at(-1), 9)
    let isEverywhere = false
    const telling = one.cluster.syncEverywhere().then(() => (isEverywhere = true))
    await world.pass(1000)
    assert.equal(isEverywhere, false)
    enforce()
    await world.during(telling, 1000)
  })

  test('that takes long to be in force is not waited for beyond its bound', async () => {
    const { world, one, other } = await twoNodes()
    other.enforcing = HANGS
    one.enforcing = HANGS
    const before = world.nowMs
    await world.during(one.cluster.syncEverywhere())
    assert.ok(world.nowMs - before <= 5100)
  })
})
