import { Recent } from '../../../lib/recent.ts'
import type { LinkPreview, TextContent } from '../../../model/content.ts'
import type { EpochMs } from '../../../model/ids.ts'
import type { PagePreview, SessionHost } from '../../driver.ts'
import { linkPicture } from '../media/pictures.ts'

/** What a page gives to a preview. */
interface LinkPage {
  readonly title: string
  readonly description: string
  readonly thumbnail: Buffer | null
  /** The larger form of the picture, where one was wanted. */
  readonly picture: Buffer | null
}

/** A text as it goes out, and the larger picture of its preview where a page had one. */
export interface Previewed {
  readonly content: TextContent
  readonly picture: Buffer | null
}

interface Seen {
  readonly page: LinkPage | null
  readonly until: EpochMs
}

/** A link that goes to many is looked at once. One that shows nothing is given another chance soon. */
const PAGES = 16
const SHOWN_MS = 10 * 60_000
const NOTHING_MS = 60_000

/** On WhatsApp the sender makes the preview of a link: what the caller gave none of is taken from the page. */
export class LinkPages {
  readonly #host: SessionHost
  readonly #seen = new Recent<string, Seen>(PAGES)

  constructor(host: SessionHost) {
    this.#host = host
  }

  /** The text with what its page shows, or without a preview where that is nothing. One that brings its own stays as it is. */
  async fill(content: TextContent, signal: AbortSignal): Promise<Previewed> {
    const { preview, ...plain } = content
    if (preview?.title !== '' || preview.jpegThumbnail !== '') return { content, picture: null }
    const page = preview.link === '' ? null : await this.#page(preview, signal)
    if (page === null) return { content: plain, picture: null }
    const { title, description, thumbnail, picture } = page
    const filled: LinkPreview = {
      ...preview,
      title,
      description: preview.description === '' ? description : preview.description,
      jpegThumbnail: thumbnail?.toString('base64') ?? '',
    }
    return { content: { ...plain, preview: filled }, picture }
  }

  /** Also where an attempt was stopped in the middle: the next one is not held up by the same page again. */
  async #page({ link, size }: LinkPreview, signal: AbortSignal): Promise<LinkPage | null> {
    const { clock } = this.#host
    const key = `${size}|${link}`
    const seen = this.#seen.get(key)
    if (seen !== undefined && seen.until > clock.now()) return seen.page
    const shown = await this.#host.preview(link, signal)
    const page = shown === null ? null : await pageOf(shown, size)
    this.#seen.set(key, { page, until: clock.now() + (page === null ? NOTHING_MS : SHOWN_MS) })
    return page
  }
}

async function pageOf({ title, description, image }: PagePreview, size: LinkPreview['size']): Promise<LinkPage | null> {
  const thumbnail = image === null ? null : await linkPicture(image, 'small')
  if (title === '' && thumbnail === null) return null
  const picture = image === null || size === 'small' ? null : await linkPicture(image, 'large')
  return { title, description, thumbnail, picture }
}
