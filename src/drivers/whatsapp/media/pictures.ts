import { withPicture } from './sharp.ts'

/** Pixels at the longer side, as phones make them. */
const THUMBNAIL = 72
const PROFILE = 640

/** What a link's preview may show: pixels at the longer side, and how large the JPEG may be. */
const LINK_PICTURES = { small: { side: 192, bytes: 20 * 1024 }, large: { side: 800, bytes: 200 * 1024 } } as const
/** The best that is small enough is taken. */
const QUALITIES = [75, 50, 25, 10]

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

/** A page's picture as its preview shows it; null when that can't be made here. */
export function linkPicture(bytes: Buffer, size: keyof typeof LINK_PICTURES): Promise<Buffer | null> {
  const { side, bytes: limit } = LINK_PICTURES[size]
  return withPicture(bytes, async (opened) => {
    const shrunk = () =>
      opened()
        .rotate()
        .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
        .flatten({ background: '#ffffff' })
    for (const quality of QUALITIES) {
      const jpeg = await shrunk().jpeg({ quality }).toBuffer()
      if (jpeg.length <= limit) return jpeg
    }
    return null
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
