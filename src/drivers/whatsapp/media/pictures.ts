import { withPicture } from './sharp.ts'

/** Pixels at the longer side, as phones make them. */
const THUMBNAIL = 72
const PROFILE = 640

export interface Thumbnail {
  readonly width: number
  readonly height: number
  readonly jpeg: Buffer
}

/** A picture's measures and its small form; null when that can't be made here. */
export function thumbnailOf(input: string | Buffer): Promise<Thumbnail | null> {
  return withPicture(input, async (opened, about) => {
    const small = opened()
      .rotate()
      .resize({ width: THUMBNAIL, height: THUMBNAIL, fit: 'inside', withoutEnlargement: true })
    return { ...about, jpeg: await small.flatten({ background: '#ffffff' }).jpeg({ quality: 50 }).toBuffer() }
  })
}

/** The square JPEG that a profile's or a group's picture is; the bytes as they are where it can't be made here. */
export async function profilePicture(bytes: Buffer): Promise<Buffer> {
  const square = await withPicture(bytes, (opened) =>
    opened()
      .rotate()
      .resize({ width: PROFILE, height: PROFILE, fit: 'cover' })
      .flatten({ background: '#ffffff' })
      .jpeg({ quality: 80 })
      .toBuffer(),
  )
  return square ?? bytes
}
