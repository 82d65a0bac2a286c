// Truth: a pause ends at its time or at the abort, whichever comes first, and leaves neither a timer nor a listener behind.
import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import type { Clock } from './clock.ts'
import { pause } from './pause.ts'

/** A clock on which time passes when the test says so. */
function stopped() {
  const timers = new Set<() => void>()
  const clock: Pick<Clock, 'after'> = {
    after: (_delayMs, callback) => {
      timers.add(callback)
      return { cancel: () => void timers.delete(callback) }
    },
  }
  return { clock, timers }
}

test('a pause lasts for its time', async () => {
  const { clock, timers } = stopped()
  const { signal } = new AbortController()
  const pausing = pause(clock, 1000, signal)
  for (const ring of timers) ring()
  await pausing
  assert.deepEqual([timers.size, getEventListeners(signal, 'abort').length], [0, 0])
})

test('an abort ends it, and one that came before lets none begin', async () => {
  const { clock, timers } = stopped()
  const abort = new AbortController()
  const pausing = pause(clock, 1000, abort.signal)
  abort.abort()
  await pausing
  assert.deepEqual([timers.size, getEventListeners(abort.signal, 'abort').length], [0, 0])
  await pause(clock, 1000, abort.signal)
  assert.equal(timers.size, 0)
})
