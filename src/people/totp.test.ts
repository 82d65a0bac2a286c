// Truth: the vectors of RFC 6238, appendix B, cut to six digits, and those of RFC 4648 for base32.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { base32, totpCode, totpStep } from './totp.ts'

const SECRET = base32(Buffer.from('12345678901234567890'))

test('codes are those of the standard', () => {
  assert.equal(base32(Buffer.from('foobar')), 'MZXW6YTBOI')
  const rows: readonly (readonly [seconds: number, code: string])[] = [
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_234_567_890, '005924'],
    [20_000_000_000, '353130'],
  ]
  for (const [seconds, code] of rows) assert.equal(totpCode(SECRET, Math.floor(seconds / 30)), code)
})

test('a code fits within a step of its own, and behind the last one that was taken', () => {
  const step = 1000
  const code = totpCode(SECRET, step)
  const at = (steps: number): number | undefined => totpStep(SECRET, code, (step + steps) * 30_000, 0)
  assert.deepEqual([-2, -1, 0, 1, 2].map(at), [undefined, step, step, step, undefined])
  assert.equal(totpStep(SECRET, code, step * 30_000, step), undefined)
  assert.equal(totpStep(SECRET, '', step * 30_000, 0), undefined)
})
