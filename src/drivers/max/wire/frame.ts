import { packBlock, packLiterals, unpackBlock } from './lz4-block.ts'
import { pack } from './pack.ts'
import { unpack } from './unpack.ts'
import { LARGEST_BYTES, type WireValue } from './values.ts'
import { WireError } from './wire-error.ts'

/**
 * A frame is a head of ten bytes, high ones first, and a body:
 * ver 1, cmd 1, seq 2, opcode 2, packing 1, length of the body as it is sent 3.
 */
export const HEAD_BYTES = 10
/** Of a frame as it is sent. */
export const LARGEST_FRAME_BYTES = HEAD_BYTES + LARGEST_BYTES

/** What we speak. */
const VERSION = 10
/** From that size on the web client packs bodies, even those that become no smaller. */
const PACKED_FROM_BYTES = 32
/** A body is packed to so small a part of itself at most, for the head has no more room to say it. */
const CLOSEST = 127
const LONGEST_BODY_BYTES = 0xff_ffff

/** What a frame is: a question or a push, an answer to such, or the answer that something is wrong. 2 is not in use. */
export const CMD = { ask: 0, answer: 1, error: 3 } as const

export interface Frame {
  readonly ver: number
  /** One of `CMD`, from whoever keeps to it. */
  readonly cmd: number
  /** 0 to 65535; an answer has that of its question. */
  readonly seq: number
  readonly opcode: number
  /** null: it has no body. */
  readonly payload: WireValue
}

/** @throws WireError when the payload is too large, or nothing that the wire has a form for */
export function encodeFrame({ cmd, seq, opcode, payload }: Omit<Frame, 'ver'>): Buffer {
  const { packing, body } = bodyOf(payload)
  if (body.length > LONGEST_BODY_BYTES) throw new WireError('tooLarge', 'what is to be sent is too large')
  const frame = Buffer.allocUnsafe(HEAD_BYTES + body.length)
  frame.writeUInt8(VERSION, 0)
  frame.writeUInt8(cmd, 1)
  frame.writeUInt16BE(seq, 2)
  frame.writeUInt16BE(opcode, 4)
  frame.writeUInt8(packing, 6)
  frame.writeUIntBE(body.length, 7, 3)
  frame.set(body, HEAD_BYTES)
  return frame
}

function bodyOf(payload: WireValue): { readonly packing: number; readonly body: Uint8Array } {
  const raw = payload === null ? Buffer.alloc(0) : pack(payload)
  if (isEmptyMap(raw)) return { packing: 0, body: Buffer.alloc(0) }
  if (raw.length < PACKED_FROM_BYTES) return { packing: 0, body: raw }
  const packed = packBlock(raw)
  const packing = Math.ceil(raw.length / packed.length)
  // A long row of one letter.
  if (packing > CLOSEST) return { packing: 1, body: packLiterals(raw) }
  return { packing, body: packed }
}

function isEmptyMap(raw: Buffer): boolean {
  return raw.length === 1 && raw[0] === 0x80
}

/**
 * Reads one frame that is all of these bytes.
 * @throws WireError
 */
export function decodeFrame(bytes: Uint8Array): Frame {
  if (bytes.length < HEAD_BYTES) throw new WireError('truncated', 'a frame is shorter than its head')
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, HEAD_BYTES)
  const length = head.readUIntBE(7, 3)
  const body = bytes.subarray(HEAD_BYTES)
  if (body.length < length) throw new WireError('truncated', 'a frame is shorter than it says')
  if (body.length > length) throw new WireError('malformed', 'a frame is longer than it says')
  return {
    ver: head.readUInt8(0),
    cmd: head.readUInt8(1),
    seq: head.readUInt16BE(2),
    opcode: head.readUInt16BE(4),
    payload: length === 0 ? null : unpack(unpacked(body, head.readUInt8(6))),
  }
}

function unpacked(body: Uint8Array, packing: number): Uint8Array {
  if (packing === 0) return body
  if (packing > CLOSEST) throw new WireError('packing', `a body is packed in a way that is not known (${packing})`)
  // The larger of what is said to be in it and of what is taken is never made room for.
  return unpackBlock(body, Math.min(packing * body.length, LARGEST_BYTES))
}
