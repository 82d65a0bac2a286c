import { createDecipheriv, timingSafeEqual } from 'node:crypto'
import { Transform, type TransformCallback } from 'node:stream'
import { CIPHER, MAC_BYTES, mediaKeys, newMac, type SealedKind } from './media-keys.ts'

/** Takes what a media server has and gives the file; ends with an error when it was not sealed with this key. */
export class Unsealing extends Transform {
  readonly #mac
  readonly #decipher
  /** What may be the mac at the end. */
  #held: Buffer = Buffer.alloc(0)

  constructor(mediaKey: Uint8Array, kind: SealedKind) {
    super()
    const keys = mediaKeys(mediaKey, kind)
    this.#mac = newMac(keys)
    this.#decipher = createDecipheriv(CIPHER, keys.cipher, keys.iv)
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    const end = Math.max(bytes.length - MAC_BYTES, 0)
    this.#held = Buffer.from(bytes.subarray(end))
    const sealed = bytes.subarray(0, end)
    this.#mac.update(sealed)
    done(null, this.#decipher.update(sealed))
  }

  override _flush(done: TransformCallback): void {
    const mac = this.#mac.digest().subarray(0, MAC_BYTES)
    if (this.#held.length !== MAC_BYTES || !timingSafeEqual(mac, this.#held))
      return done(new Error('the file was not sealed with its key'))
    try {
      done(null, this.#decipher.final())
    } catch {
      done(new Error('the file was not sealed with its key'))
    }
  }
}
