// Truth: the frame as our notes of the protocol have it, in bytes written by hand.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { CMD, decodeFrame, encodeFrame, HEAD_BYTES } from './frame.ts'
import { LARGEST_BYTES, wireId, type WireValue } from './values.ts'
import { WireError, type WireTrouble } from './wire-error.ts'

const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex')
const PING = hex('0a 00 0007 0001 00 00000e 81 ab 696e746572616374697665 c2')
const QR = hex('0a 00 0001 0120 00 000000')
/** 45 bytes, packed to 16: a third, rounded up. */
const PACKED = hex('0a 01 ffff 0040 03 000010 6f 81a161d92861 0100 0f 50 6161616161')

describe('a frame', () => {
  test('of a small body has it plain', () => {
    assert.deepEqual(encodeFrame({ cmd: CMD.ask, seq: 7, opcode: 1, payload: { interactive: false } }), PING)
    assert.deepEqual(decodeFrame(PING), { ver: 10, cmd: 0, seq: 7, opcode: 1, payload: { interactive: false } })
  })

  test('of nothing has no body', () => {
    for (const payload of [null, {}]) assert.deepEqual(encodeFrame({ cmd: CMD.ask, seq: 1, opcode: 288, payload }), QR)
    assert.deepEqual(decodeFrame(QR), { ver: 10, cmd: 0, seq: 1, opcode: 288, payload: null })
  })

  test('of 32 bytes or more has them packed', () => {
    const payload = { a: 'a'.repeat(40) }
    assert.deepEqual(encodeFrame({ cmd: CMD.answer, seq: 65_535, opcode: 64, payload }), PACKED)
    assert.deepEqual(decodeFrame(PACKED), { ver: 10, cmd: 1, seq: 65_535, opcode: 64, payload })
  })

  test('has them packed even where that makes them longer, and plain with one byte less', () => {
    const frame = encodeFrame({ cmd: CMD.ask, seq: 0, opcode: 6, payload: '0123456789abcdefghijklmnopqrstu' })
    assert.equal(frame.toString('latin1', 6), '\x01\x00\x00\x22\xf0\x11\xbf0123456789abcdefghijklmnopqrstu')
    const shorter = encodeFrame({ cmd: CMD.ask, seq: 0, opcode: 6, payload: '0123456789abcdefghijklmnopqrst' })
    assert.equal(shorter.toString('latin1', 6), '\x00\x00\x00\x1f\xbe0123456789abcdefghijklmnopqrst')
  })

  test('of ids holds them as the network does', () => {
    const payload = { chatId: wireId('-68929077051477'), userIds: [wireId('7')] }
    const frame = encodeFrame({ cmd: CMD.ask, seq: 2, opcode: 77, payload })
    const body = '82 a6 636861744964 c709 01 d3 ffffc14f32d8ffab a7 75736572496473 91 d40107'
    assert.equal(frame.toString('hex'), hex(`0a 00 0002 004d 01 000022 f011 ${body}`).toString('hex'))
    assert.deepEqual(decodeFrame(frame).payload, { chatId: -68_929_077_051_477, userIds: [7] })
  })

  test('of one letter over and over is packed no closer than its head can tell', () => {
    const payload = { text: 'a'.repeat(100_000) }
    const frame = encodeFrame({ cmd: CMD.ask, seq: 3, opcode: 64, payload })
    assert.ok(frame.readUInt8(6) <= 127)
    assert.deepEqual(decodeFrame(frame).payload, payload)
  })
})

const BAD: readonly (readonly [string, Buffer, WireTrouble])[] = [
  ['nothing', hex(''), 'truncated'],
  ['half a head', PING.subarray(0, 9), 'truncated'],
  ['half a body', PING.subarray(0, 15), 'truncated'],
  ['more than it says', Buffer.concat([PING, hex('00')]), 'malformed'],
  ['another packing', hex('0a 00 0001 0001 ff 000001 00'), 'packing'],
  ['another one', hex('0a 00 0001 0001 80 000001 00'), 'packing'],
  ['more in it than it says', hex('0a 01 ffff 0040 02 000010 6f 81a161d92861 0100 0f 50 6161616161'), 'tooLarge'],
]

describe('what is no frame', () => {
  for (const [name, bytes, trouble] of BAD) {
    test(`${name}: ${trouble}`, () =>
      assert.throws(
        () => decodeFrame(bytes),
        (error) => error instanceof WireError && error.trouble === trouble,
      ))
  }

  test('one that would be unpacked to gigabytes takes no more than is allowed', () => {
    // A body of 8 MB that says it is a hundredth of what it holds, and holds nothing.
    const bytes = Buffer.alloc(HEAD_BYTES + LARGEST_BYTES)
    bytes.set(hex('0a 00 0001 0001 7f 800000'))
    const before = process.memoryUsage()
    assert.throws(() => decodeFrame(bytes), WireError)
    const after = process.memoryUsage()
    assert.ok(after.arrayBuffers - before.arrayBuffers <= 2 * LARGEST_BYTES)
  })
})

const payloads: fc.Arbitrary<WireValue> = fc.dictionary(
  fc.constantFrom('text', 'chatId', 'a'),
  fc.oneof(fc.integer(), fc.string(), fc.constant('over and over '.repeat(30)), fc.uint8Array({ maxLength: 200 })),
  { noNullPrototype: true, minKeys: 1 },
)
const sixteen = fc.nat(65_535)

describe('any frame', () => {
  test('comes back as it went', () => {
    fc.assert(
      fc.property(payloads, sixteen, sixteen, fc.constantFrom(0, 1, 3), (payload, seq, opcode, cmd) => {
        const frame = { cmd, seq, opcode, payload }
        assert.deepEqual(decodeFrame(encodeFrame(frame)), { ver: 10, ...frame })
      }),
    )
  })

  test('that was cut or changed is read, or refused with the one error', () => {
    const changes = fc.array(fc.tuple(fc.nat(300), fc.nat(255)), { maxLength: 6 })
    fc.assert(
      fc.property(payloads, changes, fc.nat(400), (payload, changed, length) => {
        const frame = encodeFrame({ cmd: 0, seq: 1, opcode: 128, payload })
        for (const [at, byte] of changed) if (at < frame.length) frame[at] = byte
        try {
          decodeFrame(frame.subarray(0, length))
          decodeFrame(frame)
        } catch (error) {
          assert.ok(error instanceof WireError, String(error))
        }
      }),
      { numRuns: 500 },
    )
  })
})
