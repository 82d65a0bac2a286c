import type { Readable } from 'node:stream'
import type { PagePreview } from '../drivers/driver.ts'
import type { Clock } from '../lib/clock.ts'
import type { GuardedPools } from '../lib/guarded-pool.ts'
import { isWebUrl } from '../lib/web-url.ts'
import { charsetIn } from './page-charset.ts'
import { PageReader, type PageWords } from './page-reader.ts'
import { drop, inBounds, mimeTypeIn, WebReader, type Bounds, type WebAnswer } from './web-reader.ts'

export interface PagePreviewsOptions {
  readonly pools: GuardedPools
  readonly clock: Clock
  /** For a page and its picture together, redirects included. */
  readonly timeoutMs: number
}

/** The head of a page lies at its beginning; what comes later is not read. */
const PAGE_BYTES = 512 * 1024
const IMAGE_BYTES = 1024 * 1024
const PAGES = new Set(['', 'text/html', 'application/xhtml+xml'])
/** What pictures are served as by servers that don't know better. */
const PERHAPS_PICTURES = new Set(['', 'application/octet-stream', 'binary/octet-stream'])

/** Looks at web pages for what a preview of a link shows, behind the rules for files that are fetched from the web. */
export class PagePreviews {
  readonly #options: PagePreviewsOptions
  readonly #web: WebReader

  constructor(options: PagePreviewsOptions) {
    this.#options = options
    this.#web = new WebReader(options.pools)
  }

  /** null: nothing to show, whatever the reason. A page whose picture can't be had in time goes without. Never rejects. */
  async of(url: string, signal: AbortSignal): Promise<PagePreview | null> {
    const { clock, timeoutMs } = this.#options
    try {
      return await inBounds(clock, timeoutMs, signal, (bounds) => this.#look(url, bounds))
    } catch {
      return null
    }
  }

  async #look(url: string, bounds: Bounds): Promise<PagePreview | null> {
    const answer = await this.#web.get(isWebUrl(url) ? url : `https://${url}`, bounds)
    if ('trouble' in answer) return null
    if (!PAGES.has(mimeTypeIn(answer.contentType).toLowerCase())) {
      drop(answer.body)
      return null
    }
    const { title, description, images } = await wordsOf(answer)
    const image = await this.#firstImage(images, bounds)
    return title === '' && image === null ? null : { title, description, image }
  }

  async #firstImage(addresses: PageWords['images'], bounds: Bounds): Promise<Buffer | null> {
    for (const address of addresses) {
      if (bounds.either.aborted) return null
      const image = await this.#image(address, bounds)
      if (image !== null) return image
    }
    return null
  }

  async #image(address: string, bounds: Bounds): Promise<Buffer | null> {
    const answer = await this.#web.get(address, bounds)
    if ('trouble' in answer) return null
    const type = mimeTypeIn(answer.contentType).toLowerCase()
    const isPicture = type.startsWith('image/') ? !type.startsWith('image/svg') : PERHAPS_PICTURES.has(type)
    if (isPicture && answer.length <= IMAGE_BYTES) return await bytesOf(answer.body, IMAGE_BYTES)
    drop(answer.body)
    return null
  }
}

/** What was told until the limit, or until the server broke off. */
async function wordsOf({ url, contentType, body }: WebAnswer): Promise<PageWords> {
  const reader = new PageReader(charsetIn(contentType))
  let left = PAGE_BYTES
  try {
    for await (const piece of piecesOf(body)) {
      reader.write(piece.subarray(0, left))
      left -= piece.length
      if (left <= 0 || reader.isDone) break
    }
  } catch {
    // Half a page may have told all.
  }
  return reader.end(url)
}

/** null where there is nothing, more than the limit, or an end before its time. */
async function bytesOf(body: Readable, limit: number): Promise<Buffer | null> {
  const pieces: Buffer[] = []
  let size = 0
  try {
    for await (const piece of piecesOf(body)) {
      size += piece.length
      if (size > limit) return null
      pieces.push(piece)
    }
  } catch {
    return null
  }
  return size === 0 ? null : Buffer.concat(pieces)
}

async function* piecesOf(body: Readable): AsyncGenerator<Buffer> {
  try {
    yield* body as AsyncIterable<Buffer>
  } finally {
    drop(body)
  }
}
