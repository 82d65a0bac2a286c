import { packBlock, unpackBlock } from './lz4.ts'
import { decodeValue, encodeValue, type Value } from './msgpack.ts'

/** What goes over the web socket, one a message. */
export interface Frame {
  readonly cmd: number
  readonly seq: number
  readonly opcode: number
  /** Undefined where there is no body. */
  readonly payload?: Value | undefined
}

/** A frame as it came, with what an oracle asks of its form. */
export interface ReadFrame extends Frame {
  /** Bytes of the body before packing. */
  readonly size: number
  readonly isPacked: boolean
}

export const ASKS = 0
export const ANSWERS = 1
export const REFUSES = 3

const VERSION = 10
const HEADER = 10
/** Bodies from this size are packed. */
const PACKED_FROM = 32
const LARGEST_BODY = 32 * 1024 * 1024
const ZSTD = 255

export function encodeFrame({ cmd, seq, opcode, payload }: Frame): Uint8Array {
  const body = payload === undefined ? Buffer.alloc(0) : encodeValue(payload)
  if (body.length < PACKED_FROM) return Buffer.concat([header({ cmd, seq, opcode }, 0, body.length), body])
  const packed = packBlock(body)
  const factor = Math.ceil(body.length / packed.length)
  // What shrinks by more than the header can say goes as it is.
  if (factor > 127) return Buffer.concat([header({ cmd, seq, opcode }, 0, body.length), body])
  return Buffer.concat([header({ cmd, seq, opcode }, factor, packed.length), packed])
}

/** A frame whose body says that it is packed with zstd, which web clients never saw. */
export function zstdFrame({ cmd, seq, opcode, payload }: Frame): Uint8Array {
  const body = encodeValue(payload ?? null)
  return Buffer.concat([header({ cmd, seq, opcode }, ZSTD, body.length), body])
}

/** Throws in words where the bytes are no frame. */
export function decodeFrame(bytes: Uint8Array): ReadFrame {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (buffer.length < HEADER) throw new Error('a frame without a whole header')
  if (buffer[0] !== VERSION) throw new Error(`a frame of version ${String(buffer[0])}`)
  const length = buffer.readUIntBE(7, 3)
  if (buffer.length !== HEADER + length) throw new Error('a frame whose length is not that of its body')
  const facts = { cmd: buffer.readUInt8(1), seq: buffer.readUInt16BE(2), opcode: buffer.readUInt16BE(4) }
  if (length === 0) return { ...facts, size: 0, isPacked: false }
  const factor = buffer.readUInt8(6)
  const body = buffer.subarray(HEADER)
  if (factor === 0) return { ...facts, payload: decodeValue(body), size: length, isPacked: false }
  if (factor > 127) throw new Error(`a frame packed in a way of its own (${factor})`)
  const limit = factor * length
  if (limit > LARGEST_BODY) throw new Error('a frame too large')
  const unpacked = unpackBlock(body, limit)
  return { ...facts, payload: decodeValue(unpacked), size: unpacked.length, isPacked: true }
}

function header({ cmd, seq, opcode }: Frame, factor: number, length: number): Uint8Array {
  const bytes = Buffer.alloc(HEADER)
  bytes[0] = VERSION
  bytes[1] = cmd
  bytes.writeUInt16BE(seq, 2)
  bytes.writeUInt16BE(opcode, 4)
  bytes[6] = factor
  bytes.writeUIntBE(length, 7, 3)
  return bytes
}
