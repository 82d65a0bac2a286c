// Truth: the promises of `Cluster` and `Ownership`: one owner at a time, whatever fails; everything has one again soon after.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { ClusterWorld, LEASE_MS, type WorldNode } from '../../test/support/cluster-world.ts'
import type { Epoch, InstanceId } from '../model/ids.ts'
import { JOBS } from '../storage/cluster-store.ts'
import { HERE, NOWHERE } from './cluster.ts'

const idAt = (n: number) => (1_101_000_001 + n) as InstanceId
const ids = (count: number) => Array.from({ length: count }, (_, n) => idAt(n))

/** Instances that nobody has. */
function fill(world: ClusterWorld, count: number): void {
  for (const id of ids(count)) world.database.add(id, '')
}

const livingOf = (node: WorldNode) => [...node.alive.keys()]

/** Each instance lives on one node, by the epoch that the database has, and on no other. */
function assertWhole(world: ClusterWorld, count: number): void {
  for (const id of ids(count)) {
    const owners = world.nodes.filter((node) => node.runs && node.alive.has(id))
    assert.deepEqual(
      owners.map(({ name, alive }) => [name, alive.get(id)]),
      [[world.database.leases.get(id)?.owner, world.database.leases.get(id)?.epoch]],
      String(id),
    )
  }
  const workers = world.nodes.filter(({ runs, jobs }) => runs && jobs !== undefined)
  assert.deepEqual(
    workers.map(({ name, jobs }) => [name, jobs]),
    [[world.database.leases.get(JOBS)?.owner, world.database.leases.get(JOBS)?.epoch]],
  )
}

describe('a cluster', () => {
  test('the first node takes everything at once, and is sure of it', async () => {
    const world = new ClusterWorld()
    fill(world, 700)
    const node = await world.join('a')
    await world.pass(500)
    assertWhole(world, 700)
    assert.ok(node.cluster.ownership.isSure())
    assert.equal(node.cluster.locate(idAt(0)), HERE)
    assert.equal(node.cluster.ownership.epochOf(idAt(0)), 2)
    assert.equal(node.cluster.view.owned, 701)
  })

  test('a second one gets half of it, sessions slowly', async () => {
    const world = new ClusterWorld()
    fill(world, 400)
    await world.join('a')
    await world.pass(500)
    const second = await world.join('b')
    await world.pass(2000)
    const sessions = livingOf(second).filter((id) => id % 2 === 0).length
    assert.ok(sessions > 0 && sessions <= 80, `${String(sessions)} sessions moved in 2 s`)
    await world.pass(20_000)
    assertWhole(world, 400)
    assert.ok(Math.abs(second.alive.size - 200) <= 10, String(second.alive.size))
    const halves = livingOf(second).filter((id) => id % 2 === 0).length
    assert.ok(Math.abs(halves - 100) <= 10, `${String(halves)} of them have sessions`)
  })

  test('what a dead node had lives elsewhere within two leases, evenly', async () => {
    const world = new ClusterWorld()
    fill(world, 300)
    for (const name of ['a', 'b', 'c']) await world.join(name)
    await world.pass(60_000)
    const [dead, ...others] = world.nodes
    dead?.kill()
    const gone: string[] = []
    others[0]?.cluster.onGone((node) => gone.push(node))
    await world.pass(2 * LEASE_MS)
    assertWhole(world, 300)
    for (const { alive } of others) assert.ok(Math.abs(alive.size - 150) <= 8, String(alive.size))
    assert.deepEqual(gone, ['a'])
  })

  test('a node that leaves hands everything over, and no call waits for long', async () => {
    const world = new ClusterWorld()
    fill(world, 60)
    const first = await world.join('a')
    await world.pass(500)
    const second = await world.join('b')
    await world.pass(100)
    const places: Promise<unknown>[] = []
    const ask = async (id: InstanceId) => {
      const asked = world.nowMs
      const place = await second.cluster.locate(id)
      assert.notEqual(place, NOWHERE)
      assert.ok(world.nowMs - asked <= 2000)
    }
    const leaving = first.cluster.leave()
    for (let n = 0; n < 100; n++) {
      places.push(ask(idAt(n % 60)))
      await world.pass(10)
    }
    await world.during(leaving)
    await world.during(Promise.all(places))
    await world.during(first.cluster.close())
    first.kill()
    assertWhole(world, 60)
    assert.equal(second.alive.size, 60)
    assert.equal(world.database.nodes.has('a'), false)
  })

  test('what its heir does not take lives on, and by a new epoch', async () => {
    const world = new ClusterWorld()
    fill(world, 60)
    const first = await world.join('a')
    await world.pass(500)
    const before = new Map(first.alive)
    const second = await world.join('b')
    while (second.alive.size === 0) await world.pass(10)
    const announced = world.database.nodes.get('b')
    assert.ok(announced !== undefined)
    // It leaves, and nobody has heard of that yet.
    second.isCut = true
    world.database.nodes.set('b', { ...announced, isLeaving: true })
    await world.pass(1500)
    const kept = livingOf(first)
    assert.ok(
      kept.some((id) => first.alive.get(id) !== before.get(id)),
      'some were to go',
    )
    for (const id of kept) assert.equal(first.cluster.locate(id), HERE)
    second.isCut = false
    await world.pass(5000)
    assertWhole(world, 60)
  })

  test('a node that is alone leaves at once', async () => {
    const world = new ClusterWorld()
    fill(world, 5)
    const node = await world.join('a')
    await world.pass(500)
    const before = world.nowMs
    await world.during(node.cluster.leave())
    assert.ok(world.nowMs - before < 500)
    assert.equal(node.alive.size, 5)
  })

  test('a frozen node is sure of nothing when it goes on, and lets go of what others have', async () => {
    const world = new ClusterWorld()
    fill(world, 20)
    const first = await world.join('a')
    await world.pass(500)
    await world.join('b')
    await world.pass(10_000)
    const had = livingOf(first)
    first.isFrozen = true
    await world.pass(2.5 * LEASE_MS)
    first.thaw()
    assert.ok(!first.cluster.ownership.isSure())
    assert.ok(had.every((id) => first.cluster.ownership.epochOf(id) !== world.database.leases.get(id)?.epoch))
    await world.pass(3000)
    assert.ok(first.cluster.ownership.isSure())
    assertWhole(world, 20)
  })

  test('a wall clock that jumps makes nobody sure for longer', async () => {
    const world = new ClusterWorld()
    fill(world, 3)
    const node = await world.join('a')
    await world.pass(500)
    node.isCut = true
    node.skewMs = -3_600_000
    await world.pass(LEASE_MS)
    assert.ok(!node.cluster.ownership.isSure())
    node.isCut = false
    await world.pass(PATIENT_MS)
    assert.ok(node.cluster.ownership.isSure())
    node.skewMs = 3_600_000
    assert.ok(!node.cluster.ownership.isSure(), 'perhaps the machine was asleep')
    await world.pass(1500)
    assert.ok(node.cluster.ownership.isSure())
  })

  test('an outage of the database moves nothing', async () => {
    const world = new ClusterWorld()
    fill(world, 90)
    for (const name of ['a', 'b', 'c']) await world.join(name)
    await world.pass(60_000)
    const before = new Map([...world.database.leases].map(([id, { owner }]) => [id, owner]))
    for (const outageMs of [1500, 4200, 30_000]) {
      world.isDown = true
      await world.pass(outageMs)
      for (const node of world.nodes) assert.equal(node.cluster.ownership.isSure(), outageMs < 3000, String(outageMs))
      world.isDown = false
      await world.pass(20_000)
      assert.deepEqual(new Map([...world.database.leases].map(([id, { owner }]) => [id, owner])), before)
      assertWhole(world, 90)
    }
  })

  test('calls find their place, wait for it, or hear that there is none', async () => {
    const world = new ClusterWorld()
    fill(world, 10)
    const [first, second] = [await world.join('a'), await world.join('b')]
    await world.pass(20_000)
    const elsewhere = livingOf(second)[0] ?? idAt(0)
    const place = await world.during(Promise.resolve(first.cluster.locate(elsewhere)))
    assert.deepEqual(place, { at: 'node', node: 'b', url: 'http://b' })
    assert.deepEqual(first.cluster.locate(elsewhere), place, 'known by now, and no promise')
    assert.equal(await world.during(Promise.resolve(first.cluster.locate(77 as InstanceId))), HERE, 'refused here')
    second.kill()
    const asked = world.nowMs
    first.cluster.misplaced(elsewhere, 'b')
    const waits = Promise.resolve(first.cluster.locate(elsewhere))
    await world.during(waits)
    assert.ok(world.nowMs - asked <= 2100)
    await world.pass(2 * LEASE_MS)
    assert.equal(first.cluster.locate(elsewhere), HERE)
    world.isDown = true
    const lost = 78 as InstanceId
    const before = world.nowMs
    assert.equal(await world.during(Promise.resolve(first.cluster.locate(lost))), NOWHERE)
    assert.ok(world.nowMs - before <= 2100)
  })

  test('what was made here is here, and a refused batch makes the node look', async () => {
    const world = new ClusterWorld()
    const node = await world.join('a')
    await world.pass(500)
    world.database.add(idAt(1), 'a')
    node.cluster.ownership.made(idAt(1))
    node.alive.set(idAt(1), 1 as Epoch)
    assert.equal(node.cluster.locate(idAt(1)), HERE)
    world.database.leases.set(idAt(1), { owner: 'b', epoch: 2 as Epoch })
    node.cluster.ownership.refused(idAt(1), 1 as Epoch)
    await world.pass(200)
    assert.ok(!node.alive.has(idAt(1)))
    assert.equal(node.cluster.view.counts.lost, 1)
  })

  test('one that can not be brought to life keeps no other from living, or from being lost', async () => {
    const world = new ClusterWorld()
    const node = await world.join('a')
    await world.pass(500)
    node.stillborn.add(idAt(3))
    fill(world, 5)
    await world.pass(3000)
    assert.deepEqual(livingOf(node), [idAt(0), idAt(1), idAt(2), idAt(4)])
    assert.equal(node.cluster.view.living, 5, 'with the jobs')
    assert.equal(node.cluster.locate(idAt(0)), HERE)
    world.database.leases.set(idAt(0), { owner: 'b', epoch: 9 as Epoch })
    node.cluster.ownership.refused(idAt(0), 2 as Epoch)
    await world.pass(200)
    assert.ok(!node.alive.has(idAt(0)))
    // Forgotten, and alive all the same.
    node.alive.set(idAt(3), 2 as Epoch)
    node.cluster.ownership.refused(idAt(3), 2 as Epoch)
    assert.ok(!node.alive.has(idAt(3)))
    world.database.leases.set(idAt(0), { owner: '', epoch: 9 as Epoch })
    node.stillborn.clear()
    await world.pass(3000)
    assertWhole(world, 5)
  })

  test('calls and lists are answered when it is known what others have taken', async () => {
    const world = new ClusterWorld()
    fill(world, 20)
    const first = await world.join('a')
    await world.pass(500)
    await world.join('b')
    await world.pass(10_000)
    const had = livingOf(first)
    first.isFrozen = true
    await world.pass(2.5 * LEASE_MS)
    first.thaw()
    // What has been done with it elsewhere is not known here.
    const lost = had.filter((id) => first.alive.get(id) !== world.database.leases.get(id)?.epoch)
    assert.ok(lost.length > 0)
    const places = await world.during(Promise.all(lost.map(async (id) => first.cluster.locate(id))))
    assert.deepEqual(new Set(places.map(({ at }) => at)), new Set(['node']))
    await world.during(first.cluster.sync())
    for (const [id, epoch] of first.alive) assert.equal(epoch, world.database.leases.get(id)?.epoch)
  })

  test('a sync sees what was changed before it, and calls at one time share one look', async () => {
    const world = new ClusterWorld()
    const node = await world.join('a')
    const other = await world.join('b')
    await world.pass(2000)
    node.syncs.length = 0
    world.database.revision.accounts = 7
    await world.during(Promise.all(Array.from({ length: 50 }, () => node.cluster.sync())))
    assert.ok(node.syncs.length <= 2 && node.syncs.at(-1) === 7, node.syncs.join())
    await world.pass(1200)
    assert.equal(other.syncs.at(-1), 7, 'the next beat tells it everywhere')
    world.database.revision.accounts = 8
    await world.during(node.cluster.syncEverywhere())
    assert.equal(other.syncs.at(-1), 8)
    fill(world, 3)
    await world.pass(2000)
    other.isCut = true
    const isTakenForDead = () => node.cluster.view.nodes.some(({ isAlive }) => !isAlive)
    for (let passedMs = 0; !isTakenForDead() && passedMs < 2 * LEASE_MS; passedMs += 50) await world.pass(50)
    assert.ok(isTakenForDead())
    other.isCut = false
    let isToldOf = 0
    const follow = () => Promise.resolve(void (isToldOf = world.nowMs))
    other.cluster.onSync({ follow, enforce: () => Promise.resolve() })
    await world.during(node.cluster.syncEverywhere())
    assert.ok(isToldOf > 0, 'one that is taken for dead may live')
    other.kill()
    const before = world.nowMs
    await world.during(node.cluster.syncEverywhere())
    assert.ok(world.nowMs - before <= 5100)
  })
})

describe('a node that leaves', () => {
  test('is asked nothing any more when it closes: by then every other node has heard of it', async () => {
    const world = new ClusterWorld()
    fill(world, 12)
    const first = await world.join('a')
    await world.pass(500)
    const second = await world.join('b')
    await world.pass(10_000)
    const all = [...world.database.leases.keys()]
    for (const id of all) await world.during(Promise.resolve(first.cluster.locate(id)))
    const before = world.nowMs
    await world.during(second.cluster.leave())
    assert.ok(world.nowMs - before >= (2 * LEASE_MS) / 5, 'it stayed to be heard')
    for (const id of all) {
      const place = await world.during(Promise.resolve(first.cluster.locate(id)))
      assert.equal(place.at, 'here')
    }
    await world.during(second.cluster.close())
  })
})

describe('a node that starts', () => {
  test('is told at once of what changes, though nobody has heard of it yet', async () => {
    const world = new ClusterWorld()
    const node = await world.join('a')
    await world.pass(2000)
    const next = await world.join('b')
    assert.equal(node.cluster.view.nodes.length, 1, 'no beat has told of it')
    world.database.revision.accounts = 7
    await world.during(node.cluster.syncEverywhere())
    assert.equal(next.syncs.at(-1), 7)
  })

  test('waits for the lease of one that was killed at its address, and is refused beside one that lives there', async () => {
    const world = new ClusterWorld()
    fill(world, 4)
    const killed = await world.join('a')
    await world.pass(500)
    killed.kill()
    const before = world.nowMs
    const next = await world.join('b', { url: killed.url })
    assert.ok(world.nowMs - before >= LEASE_MS - 500, 'it waited')
    await world.pass(10_000)
    assertWhole(world, 4)
    await assert.rejects(world.join('c', { url: next.url }), /its own JADEGATE_NODE_URL/)
    await world.pass(500)
    assert.deepEqual([...world.database.nodes.keys()], ['b'])
  })

  test('is refused beside one that reaches a messenger by another engine', async () => {
    const world = new ClusterWorld()
    await world.join('a')
    await assert.rejects(
      world.join('b', { engines: 'whatsapp=baileys' }),
      /by whatsapp=simulator, this one by whatsapp=baileys/,
    )
  })
})

/** What may happen at any time to the world or one of its nodes. */
const ACTS: Readonly<Record<string, (world: ClusterWorld, node: WorldNode, dice: number) => unknown>> = {
  cut: (_, node) => (node.isCut = true),
  heal: (_, node) => (node.isCut = false),
  freeze: (_, node) => (node.isFrozen = true),
  thaw: (_, node) => node.thaw(),
  lonely: (_, node) => (node.isLonely = !node.isLonely),
  skew: (_, node, dice) => (node.skewMs = (dice - 5) * 1_000_000),
  kill: (_, node) => node.kill(),
  down: (world) => (world.isDown = true),
  up: (world) => (world.isDown = false),
  join: (world) => (world.isDown || world.nodes.length > 6 ? undefined : world.join(`n${String(world.nodes.length)}`)),
  leave: (_, node) => void (node.runs && leaves(node)),
  make: (world, node) => {
    if (!node.runs || node.isCut || world.isDown) return
    const id = idAt(world.database.leases.size - 1)
    world.database.add(id, node.name)
    node.alive.set(id, 1 as Epoch)
    node.cluster.ownership.made(id)
  },
  refuse: (_, node) => {
    const [id, epoch] = [...node.alive][0] ?? []
    if (node.runs && id !== undefined && epoch !== undefined) node.cluster.ownership.refused(id, epoch)
  },
}

async function leaves(node: WorldNode): Promise<void> {
  await node.cluster.leave()
  await node.cluster.close()
  node.kill()
}

const event = fc.record({
  what: fc.constantFrom(...Object.keys(ACTS)),
  who: fc.nat({ max: 9 }),
  thenMs: fc.integer({ min: 0, max: 9000 }),
})

function assertOneSure(world: ClusterWorld): void {
  for (const id of world.database.leases.keys()) {
    const sure = world.sureOf(id).map(({ name }) => name)
    assert.ok(sure.length <= 1, `${String(id)} is sure on ${sure.join()}`)
  }
}

describe('whatever fails', () => {
  test('nobody is sure of what another has; when it is over all of it lives, once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 14 }), fc.nat(), async (events, seed) => {
        const world = new ClusterWorld(seed + 1)
        const look = () => assertOneSure(world)
        fill(world, 24)
        for (const name of ['a', 'b', 'c']) await world.join(name)
        await world.pass(8000, look)
        for (const { what, who, thenMs } of events) {
          const node = world.nodes[who % world.nodes.length]
          if (node !== undefined) await ACTS[what]?.(world, node, who)
          await world.pass(thenMs, look)
        }
        world.isDown = false
        for (const node of world.nodes) {
          node.isCut = false
          node.isLonely = false
          node.thaw()
        }
        // Somebody must be there.
        await world.join('last')
        await world.pass(60_000, look)
        assertWhole(world, world.database.leases.size - 1)
      }),
      { numRuns: 25 },
    )
  })
})

const PATIENT_MS = 6000
