// Truth: the docstring of Serial: one task at a time, in the order asked, whatever becomes of the one before.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Serial } from './serial.ts'

test('tasks run one after the other in the order they came, and a failure does not stop the next', async () => {
  const serial = new Serial()
  const seen: string[] = []
  const task = (name: string, fails = false) =>
    serial.run(async () => {
      seen.push(`${name}+`)
      await new Promise((resolve) => setImmediate(resolve))
      seen.push(`${name}-`)
      if (fails) throw new Error(name)
      return name
    })
  const all = await Promise.allSettled([task('a'), task('b', true), task('c')])
  assert.deepEqual(seen, ['a+', 'a-', 'b+', 'b-', 'c+', 'c-'])
  assert.deepEqual(
    all.map((one) => one.status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
})

test('idle resolves after everything asked so far, at once when nothing runs', async () => {
  const serial = new Serial()
  await serial.idle()
  let done = false
  void serial.run(async () => {
    await new Promise((resolve) => setImmediate(resolve))
    done = true
  })
  await serial.idle()
  assert.equal(done, true)
})
