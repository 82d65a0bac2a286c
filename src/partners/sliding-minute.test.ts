// Truth: in no span of 60 seconds is more taken than the limit, counted anew from the list of all that was taken and kept.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SlidingMinute } from './sliding-minute.ts'

test('no span of a minute holds more than the limit, and none that has room is refused', () => {
  const steps = fc.array(fc.record({ passMs: fc.nat(30_000), isKept: fc.boolean(), key: fc.constantFrom('a', 'b') }))
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), steps, (limit, history) => {
      const minute = new SlidingMinute<string>()
      const kept: { readonly key: string; readonly at: number }[] = []
      let now = 1_000_000
      for (const { passMs, isKept, key } of history) {
        now += passMs
        const taken = kept.filter((other) => other.key === key && now - other.at < 60_000).length
        const place = minute.take(key, limit, now)
        assert.equal(place !== undefined, taken < limit)
        if (place === undefined) continue
        if (isKept) kept.push({ key, at: now })
        else minute.giveBack(key, place)
      }
    }),
  )
})

test('a limit of nothing lets nothing through', () => {
  assert.equal(new SlidingMinute<string>().take('a', 0, 1), undefined)
})

test('what was taken before the clock was set back shuts no door, and giving it back late does no harm', () => {
  const minute = new SlidingMinute<string>()
  const place = minute.take('a', 1, 1_000_000)
  assert.ok(place)
  assert.equal(minute.take('a', 1, 1_000_001), undefined)
  const later = minute.take('a', 1, 900_000)
  assert.ok(later)
  minute.giveBack('a', place)
  assert.equal(minute.take('a', 1, 900_001), undefined)
  minute.giveBack('a', later)
  assert.ok(minute.take('a', 1, 900_001))
})
