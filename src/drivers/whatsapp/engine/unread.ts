import type { Clock } from '../../../lib/clock.ts'
import type { Change } from '../../driver.ts'
import type { BinaryNode } from './engine.ts'

const KEPT_MS = 60 * 24 * 60 * 60 * 1000

/**
 * What was decrypted and could not be read, which is a mistake of ours: the ratchet is past it and nobody will bring it again. It is kept
 * under `unread|<id>` for a version that can read it: JSON of the stanza's attributes and the bytes.
 */
export function unreadNote(stanza: BinaryNode | undefined, plain: Uint8Array, clock: Clock): Change {
  const id = stanza?.attrs['id'] ?? `without-id-${clock.now()}`
  const kept = { attrs: stanza?.attrs ?? {}, plain: Buffer.from(plain).toString('base64') }
  const note = { value: Buffer.from(JSON.stringify(kept)), until: clock.now() + KEPT_MS }
  return { notes: new Map([[`unread|${id}`, note]]) }
}
