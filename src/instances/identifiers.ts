import type { MessageId } from '../model/ids.ts'
import type { Random } from '../lib/random.ts'

const MESSAGE_ID_PREFIX = '3EB0'
const MESSAGE_ID_RANDOM_BYTES = 8

/** A new `idMessage`: 20 upper-case hex digits, the form that the vendor's newest samples have. */
export function newMessageId(random: Random): MessageId {
  return (MESSAGE_ID_PREFIX + random.bytes(MESSAGE_ID_RANDOM_BYTES).toString('hex').toUpperCase()) as MessageId
}

/** A new `apiTokenInstance`: 50 hex digits, 32 of one version-4 UUID and the first 18 of another. */
export function newInstanceToken(random: Random): string {
  return uuidHex(random) + uuidHex(random).slice(0, 18)
}

function uuidHex(random: Random): string {
  const bytes = Buffer.from(random.bytes(16))
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex')
}
