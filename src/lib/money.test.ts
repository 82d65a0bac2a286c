// Truth: ISO 4217's codes and minor units; whole numbers, which no rounding may touch and a number holds exactly.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decimalsOf, isAmount, isCurrency, majorUnits, minorUnits, MOST_MONEY } from './money.ts'

test('a currency has the decimals of its minor unit', () => {
  assert.deepEqual(['USD', 'RUB', 'JPY', 'KWD', 'CLF'].map(decimalsOf), [2, 2, 0, 3, 4])
})

test('amounts are written in major units with all decimals', () => {
  const rows = [
    [0, 'USD', '0.00'],
    [5, 'USD', '0.05'],
    [-5, 'USD', '-0.05'],
    [123456, 'RUB', '1234.56'],
    [-1200, 'JPY', '-1200'],
    [1, 'KWD', '0.001'],
    [MOST_MONEY, 'USD', '1000000000.00'],
  ] as const
  for (const [amount, currency, text] of rows) assert.equal(majorUnits(amount, currency), text)
})

test('what is written is what is read, whatever amount and currency', () => {
  const amounts = fc.integer({ min: -MOST_MONEY, max: MOST_MONEY })
  fc.assert(
    fc.property(amounts, fc.constantFrom('USD', 'JPY', 'KWD', 'CLF'), (amount, currency) => {
      assert.equal(minorUnits(majorUnits(amount, currency), currency), amount)
    }),
  )
})

test('people may leave decimals out, and nothing is rounded or guessed', () => {
  assert.deepEqual(
    ['12', '12.3', '+12.30', '-0', '0.1'].map((text) => minorUnits(text, 'USD')),
    [1200, 1230, 1230, 0, 10],
  )
  assert.equal(minorUnits('7', 'JPY'), 7)
  const wrong = ['', '-', '.5', '5.', '1,5', '1 000', '1e3', '0x10', '12.345', '1000000000.01', '9'.repeat(30), 'x']
  for (const text of wrong) assert.equal(minorUnits(text, 'USD'), undefined, text)
  assert.equal(minorUnits('7.0', 'JPY'), undefined)
})

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
