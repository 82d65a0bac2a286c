import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync } from 'node:crypto'
import { systemRandom } from './random.ts'

const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const VERSION = 'g1.'

/** Thrown when a sealed text was made with another key, for another place, or was altered. Names the place, never the text. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken'
}

/**
 * Keeps texts unreadable at rest. A seal is bound to the place that it was made for, so that a sealed text copied to another row
 * doesn't open there.
 */
export interface Seal {
  /** AES-256-GCM with a random nonce: sealing the same text twice gives two texts. */
  seal(text: string, place: string): string
  /** @throws SealBroken */
  open(sealed: string, place: string): string
  sealBytes(bytes: Uint8Array, place: string): string
  /** @throws SealBroken */
  openBytes(sealed: string, place: string): Uint8Array
  /** HMAC-SHA256: the same text always gives the same hash, which tells nothing without the key. For look-up columns. */
  hash(text: string): string
}

/** @throws RangeError unless the key is 32 bytes long. */
export function createSeal(key: Uint8Array): Seal {
  if (key.length !== KEY_BYTES) throw new RangeError(`A sealing key has ${String(KEY_BYTES)} bytes`)
  const cipherKey = derive(key, 'seal')
  const hashKey = derive(key, 'hash')

  function sealBytes(bytes: Uint8Array, place: string): string {
    // Drawn from the pool: a system call for each seal would be a sixth of what making an instance costs.
    const nonce = systemRandom.bytes(NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', cipherKey, nonce).setAAD(Buffer.from(place))
    const sealed = Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()])
    return VERSION + sealed.toString('base64url')
  }

  function openBytes(sealed: string, place: string): Buffer {
    const raw = sealed.startsWith(VERSION) ? Buffer.from(sealed.slice(VERSION.length), 'base64url') : Buffer.alloc(0)
    const end = raw.length - TAG_BYTES
    if (end < NONCE_BYTES) throw new SealBroken(`Not a sealed text: ${place}`)
    const decipher = createDecipheriv('aes-256-gcm', cipherKey, raw.subarray(0, NONCE_BYTES))
    decipher.setAAD(Buffer.from(place)).setAuthTag(raw.subarray(end))
    const bytes = decipher.update(raw.subarray(NONCE_BYTES, end))
    try {
      decipher.final()
    } catch {
      throw new SealBroken(`The seal does not open: ${place}`)
    }
    return bytes
  }

  return {
    sealBytes,
    openBytes,
    seal: (text, place) => sealBytes(Buffer.from(text), place),
    open: (sealed, place) => openBytes(sealed, place).toString(),
    hash: (text) => createHmac('sha256', hashKey).update(text).digest('base64url'),
  }
}

/** One key for each use, so that a weakness in one use tells nothing about the other. */
function derive(key: Uint8Array, use: string) {
  return createSecretKey(Buffer.from(hkdfSync('sha256', key, '', use, KEY_BYTES)))
}
