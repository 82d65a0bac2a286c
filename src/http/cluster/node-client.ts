import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { Agent, type Dispatcher } from 'undici'
import { PROOF_HEADER, type Cluster } from '../../cluster/cluster.ts'
import type { AddressRanges } from '../../lib/address-ranges.ts'
import { clientAddress } from '../../lib/client-address.ts'
import { originOf } from '../origin.ts'

/** Whose call it is that another node passes on. */
export const FROM_HEADER = 'jadegate-from'
/** The status of a node that is not the one where the call belongs: it has done nothing. */
export const MISDIRECTED = 421

/** A node that lives answers at once that it does; one that does not is found out by its lease at the latest. */
const CONNECT_MS = 1000
const CONNECTIONS = 256

/** Hop-by-hop, or ours alone to say. */
const NOT_PASSED: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  PROOF_HEADER,
  FROM_HEADER,
])

/** How passing a call on ended. lost: it may have been done there. */
export type Passed = 'answered' | 'misdirected' | 'unreached' | 'lost'

export interface Addressee {
  readonly node: string
  readonly url: string
}

export interface NodeClientDeps {
  readonly cluster: Pick<Cluster, 'proof' | 'onGone'>
  readonly trustedProxies: AddressRanges
}

/** Brings calls to other nodes, and their answers to the callers, as they come. */
export class NodeClient {
  readonly #deps: NodeClientDeps
  readonly #agent = new Agent({
    connections: CONNECTIONS,
    connect: { timeout: CONNECT_MS },
    // A poll waits, a file takes its time; a node that is gone is told by the cluster.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  readonly #underWay = new Map<string, Set<AbortController>>()

  constructor(deps: NodeClientDeps) {
    this.#deps = deps
    deps.cluster.onGone((node) => {
      for (const call of this.#underWay.get(node) ?? []) call.abort()
    })
  }

  /** `body` where it was read already; the request's own stream else. */
  async pass(
    to: Addressee,
    request: IncomingMessage,
    response: ServerResponse,
    body: Buffer | undefined,
  ): Promise<Passed> {
    const over = new AbortController()
    const end = (): void => over.abort()
    response.once('close', end)
    this.#note(to.node, over)
    try {
      return await this.#exchange(to, request, response, body, over.signal)
    } finally {
      response.off('close', end)
      this.#underWay.get(to.node)?.delete(over)
    }
  }

  close(): Promise<void> {
    return this.#agent.destroy()
  }

  #note(node: string, call: AbortController): void {
    const calls = this.#underWay.get(node)
    if (calls === undefined) this.#underWay.set(node, new Set([call]))
    else calls.add(call)
  }

  async #exchange(
    { url }: Addressee,
    request: IncomingMessage,
    response: ServerResponse,
    body: Buffer | undefined,
    signal: AbortSignal,
  ): Promise<Passed> {
    let answer: Dispatcher.ResponseData
    try {
      answer = await this.#agent.request({
        origin: url,
        path: pathOf(request.url ?? '/'),
        method: request.method ?? 'GET',
        headers: this.headersFor(request, body),
        body: body ?? (hasStream(request) ? request : null),
        signal,
      })
    } catch (error) {
      return wasNeverSent(error) ? 'unreached' : 'lost'
    }
    if (answer.statusCode === MISDIRECTED) {
      await answer.body.dump()
      return 'misdirected'
    }
    response.writeHead(answer.statusCode, headersBack(answer.headers))
    // One that breaks off in the middle breaks off for the caller too.
    await pipeline(answer.body, response).catch(() => response.destroy())
    return 'answered'
  }

  /** Names and values in turn. */
  headersFor(request: IncomingMessage, body: Buffer | undefined): string[] {
    const headers: string[] = []
    for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
      const name = request.rawHeaders[at] ?? ''
      const lower = name.toLowerCase()
      if (NOT_PASSED.has(lower) || (body !== undefined && lower === 'content-length')) continue
      headers.push(name, request.rawHeaders[at + 1] ?? '')
    }
    if (body !== undefined && body.length > 0) headers.push('Content-Length', String(body.length))
    const from = clientAddress(originOf(request), this.#deps.trustedProxies)
    headers.push(PROOF_HEADER, this.#deps.cluster.proof, FROM_HEADER, from)
    return headers
  }
}

function hasStream({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

function pathOf(url: string): string {
  if (url.startsWith('/')) return url
  const absolute = /^https?:\/\/[^/]*(.*)$/i.exec(url)?.[1] ?? ''
  return absolute.startsWith('/') ? absolute : `/${absolute}`
}

function headersBack(given: NodeJS.Dict<string | string[]>): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {}
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && !NOT_PASSED.has(name)) headers[name] = value
  }
  return headers
}

const NEVER_SENT: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** The connection was never made: nobody has seen the call. */
function wasNeverSent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && NEVER_SENT.has(error.code)
}
