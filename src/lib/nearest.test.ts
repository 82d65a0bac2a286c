// Truth: the definition of edit distance (a metric; one edit apart is 1).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { editDistance, nearest } from './nearest.ts'

test('distance counts single edits', () => {
  assert.equal(editDistance('', ''), 0)
  assert.equal(editDistance('abc', ''), 3)
  assert.equal(editDistance('port', 'prot'), 2)
  assert.equal(editDistance('kitten', 'sitting'), 3)
})

test('distance is symmetric, zero only for equal words, and obeys the triangle', () => {
  const word = fc.string({ maxLength: 8 })
  fc.assert(
    fc.property(word, word, word, (a, b, c) => {
      assert.equal(editDistance(a, b), editDistance(b, a))
      assert.equal(editDistance(a, b) === 0, a === b)
      assert.ok(editDistance(a, c) <= editDistance(a, b) + editDistance(b, c))
    }),
    { numRuns: 200 },
  )
})

test('nearest finds a typo and keeps quiet about strangers', () => {
  assert.equal(nearest('PROT', ['HOST', 'PORT']), null)
  assert.equal(nearest('APP_PROT', ['APP_HOST', 'APP_PORT']), 'APP_PORT')
  assert.equal(nearest('zzzzzz', ['APP_PORT']), null)
})
