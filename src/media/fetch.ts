import mime from 'mime'
import type { Readable } from 'node:stream'
import type { Clock } from '../lib/clock.ts'
import { AddressRefused, type GuardedPools } from '../lib/guarded-pool.ts'
import { isWebUrl } from '../lib/web-url.ts'
import type { KeptFile } from '../model/content.ts'
import { fault, isFault, retryOf, type Fault } from '../model/fault.ts'
import type { InstanceId } from '../model/ids.ts'
import type { FileLinks, LinkedFile } from './links.ts'
import type { Draft, Media, StoredFile } from './media.ts'

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

const MOST_REDIRECTS = 5
const REDIRECTS = new Set([301, 302, 303, 307, 308])
/** Asked for or not: what comes packed is no file that anybody could open. */
const PACKED = /\b(?:gzip|deflate|br|compress|zstd)\b/i
const MEGABYTE = 1024 * 1024
const UNKNOWN_TYPE = 'application/octet-stream'

interface Answer {
  readonly status: number
  /** 0 where it is not told. */
  readonly length: number
  readonly encoding: string
  readonly mimeType: string
  readonly location: string | undefined
  readonly body: Readable
}

/** Who asked does not want it any more, or it took too long. */
interface Bounds {
  readonly stopped: AbortSignal
  readonly late: AbortSignal
  readonly either: AbortSignal
}

/**
 * Brings files from the web into an instance's media, behind the rules that webhooks obey: addresses that lead inside are not reached, not
 * by a redirect either. Size, time and redirects are limited. A link of our own is read without a request to ourselves.
 */
export class FileFetcher {
  readonly #options: FileFetcherOptions

  constructor(options: FileFetcherOptions) {
    this.#options = options
  }

  /**
   * What can't be had is a fault with a text for the one who asked; it tells nothing of what lies behind an address. One with retry `later`
   * is about a file of our own that its messenger can't give now. The file is kept, durably, when it resolves with one. Rejects only when the
   * media store fails.
   */
  async fetch(instance: InstanceId, url: string, signal: AbortSignal): Promise<FetchedFile | Fault> {
    const { clock, timeoutMs } = this.#options
    const late = new AbortController()
    const timer = clock.after(timeoutMs, () => late.abort())
    const bounds = { stopped: signal, late: late.signal, either: AbortSignal.any([signal, late.signal]) }
    try {
      return await (this.#ownFile(instance, url, bounds) ?? this.#follow(instance, url, bounds))
    } finally {
      timer.cancel()
    }
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

  async #follow(instance: InstanceId, url: string, bounds: Bounds): Promise<FetchedFile | Fault> {
    let at = url
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
      if (!isWebUrl(at)) return notFetched('the address is no http or https URL')
      const answer = await this.#get(new URL(at), bounds)
      if ('fault' in answer) return answer
      if (!REDIRECTS.has(answer.status) || answer.location === undefined) {
        return this.#take(instance, url, answer, bounds)
      }
      drop(answer.body)
      if (!URL.canParse(answer.location, at)) return notFetched('it redirects to no URL')
      at = new URL(answer.location, at).href
    }
    return notFetched('too many redirects')
  }

  async #get(url: URL, bounds: Bounds): Promise<Answer | Fault> {
    const { pool } = this.#options.pools.get(url.origin)
    try {
      const { statusCode, headers, body } = await pool.request({
        method: 'GET',
        path: url.pathname + url.search,
        headers: { 'user-agent': 'Jadegate', accept: '*/*', 'accept-encoding': 'identity' },
        signal: bounds.either,
      })
      const type = first(headers['content-type'])?.split(';')[0]?.trim() ?? ''
      return {
        status: statusCode,
        length: Number(first(headers['content-length']) ?? 0),
        encoding: first(headers['content-encoding']) ?? '',
        mimeType: type !== '' ? type : (mime.getType(url.pathname) ?? UNKNOWN_TYPE),
        location: first(headers['location']),
        body,
      }
    } catch (error) {
      return notFetched(reasonOf(error, bounds))
    }
  }

  #take(instance: InstanceId, url: string, answer: Answer, bounds: Bounds): Promise<FetchedFile | Fault> {
    const refused = this.#refusalOf(url, answer)
    if (refused === undefined) return this.#keep(instance, url, answer.body, answer.mimeType, bounds)
    drop(answer.body)
    return Promise.resolve(refused)
  }

  #refusalOf(url: string, { status, encoding, length }: Answer): Fault | undefined {
    const { limitBytes } = this.#options
    if (status !== 200) return notFetched(`it answered ${String(status)}`)
    if (PACKED.test(encoding)) return notFetched('it answered with packed bytes, which nobody asked for')
    return length > limitBytes ? tooLarge(length, limitBytes, url) : undefined
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

function drop(body: Readable): void {
  body.on('error', () => undefined).destroy()
}

function first(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header
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

/** Says nothing of what lies behind an address that may not be reached. */
function reasonOf(error: unknown, { stopped, late }: Bounds): string {
  if (stopped.aborted) return 'stopped'
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (late.aborted || code.includes('TIMEOUT') || code === 'ETIMEDOUT') return 'it took too long'
  return error instanceof AddressRefused ? error.message : 'the address could not be reached'
}
