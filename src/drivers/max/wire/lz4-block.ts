import { WireError } from './wire-error.ts'

/**
 * Blocks of LZ4 without the frame around them. Our own: the packages either are native, or unpack without a bound, or give up on what doesn't
 * become smaller, which the web client sends packed all the same.
 *
 * A block is a row of: a token (upper four bits: how many literals, lower: how long a repetition, less four; 15 goes on in bytes of 255), the
 * literals, then how far back the repetition begins, in two bytes. The last one has literals alone.
 */

const SHORTEST_REPETITION = 4
/** No repetition begins within so many of the last bytes. */
const TAIL_BYTES = 12
/** And none reaches into so many. */
const LAST_LITERALS = 5
const FARTHEST = 0xffff
const HASH_BITS = 12

/** Packs as it finds repetitions, which is quick and not the closest. */
export function packBlock(raw: Uint8Array): Buffer {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
  const block = new Block(bytes)
  // Where four bytes of such a hash stood last, plus one; 0: nowhere yet.
  const seen = new Int32Array(1 << HASH_BITS)
  const end = bytes.length - TAIL_BYTES
  let at = 0
  while (at <= end) {
    const four = bytes.readUInt32LE(at)
    const hash = Math.imul(four, 2_654_435_761) >>> (32 - HASH_BITS)
    const before = (seen[hash] ?? 0) - 1
    seen[hash] = at + 1
    if (before < 0 || at - before > FARTHEST || bytes.readUInt32LE(before) !== four) {
      at += 1
      continue
    }
    const length = repeated(bytes, before, at)
    block.repetition(at, at - before, length)
    at += length
  }
  return block.done()
}

/** A block that repeats nothing: a little longer than what it holds. */
export function packLiterals(raw: Uint8Array): Buffer {
  return new Block(Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)).done()
}

function repeated(bytes: Buffer, before: number, at: number): number {
  const most = bytes.length - LAST_LITERALS - at
  let length = SHORTEST_REPETITION
  while (length < most && bytes[before + length] === bytes[at + length]) length += 1
  return length
}

/** A block that is being written. */
class Block {
  readonly #raw: Buffer
  readonly #out: Buffer
  #at = 0
  /** Up to where what is packed is written. */
  #from = 0

  constructor(raw: Buffer) {
    this.#raw = raw
    this.#out = Buffer.allocUnsafe(raw.length + Math.ceil(raw.length / 255) + 16)
  }

  repetition(at: number, back: number, length: number): void {
    this.#sequence(at, length - SHORTEST_REPETITION)
    this.#at = this.#out.writeUInt16LE(back, this.#at)
    this.#rest(length - SHORTEST_REPETITION)
    this.#from = at + length
  }

  done(): Buffer {
    this.#sequence(this.#raw.length, 0)
    return this.#out.subarray(0, this.#at)
  }

  #sequence(until: number, extra: number): void {
    const literals = until - this.#from
    this.#byte((Math.min(literals, 15) << 4) | Math.min(extra, 15))
    this.#rest(literals)
    this.#at += this.#raw.copy(this.#out, this.#at, this.#from, until)
  }

  #rest(length: number): void {
    if (length < 15) return
    let left = length - 15
    for (; left >= 255; left -= 255) this.#byte(255)
    this.#byte(left)
  }

  #byte(value: number): void {
    this.#at = this.#out.writeUInt8(value, this.#at)
  }
}

/**
 * @param limit more bytes than that are not taken, and no more memory is
 * @throws WireError
 */
export function unpackBlock(block: Uint8Array, limit: number): Buffer {
  const out = Buffer.allocUnsafe(limit)
  const from = new Sequences(block)
  let length = 0
  for (;;) {
    const token = from.byte()
    const literals = from.length(token >> 4)
    if (literals > limit - length) throw new WireError('tooLarge', 'a packed body is larger than it says')
    out.set(from.bytes(literals), length)
    length += literals
    if (from.isAtEnd) return out.subarray(0, length)
    const back = from.byte() | (from.byte() << 8)
    if (back === 0 || back > length) throw new WireError('malformed', 'a packed body repeats what is not there')
    const repetition = from.length(token & 0x0f) + SHORTEST_REPETITION
    if (repetition > limit - length) throw new WireError('tooLarge', 'a packed body is larger than it says')
    repeat(out, length, back, repetition)
    length += repetition
  }
}

/** What is repeated may be what the repetition itself writes. */
function repeat(out: Buffer, at: number, back: number, length: number): void {
  if (back >= length) {
    out.copyWithin(at, at - back, at - back + length)
    return
  }
  for (let done = 0; done < length; done += 1) out[at + done] = out[at + done - back] ?? 0
}

/** A block that is being read. */
class Sequences {
  readonly #block: Uint8Array
  #at = 0

  constructor(block: Uint8Array) {
    this.#block = block
  }

  get isAtEnd(): boolean {
    return this.#at === this.#block.length
  }

  byte(): number {
    const value = this.#block[this.#at]
    if (value === undefined) throw new WireError('truncated', 'a packed body ends too early')
    this.#at += 1
    return value
  }

  /** One that the token holds, or that goes on behind it. */
  length(short: number): number {
    let length = short
    if (short < 15) return length
    for (;;) {
      const more = this.byte()
      length += more
      if (more < 255) return length
    }
  }

  bytes(count: number): Uint8Array {
    if (count > this.#block.length - this.#at) throw new WireError('truncated', 'a packed body ends too early')
    this.#at += count
    return this.#block.subarray(this.#at - count, this.#at)
  }
}
