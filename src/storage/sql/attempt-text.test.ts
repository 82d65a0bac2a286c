// Truth: what is written of an attempt is read again, whatever it was.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { attemptText, readAttempts } from './attempt-text.ts'

describe('attempts in one text', () => {
  test('come back as they were', () => {
    const attempts = [
      { at: 1_795_000_000_000, ms: 12, status: 200, code: '' },
      { at: 0, ms: 0, status: 0, code: 'ANSWER_TIMEOUT' },
      { at: 7, ms: 180_000, status: 503, code: '' },
    ]
    assert.deepEqual(readAttempts(attempts.map(attemptText).join('')), attempts)
  })

  test('whatever does not fit is made to', () => {
    const odd = { at: 1e18, ms: -3, status: 4711, code: `é ${'x'.repeat(99)}` }
    assert.deepEqual(readAttempts(attemptText(odd)), [
      { at: 999_999_999_999_999, ms: 0, status: 999, code: `??${'x'.repeat(23)}` },
    ])
  })

  test('anything else is damage', () => {
    for (const text of ['', 'x', attemptText({ at: 1, ms: 1, status: 200, code: '' }).slice(1)])
      assert.throws(() => readAttempts(text), TypeError)
  })
})
