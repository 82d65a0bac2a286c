// Truth: bytes written by hand from the descriptions of the frame, of MessagePack and of the LZ4 block format.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { decodeFrame, encodeFrame } from './frame.ts'
import { packBlock, unpackBlock } from './lz4.ts'
import { decodeValue, encodeValue, Float, Id, type Value } from './msgpack.ts'

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex')

describe('MessagePack of the fake MAX', () => {
  const written: readonly (readonly [string, Value])[] = [
    ['c0', null],
    ['c3', true],
    ['00', 0],
    ['7f', 127],
    ['e0', -32],
    ['cc 80', 128],
    ['cd 01 00', 256],
    ['ce 00 01 00 00', 65_536],
    ['d0 df', -33],
    ['d1 ff 7f', -129],
    ['d3 00 00 01 8e ff 89 80 00', 1_713_684_185_088],
    ['d3 7f ff ff ff ff ff ff ff', 2n ** 63n - 1n],
    ['cb 40 4b e0 00 00 00 00 00', new Float(55.75)],
    ['a3 4d 41 58', 'MAX'],
    ['c4 02 07 08', Uint8Array.of(7, 8)],
    ['92 01 02', [1, 2]],
    ['81 a1 61 01', { a: 1 }],
    ['d4 01 05', new Id(5)],
    // A group's id as the vendor shows one.
    ['c7 09 01 d3 ff ff c1 4f 32 d8 ff ab', new Id(-68_929_077_051_477n)],
  ]
  for (const [form, value] of written)
    test(`${form} is what it says, either way`, () => {
      assert.deepEqual(decodeValue(bytes(form)), value)
      assert.equal(hex(encodeValue(value)), form.replaceAll(' ', ''))
    })

  test('other forms of the same are read too, and keys that are numbers', () => {
    assert.equal(decodeValue(bytes('cf 00 00 00 00 00 00 00 05')), 5)
    assert.deepEqual(decodeValue(bytes('c7 09 01 cf 00 00 00 00 00 00 00 05')), new Id(5))
    assert.deepEqual(decodeValue(bytes('ca 3f 80 00 00')), new Float(1))
    assert.deepEqual(decodeValue(bytes('82 07 c2 d4 01 08 c3')), { 7: false, 8: true })
  })

  test('a map of numbers is written with numbers for keys, and what is undefined not at all', () => {
    assert.equal(hex(encodeValue(new Map([[7n, false]]))), '8107c2')
    assert.equal(hex(encodeValue({ a: undefined, b: 1 })), '81a16201')
  })

  test('what is cut off, goes on, is too deep or is no id is refused', () => {
    for (const form of ['', 'a3 4d', '92 01', '01 02', 'c1', 'dd ff ff ff ff', 'd4 02 05', 'd4 01 c2', '81 c2 01'])
      assert.throws(() => decodeValue(bytes(form)), Error, form)
    assert.throws(() => decodeValue(new Uint8Array(1_000).fill(0x91)), /too deep/)
  })
})

describe('LZ4 blocks of the fake MAX', () => {
  test('a block written by hand: one literal, a match that runs into itself, five literals', () => {
    const block = bytes('1f 61 01 00 01 50 62 62 62 62 62')
    assert.equal(Buffer.from(unpackBlock(block, 64)).toString(), `${'a'.repeat(21)}bbbbb`)
  })

  test('ninety literals begin with f0 4b, as was seen', () => {
    const packed = packBlock(Uint8Array.from({ length: 90 }, (_none, index) => index))
    assert.equal(hex(packed.subarray(0, 2)), 'f04b')
    assert.equal(packed.length, 92)
  })

  test('what reaches beyond its bytes or its limit is refused', () => {
    for (const form of ['f0', '50 61', '1f 61 00 00 00', '1f 61 02 00 00', '14 61 01 00'])
      assert.throws(() => unpackBlock(bytes(form), 64), Error, form)
    assert.throws(() => unpackBlock(bytes('1f 61 01 00 01 50 62 62 62 62 62'), 20))
  })

  test('anything packed is itself when it is unpacked', () => {
    const repetitive = fc.array(fc.constantFrom(1, 2, 3, 200), { maxLength: 600 }).map((list) => Uint8Array.from(list))
    const property = fc.property(fc.oneof(repetitive, fc.uint8Array({ maxLength: 300 })), (value) => {
      const packed = packBlock(value)
      assert.equal(hex(unpackBlock(packed, value.length)), hex(value))
    })
    fc.assert(property, { numRuns: 200 })
  })
})

describe('frames of the fake MAX', () => {
  test('a request of a QR, byte by byte', () => {
    const form = '0a 00 0001 0120 00 000001 80'
    assert.deepEqual(decodeFrame(bytes(form)), {
      ...{ cmd: 0, seq: 1, opcode: 288, payload: {}, size: 1, isPacked: false },
    })
    assert.equal(hex(encodeFrame({ cmd: 0, seq: 1, opcode: 288, payload: {} })), form.replaceAll(' ', ''))
  })

  test('an acknowledgement without a body is a header alone', () => {
    assert.equal(hex(encodeFrame({ cmd: 1, seq: 65_535, opcode: 128 })), '0a01ffff008000000000')
    assert.equal(decodeFrame(bytes('0a01ffff008000000000')).payload, undefined)
  })

  test('from thirty-two bytes a body is packed, even where that is longer, and says by how much it grows', () => {
    const short = encodeFrame({ cmd: 0, seq: 0, opcode: 1, payload: 'x'.repeat(30) })
    assert.deepEqual([short[6], short.length], [0, 10 + 31])
    const words = 'the quick brown fox jumps over it'
    const long = encodeFrame({ cmd: 0, seq: 0, opcode: 1, payload: words })
    assert.equal(long[6], 1)
    assert.equal(hex(long.subarray(7, 12)), '000025f014')
    const much = encodeFrame({ cmd: 0, seq: 0, opcode: 1, payload: 'ab'.repeat(200) })
    assert.equal(much[6], Math.ceil(403 / (much.length - 10)))
    assert.equal(decodeFrame(much).payload, 'ab'.repeat(200))
  })

  test('what is no frame is refused', () => {
    for (const form of ['', '0a00', '0b00000001200000000180', '0a0000010120000000 02 80', '0a000001012 0ff000001 80'])
      assert.throws(() => decodeFrame(bytes(form)), Error, form)
  })
})
