import { PNG } from 'pngjs'
import decodeQr from 'qr/decode.js'
import { QR_PREFIX } from './protocol.ts'

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const LARGEST_SIDE = 1600
const DATA_URL = /^data:image\/png;base64,/i

/** The text of a QR given as that text or as a base64 PNG of it, with or without `data:`; null when it can't be read. */
export function readQr(given: string): string | null {
  const text = given.trim()
  if (text.startsWith(QR_PREFIX)) return text
  const picture = Buffer.from(text.replace(DATA_URL, ''), 'base64')
  if (!isModestPng(picture)) return null
  try {
    return decodeQr(PNG.sync.read(picture))
  } catch {
    return null
  }
}

/** The header is read first: the size decides how much memory decoding takes, and interlacing would take it unbounded. */
function isModestPng(picture: Buffer): boolean {
  if (picture.length < 33 || !picture.subarray(0, 8).equals(PNG_SIGNATURE)) return false
  if (picture.toString('latin1', 12, 16) !== 'IHDR') return false
  const [width, height, interlaced] = [picture.readUInt32BE(16), picture.readUInt32BE(20), picture[28] !== 0]
  return !interlaced && width > 0 && height > 0 && width <= LARGEST_SIDE && height <= LARGEST_SIDE
}
