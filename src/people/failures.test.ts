// Truth: a list of all failures, counted anew for each question.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Failures } from './failures.ts'

const LIMIT = 3
const WINDOW_MS = 100

test('so many fail in a window and no more, whatever comes between', () => {
  const step = fc.record({ name: fc.constantFrom('a', 'b'), afterMs: fc.nat(60), isRight: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const failures = new Failures(LIMIT, WINDOW_MS)
      const windows = new Map<string, { endsAt: number; failed: number }>()
      let now = 0
      for (const { name, afterMs, isRight } of steps) {
        now += afterMs
        const open = windows.get(name)
        const window = open !== undefined && open.endsAt > now ? open : { endsAt: now + WINDOW_MS, failed: 0 }
        const waitMs = failures.waitMs(name, now)
        assert.equal(waitMs, window.failed >= LIMIT ? window.endsAt - now : 0)
        if (waitMs > 0) continue
        const attempt = failures.count(name, now)
        if (isRight) attempt.giveBack()
        else windows.set(name, { ...window, failed: window.failed + 1 })
      }
    }),
  )
})

test('a flood of names does not push out one that is being guessed at, and none of them is pushed into it', () => {
  const failures = new Failures(LIMIT, WINDOW_MS, 100)
  for (let n = 0; n < LIMIT; n++) failures.count('guessed', 0)
  for (let n = 0; n < 1000; n++) failures.count(`name ${String(n)}`, 1)
  assert.equal(failures.waitMs('guessed', 1), WINDOW_MS - 1)
  assert.equal(failures.waitMs('nobody guessed this', 1), 0)
})

test('a clock that is set back shuts nobody out for longer', () => {
  const failures = new Failures(LIMIT, WINDOW_MS)
  for (let n = 0; n < LIMIT; n++) failures.count('a', 10_000)
  assert.equal(failures.waitMs('a', 0), 0)
})
