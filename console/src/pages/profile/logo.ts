/** What the server takes. */
const MOST_BYTES = 64 * 1024
/** Sharp on a screen of two dots a pixel at the size of the page's head. */
const SIDES = [512, 256, 128] as const

export interface MadeLogo {
  /** A data: URL of a PNG. */
  readonly logo: string | null
  readonly trouble: 'logoFailed' | 'logoTooLarge' | null
}

/** A chosen picture drawn anew as a small PNG: whatever else was in the file (scripts of an SVG, places of a photo) stays behind. */
export async function logoOf(file: Blob): Promise<MadeLogo> {
  const image = await loaded(file)
  if (image === null) return { logo: null, trouble: 'logoFailed' }
  for (const side of SIDES) {
    const logo = drawn(image, side)
    if (logo === null) return { logo: null, trouble: 'logoFailed' }
    if (bytesOf(logo) <= MOST_BYTES) return { logo, trouble: null }
  }
  return { logo: null, trouble: 'logoTooLarge' }
}

async function loaded(file: Blob): Promise<HTMLImageElement | null> {
  const url = URL.createObjectURL(file)
  const image = new Image()
  image.src = url
  try {
    await image.decode()
    return image
  } catch {
    return null
  } finally {
    URL.revokeObjectURL(url)
  }
}

function drawn(image: HTMLImageElement, side: number): string | null {
  // An SVG without a size of its own has none here.
  const [width, height] = [image.naturalWidth || side, image.naturalHeight || side]
  const scale = Math.min(1, side / Math.max(width, height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(width * scale))
  canvas.height = Math.max(1, Math.round(height * scale))
  const context = canvas.getContext('2d')
  if (context === null) return null
  context.drawImage(image, 0, 0, canvas.width, canvas.height)
  return canvas.toDataURL('image/png')
}

function bytesOf(url: string): number {
  return Math.floor(((url.length - url.indexOf(',') - 1) * 3) / 4)
}
