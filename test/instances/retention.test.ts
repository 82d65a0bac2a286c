// Truth: Retention and Housekeeping: what is removed for all is removed by whoever does it for all, and a stop waits for no more than a step of it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { Retention } from '../../src/instances/retention.ts'
import type { Sweep } from '../../src/storage/store.ts'
import { newInstance, openWorld, type Domain, type World } from '../support/domain.ts'

let world: World
let domain: Domain
const swept: Sweep[] = []
/** How many rows a sweep finds. */
let found = 0
before(async () => {
  world = await openWorld()
  domain = await world.start({}, (inner) => ({
    ...inner,
    sweep: (what) => {
      swept.push(what)
      return Promise.resolve(found)
    },
  }))
})
after(() => world.close())

test('what each node does for itself sweeps nothing', async () => {
  await domain.housekeeping.run()
  assert.deepEqual(swept.splice(0), [])
})

test('the round for all sweeps everything once', async () => {
  await domain.retention.run()
  const all: readonly Sweep[] = [
    'access',
    'answers',
    'deletedInstances',
    'deliveries',
    'files',
    'messages',
    'notes',
    'states',
    'usage',
  ]
  assert.deepEqual(swept.splice(0).toSorted(), all)
})

test('a stop waits for no sweep that always finds more, and no other begins', async () => {
  found = 1000
  const round = domain.retention.run()
  while (swept.length < 3) await turn()
  await domain.retention.stop()
  await round
  assert.deepEqual(new Set(swept.splice(0)), new Set(['messages']))
  domain.retention.start()
  found = 0
  await domain.retention.run()
  assert.equal(swept.splice(0).length, 9, 'it goes on after another start')
})

test('a stop ends the look through the files', async () => {
  await domain.instances.delete(await newInstance(domain))
  let begun: AbortSignal | undefined
  const removed: number[] = []
  const media = {
    ...domain.node.media,
    sweep: (_before: number, signal?: AbortSignal) => {
      begun = signal
      return new Promise<number>((resolve) => {
        signal?.addEventListener('abort', () => resolve(0))
      })
    },
    removeInstance: (id: number) => Promise.resolve(void removed.push(id)),
  }
  let erased = 0
  const erase = () => Promise.resolve(void (erased += 1))
  const retention = new Retention({ ...domain.node, media }, domain.instances, erase)
  const round = retention.run()
  while (begun === undefined) await turn()
  await retention.stop()
  await round
  assert.deepEqual([removed, erased], [[], 0])
})

test('an account is not erased while what its instances left could not be swept', async () => {
  let erased = 0
  let fails = true
  const store = {
    ...domain.node.store,
    sweep: () => (fails ? Promise.reject(new Error('no database')) : Promise.resolve(0)),
  }
  const erase = () => Promise.resolve(void (erased += 1))
  const retention = new Retention({ ...domain.node, store }, domain.instances, erase)
  await retention.run()
  assert.equal(erased, 0)
  fails = false
  await retention.run()
  assert.equal(erased, 1)
})
