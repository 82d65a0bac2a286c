// Truth: `Cluster.locate`: what is remembered, and of whom nothing is.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../lib/clock.ts'
import type { Epoch, InstanceId } from '../model/ids.ts'
import { Places } from './places.ts'

const INSTANCE = 1_101_000_000 as InstanceId
const THERE = { at: 'node', node: 'b', url: 'http://b' } as const

test('where an instance is is remembered, but not while its node leaves', async () => {
  let looks = 0
  const places = new Places({
    store: {
      ownerOf: () => {
        looks += 1
        return Promise.resolve({ node: 'b', epoch: 1 as Epoch, url: 'http://b', isAlive: true })
      },
    },
    clock: systemClock,
    node: 'a',
    holdings: {
      living: new Map(),
      epochOf: () => undefined,
      overOf: () => undefined,
      adopt: () => Promise.resolve(),
      lose: () => undefined,
    },
    isSure: () => true,
    claim: () => Promise.resolve(),
    monotonicMs: () => performance.now(),
  })
  const locate = async () => assert.deepEqual(await places.locate(INSTANCE), THERE)
  await locate()
  await locate()
  assert.equal(looks, 1)
  places.setLeaving(new Set(['b']))
  await locate()
  await locate()
  assert.equal(looks, 3)
  places.setLeaving(new Set())
  await locate()
  await locate()
  assert.equal(looks, 4)
})
