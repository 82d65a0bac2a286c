import { createCipheriv, createDecipheriv, hkdfSync, pbkdf2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'

import type { Curve } from './codec.ts'
import type { KeyPair } from './network.ts'

const derive = promisify(pbkdf2)
const iterations = 131_072
const saltLength = 32
const counterLength = 16
const nonceLength = 12
const tagLength = 16
const keyLength = 32

/** The phone's half of linking with a code that a person types in. */
export class CodeLinking {
  readonly #curve: Curve
  readonly #identity: KeyPair
  readonly #ephemeral: KeyPair
  #shared: Uint8Array = Buffer.alloc(0)

  constructor(curve: Curve, identity: KeyPair) {
    this.#curve = curve
    this.#identity = identity
    this.#ephemeral = curve.generateKeyPair()
  }

  /** Opens the device's wrapped key with the code, and wraps the phone's. With a wrong code both are nonsense; `finish` tells. */
  async hello(code: string, wrapped: Buffer): Promise<Buffer> {
    const salt = wrapped.subarray(0, saltLength)
    const counter = wrapped.subarray(saltLength, saltLength + counterLength)
    const key = await derive(code, salt, iterations, keyLength, 'sha256')
    const decipher = createDecipheriv('aes-256-ctr', key, counter)
    const theirs = Buffer.concat([decipher.update(wrapped.subarray(saltLength + counterLength)), decipher.final()])
    this.#shared = this.#curve.sharedKey(this.#ephemeral.private, theirs)
    const ownSalt = randomBytes(saltLength)
    const ownCounter = randomBytes(counterLength)
    const ownKey = await derive(code, ownSalt, iterations, keyLength, 'sha256')
    const cipher = createCipheriv('aes-256-ctr', ownKey, ownCounter)
    return Buffer.concat([ownSalt, ownCounter, cipher.update(this.#ephemeral.public), cipher.final()])
  }

  /** The secret that both now share, for the HMAC of the device's identity. Null when the code was wrong. */
  finish(bundle: Buffer, companionIdentity: Buffer): Buffer | null {
    const salt = bundle.subarray(0, saltLength)
    const nonce = bundle.subarray(saltLength, saltLength + nonceLength)
    const sealed = bundle.subarray(saltLength + nonceLength)
    const key = expand(this.#shared, salt, 'link_code_pairing_key_bundle_encryption_key')
    const opened = open(key, nonce, sealed)
    if (opened === null) return null
    const [companion, primary, random] = [opened.subarray(0, 32), opened.subarray(32, 64), opened.subarray(64)]
    if (!companion.equals(companionIdentity) || !primary.equals(this.#identity.public)) return null
    const identities = this.#curve.sharedKey(this.#identity.private, companion)
    return expand(Buffer.concat([this.#shared, identities, random]), Buffer.alloc(0), 'adv_secret')
  }
}

function expand(secret: Uint8Array, salt: Uint8Array, info: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, info, keyLength))
}

function open(key: Buffer, nonce: Buffer, sealed: Buffer): Buffer | null {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce)
  decipher.setAuthTag(sealed.subarray(sealed.length - tagLength))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - tagLength)), decipher.final()])
  } catch {
    return null
  }
}
