import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { Agent } from 'undici'
import { PROOF_HEADER, type Cluster } from '../../cluster/cluster.ts'
import type { AddressRanges } from '../../lib/address-ranges.ts'
import { clientAddress } from '../../lib/client-address.ts'
import { originOf } from '../origin.ts'
import { AnswerThrough } from './answer-through.ts'
import { CONNECT_MS, type Passed } from './passed.ts'
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

interface UnderWay {
  giveUp(): void
}

/** Brings calls to other nodes, and their answers to the callers, as they come. */
export class NodeClient {
  readonly #deps: NodeClientDeps
  /** As many connections as there are calls under way: where they were bounded, whatever comes would wait for a long poll to end. */
  readonly #agent = new Agent({ connect: { timeout: CONNECT_MS }, bodyTimeout: 0 })
  readonly #underWay = new Map<string, Set<UnderWay>>()

  constructor(deps: NodeClientDeps) {
    this.#deps = deps
    deps.cluster.onGone((node) => {
      for (const call of this.#underWay.get(node) ?? []) call.giveUp()
    })
  }

  /** Until the answer is through, as far as there is one. */
  async pass(
    { node, url }: Addressee,
    request: IncomingMessage,
    response: ServerResponse,
    { body, answerMs }: Passing,
  ): Promise<Passed> {
    const call = new AnswerThrough(response, isPassedBack)
    response.once('close', call.giveUp)
    this.#note(node, call)
    const asked = {
      origin: url,
      path: pathOf(request.url ?? '/'),
      method: request.method ?? 'GET',
      headers: this.#headersFor(request, body),
      body: body ?? (hasStream(request) ? request : null),
      // Begins anew with each piece of a body that is on its way.
      headersTimeout: answerMs,
    }
    this.#agent.dispatch(asked, call)
    const passed = await call.passed
    response.off('close', call.giveUp)
    this.#underWay.get(node)?.delete(call)
    return passed
  }

  /** Joins a web socket to be with the node that takes it. */
  async join({ node, url }: Addressee, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<Passed> {
    const over = new AbortController()
    const call = { giveUp: () => over.abort() }
    this.#note(node, call)
    socket.once('close', () => this.#underWay.get(node)?.delete(call))
    const passed = await tunnel(url, request, this.#headersFor(request, undefined), socket, head, over.signal)
    if (passed !== 'answered') this.#underWay.get(node)?.delete(call)
    return passed
  }

  close(): Promise<void> {
    return this.#agent.destroy()
  }

  #note(node: string, call: UnderWay): void {
    const calls = this.#underWay.get(node)
    if (calls === undefined) this.#underWay.set(node, new Set([call]))
    else calls.add(call)
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

function isPassedBack(header: string): boolean {
  return !NOT_PASSED.has(header)
}
