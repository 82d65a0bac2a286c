import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { HERE, type Cluster, type Place } from '../../src/cluster/cluster.ts'
import { serveDoor } from '../../src/http/cluster/door.ts'
import { Passage, type PassageDeps } from '../../src/http/cluster/passage.ts'
import { originOf } from '../../src/http/origin.ts'
import { SlowBodies } from '../../src/http/slow-bodies.ts'
import { AddressRanges } from '../../src/lib/address-ranges.ts'
import { clientAddress } from '../../src/lib/client-address.ts'
import { silentLog } from '../../src/lib/log.ts'
import { SkippingClock } from '../../src/lib/skipping-clock.ts'
import type { InstanceId } from '../../src/model/ids.ts'

export const PROOF = 'the-proof-of-this-cluster'
export const HERS = 1101000001
export const GHOST = 1101000002

export interface Seen {
  readonly url: string
  readonly body: string
  readonly from: string
  readonly headers: IncomingMessage['headers']
}

/** A node whose instances are where `places` says; what it serves it writes down. */
export class PassingNode {
  readonly name: string
  readonly places = new Map<number, () => Place | Promise<Place>>()
  readonly served: Seen[] = []
  readonly misplaced: string[] = []
  readonly adopted: number[] = []
  readonly gone: ((node: string) => void)[] = []
  syncs = 0
  /** What looking at the register comes to. */
  register = (): Promise<void> => Promise.resolve()
  /** How time goes on for it. */
  readonly clock = new SkippingClock()
  /** Its wall clock is wrong by so much. */
  skewMs = 0
  url = ''
  /** So long another node may take to begin an answer. */
  answerMs = 60_000
  /** The last connection that wanted to become a web socket. */
  upgrading: Duplex | undefined
  /** What it answers with; as a rule at once. */
  respond: (response: ServerResponse, request: IncomingMessage) => void = (response) => this.#say(response)
  readonly #server: Server
  readonly #passage: Passage
  readonly #sockets = new WebSocketServer({ noServer: true })

  constructor(name: string) {
    this.name = name
    const cluster = this.#cluster()
    const slowBodies = new SlowBodies(this.clock, 60_000)
    const trustedProxies = new AddressRanges([])
    this.#passage = new Passage({
      cluster,
      clock: { now: () => Date.now() + this.skewMs, after: (...alarm) => this.clock.after(...alarm) },
      log: silentLog,
      trustedProxies,
      slowBodies,
      monotonicMs: () => this.clock.now(),
      answerMs: () => this.answerMs,
    })
    this.#server = createServer((request, response) => {
      this.#passage.take(request, response, () => {
        if (!serveDoor(cluster, silentLog, request, response)) this.#serve(request, response, trustedProxies)
      })
    })
    this.#server.on('upgrade', (request: IncomingMessage, socket, head: Buffer) => {
      this.upgrading = socket
      this.#passage.takeSocket(request, socket, head, () => {
        this.#sockets.handleUpgrade(request, socket, head, (client) => client.send(`hello from ${name}`))
      })
    })
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    this.url = `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`
    return this
  }

  async close(): Promise<void> {
    await this.#passage.close()
    this.#server.closeAllConnections()
    for (const client of this.#sockets.clients) client.terminate()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  forget(): void {
    this.places.clear()
    this.served.length = this.misplaced.length = this.adopted.length = 0
    this.syncs = 0
    this.upgrading = undefined
    this.skewMs = 0
    this.register = () => Promise.resolve()
    this.answerMs = 60_000
    this.respond = (response) => this.#say(response)
  }

  passOn(instance: number, request: IncomingMessage, response: ServerResponse, json: unknown): void {
    this.#passage.passOn(instance as InstanceId, request, response, json)
  }

  #say(response: ServerResponse): void {
    response.writeHead(201, { 'X-By': this.name }).end('done')
  }

  #serve(request: IncomingMessage, response: ServerResponse, trusted: AddressRanges): void {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const from = clientAddress(originOf(request), trusted)
      const body = Buffer.concat(chunks).toString()
      this.served.push({ url: request.url ?? '', body, from, headers: request.headers })
      this.respond(response, request)
    })
  }

  #sync(): Promise<void> {
    this.syncs += 1
    return this.register()
  }

  #cluster(): PassageDeps['cluster'] & Pick<Cluster, 'door'> {
    const node = this as { readonly url: string }
    return {
      ownership: { owner: this.name },
      isAlone: false,
      get url() {
        return node.url
      },
      proof: PROOF,
      locate: (instance) => this.places.get(instance)?.() ?? HERE,
      misplaced: (_instance, node) => void this.misplaced.push(node),
      onGone: (listener) => void this.gone.push(listener),
      sync: () => this.#sync(),
      door: {
        adopt: (instances) => Promise.resolve(void this.adopted.push(...instances)),
        sync: () => this.#sync(),
      },
    }
  }
}

export const at = (node: PassingNode): Place => ({ at: 'node', node: node.name, url: node.url })
export const path = (id: number, method = 'sendMessage'): string => `/waInstance${String(id)}/${method}/token`
export const post = (url: string, body: string): RequestInit & { url: string } => ({ url, method: 'POST', body })

export async function untilServed(node: PassingNode, count: number): Promise<void> {
  while (node.served.length < count) await new Promise((resolve) => setTimeout(resolve, 5))
}
