import { createCipheriv, createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Random } from '../../../lib/random.ts'
import { CIPHER, MAC_BYTES, MEDIA_KEY_BYTES, mediaKeys, newMac, type MediaKind } from './media-keys.ts'

export interface SealedFile {
  readonly mediaKey: Uint8Array
  readonly fileSha256: Uint8Array
  readonly fileEncSha256: Uint8Array
  /** Bytes of the file, and of what is uploaded. */
  readonly size: number
  readonly sealedSize: number
}

/** Encrypts a stream into a new file as the media servers want it, under a key of its own. Rejects when the stream or the disk fails. */
export async function sealFile(
  plain: Readable,
  kind: MediaKind,
  path: string,
  random: Random,
  signal: AbortSignal,
): Promise<SealedFile> {
  const mediaKey = Uint8Array.from(random.bytes(MEDIA_KEY_BYTES))
  const keys = mediaKeys(mediaKey, kind)
  const cipher = createCipheriv(CIPHER, keys.cipher, keys.iv)
  const mac = newMac(keys)
  const plainHash = createHash('sha256')
  const sealedHash = createHash('sha256')
  let size = 0
  let sealedSize = 0
  const out = (bytes: Buffer) => {
    sealedHash.update(bytes)
    sealedSize += bytes.length
    return bytes
  }
  const seal = (bytes: Buffer) => {
    mac.update(bytes)
    return out(bytes)
  }
  async function* sealing(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      plainHash.update(chunk)
      size += chunk.length
      yield seal(cipher.update(chunk))
    }
    yield seal(cipher.final())
    yield out(mac.digest().subarray(0, MAC_BYTES))
  }
  await pipeline(plain, sealing, createWriteStream(path, { flags: 'wx', mode: 0o600 }), { signal })
  return { mediaKey, fileSha256: plainHash.digest(), fileEncSha256: sealedHash.digest(), size, sealedSize }
}
