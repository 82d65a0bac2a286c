// Truth: the specification of MessagePack, written out in bytes by hand, and what our notes say of the network's integers.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { pack } from './pack.ts'
import { unpack } from './unpack.ts'
import { DEEPEST, MOST_VALUES, WireId, wireId, type WireValue } from './values.ts'
import { WireError, type WireTrouble } from './wire-error.ts'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')

const SIXTEEN = Array.from({ length: 16 }, (_, at) => String.fromCharCode(97 + at))
const digitsOf = (value: WireValue) => (typeof value === 'number' || typeof value === 'bigint' ? String(value) : '')

/** What is written, and what is read of it. */
const BOTH_WAYS: readonly (readonly [string, WireValue, string])[] = [
  ['nil', null, 'c0'],
  ['false', false, 'c2'],
  ['true', true, 'c3'],
  ['0', 0, '00'],
  ['127', 127, '7f'],
  ['128', 128, 'cc 80'],
  ['256', 256, 'cd 0100'],
  ['65536', 65_536, 'ce 00010000'],
  ['the largest of 32 bits', 4_294_967_295, 'ce ffffffff'],
  ['one more', 4_294_967_296, 'd3 0000000100000000'],
  ['a time', 1_763_115_112_345, 'd3 0000019a81d99799'],
  ['-1', -1, 'ff'],
  ['-32', -32, 'e0'],
  ['-33', -33, 'd0 df'],
  ['-129', -129, 'd1 ff7f'],
  ['-32769', -32_769, 'd2 ffff7fff'],
  ['less than 32 bits hold', -2_147_483_649, 'd3 ffffffff7fffffff'],
  ['more than a number holds', 115_554_123_456_789_012n, 'd3 019a87dcf0f93a14'],
  ['the largest of 64 bits', 18_446_744_073_709_551_615n, 'cf ffffffffffffffff'],
  ['the least', -9_223_372_036_854_775_808n, 'd3 8000000000000000'],
  ['a half', 0.5, 'cb 3fe0000000000000'],
  ['an empty text', '', 'a0'],
  ['a text', 'мир', 'a6 d0bcd0b8d180'],
  ['32 letters', 'a'.repeat(32), `d9 20 ${'61'.repeat(32)}`],
  ['256 letters', 'a'.repeat(256), `da 0100 ${'61'.repeat(256)}`],
  ['bytes', new Uint8Array([1, 2]), 'c4 02 0102'],
  ['a list', [1, 'a'], '92 01 a1 61'],
  ['16 of them', Array(16).fill(1), `dc 0010 ${'01'.repeat(16)}`],
  ['a map', { a: 1 }, '81 a1 61 01'],
  [
    '16 fields',
    Object.fromEntries(SIXTEEN.map((name) => [name, 0])),
    `de 0010 ${SIXTEEN.map((name) => `a1 ${name.charCodeAt(0).toString(16)} 00`).join(' ')}`,
  ],
]

const IDS: readonly (readonly [string, string])[] = [
  ['7', 'd4 01 07'],
  ['-1', 'd4 01 ff'],
  ['200', 'd5 01 ccc8'],
  ['40000', 'c7 03 01 cd9c40'],
  ['10000000', 'c7 05 01 ce00989680'],
  ['-68929077051477', 'c7 09 01 d3 ffffc14f32d8ffab'],
  ['115554123456789012', 'c7 09 01 d3 019a87dcf0f93a14'],
]

describe('MessagePack', () => {
  for (const [name, value, bytes] of BOTH_WAYS) {
    test(`${name} is ${bytes.slice(0, 40)}`, () => {
      assert.equal(pack(value).toString('hex'), hex(bytes).toString('hex'))
      assert.deepEqual(unpack(hex(bytes)), value)
    })
  }

  for (const [digits, bytes] of IDS) {
    test(`the id ${digits} is an extension around its integer`, () => {
      assert.equal(pack(wireId(digits)).toString('hex'), hex(bytes).toString('hex'))
      assert.equal(digitsOf(unpack(hex(bytes))), digits)
    })
  }

  test('what other writers make of the same is read as well', () => {
    assert.equal(unpack(hex('cf 0000019a81d99799')), 1_763_115_112_345)
    assert.equal(unpack(hex('d3 0000000000000005')), 5)
    assert.equal(unpack(hex('ca 3f000000')), 0.5)
  })

  test('fields go by integers too, and one that is nil is not there', () => {
    assert.deepEqual(unpack(hex('83 05 01 c709 01 d3 019a87dcf0f93a14 02 a1 61 c0')), { 5: 1, '115554123456789012': 2 })
    assert.equal(pack({ a: null, b: undefined, c: 1 }).toString('hex'), '81a16301')
  })

  test('an extension that nobody knows is its bytes', () => {
    assert.deepEqual(unpack(hex('d6 ff 00000001')), new Uint8Array([0, 0, 0, 1]))
  })
})

const BAD: readonly (readonly [string, string, WireTrouble])[] = [
  ['nothing', '', 'truncated'],
  ['a marker that means nothing', 'c1', 'malformed'],
  ['a text that ends early', 'a3 6161', 'truncated'],
  ['an integer that ends early', 'd3 00', 'truncated'],
  ['a list that says it has four thousand million items', 'dd ffffffff', 'truncated'],
  ['a map that says so', 'df ffffffff', 'truncated'],
  ['bytes that say so', 'c6 ffffffff', 'truncated'],
  ['two values', '01 02', 'malformed'],
  ['a field named by a list', '81 90 01', 'malformed'],
  ['a field that would change what an object is', '81 a9 5f5f70726f746f5f5f 80', 'malformed'],
  ['an id that is a text', 'd5 01 a161', 'malformed'],
  ['an id that is empty', 'c7 00 01', 'malformed'],
  ['an id with more behind it', 'd5 01 0101', 'malformed'],
  ['an id that is longer than it says', 'd4 01 cc 80', 'malformed'],
  ['lists too deep', '91'.repeat(DEEPEST + 2), 'tooDeep'],
  ['ids within ids', 'c9 7fffffff 01'.repeat(100_000), 'tooDeep'],
  ['too many values', `dd ${MOST_VALUES.toString(16).padStart(8, '0')} ${'00'.repeat(MOST_VALUES)}`, 'tooMany'],
]

const isTrouble = (trouble: WireTrouble) => (error: unknown) => error instanceof WireError && error.trouble === trouble

describe('what is no body', () => {
  for (const [name, bytes, trouble] of BAD) {
    test(`${name}: ${trouble}`, () => assert.throws(() => unpack(hex(bytes)), isTrouble(trouble)))
  }

  test('nested lists that each claim all that is left take no memory for it', () => {
    const body = hex('dc ffff'.repeat(20) + '00'.repeat(70_000))
    const before = process.memoryUsage().heapUsed
    assert.throws(() => unpack(body), WireError)
    assert.ok(process.memoryUsage().heapUsed - before < 16_000_000)
  })

  test('what is no id or has no form is not written', () => {
    for (const digits of ['', 'abc', '1.5', '1e5', '9223372036854775808', '-9223372036854775809', '0x10', ' 1'])
      assert.throws(() => wireId(digits), isTrouble('malformed'), digits)
    assert.throws(() => pack(2n ** 64n), isTrouble('malformed'))
    let deep: WireValue = []
    for (let level = 0; level <= DEEPEST; level += 1) deep = [deep]
    assert.throws(() => pack(deep), isTrouble('tooDeep'))
    assert.throws(() => pack('a'.repeat(9_000_000)), isTrouble('tooLarge'))
  })
})

/** Values as they come back: no nil in maps, integers as narrow as they can be. */
const { value: anyValue } = fc.letrec<{ value: WireValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true }).map((number) => number + 0.5),
    fc.oneof(fc.bigInt(2n ** 60n, 2n ** 64n - 1n), fc.bigInt(-(2n ** 63n), -(2n ** 60n))),
    fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom('м', '👍', 'e\u0301'), { maxLength: 90 }).map((parts) => parts.join('')),
    ),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(
      fc.string().map((name) => (name === '__proto__' ? '' : name)),
      tie('value').map((value) => value ?? false),
      { noNullPrototype: true, maxKeys: 5 },
    ),
  ),
}))

describe('any value', () => {
  test('comes back as it went', () => {
    fc.assert(fc.property(anyValue, (value) => assert.deepEqual(unpack(pack(value)), value)))
  })

  test('any id keeps all of its 64 bits', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), (id) => {
        assert.equal(digitsOf(unpack(pack(new WireId(id)))), String(id))
        assert.equal(wireId(String(id)).value, id)
      }),
    )
  })

  test('any bytes are read, or refused with the one error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        try {
          unpack(bytes)
        } catch (error) {
          assert.ok(error instanceof WireError, String(error))
        }
      }),
      { numRuns: 500 },
    )
  })
})
