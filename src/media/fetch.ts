import mime from 'mime'
import type { Readable } from 'node:stream'
import type { Clock } from '../lib/clock.ts'
import type { GuardedPools } from '../lib/guarded-pool.ts'
import type { KeptFile } from '../model/content.ts'
import { fault, isFault, retryOf, type Fault } from '../model/fault.ts'
import type { InstanceId } from '../model/ids.ts'
import type { FileLinks, LinkedFile } from './links.ts'
import type { Draft, Media, StoredFile } from './media.ts'
import { drop, inBounds, mimeTypeIn, reasonOf, WebReader, type Bounds, type WebAnswer } from './web-reader.ts'

export interface FetchedFile {
  readonly file: KeptFile
  /** As its server said it, else by the name in the URL; without parameters. */
  readonly mimeType: string
}

export interface FileFetcherOptions {
  readonly media: Media
  readonly links: FileLinks
  /** A file that one of the links names, brought from its messenger where it is not on the disk. */
  readonly openLinked: (file: LinkedFile) => Promise<StoredFile | Fault>
  /** Keeps what was fetched as a file of the instance, or says why it can't. */
  readonly keep: (instance: InstanceId, draft: Draft) => Promise<KeptFile | Fault>
  readonly pools: GuardedPools
  readonly clock: Clock
  readonly limitBytes: number
  /** For one file, redirects included. */
  readonly timeoutMs: number
}

const MEGABYTE = 1024 * 1024
const UNKNOWN_TYPE = 'application/octet-stream'

/**
 * Brings files from the web into an instance's media, behind the rules that webhooks obey: addresses that lead inside are not reached, not
 * by a redirect either. Size, time and redirects are limited. A link of our own is read without a request to ourselves.
 */
export class FileFetcher {
  readonly #options: FileFetcherOptions
  readonly #web: WebReader

  constructor(options: FileFetcherOptions) {
    this.#options = options
    this.#web = new WebReader(options.pools)
  }

  /**
   * What can't be had is a fault with a text for the one who asked; it tells nothing of what lies behind an address. One with retry `later`
   * is about a file of our own that its messenger can't give now. The file is kept, durably, when it resolves with one. Rejects only when the
   * media store fails.
   */
  fetch(instance: InstanceId, url: string, signal: AbortSignal): Promise<FetchedFile | Fault> {
    const { clock, timeoutMs } = this.#options
    return inBounds(
      clock,
      timeoutMs,
      signal,
      async (bounds) => await (this.#ownFile(instance, url, bounds) ?? this.#fromWeb(instance, url, bounds)),
    )
  }

  #ownFile(instance: InstanceId, url: string, bounds: Bounds): Promise<FetchedFile | Fault> | undefined {
    const { links, openLinked } = this.#options
    const own = links.readUrl(url)
    if (own === null) return undefined
    return openLinked(own).then((found) => {
      if (!isFault(found)) {
        return this.#keep(instance, url, found.read(), mime.getType(own.extension) ?? UNKNOWN_TYPE, bounds)
      }
      return retryOf(found) === 'later' ? found : notFetched('the link leads to a file that is kept no longer')
    })
  }

  async #fromWeb(instance: InstanceId, url: string, bounds: Bounds): Promise<FetchedFile | Fault> {
    const answer = await this.#web.get(url, bounds)
    if ('trouble' in answer) return notFetched(answer.trouble)
    const { limitBytes } = this.#options
    if (answer.length > limitBytes) {
      drop(answer.body)
      return tooLarge(answer.length, limitBytes, url)
    }
    return this.#keep(instance, url, answer.body, mimeTypeOf(answer), bounds)
  }

  async #keep(
    instance: InstanceId,
    url: string,
    body: Readable,
    mimeType: string,
    bounds: Bounds,
  ): Promise<FetchedFile | Fault> {
    const { media, keep, limitBytes } = this.#options
    let broken: unknown
    body.on('error', (error: unknown) => {
      broken = error
    })
    const stop = () => body.destroy(new Error('not wanted any more'))
    bounds.either.addEventListener('abort', stop, { once: true })
    try {
      const draft = await media.receive(body, limitBytes)
      if (draft === 'tooLarge') return tooLarge(limitBytes + 1, limitBytes, url)
      const file = await keep(instance, draft)
      if (!isFault(file)) return { file, mimeType }
      await draft.discard()
      return file
    } catch (error) {
      // The body's own end, as against a disk that is full.
      if (broken === undefined && !bounds.either.aborted) throw error
      return notFetched(reasonOf(broken, bounds))
    } finally {
      bounds.either.removeEventListener('abort', stop)
    }
  }
}

function mimeTypeOf({ contentType, url }: WebAnswer): string {
  const told = mimeTypeIn(contentType)
  return told !== '' ? told : (mime.getType(url.pathname) ?? UNKNOWN_TYPE)
}

/** In the words that clients of the contract know. */
function tooLarge(size: number, limit: number, url: string): Fault {
  const [sizeMb, limitMb] = [Math.ceil(size / MEGABYTE), Math.floor(limit / MEGABYTE)].map(String)
  return fault(
    'tooLarge',
    `File from url exceeded max upload size. Size: ${sizeMb ?? ''}mb Limit: ${limitMb ?? ''}mb Url: ${url}`,
  )
}

function notFetched(reason: string): Fault {
  return fault('refused', `File from url could not be downloaded: ${reason}`)
}
