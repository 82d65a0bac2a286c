import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Agent, type Dispatcher } from 'undici'
import { PROOF_HEADER, type Cluster } from '../../cluster/cluster.ts'
import type { AddressRanges } from '../../lib/address-ranges.ts'
import { clientAddress } from '../../lib/client-address.ts'
import { originOf } from '../origin.ts'
import { CONNECT_MS, howItFailed, MISDIRECTED, type Passed } from './passed.ts'
import { tunnel } from './tunnel.ts'

/** Whose call it is that another node passes on. */
export const FROM_HEADER = 'jadegate-from'
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

export interface Addressee {
  readonly node: string
  readonly url: string
}

export interface NodeClientDeps {
  readonly cluster: Pick<Cluster, 'proof' | 'onGone'>
  readonly trustedProxies: AddressRanges
}

/** A call as it is passed on. */
export interface Passing {
  /** Where it was read already; the request's own stream else. */
  readonly body: Buffer | undefined
  /** In so long after the last of its body the answer begins, or nobody waits for it any more. */
  readonly answerMs: number
}

/** Brings calls to other nodes, and their answers to the callers, as they come. */
export class NodeClient {
  readonly #deps: NodeClientDeps
  /** As many connections as there are calls under way: where they were bounded, whatever comes would wait for a long poll to end. */
  readonly #agent = new Agent({ connect: { timeout: CONNECT_MS }, bodyTimeout: 0 })
  readonly #underWay = new Map<string, Set<AbortController>>()

  constructor(deps: NodeClientDeps) {
    this.#deps = deps
    deps.cluster.onGone((node) => {
      for (const call of this.#underWay.get(node) ?? []) call.abort()
    })
  }

  /** Until the answer is through, as far as there is one. */
  pass(to: Addressee, request: IncomingMessage, response: ServerResponse, passing: Passing): Promise<Passed> {
    return this.#whileThere(to, response, (signal) => this.#exchange(to, request, response, passing, signal))
  }

  /** Joins a web socket to be with the node that takes it. */
  async join({ node, url }: Addressee, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<Passed> {
    const over = new AbortController()
    this.#note(node, over)
    socket.once('close', () => this.#underWay.get(node)?.delete(over))
    const passed = await tunnel(url, request, this.#headersFor(request, undefined), socket, head, over.signal)
    if (passed !== 'answered') this.#underWay.get(node)?.delete(over)
    return passed
  }

  close(): Promise<void> {
    return this.#agent.destroy()
  }

  async #whileThere(
    { node }: Addressee,
    response: ServerResponse,
    work: (signal: AbortSignal) => Promise<Passed>,
  ): Promise<Passed> {
    const over = new AbortController()
    const end = (): void => over.abort()
    response.once('close', end)
    this.#note(node, over)
    try {
      return await work(over.signal)
    } finally {
      response.off('close', end)
      this.#underWay.get(node)?.delete(over)
    }
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
    { body, answerMs }: Passing,
    signal: AbortSignal,
  ): Promise<Passed> {
    let answer: Dispatcher.ResponseData
    try {
      answer = await this.#agent.request({
        origin: url,
        path: pathOf(request.url ?? '/'),
        method: request.method ?? 'GET',
        headers: this.#headersFor(request, body),
        body: body ?? (hasStream(request) ? request : null),
        // Begins anew with each piece of a body that is on its way.
        headersTimeout: answerMs,
        signal,
      })
    } catch (error) {
      return howItFailed(error)
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
  #headersFor(request: IncomingMessage, body: Buffer | undefined): string[] {
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
