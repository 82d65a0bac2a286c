import type { Readable } from 'node:stream'
import type { Clock } from '../lib/clock.ts'
import { AddressRefused } from '../lib/guarded-connector.ts'
import type { GuardedPools } from '../lib/guarded-pool.ts'
import { isWebUrl } from '../lib/web-url.ts'

/** What lies behind an address. Its body must be read to the end or dropped. */
export interface WebAnswer {
  /** Where it was in the end. */
  readonly url: URL
  /** 0 where it is not told. */
  readonly length: number
  /** As its server said it, parameters and all; empty where it said nothing. */
  readonly contentType: string
  readonly body: Readable
}

/** Why nothing can be had, in words for the one who asked; they tell nothing of what lies behind an address. */
export interface WebTrouble {
  readonly trouble: string
}

/** Who asked does not want it any more, or it took too long. */
export interface Bounds {
  readonly stopped: AbortSignal
  readonly late: AbortSignal
  readonly either: AbortSignal
}

const MOST_REDIRECTS = 5
const REDIRECTS = new Set([301, 302, 303, 307, 308])
/** Asked for or not: what comes packed is nothing that anybody could open. */
const PACKED = /\b(?:gzip|deflate|br|compress|zstd)\b/i

interface Answer extends WebAnswer {
  readonly status: number
  readonly encoding: string
  readonly location: string | undefined
}

/**
 * Reads the web behind the rules that webhooks obey: addresses that lead inside are not reached, not by a redirect either.
 * How much of a body is read is the caller's.
 */
export class WebReader {
  readonly #pools: GuardedPools

  constructor(pools: GuardedPools) {
    this.#pools = pools
  }

  /** What a server answers with 200, after at most five redirects. Never rejects. */
  async get(url: string, bounds: Bounds): Promise<WebAnswer | WebTrouble> {
    let at = url
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
      if (!isWebUrl(at)) return { trouble: 'the address is no http or https URL' }
      const answer = await this.#ask(new URL(at), bounds)
      if ('trouble' in answer) return answer
      if (!REDIRECTS.has(answer.status) || answer.location === undefined) return taken(answer)
      drop(answer.body)
      if (!URL.canParse(answer.location, at)) return { trouble: 'it redirects to no URL' }
      at = new URL(answer.location, at).href
    }
    return { trouble: 'too many redirects' }
  }

  async #ask(url: URL, bounds: Bounds): Promise<Answer | WebTrouble> {
    const pool = this.#pools.get(url.origin)
    try {
      const { statusCode, headers, body } = await pool.request({
        method: 'GET',
        path: url.pathname + url.search,
        headers: { 'user-agent': 'Jadegate', accept: '*/*', 'accept-encoding': 'identity' },
        signal: bounds.either,
      })
      return {
        url,
        status: statusCode,
        length: Number(first(headers['content-length']) ?? 0),
        encoding: first(headers['content-encoding']) ?? '',
        contentType: first(headers['content-type']) ?? '',
        location: first(headers['location']),
        body,
      }
    } catch (error) {
      return { trouble: reasonOf(error, bounds) }
    }
  }
}

function taken({ status, encoding, ...answer }: Answer): WebAnswer | WebTrouble {
  const trouble = troubleWith(status, encoding)
  if (trouble === undefined) return answer
  drop(answer.body)
  return { trouble }
}

function troubleWith(status: number, encoding: string): string | undefined {
  if (status !== 200) return `it answered ${String(status)}`
  return PACKED.test(encoding) ? 'it answered with packed bytes, which nobody asked for' : undefined
}

/** What the work comes to; it is told when the time is up, or when who asked gave up. */
export async function inBounds<T>(
  clock: Clock,
  timeoutMs: number,
  stopped: AbortSignal,
  work: (bounds: Bounds) => Promise<T>,
): Promise<T> {
  const late = new AbortController()
  const timer = clock.after(timeoutMs, () => late.abort())
  try {
    return await work({ stopped, late: late.signal, either: AbortSignal.any([stopped, late.signal]) })
  } finally {
    timer.cancel()
  }
}

export function drop(body: Readable): void {
  body.on('error', () => undefined).destroy()
}

/** Of a content type: without its parameters. */
export function mimeTypeIn(contentType: string): string {
  return contentType.split(';')[0]?.trim() ?? ''
}

/** Says nothing of what lies behind an address that may not be reached. */
export function reasonOf(error: unknown, { stopped, late }: Bounds): string {
  if (stopped.aborted) return 'stopped'
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (late.aborted || code.includes('TIMEOUT') || code === 'ETIMEDOUT') return 'it took too long'
  return error instanceof AddressRefused ? error.message : 'the address could not be reached'
}

function first(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header
}
