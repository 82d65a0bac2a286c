// Truth: money is whole minor units that a number holds exactly, a currency three capital letters (ISO 4217).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MOST_MONEY } from '../lib/money.ts'
import { isAmount, isCurrency } from './money.ts'

test('amounts are whole, exact and limited on either side of zero', () => {
  for (const amount of [0, 1, -1, MOST_MONEY, -MOST_MONEY]) assert.ok(isAmount(amount), String(amount))
  for (const amount of [0.5, NaN, Infinity, MOST_MONEY + 1, -MOST_MONEY - 1]) {
    assert.ok(!isAmount(amount), String(amount))
  }
})

test('a currency is three capital letters', () => {
  assert.ok(isCurrency('USD'))
  for (const text of ['', 'usd', 'US', 'USDT', 'USD\n', '840']) assert.ok(!isCurrency(text), JSON.stringify(text))
})
