import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'

/** How files are encrypted before they go to the media servers, computed apart from the engine. */

/** What a file's keys are derived for. Stickers count as images, voice messages as audio. */
export type MediaKind =
  'image' | 'video' | 'audio' | 'document' | 'history' | 'app-state' | 'thumbnail-link' | 'thumbnail-document'

const KEY_NAMES: Readonly<Record<MediaKind, string>> = {
  image: 'WhatsApp Image Keys',
  video: 'WhatsApp Video Keys',
  audio: 'WhatsApp Audio Keys',
  document: 'WhatsApp Document Keys',
  history: 'WhatsApp History Keys',
  'app-state': 'WhatsApp App State Keys',
  'thumbnail-link': 'WhatsApp Link Thumbnail Keys',
  'thumbnail-document': 'WhatsApp Document Thumbnail Keys',
}

const MAC_BYTES = 10

export interface SealedFile {
  readonly mediaKey: Buffer
  /** What is uploaded: the cipher text with its mac behind it. */
  readonly body: Buffer
  readonly fileSha256: Buffer
  readonly fileEncSha256: Buffer
  readonly fileLength: number
}

interface FileKeys {
  readonly iv: Buffer
  readonly cipher: Buffer
  readonly mac: Buffer
}

export function sealFile(plain: Uint8Array, kind: MediaKind, mediaKey: Buffer = randomBytes(32)): SealedFile {
  const keys = keysOf(mediaKey, kind)
  const cipher = createCipheriv('aes-256-cbc', keys.cipher, keys.iv)
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()])
  const body = Buffer.concat([sealed, macOf(sealed, keys)])
  return { mediaKey, body, fileSha256: sha256(plain), fileEncSha256: sha256(body), fileLength: plain.length }
}

/** Throws when the mac, or a hash that is given, is not that of the bytes. */
export function openFile(
  body: Uint8Array,
  mediaKey: Uint8Array,
  kind: MediaKind,
  hashes: { readonly plain?: Uint8Array; readonly sealed?: Uint8Array } = {},
): Buffer {
  if (hashes.sealed !== undefined && !sha256(body).equals(hashes.sealed)) throw new Error('fileEncSha256 is wrong')
  const keys = keysOf(mediaKey, kind)
  const sealed = body.subarray(0, -MAC_BYTES)
  if (!macOf(sealed, keys).equals(body.subarray(-MAC_BYTES))) throw new Error('the mac of the file is wrong')
  const decipher = createDecipheriv('aes-256-cbc', keys.cipher, keys.iv)
  const plain = Buffer.concat([decipher.update(sealed), decipher.final()])
  if (hashes.plain !== undefined && !sha256(plain).equals(hashes.plain)) throw new Error('fileSha256 is wrong')
  return plain
}

export function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

function keysOf(mediaKey: Uint8Array, kind: MediaKind): FileKeys {
  const bytes = Buffer.from(hkdfSync('sha256', mediaKey, Buffer.alloc(0), KEY_NAMES[kind], 112))
  return { iv: bytes.subarray(0, 16), cipher: bytes.subarray(16, 48), mac: bytes.subarray(48, 80) }
}

function macOf(sealed: Uint8Array, keys: FileKeys): Buffer {
  return createHmac('sha256', keys.mac).update(keys.iv).update(sealed).digest().subarray(0, MAC_BYTES)
}
