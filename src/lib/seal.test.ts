// Truth: AES-256-GCM and HMAC as their names promise: only the right key and the right place open a seal.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createSeal, SealBroken } from './seal.ts'

const seal = createSeal(Buffer.alloc(32, 1))

test('what was sealed opens at its place only', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), fc.string(), (text, place, other) => {
      const sealed = seal.seal(text, place)
      assert.equal(seal.open(sealed, place), Buffer.from(text).toString())
      if (other !== place) assert.throws(() => seal.open(sealed, other), SealBroken)
    }),
  )
})

test('bytes come back as they were', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      assert.deepEqual(Uint8Array.from(seal.openBytes(seal.sealBytes(bytes, 'a'), 'a')), bytes)
    }),
  )
})

test('any altered character, another key and any other text are refused', () => {
  const sealed = seal.seal('a secret', 'here')
  for (let at = 0; at < sealed.length - 1; at++) {
    const altered = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1)
    assert.throws(() => seal.open(altered, 'here'), SealBroken)
  }
  assert.throws(() => createSeal(Buffer.alloc(32, 2)).open(sealed, 'here'), SealBroken)
  for (const text of ['', 'g1.', 'g1.AAAA', 'plain text']) assert.throws(() => seal.open(text, 'here'), SealBroken)
})

test('the error tells the place and not the text', () => {
  const sealed = seal.seal('a secret', 'here')
  assert.throws(
    () => seal.open(sealed, 'there'),
    (error: Error) => error.message.includes('there') && !error.message.includes(sealed),
  )
})

test('a hash is stable, depends on the key and is no seal of the text', () => {
  assert.equal(seal.hash('token'), seal.hash('token'))
  assert.notEqual(seal.hash('token'), seal.hash('tokem'))
  assert.notEqual(seal.hash('token'), createSeal(Buffer.alloc(32, 2)).hash('token'))
})

test('sealing twice gives two texts', () => {
  assert.notEqual(seal.seal('a', 'p'), seal.seal('a', 'p'))
})

test('a key of another length is refused', () => {
  assert.throws(() => createSeal(Buffer.alloc(16)), RangeError)
})
