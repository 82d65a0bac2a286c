import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Pool } from 'undici'
import type { Log } from '../../lib/log.ts'

/** The simulated network's own server. */
export interface SimulatorTarget {
  readonly url: string
  /** What it wants to be shown. */
  readonly token?: string
}

/** Hop-by-hop, or chosen anew for the second hop, or for this server alone. */
const NOT_FORWARDED: ReadonlySet<string> = new Set([
  'authorization',
  'connection',
  'cookie',
  'expect',
  'host',
  'keep-alive',
  'origin',
  'proxy-authorization',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-csrf-token',
])
const isForwardedName = (name: string): boolean => !NOT_FORWARDED.has(name) && !name.startsWith('sec-')

/** Letters, digits and signs that mean nothing else, between single slashes: whoever reads such a path reads the same as everybody else. */
const PLAIN_PATH = /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)+$/

/**
 * The URL that the network is asked for in the place of one below `base`; undefined where its path holds anything that could be read in two ways:
 * dots that climb, encoded signs, doubled slashes.
 */
export function simulatorUrl(url: string, base: string): string | undefined {
  const [path = '', ...query] = url.split('?')
  if (!path.startsWith(`${base}/`)) return undefined
  const rest = path.slice(base.length)
  return PLAIN_PATH.test(rest) ? [`/simulator${rest}`, ...query].join('?') : undefined
}

/** The way to the simulated network's server. */
export class SimulatorForward {
  readonly #target: SimulatorTarget
  readonly #log: Pick<Log, 'warn'>
  // A stream of events lasts as long as somebody listens.
  readonly #pool: Pool

  constructor(target: SimulatorTarget, log: Pick<Log, 'warn'>) {
    this.#target = target
    this.#log = log
    this.#pool = new Pool(target.url, { connections: 1024, headersTimeout: 30_000, bodyTimeout: 0 })
  }

  /** Has the request answered there, at `url`; `own` takes the place of headers of the answer. */
  async answer(
    url: string,
    request: FastifyRequest,
    reply: FastifyReply,
    own: Readonly<Record<string, string>> = {},
  ): Promise<FastifyReply> {
    const gone = new AbortController()
    reply.raw.on('close', () => gone.abort())
    try {
      const answer = await this.#pool.request({
        method: request.method,
        path: url,
        headers: requestHeaders(request, this.#target.token),
        body: request.body instanceof Readable ? request.body : null,
        signal: gone.signal,
      })
      reply.hijack()
      reply.raw.writeHead(answer.statusCode, { ...responseHeaders(answer.headers), ...own })
      await pipeline(answer.body, reply.raw)
    } catch (error) {
      if (!reply.sent && !gone.signal.aborted) {
        this.#log.warn({ error }, 'the simulated network does not answer')
        return reply.code(502).send({ error: 'the simulated network does not answer' })
      }
      reply.raw.destroy()
    }
    return reply
  }

  close(): Promise<void> {
    return this.#pool.destroy()
  }
}

function requestHeaders(request: FastifyRequest, token: string | undefined): Record<string, string> {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  for (const [name, value] of Object.entries(request.headers)) {
    if (typeof value === 'string' && isForwardedName(name)) headers[name] = value
  }
  return headers
}

function responseHeaders(given: NodeJS.Dict<string | string[]>): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {}
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && isForwardedName(name)) headers[name] = value
  }
  return headers
}
