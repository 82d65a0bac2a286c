// Truth: what a session needs of a store that is away is asked for again for a minute, and no longer than the session is wanted.
import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'node:test'
import { SkippingClock } from '../lib/skipping-clock.ts'
import { StorageFailed } from '../storage/storage-failed.ts'
import { patiently } from './patiently.ts'

const always = () => true

function failing(times: number, error = new StorageFailed('away')) {
  let calls = 0
  return {
    calls: () => calls,
    work: () => (++calls > times ? Promise.resolve('stored') : Promise.reject(error)),
  }
}

/** Time goes on by so many tenths of a second. */
async function pass(clock: SkippingClock, tenths: number): Promise<void> {
  for (let tenth = 0; tenth < tenths; tenth++) {
    await turn()
    clock.skip(100)
  }
  await turn()
}

test('it is done when the store is back', async () => {
  const clock = new SkippingClock()
  const { work, calls } = failing(3)
  const done = patiently(clock, work, always)
  await pass(clock, 20)
  assert.equal(await done, 'stored')
  assert.equal(calls(), 4)
})

test('after a minute it is given up', async () => {
  const clock = new SkippingClock()
  const { work, calls } = failing(1000)
  const given = assert.rejects(patiently(clock, work, always), StorageFailed)
  await pass(clock, 590)
  const before = calls()
  await pass(clock, 20)
  await given
  assert.ok(before > 100 && calls() - before <= 4, `${String(before)} then ${String(calls())}`)
})

test('it ends with the session', async () => {
  const clock = new SkippingClock()
  let isWanted = true
  const given = assert.rejects(
    patiently(clock, failing(1000).work, () => isWanted),
    StorageFailed,
  )
  await pass(clock, 20)
  isWanted = false
  await pass(clock, 10)
  await given
})

test('what is wrong in itself is not asked for again', async () => {
  for (const error of [new StorageFailed('wrong', true), new Error('other')]) {
    const { work, calls } = failing(1000, error as StorageFailed)
    await assert.rejects(patiently(new SkippingClock(), work, always), error)
    assert.equal(calls(), 1)
  }
})
