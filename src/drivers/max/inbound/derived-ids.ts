import { createHash } from 'node:crypto'
import type { MessageId } from '../../../model/ids.ts'

const DIGITS = 17

/**
 * The id of what is a message for the API and none for the network: an edit, a deletion, a reaction, the second picture of an album. Made of what
 * it is about, so that the same told twice is known. It begins with a digit with which no id of the network's and none of ours does for centuries.
 */
export function derivedId(...about: readonly (string | number)[]): MessageId {
  const hash = createHash('sha256').update(JSON.stringify(about)).digest('hex').slice(0, 16)
  const digits = String(BigInt(`0x${hash}`) % 10n ** BigInt(DIGITS)).padStart(DIGITS, '0')
  return `9${digits}` as MessageId
}
