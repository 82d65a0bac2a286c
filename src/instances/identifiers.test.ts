// Truth: MAX and Telegram message ids are 18 decimal digits that rise and never come twice, at whatever times they are made.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DecimalIds } from './identifiers.ts'

const times = fc.array(fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2200, 0) }), { minLength: 2, maxLength: 50 })

test('decimal ids have 18 digits and rise, whatever the clock does', () => {
  fc.assert(
    fc.property(times, (moments) => {
      const ids = new DecimalIds()
      let last = 0n
      for (const now of moments) {
        const id = ids.next(now)
        assert.match(id, /^[1-9]\d{17}$/)
        assert.ok(BigInt(id) > last)
        last = BigInt(id)
      }
    }),
  )
})

test('a decimal id tells when it was made', () => {
  const now = Date.UTC(2026, 10, 20)
  assert.equal(Number(BigInt(new DecimalIds().next(now)) >> 16n), now)
})
