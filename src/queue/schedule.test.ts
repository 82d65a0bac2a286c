// Truth: the contract's delay rule (counted from the previous send; at once when enough time has passed) and DECISIONS B on expiry.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { expiresAt, nextSendAt } from './schedule.ts'

const times = fc.integer({ min: 0, max: 4_102_444_800_000 })
const delays = fc.integer({ min: 0, max: 600_000 })

test('the gap to the previous send is never shorter than the delay, nor is the wait longer', () => {
  fc.assert(
    fc.property(times, times, delays, (now, last, delayMs) => {
      const at = nextSendAt(now, last, delayMs)
      assert.ok(at >= now)
      assert.ok(at - now <= delayMs)
      if (last <= now) assert.ok(at - last >= delayMs)
    }),
  )
})

test('it goes at once when enough time has passed, or when nothing was sent before', () => {
  assert.equal(nextSendAt(10_000, 7_000, 3000), 10_000)
  assert.equal(nextSendAt(10_000, 0, 3000), 10_000)
  assert.equal(nextSendAt(10_000, 7_001, 3000), 10_001)
})

test('only time without authorisation counts towards expiry', () => {
  assert.equal(expiresAt(1000, 5000, 100), 5100)
  assert.equal(expiresAt(9000, 5000, 100), 9100)
})
