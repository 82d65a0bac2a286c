/** Pictures, where the optional library is installed. The part of it that we use, in types of our own. */
export interface Sharp {
  metadata(): Promise<{ format?: string; width?: number; height?: number; pages?: number; orientation?: number }>
  rotate(): Sharp
  resize(options: {
    width: number
    height: number
    fit: 'cover' | 'contain' | 'inside'
    background?: object
    withoutEnlargement?: boolean
  }): Sharp
  flatten(options: object): Sharp
  jpeg(options: { quality: number }): Sharp
  webp(options: { quality: number; loop?: number }): Sharp
  toBuffer(): Promise<Buffer>
  toFile(path: string): Promise<unknown>
}

export type OpenPicture = (
  input: string | Buffer,
  options: { animated?: boolean; failOn: 'none'; limitInputPixels: number },
) => Sharp

/** A decoded picture of so many pixels is 200 MB. */
const PIXEL_LIMIT = 50_000_000
/** What has no script and refers to nothing outside of it. */
const FORMATS: ReadonlySet<string | undefined> = new Set(['jpeg', 'png', 'webp', 'gif', 'tiff', 'heif'])

let loaded: Promise<OpenPicture | null> | undefined

/** The library, or null where it is not installed. */
export function sharp(): Promise<OpenPicture | null> {
  loaded ??= load('sharp')
  return loaded
}

/** For tests: as if it were not installed, or as it is. */
export function setSharp(isThere: boolean): void {
  loaded = isThere ? undefined : Promise.resolve(null)
}

/** What the work makes of a picture; null when it can't be read, or there is nothing here to read it with. Never rejects. */
export async function withPicture<T>(
  input: string | Buffer,
  work: (opened: (isAnimated?: boolean) => Sharp, about: { width: number; height: number }) => Promise<T>,
): Promise<T | null> {
  const library = await sharp()
  if (library === null) return null
  const opened = (animated = false) => library(input, { animated, failOn: 'none', limitInputPixels: PIXEL_LIMIT })
  try {
    const { format, width = 0, height = 0, orientation = 1 } = await opened().metadata()
    if (!FORMATS.has(format) || width === 0 || height === 0) return null
    // From the fifth on the picture lies on its side.
    const about = orientation > 4 ? { width: height, height: width } : { width, height }
    return await work(opened, about)
  } catch {
    return null
  }
}

async function load(name: string): Promise<OpenPicture | null> {
  try {
    const module = (await import(name)) as { readonly default?: unknown }
    // What the package is by its own word; it is pinned to one version.
    return typeof module.default === 'function' ? (module.default as OpenPicture) : null
  } catch {
    return null
  }
}
