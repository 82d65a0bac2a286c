import { createHmac, hkdfSync } from 'node:crypto'

/** How files are encrypted on the media servers: what a message holds of it, and where each sort is brought. */

/** What a file's keys are derived for. Stickers have the keys of pictures, voice messages those of sound. */
export const MEDIA_KINDS = ['image', 'video', 'audio', 'document', 'sticker'] as const
export type MediaKind = (typeof MEDIA_KINDS)[number]
/** The past is sealed so too, though no message of a chat has it. */
export type SealedKind = MediaKind | 'history'

const KEY_NAMES: Readonly<Record<SealedKind, string>> = {
  image: 'WhatsApp Image Keys',
  video: 'WhatsApp Video Keys',
  audio: 'WhatsApp Audio Keys',
  document: 'WhatsApp Document Keys',
  sticker: 'WhatsApp Image Keys',
  history: 'WhatsApp History Keys',
}

export const UPLOAD_PATHS: Readonly<Record<MediaKind, string>> = {
  image: '/mms/image',
  video: '/mms/video',
  audio: '/mms/audio',
  document: '/mms/document',
  sticker: '/mms/image',
}

export const CIPHER = 'aes-256-cbc'
export const BLOCK_BYTES = 16
/** Of the mac, what stands behind the cipher text. */
export const MAC_BYTES = 10
export const MEDIA_KEY_BYTES = 32

export interface MediaKeys {
  readonly iv: Buffer
  readonly cipher: Buffer
  readonly mac: Buffer
}

export function mediaKeys(mediaKey: Uint8Array, kind: SealedKind): MediaKeys {
  const bytes = Buffer.from(hkdfSync('sha256', mediaKey, new Uint8Array(0), KEY_NAMES[kind], 112))
  return { iv: bytes.subarray(0, 16), cipher: bytes.subarray(16, 48), mac: bytes.subarray(48, 80) }
}

/** To be fed with the cipher text. */
export function newMac({ mac, iv }: MediaKeys) {
  return createHmac('sha256', mac).update(iv)
}
