import { api } from './api.js'

/** Draws a picture that the browser can show, at most so large, on white. */
async function drawn(file, most, { square = false } = {}) {
  const bitmap = await createImageBitmap(file)
  const scale = Math.min(1, most / Math.max(bitmap.width, bitmap.height))
  const width = Math.max(1, Math.round(bitmap.width * scale))
  const height = Math.max(1, Math.round(bitmap.height * scale))
  const canvas = document.createElement('canvas')
  canvas.width = square ? Math.max(width, height) : width
  canvas.height = square ? canvas.width : height
  const context = canvas.getContext('2d')
  if (!square) {
    context.fillStyle = '#fff'
    context.fillRect(0, 0, width, height)
  }
  context.drawImage(bitmap, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height)
  return canvas
}

/** Of a size that the network reads QRs from. */
export async function toPng(file) {
  return (await drawn(file, 1200)).toDataURL('image/png')
}

/** base64 of a small JPEG; empty where the browser can't show the file. */
export async function thumbnailOf(file, most = 100) {
  const canvas = await drawn(file, most).catch(() => null)
  return canvas?.toDataURL('image/jpeg', 0.75).replace(/^data:[^,]*,/, '') ?? ''
}

/** A sticker as messengers have them: a square WebP. */
export async function toSticker(file) {
  const canvas = await drawn(file, 512, { square: true })
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/webp', 0.9))
}

/** Larger files are not fetched to be shown. */
const MOST_PREVIEW_BYTES = 30 * 1024 * 1024
const previews = new Map()

/** A URL under which the browser shows a file of the network; null for one that is too large, lost or unknown. */
export function previewOf(file, mimeType) {
  if (file === null || file.size > MOST_PREVIEW_BYTES) return Promise.resolve(null)
  const key = `${file.sha256} ${mimeType}`
  const known = previews.get(key)
  if (known !== undefined) return known
  const fetched = fetch(api.addressOf(file))
    .then(async (answer) =>
      answer.ok ? URL.createObjectURL(new Blob([await answer.blob()], { type: mimeType })) : null,
    )
    .catch(() => null)
  previews.set(key, fetched)
  return fetched
}
