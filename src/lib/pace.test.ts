// Truth: the definition of a token bucket: in any span of t seconds at most depth + rate·t calls pass, and a steady caller at the rate is never refused.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Pace } from './pace.ts'

test('one a second: the second call at once is told when to come again, and then passes', () => {
  const pace = new Pace<string>()
  assert.deepEqual(pace.take('a', 1, 5000), { allowed: true, remaining: 0 })
  assert.deepEqual(pace.take('a', 1, 5400), { allowed: false, waitMs: 600 })
  assert.deepEqual(pace.take('a', 1, 6000), { allowed: true, remaining: 0 })
})

test('a bucket of fifty passes fifty at once and counts down', () => {
  const pace = new Pace<string>()
  for (let left = 49; left >= 0; left--) assert.deepEqual(pace.take('a', 50, 0), { allowed: true, remaining: left })
  assert.deepEqual(pace.take('a', 50, 0), { allowed: false, waitMs: 20 })
})

test('keys do not share a bucket', () => {
  const pace = new Pace<number>()
  assert.equal(pace.take(1, 1, 0).allowed, true)
  assert.equal(pace.take(2, 1, 0).allowed, true)
  assert.equal(pace.take(1, 1, 0).allowed, false)
})

test('a bucket survives the turn of the memory while it is not full', () => {
  const pace = new Pace<string>()
  pace.take('x', 1, 119_900)
  assert.equal(pace.take('a', 1 / 60, 119_999).allowed, true)
  assert.equal(pace.take('x', 1, 130_000).allowed, true)
  assert.equal(pace.take('a', 1 / 60, 150_000).allowed, false)
  assert.equal(pace.take('a', 1 / 60, 180_000).allowed, true)
})

test('a clock that was set back closes nobody out for longer than an empty bucket does', () => {
  const pace = new Pace<string>()
  for (let call = 0; call < 3; call++) pace.take('a', 3, 7_200_000)
  const turn = pace.take('a', 3, 3_600_000)
  assert.ok(!turn.allowed && turn.waitMs < 334)
  assert.equal(pace.take('a', 3, 3_600_400).allowed, true)
})

test('never more than the bucket and its rate allow, and a refusal names the first moment that passes', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(0.1, 1, 3, 10, 50, 100),
      fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 300 }),
      (perSecond, gaps) => {
        const pace = new Pace<string>()
        const passed: number[] = []
        let now = 1_000_000
        for (const gap of gaps) {
          now += gap
          const turn = pace.take('a', perSecond, now)
          if (turn.allowed) passed.push(now)
          else assert.ok(turn.waitMs > 0)
        }
        const depth = Math.max(1, perSecond)
        passed.forEach((from, index) => {
          const until = passed[passed.length - 1] ?? from
          assert.ok(passed.length - index <= depth + (perSecond * (until - from)) / 1000 + 1e-6)
        })
      },
    ),
    { numRuns: 200 },
  )
})
