import { bytesOf } from './nodes.ts'
import type { Node } from './network.ts'

/** A number of so many bytes, the highest first. */
export function bigEndian(value: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  bytes.writeUIntBE(value, 0, length)
  return bytes
}

/** The number that a node holds as bytes, the highest first; 0 for an empty one. */
export function numberOf(node: Node | undefined): number {
  const bytes = Buffer.from(bytesOf(node))
  return bytes.length === 0 ? 0 : bytes.readUIntBE(0, bytes.length)
}

const start = String(Date.now() % 1_000_000_000)
let counter = 0

/** An id for a stanza that the server itself makes up. */
export function stanzaId(): string {
  counter += 1
  return `${start}.${String(counter)}`
}

/** Seconds, as stanzas tell the time. */
export function seconds(ms: number): string {
  return String(Math.floor(ms / 1000))
}
