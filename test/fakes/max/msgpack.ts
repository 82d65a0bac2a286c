/** What extension type 1 wraps: an id or a time of the server, an integer of 64 bits. */
export class Id {
  readonly value: bigint
  constructor(value: bigint | number | string) {
    this.value = BigInt(value)
  }
  toString(): string {
    return String(this.value)
  }
}

/** A number that came as a floating point one, or is to go as one even where it is whole. */
export class Float {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
}

/** A map; keys that are numbers on the wire are texts here. What is undefined is not sent. */
export interface Fields {
  readonly [key: string]: Value | undefined
}
/** Integers that a number can't hold exactly are bigints. A Map is sent with its keys as they are. */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Id
  | Float
  | readonly Value[]
  | ReadonlyMap<bigint, Value>
  | Fields

const ID_EXTENSION = 1
const DEEPEST = 64

/** Reads one MessagePack value that fills the bytes. Throws on anything else. */
export function decodeValue(bytes: Uint8Array): Value {
  const reader = new ByteReader(bytes)
  const value = reader.value(0)
  if (!reader.isAtEnd) throw new Error('bytes after the end of the MessagePack value')
  return value
}

class ByteReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  value(depth: number): Value {
    if (depth > DEEPEST) throw new Error('a MessagePack value too deep')
    const tag = this.#unsigned(1)
    if (tag < 0x80) return tag
    if (tag >= 0xe0) return tag - 0x100
    if (tag < 0x90) return this.#map(tag & 0x0f, depth)
    if (tag < 0xa0) return this.#array(tag & 0x0f, depth)
    if (tag < 0xc0) return this.#text(tag & 0x1f)
    return this.#tagged(tag, depth)
  }

  #tagged(tag: number, depth: number): Value {
    if (tag >= 0xcc && tag <= 0xd3) return this.#integer(tag)
    if (tag >= 0xd4 && tag <= 0xd8) return this.#extension(2 ** (tag - 0xd4), depth)
    if (tag >= 0xd9 && tag <= 0xdb) return this.#text(this.#unsigned(2 ** (tag - 0xd9)))
    if (tag >= 0xc4 && tag <= 0xc6) return Uint8Array.from(this.#take(this.#unsigned(2 ** (tag - 0xc4))))
    if (tag >= 0xc7 && tag <= 0xc9) return this.#extension(this.#unsigned(2 ** (tag - 0xc7)), depth)
    return this.#rest(tag, depth)
  }

  #rest(tag: number, depth: number): Value {
    switch (tag) {
      case 0xc0:
        return null
      case 0xc2:
        return false
      case 0xc3:
        return true
      case 0xca:
        return new Float(this.#take(4).readFloatBE())
      case 0xcb:
        return new Float(this.#take(8).readDoubleBE())
      case 0xdc:
      case 0xdd:
        return this.#array(this.#unsigned(tag === 0xdc ? 2 : 4), depth)
      case 0xde:
      case 0xdf:
        return this.#map(this.#unsigned(tag === 0xde ? 2 : 4), depth)
      default:
        throw new Error(`no MessagePack value begins with 0x${tag.toString(16)}`)
    }
  }

  #integer(tag: number): number | bigint {
    const size = 2 ** ((tag - 0xcc) & 3)
    const isSigned = tag >= 0xd0
    const bytes = this.#take(size)
    if (size < 8) return isSigned ? bytes.readIntBE(0, size) : bytes.readUIntBE(0, size)
    const wide = isSigned ? bytes.readBigInt64BE() : bytes.readBigUInt64BE()
    return narrow(wide)
  }

  #extension(size: number, depth: number): Value {
    const type = this.#take(1).readInt8()
    const body = this.#take(size)
    if (type !== ID_EXTENSION) throw new Error(`an unknown MessagePack extension ${type}`)
    const inner = new ByteReader(body)
    const value = inner.value(depth + 1)
    if (!inner.isAtEnd || (typeof value !== 'number' && typeof value !== 'bigint'))
      throw new Error('an id that is not one integer')
    return new Id(value)
  }

  #array(length: number, depth: number): Value {
    if (length > this.#bytes.length - this.#at) throw new Error('an array longer than the bytes')
    return Array.from({ length }, () => this.value(depth + 1))
  }

  #map(length: number, depth: number): Value {
    if (length * 2 > this.#bytes.length - this.#at) throw new Error('a map longer than the bytes')
    const entries = new Map<string, Value>()
    for (let index = 0; index < length; index += 1) {
      const key = this.value(depth + 1)
      if (typeof key !== 'string' && typeof key !== 'number' && typeof key !== 'bigint' && !(key instanceof Id))
        throw new Error('a key that is neither a text nor a number')
      entries.set(String(key), this.value(depth + 1))
    }
    return Object.fromEntries(entries)
  }

  #text(length: number): string {
    return this.#take(length).toString('utf8')
  }

  #unsigned(size: number): number {
    return this.#take(size).readUIntBE(0, size)
  }

  #take(size: number): Buffer {
    const end = this.#at + size
    if (end > this.#bytes.length) throw new Error('a MessagePack value that ends too soon')
    const taken = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return taken
  }
}

function narrow(wide: bigint): number | bigint {
  const isSafe = wide >= BigInt(Number.MIN_SAFE_INTEGER) && wide <= BigInt(Number.MAX_SAFE_INTEGER)
  return isSafe ? Number(wide) : wide
}

/** Writes one: integers in the fewest bytes of 1, 2, 4 or 8, wide ones signed; what is undefined in a map is left out. */
export function encodeValue(value: Value): Uint8Array {
  const parts: Uint8Array[] = []
  write(value, parts)
  return Buffer.concat(parts)
}

function write(value: Value, parts: Uint8Array[]): void {
  if (value === null) parts.push(Buffer.of(0xc0))
  else if (typeof value === 'boolean') parts.push(Buffer.of(value ? 0xc3 : 0xc2))
  else if (typeof value === 'bigint') parts.push(integer(value))
  else if (typeof value === 'number') parts.push(Number.isSafeInteger(value) ? integer(BigInt(value)) : float(value))
  else if (typeof value === 'string') parts.push(...sized(Buffer.from(value, 'utf8'), textHead))
  else writeObject(value, parts)
}

function writeObject(value: Exclude<Value, null | boolean | number | bigint | string>, parts: Uint8Array[]): void {
  if (value instanceof Uint8Array) parts.push(...sized(value, (size) => head([0xc4, 0xc5, 0xc6], size)))
  else if (value instanceof Float) parts.push(float(value.value))
  else if (value instanceof Id) parts.push(...extension(integer(value.value)))
  else if (isList(value)) {
    parts.push(value.length < 16 ? Buffer.of(0x90 | value.length) : head([undefined, 0xdc, 0xdd], value.length))
    for (const one of value) write(one, parts)
  } else {
    const entries = value instanceof Map ? [...value] : Object.entries(value).filter(([, one]) => one !== undefined)
    parts.push(entries.length < 16 ? Buffer.of(0x80 | entries.length) : head([undefined, 0xde, 0xdf], entries.length))
    for (const [key, one] of entries as [string | bigint, Value][]) {
      write(key, parts)
      write(one, parts)
    }
  }
}

export function isList(value: unknown): value is readonly Value[] {
  return Array.isArray(value)
}

function integer(value: bigint): Uint8Array {
  if (value >= -32n && value < 128n) return Buffer.of(Number(value) & 0xff)
  for (const [bits, unsigned, signed] of [
    [8, 0xcc, 0xd0],
    [16, 0xcd, 0xd1],
    [32, 0xce, 0xd2],
  ] as const) {
    const bytes = Buffer.alloc(1 + bits / 8)
    if (value >= 0n && value < 1n << BigInt(bits)) {
      bytes[0] = unsigned
      bytes.writeUIntBE(Number(value), 1, bits / 8)
      return bytes
    }
    if (value < 0n && value >= -(1n << BigInt(bits - 1))) {
      bytes[0] = signed
      bytes.writeIntBE(Number(value), 1, bits / 8)
      return bytes
    }
  }
  const bytes = Buffer.alloc(9)
  bytes[0] = 0xd3
  bytes.writeBigInt64BE(value, 1)
  return bytes
}

function float(value: number): Uint8Array {
  const bytes = Buffer.alloc(9)
  bytes[0] = 0xcb
  bytes.writeDoubleBE(value, 1)
  return bytes
}

function extension(body: Uint8Array): Uint8Array[] {
  const fixed = [1, 2, 4, 8, 16].indexOf(body.length)
  const start = fixed >= 0 ? Buffer.of(0xd4 + fixed, ID_EXTENSION) : Buffer.of(0xc7, body.length, ID_EXTENSION)
  return [start, body]
}

function sized(body: Uint8Array, headOf: (size: number) => Uint8Array): Uint8Array[] {
  return [headOf(body.length), body]
}

const textHead = (size: number): Uint8Array => (size < 32 ? Buffer.of(0xa0 | size) : head([0xd9, 0xda, 0xdb], size))

/** A tag for sizes of one, two or four bytes, with the size. */
function head([one, two, four]: readonly [number | undefined, number, number], size: number): Uint8Array {
  if (one !== undefined && size < 0x100) return Buffer.of(one, size)
  const bytes = Buffer.alloc(size < 0x10000 ? 3 : 5)
  bytes[0] = size < 0x10000 ? two : four
  bytes.writeUIntBE(size, 1, bytes.length - 1)
  return bytes
}
