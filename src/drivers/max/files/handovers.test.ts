// Truth: the seam of `life.ts`: a file may be told ready before, while or after somebody waits for it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wakefulClock } from '../../../lib/clock.ts'
import { PushedHandovers } from './handovers.ts'

const LONG_MS = 60_000

test('what is told ready before or while it is waited for is ready', async () => {
  const handovers = new PushedHandovers(wakefulClock)
  const { signal } = new AbortController()
  handovers.ready('1')
  assert.equal(await handovers.wait('1', LONG_MS, signal), true)
  const [second, third] = [handovers.wait('2', LONG_MS, signal), handovers.wait('3', LONG_MS, signal)]
  handovers.ready('3')
  handovers.ready('2')
  assert.deepEqual([await second, await third], [true, true])
})

test('who waits in vain is told so when the time is over, or when nobody wants it any more', async () => {
  const handovers = new PushedHandovers(wakefulClock)
  const abort = new AbortController()
  assert.equal(await handovers.wait('1', 5, abort.signal), false)
  const waiting = handovers.wait('2', LONG_MS, abort.signal)
  abort.abort()
  assert.equal(await waiting, false)
  assert.equal(await handovers.wait('3', LONG_MS, abort.signal), false)
})
