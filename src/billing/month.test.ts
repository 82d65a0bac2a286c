// Truth: the calendar as the platform's own dates know it; a month's days are those of which the day's text begins with the month's.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { billingDay, billingDayStart, dayText, parseDay } from './day.ts'
import { firstDay, monthOfDay, monthText, parseMonth } from './month.ts'
import { billingMonth } from './tariffs.ts'

const days = fc.integer({ min: 0, max: 60_000 })

test('a day belongs to the month that its text begins with, and the month begins with the 1st', () => {
  fc.assert(
    fc.property(days, (day) => {
      const month = monthOfDay(day)
      assert.equal(monthText(month), dayText(day).slice(0, 7))
      assert.equal(dayText(firstDay(month)), `${monthText(month)}-01`)
      assert.ok(firstDay(month) <= day && day < firstDay(month + 1))
      assert.equal(monthOfDay(firstDay(month) - 1), month - 1)
      assert.equal(billingMonth(billingDayStart(day)), monthText(month))
    }),
  )
})

test('days and months are read back from their texts, and nothing else is', () => {
  fc.assert(
    fc.property(days, (day) => {
      assert.equal(parseDay(dayText(day)), day)
      assert.equal(billingDay(billingDayStart(day)), day)
      assert.equal(billingDay(billingDayStart(day) - 1), day - 1)
      assert.equal(parseMonth(monthText(monthOfDay(day))), monthOfDay(day))
    }),
  )
  for (const text of ['', '2026-2-03', '2026-02-30', '2026-13-01', '2026-11-20T00:00:00Z', '2026-11']) {
    assert.equal(parseDay(text), undefined, text)
  }
  for (const text of ['', '2026-00', '2026-13', '2026-1', '26-11', '2026-11-01', '0026-11']) {
    assert.equal(parseMonth(text), undefined, text)
  }
})

test('a month that is known: November 2026', () => {
  assert.equal(parseMonth('2026-11'), 2026 * 12 + 10)
  assert.equal(firstDay(2026 * 12 + 10), Date.UTC(2026, 10, 1) / 86_400_000)
})
