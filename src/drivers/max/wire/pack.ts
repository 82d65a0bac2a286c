import { DEEPEST, LARGEST_BYTES, WireId, type WireMap, type WireValue } from './values.ts'
import { WireError } from './wire-error.ts'

/** The type by which the network tells ids from other integers. */
export const ID_TYPE = 1

const FIRST_BYTES = 512

/**
 * MessagePack as the web client writes it: integers as short as they can be and never as floats, which the network refuses, those of more
 * than 32 bits as int64; an id as an extension around such an integer.
 *
 * Our own, for the packages either lose what a number doesn't hold, or write what it does hold as a float once they are told not to; and
 * those that read take the sizes that lists claim for true before they have seen the lists.
 *
 * @throws WireError when it is too large or too deep, or holds what the wire has no form for
 */
export function pack(value: WireValue): Buffer {
  const packer = new Packer()
  packer.value(value, 0)
  return packer.bytes
}

class Packer {
  #buffer = Buffer.allocUnsafe(FIRST_BYTES)
  #at = 0

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#at)
  }

  value(value: WireValue, depth: number): void {
    if (typeof value === 'string') this.#text(value)
    else if (typeof value === 'number') this.#number(value)
    else if (typeof value === 'bigint') this.#bigint(value)
    else if (value === null) this.#byte(0xc0)
    else if (typeof value === 'boolean') this.#byte(value ? 0xc3 : 0xc2)
    else this.#composite(value, depth)
  }

  #composite(value: Uint8Array | WireId | readonly WireValue[] | WireMap, depth: number): void {
    if (value instanceof WireId) return this.#id(value)
    if (value instanceof Uint8Array) return this.#binary(value)
    if (depth > DEEPEST) throw new WireError('tooDeep', 'what is to be sent is nested too deeply')
    if (isList(value)) {
      this.#head(value.length, 0x90, 0xdc)
      for (const item of value) this.value(item, depth + 1)
      return
    }
    const fields = Object.entries(value)
    const there = fields.filter((field): field is [string, WireValue] => field[1] !== undefined && field[1] !== null)
    this.#head(there.length, 0x80, 0xde)
    for (const [name, item] of there) {
      this.#text(name)
      this.value(item, depth + 1)
    }
  }

  #number(value: number): void {
    if (Number.isSafeInteger(value)) return this.#integer(value)
    this.#byte(0xcb)
    this.#at = this.#room(8).writeDoubleBE(value, this.#at)
  }

  #integer(value: number): void {
    if (value >= 0) {
      if (value < 0x80) this.#byte(value)
      else if (value <= 0xff) this.#sized(0xcc, 1, value)
      else if (value <= 0xffff) this.#sized(0xcd, 2, value)
      else if (value <= 0xffff_ffff) this.#sized(0xce, 4, value)
      else this.#wide(BigInt(value))
    } else if (value >= -0x20) this.#byte(value & 0xff)
    else if (value >= -0x80) this.#sized(0xd0, 1, value & 0xff)
    else if (value >= -0x8000) this.#sized(0xd1, 2, value & 0xffff)
    else if (value >= -0x8000_0000) this.#sized(0xd2, 4, value >>> 0)
    else this.#wide(BigInt(value))
  }

  #bigint(value: bigint): void {
    const narrow = Number(value)
    if (Number.isSafeInteger(narrow)) this.#integer(narrow)
    else this.#wide(value)
  }

  #wide(value: bigint): void {
    if (BigInt.asIntN(64, value) === value) {
      this.#byte(0xd3)
      this.#at = this.#room(8).writeBigInt64BE(value, this.#at)
    } else if (BigInt.asUintN(64, value) === value) {
      this.#byte(0xcf)
      this.#at = this.#room(8).writeBigUInt64BE(value, this.#at)
    } else throw new WireError('malformed', 'an integer has more than 64 bits')
  }

  #id({ value }: WireId): void {
    const inner = new Packer()
    inner.#bigint(value)
    const { bytes } = inner
    // One, two, and what an integer never takes (4, 8 and 16 bytes) have markers of their own.
    if (bytes.length <= 2) this.#byte(bytes.length === 1 ? 0xd4 : 0xd5)
    else this.#sized(0xc7, 1, bytes.length)
    this.#byte(ID_TYPE)
    this.#raw(bytes)
  }

  #text(value: string): void {
    const length = Buffer.byteLength(value)
    if (length < 32) this.#byte(0xa0 | length)
    else this.#length(length, 0xd9)
    this.#at += this.#room(length).write(value, this.#at, length)
  }

  #binary(value: Uint8Array): void {
    this.#length(value.length, 0xc4)
    this.#raw(value)
  }

  /** Of lists and maps: up to 15 in the marker itself, else in two or four bytes. */
  #head(count: number, short: number, marker: number): void {
    if (count < 16) this.#byte(short | count)
    else if (count <= 0xffff) this.#sized(marker, 2, count)
    else this.#sized(marker + 1, 4, count)
  }

  /** Of texts and bytes: in one, two or four bytes. */
  #length(length: number, marker: number): void {
    if (length <= 0xff) this.#sized(marker, 1, length)
    else if (length <= 0xffff) this.#sized(marker + 1, 2, length)
    else this.#sized(marker + 2, 4, length)
  }

  #raw(bytes: Uint8Array): void {
    this.#room(bytes.length).set(bytes, this.#at)
    this.#at += bytes.length
  }

  #byte(value: number): void {
    this.#at = this.#room(1).writeUInt8(value, this.#at)
  }

  #sized(marker: number, size: number, value: number): void {
    this.#byte(marker)
    this.#at = this.#room(size).writeUIntBE(value, this.#at, size)
  }

  #room(count: number): Buffer {
    const needed = this.#at + count
    if (needed > LARGEST_BYTES) throw new WireError('tooLarge', 'what is to be sent is too large')
    if (needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#buffer.length))
      larger.set(this.bytes)
      this.#buffer = larger
    }
    return this.#buffer
  }
}

/** `Array.isArray` alone does not know lists that may not be written to. */
function isList(value: readonly WireValue[] | WireMap): value is readonly WireValue[] {
  return Array.isArray(value)
}
