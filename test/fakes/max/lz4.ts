const SHORTEST_MATCH = 4
/** The last bytes of a block are literals, and no match begins in the last twelve. */
const LAST_LITERALS = 5
const NO_MATCH_IN_LAST = 12
const FARTHEST = 0xffff

/** Unpacks an LZ4 block (without the frame around it). Throws where it is none, or holds more than `limit` bytes. */
export function unpackBlock(block: Uint8Array, limit: number): Uint8Array {
  const out = Buffer.alloc(limit)
  let read = 0
  let written = 0
  const next = (): number => {
    const byte = block[read]
    if (byte === undefined) throw new Error('an LZ4 block that ends too soon')
    read += 1
    return byte
  }
  const length = (start: number): number => {
    let sum = start
    if (start < 15) return sum
    for (let byte = 255; byte === 255; sum += byte) byte = next()
    return sum
  }
  while (read < block.length) {
    const token = next()
    const literals = length(token >> 4)
    if (read + literals > block.length || written + literals > limit) throw new Error('literals beyond the LZ4 block')
    out.set(block.subarray(read, read + literals), written)
    read += literals
    written += literals
    if (read === block.length) return out.subarray(0, written)
    const offset = next() | (next() << 8)
    const match = length(token & 15) + SHORTEST_MATCH
    if (offset === 0 || offset > written || written + match > limit) throw new Error('a match beyond the LZ4 block')
    // Byte by byte: a match may run into what it writes.
    for (const end = written + match; written < end; written += 1) out[written] = out[written - offset] ?? 0
  }
  throw new Error('an LZ4 block that ends with a match')
}

/** Packs bytes as an LZ4 block; what repeats nothing gets a little longer, which is right. */
export function packBlock(bytes: Uint8Array): Uint8Array {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const parts: Uint8Array[] = []
  const seen = new Map<number, number>()
  let start = 0
  let at = 0
  while (at + NO_MATCH_IN_LAST <= source.length) {
    const word = source.readUInt32LE(at)
    const earlier = seen.get(word)
    seen.set(word, at)
    if (earlier === undefined || at - earlier > FARTHEST) {
      at += 1
      continue
    }
    let match = SHORTEST_MATCH
    const longest = source.length - LAST_LITERALS - at
    while (match < longest && source[earlier + match] === source[at + match]) match += 1
    parts.push(...sequence(source.subarray(start, at), { offset: at - earlier, length: match }))
    at += match
    start = at
  }
  parts.push(...sequence(source.subarray(start)))
  return Buffer.concat(parts)
}

function sequence(literals: Uint8Array, match?: { readonly offset: number; readonly length: number }): Uint8Array[] {
  const matched = match === undefined ? 0 : match.length - SHORTEST_MATCH
  const token = (Math.min(literals.length, 15) << 4) | Math.min(matched, 15)
  const parts = [Buffer.of(token), rest(literals.length), literals]
  if (match !== undefined) parts.push(Buffer.of(match.offset & 0xff, match.offset >> 8), rest(matched))
  return parts
}

/** What a length has beyond the fifteen of its half of the token. */
function rest(length: number): Uint8Array {
  if (length < 15) return Buffer.alloc(0)
  const beyond = length - 15
  return Buffer.from([...Array<number>(Math.floor(beyond / 255)).fill(255), beyond % 255])
}
