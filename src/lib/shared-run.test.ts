// Truth: whoever asks gets a run that began after he asked; no two runs at one time.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SharedRun } from './shared-run.ts'

test('those that ask during a run share the next', async () => {
  const ends: ((error?: Error) => void)[] = []
  const runs = new SharedRun(
    () =>
      new Promise<void>((resolve, reject) => ends.push((error) => (error === undefined ? resolve() : reject(error)))),
  )
  const first = runs.run()
  const later = [runs.run(), runs.run()]
  assert.equal(ends.length, 1)
  assert.equal(later[0], later[1])
  ends[0]?.(new Error('it failed'))
  await assert.rejects(first, /it failed/)
  await Promise.resolve()
  assert.equal(ends.length, 2, 'one that failed keeps nobody from the next')
  const last = runs.run()
  assert.notEqual(last, later[0])
  ends[1]?.()
  await Promise.all(later)
  await Promise.resolve()
  assert.equal(ends.length, 3)
  ends[2]?.()
  await last
  void runs.run()
  assert.equal(ends.length, 4, 'at once where nothing runs')
})
