// Truth: the calendar in a zone three hours ahead of UTC without summer time (Etc/GMT-3), as Intl knows it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { billingDay, billingDayEnd } from './day.ts'

const inZone = new Intl.DateTimeFormat('en-CA', { timeZone: 'Etc/GMT-3', dateStyle: 'short' })

test('a day ends at 21:00 UTC', () => {
  assert.equal(new Date(billingDayEnd(Date.UTC(2026, 0, 31, 20, 59, 59))).toISOString(), '2026-01-31T21:00:00.000Z')
  assert.equal(new Date(billingDayEnd(Date.UTC(2026, 0, 31, 21))).toISOString(), '2026-02-01T21:00:00.000Z')
})

test('a billing day is a calendar day of UTC+3', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Date.UTC(2100, 0) }), (at) => {
      const end = billingDayEnd(at)
      assert.ok(end > at && end - at <= 86_400_000)
      assert.equal(inZone.format(at), inZone.format(end - 1))
      assert.notEqual(inZone.format(at), inZone.format(end))
      assert.equal(billingDay(end), billingDay(at) + 1)
    }),
  )
})
