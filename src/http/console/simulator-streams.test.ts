// Truth: docs/console.md: ten streams of events for a person, and none for longer than he may listen.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { SkippingClock } from '../../lib/skipping-clock.ts'
import { SimulatorStreams } from './simulator-streams.ts'

test('a person has ten, each ends when he may listen no more, and one that is left makes room', async () => {
  const clock = new SkippingClock(0)
  const streams = new SimulatorStreams(clock)
  let isIn = true
  let ended = 0
  const listener = (person: string) => ({ person, mayGoOn: () => Promise.resolve(isIn), end: () => (ended += 1) })
  const begun = Array.from({ length: 12 }, () => streams.begin(listener('ann')))
  assert.equal(begun.filter((leave) => leave !== undefined).length, 10)
  streams.begin(listener('bob'))?.()
  begun[0]?.()
  assert.ok(streams.begin(listener('ann')) !== undefined, 'one was left')
  clock.skip(15_000)
  await turn()
  assert.equal(ended, 0)
  isIn = false
  clock.skip(15_000)
  await turn()
  assert.equal(ended, 10)
})
