// Truth: nodes of a cluster fight for a link until each has heard what it has lost; a stranger with the same link is given way to.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SkippingClock } from '../lib/skipping-clock.ts'
import { Dispute } from './dispute.ts'

test('a dispute goes on for a minute, and another one begins when there was peace', () => {
  const clock = new SkippingClock()
  const dispute = new Dispute(clock)
  for (let second = 0; second < 60; second += 10) {
    assert.ok(dispute.goesOn(), `after ${String(second)} s`)
    clock.skip(10_000)
  }
  assert.ok(!dispute.goesOn())
  clock.skip(300_000)
  assert.ok(!dispute.goesOn(), 'the stranger is still there')
  clock.skip(900_000)
  assert.ok(dispute.goesOn())
})
