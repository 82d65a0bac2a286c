// Truth: the forms of secrets that the contract and HTTP name: `gac.` tokens, 50-hex instance tokens, Authorization headers.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { masking } from './masking.ts'

const mask = masking()
const hex = (length: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdef')), minLength: length, maxLength: length })

test('tokens vanish from any text around them', () => {
  fc.assert(
    fc.property(
      hex(46),
      hex(50),
      fc.constantFrom('/', '"', ' ', '\n', ',', '=', '?', ''),
      (partner, instance, edge) => {
        const text = mask(
          `x /partner/createInstance/gac.${partner}${edge} /waInstance1101000001/getSettings/${instance}${edge}`,
        )
        assert.ok(!text.includes(partner))
        assert.ok(!text.includes(instance))
        assert.ok(text.includes('/waInstance1101000001/getSettings/***'))
      },
    ),
    { numRuns: 100 },
  )
})

test('Authorization is masked as a header, as JSON and as JSON within JSON', () => {
  const header = { Authorization: 'Bearer abc-def', accept: 'x' }
  for (const text of [
    'authorization: Bearer abc-def',
    'Authorization=abc-def',
    JSON.stringify(header),
    JSON.stringify(JSON.stringify(header)),
  ]) {
    assert.ok(!mask(text).includes('abc-def'), mask(text))
  }
  assert.equal(mask('Authorization: Basic Zm9vOmJhcg== next'), 'Authorization: Basic *** next')
  assert.equal(mask('got Bearer 0123456789 here'), 'got Bearer *** here')
})

test('given literals are masked though they look harmless, the longer first', () => {
  const literal = masking(['my-token', 'my-token-2', ''])
  assert.equal(literal('a my-token-2 b my-token c'), 'a *** b *** c')
})

test('ids, numbers and words stay readable', () => {
  const text = 'instance 1101000001 sent BAE5F4886F6F2D05 to 79001234567@c.us; bearer of news; authorized: yes'
  assert.equal(mask(text), text)
  const id = '3EB0C767D71CB7ABA0A1B2C3D4E5F6A7B8C9D0E1'
  assert.equal(mask(id), id)
})
