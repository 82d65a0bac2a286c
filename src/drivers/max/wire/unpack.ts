import { ID_TYPE } from './pack.ts'
import { DEEPEST, LARGEST_BYTES, MOST_VALUES, type WireValue } from './values.ts'
import { WireError } from './wire-error.ts'

/**
 * Reads one MessagePack value that is all of these bytes. Whatever they claim, it never takes more than so much memory: a list grows as it is
 * read, and values are counted. An id is its integer; what has a type that nobody knows yet is its bytes.
 * @throws WireError
 */
export function unpack(bytes: Uint8Array): WireValue {
  if (bytes.length > LARGEST_BYTES) throw new WireError('tooLarge', 'a body is too large')
  const unpacker = new Unpacker(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  const value = unpacker.value(0)
  if (!unpacker.isAtEnd) throw new WireError('malformed', 'bytes follow the body')
  return value
}

class Unpacker {
  readonly #buffer: Buffer
  #at = 0
  #values = 0

  constructor(buffer: Buffer) {
    this.#buffer = buffer
  }

  get isAtEnd(): boolean {
    return this.#at === this.#buffer.length
  }

  value(depth: number): WireValue {
    this.#values += 1
    if (depth > DEEPEST) throw new WireError('tooDeep', 'a body is nested too deeply')
    if (this.#values > MOST_VALUES) throw new WireError('tooMany', 'a body has too many values')
    const marker = this.unsigned(1)
    if (marker < 0x80) return marker
    if (marker >= 0xe0) return marker - 0x100
    if (marker >= 0xc0) return this.#marked(marker, depth)
    if (marker >= 0xa0) return this.text(marker & 0x1f)
    return marker >= 0x90 ? this.list(marker & 0x0f, depth) : this.map(marker & 0x0f, depth)
  }

  #marked(marker: number, depth: number): WireValue {
    const read = BY_MARKER[marker - 0xc0]
    if (read === undefined) throw new WireError('malformed', 'a marker is none')
    return read(this, depth)
  }

  unsigned(size: number): number {
    return this.#buffer.readUIntBE(this.#take(size), size)
  }

  signed(size: number): number {
    return this.#buffer.readIntBE(this.#take(size), size)
  }

  unsigned64(): number | bigint {
    return narrow(this.#buffer.readBigUInt64BE(this.#take(8)))
  }

  signed64(): number | bigint {
    return narrow(this.#buffer.readBigInt64BE(this.#take(8)))
  }

  float(): number {
    return this.#buffer.readFloatBE(this.#take(4))
  }

  double(): number {
    return this.#buffer.readDoubleBE(this.#take(8))
  }

  text(length: number): string {
    const from = this.#take(length)
    return this.#buffer.toString('utf8', from, from + length)
  }

  /** A copy, for the body that it stands in is much larger and is let go of. */
  binary(length: number): Uint8Array {
    const from = this.#take(length)
    return new Uint8Array(this.#buffer.subarray(from, from + length))
  }

  list(count: number, depth: number): WireValue[] {
    this.#enter(count)
    const items: WireValue[] = []
    for (let read = 0; read < count; read += 1) items.push(this.value(depth + 1))
    return items
  }

  map(count: number, depth: number): WireValue {
    this.#enter(2 * count)
    const fields: Record<string, WireValue> = {}
    for (let read = 0; read < count; read += 1) {
      const name = this.#name(depth)
      const value = this.value(depth + 1)
      if (value !== null) fields[name] = value
    }
    return fields
  }

  /** Names of fields are texts, or integers where a map goes by ids. */
  #name(depth: number): string {
    const name = this.value(depth + 1)
    if (typeof name === 'string' && name !== '__proto__') return name
    if (isInteger(name)) return String(name)
    throw new WireError('malformed', 'the name of a field is none')
  }

  extension(length: number, depth: number): WireValue {
    const type = this.signed(1)
    if (type !== ID_TYPE) return this.binary(length)
    const end = this.#at + length
    const id = length === 0 ? null : this.value(depth + 1)
    if (this.#at !== end || !isInteger(id)) {
      throw new WireError('malformed', 'an id is no integer')
    }
    return id
  }

  /** Each value takes a byte or more: what claims more than is left is not begun. */
  #enter(values: number): void {
    if (values > this.#buffer.length - this.#at) throw new WireError('truncated', 'a body ends within a list')
  }

  #take(count: number): number {
    const from = this.#at
    if (count > this.#buffer.length - from) throw new WireError('truncated', 'a body ends within a value')
    this.#at = from + count
    return from
  }
}

type Read = (from: Unpacker, depth: number) => WireValue

/** From 0xc0 on; 0xc1 means nothing. */
const BY_MARKER: readonly (Read | undefined)[] = [
  () => null,
  undefined,
  () => false,
  () => true,
  ...[1, 2, 4].map(
    (size): Read =>
      (from) =>
        from.binary(from.unsigned(size)),
  ),
  ...[1, 2, 4].map(
    (size): Read =>
      (from, depth) =>
        from.extension(from.unsigned(size), depth),
  ),
  (from) => from.float(),
  (from) => from.double(),
  ...[1, 2, 4].map(
    (size): Read =>
      (from) =>
        from.unsigned(size),
  ),
  (from) => from.unsigned64(),
  ...[1, 2, 4].map(
    (size): Read =>
      (from) =>
        from.signed(size),
  ),
  (from) => from.signed64(),
  ...[1, 2, 4, 8, 16].map(
    (length): Read =>
      (from, depth) =>
        from.extension(length, depth),
  ),
  ...[1, 2, 4].map(
    (size): Read =>
      (from) =>
        from.text(from.unsigned(size)),
  ),
  ...[2, 4].map(
    (size): Read =>
      (from, depth) =>
        from.list(from.unsigned(size), depth),
  ),
  ...[2, 4].map(
    (size): Read =>
      (from, depth) =>
        from.map(from.unsigned(size), depth),
  ),
]

function isInteger(value: WireValue): value is number | bigint {
  return typeof value === 'bigint' || Number.isSafeInteger(value)
}

function narrow(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
