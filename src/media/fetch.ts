import mime from 'mime'
import type { Readable } from 'node:stream'
import { AddressRefused, type GuardedPools } from '../lib/guarded-pool.ts'
import type { KeptFile } from '../model/content.ts'
import { fault, type Fault } from '../model/fault.ts'
import type { InstanceId } from '../model/ids.ts'
import type { FileLinks } from './links.ts'
import type { Media } from './media.ts'

export interface FetchedFile {
  readonly file: KeptFile
  /** As its server said it, else by the name in the URL; without parameters. */
  readonly mimeType: string
}

export interface FileFetcherOptions {
  readonly media: Media
  readonly links: FileLinks
  readonly pools: GuardedPools
  readonly limitBytes: number
  /** For one file, redirects included. */
  readonly timeoutMs: number
}

const MOST_REDIRECTS = 5
const REDIRECTS = new Set([301, 302, 303, 307, 308])
const MEGABYTE = 1024 * 1024
const UNKNOWN_TYPE = 'application/octet-stream'

interface Answer {
  readonly status: number
  readonly length: number
  readonly mimeType: string
  readonly location: string | undefined
  readonly body: Readable
}

/**
 * Brings files from the web into an instance's media, behind the rules that webhooks obey: addresses that lead inside are not reached, not
 * by a redirect either. Size, time and redirects are limited. A link of our own is read from the disk, with no request at all.
 */
export class FileFetcher {
  readonly #options: FileFetcherOptions

  constructor(options: FileFetcherOptions) {
    this.#options = options
  }

  /** Never rejects: what can't be had is a fault with a text for the one who asked. Kept, durably, when it resolves with a file. */
  async fetch(instance: InstanceId, url: string, signal: AbortSignal): Promise<FetchedFile | Fault> {
    const until = AbortSignal.any([signal, AbortSignal.timeout(this.#options.timeoutMs)])
    try {
      const own = this.#options.links.readUrl(url)
      if (own === null) return await this.#follow(instance, url, until)
      const found = await this.#options.media.open(own.instance, own.sha256)
      if (found === null) return notFetched('the link leads to a file that is kept no longer')
      const mimeType = mime.getType(own.extension) ?? UNKNOWN_TYPE
      return await this.#keep(instance, url, found.read(), mimeType)
    } catch (error) {
      return notFetched(reasonOf(error, signal))
    }
  }

  async #follow(instance: InstanceId, url: string, signal: AbortSignal): Promise<FetchedFile | Fault> {
    let at = url
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
      if (!isWebUrl(at)) return notFetched('the address is no http or https URL')
      const answer = await this.#get(new URL(at), signal)
      if (!REDIRECTS.has(answer.status) || answer.location === undefined) return this.#take(instance, url, answer)
      answer.body.on('error', () => undefined).destroy()
      if (!URL.canParse(answer.location, at)) return notFetched('it redirects to no URL')
      at = new URL(answer.location, at).href
    }
    return notFetched('too many redirects')
  }

  async #get(url: URL, signal: AbortSignal): Promise<Answer> {
    const { pool } = this.#options.pools.get(url.origin)
    const { statusCode, headers, body } = await pool.request({
      method: 'GET',
      path: url.pathname + url.search,
      headers: { 'user-agent': 'Jadegate', accept: '*/*' },
      signal,
    })
    const type = first(headers['content-type'])?.split(';')[0]?.trim() ?? ''
    return {
      status: statusCode,
      length: Number(first(headers['content-length']) ?? 0),
      mimeType: type !== '' ? type : (mime.getType(url.pathname) ?? UNKNOWN_TYPE),
      location: first(headers['location']),
      body,
    }
  }

  async #take(instance: InstanceId, url: string, answer: Answer): Promise<FetchedFile | Fault> {
    const { limitBytes } = this.#options
    const refused =
      answer.status !== 200
        ? notFetched(`it answered ${String(answer.status)}`)
        : answer.length > limitBytes
          ? tooLarge(answer.length, limitBytes, url)
          : undefined
    if (refused === undefined) return this.#keep(instance, url, answer.body, answer.mimeType)
    answer.body.on('error', () => undefined).destroy()
    return refused
  }

  async #keep(instance: InstanceId, url: string, body: Readable, mimeType: string): Promise<FetchedFile | Fault> {
    const { media, limitBytes } = this.#options
    const draft = await media.receive(body, limitBytes)
    if (draft === 'tooLarge') return tooLarge(limitBytes + 1, limitBytes, url)
    await draft.keep(instance)
    return { file: { at: 'here', sha256: draft.sha256, size: draft.size }, mimeType }
  }
}

function isWebUrl(url: string): boolean {
  return URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol)
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
function reasonOf(error: unknown, stopped: AbortSignal): string {
  if (stopped.aborted) return 'stopped'
  if (error instanceof AddressRefused) return error.message
  const { name, code } =
    error instanceof Error ? { code: undefined, ...error, name: error.name } : { name: '', code: '' }
  if (name === 'TimeoutError' || String(code).includes('TIMEOUT')) return 'it took too long'
  return 'the address could not be reached'
}
