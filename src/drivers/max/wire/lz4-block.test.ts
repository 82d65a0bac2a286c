// Truth: the description of LZ4 blocks, and blocks written by hand from it.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { packBlock, packLiterals, unpackBlock } from './lz4-block.ts'
import { WireError, type WireTrouble } from './wire-error.ts'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const letters = (count: number) => Buffer.alloc(count, 'abcdefghijklmnopqrstuvwxyz')

describe('a block', () => {
  test('of literals alone', () => {
    assert.equal(packBlock(hex('010203')).toString('hex'), '30010203')
    assert.deepEqual(unpackBlock(hex('30 010203'), 10), hex('010203'))
    assert.deepEqual(unpackBlock(hex('00'), 10), hex(''))
  })

  test('of ninety literals begins with f0 4b', () => {
    const raw = Buffer.from(Array.from({ length: 90 }, (_, at) => at))
    assert.equal(packBlock(raw).toString('hex'), `f04b${raw.toString('hex')}`)
    assert.deepEqual(unpackBlock(packBlock(raw), 90), raw)
  })

  test('of one letter and its repetition, which overlaps itself', () => {
    // Six literals, then 34 more of the last one, then the five that no repetition may reach.
    const block = hex('6f 81a161d92861 0100 0f 50 6161616161')
    const raw = hex(`81a161d928 ${'61'.repeat(40)}`)
    assert.equal(packBlock(raw).toString('hex'), block.toString('hex'))
    assert.deepEqual(unpackBlock(block, 45), raw)
  })

  test('whose repetition lies behind what it repeats', () => {
    assert.equal(unpackBlock(hex('44 61626364 0400 50 3132333435'), 17).toString(), 'abcdabcdabcd12345')
  })

  test('of a length that goes on over several bytes', () => {
    const raw = Buffer.alloc(4_000, 'a')
    const packed = packBlock(raw)
    assert.ok(packed.length < 40)
    assert.deepEqual(unpackBlock(packed, raw.length), raw)
  })

  test('repeats nothing from farther back than two bytes tell', () => {
    const noise = Buffer.from(Array.from({ length: 70_000 }, (_, at) => (Math.imul(at, 2_654_435_761) >>> 13) & 0xff))
    const raw = Buffer.concat([letters(40), noise, letters(40)])
    assert.deepEqual(unpackBlock(packBlock(raw), raw.length), raw)
  })
})

const BAD: readonly (readonly [string, string, WireTrouble])[] = [
  ['nothing', '', 'truncated'],
  ['literals that end early', '30 01', 'truncated'],
  ['a length that ends early', 'f0 ff', 'truncated'],
  ['half of how far back', '10 61 01', 'truncated'],
  ['a repetition and nothing behind it', '10 61 0100', 'truncated'],
  ['a repetition of nothing', '10 61 0000 00', 'malformed'],
  ['a repetition of what was before the beginning', '10 61 0200 00', 'malformed'],
  ['more literals than are taken', 'f0 60' + '00'.repeat(111), 'tooLarge'],
  ['a longer repetition than is taken', `1f 61 0100 ${'ff'.repeat(2_000)} 00`, 'tooLarge'],
]

describe('what is no block', () => {
  for (const [name, block, trouble] of BAD) {
    test(`${name}: ${trouble}`, () =>
      assert.throws(
        () => unpackBlock(hex(block), 100),
        (error) => error instanceof WireError && error.trouble === trouble,
      ))
  }
})

describe('any bytes', () => {
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 2_000 }),
    // With something to repeat.
    fc
      .array(fc.constantFrom('aaaa', 'abab', '1234567', 'x'), { maxLength: 400 })
      .map((parts) => Buffer.from(parts.join(''))),
  )

  test('come back as they went', () => {
    fc.assert(
      fc.property(anything, (raw) => {
        const expected = Buffer.from(raw)
        for (const packed of [packBlock(raw), packLiterals(raw)])
          assert.deepEqual(unpackBlock(packed, raw.length), expected)
      }),
    )
  })

  test('are a block, or refused with the one error, and never more than is taken', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(1_000), (block, limit) => {
        try {
          assert.ok(unpackBlock(block, limit).length <= limit)
        } catch (error) {
          assert.ok(error instanceof WireError, String(error))
        }
      }),
      { numRuns: 500 },
    )
  })
})
