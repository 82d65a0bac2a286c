import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { HERE, PROOF_HEADER, type Cluster, type NOWHERE, type Place } from '../../cluster/cluster.ts'
import type { AddressRanges } from '../../lib/address-ranges.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { pause } from '../../lib/pause.ts'
import { isSameSecret } from '../../lib/same-secret.ts'
import type { InstanceId } from '../../model/ids.ts'
import { hasBody, readBody } from '../body.ts'
import { maskPath } from '../mask.ts'
import { cameFrom, isPassedOn } from '../origin.ts'
import { refuseUpgrade } from '../refuse-upgrade.ts'
import type { SlowBodies } from '../slow-bodies.ts'
import { concernOf, type Concern } from './concern.ts'
import { FROM_HEADER, MISDIRECTED, NodeClient, type Addressee, type Passed } from './node-client.ts'
import { tunnel } from './tunnel.ts'
import { answerUnavailable } from './unavailable.ts'

/** In so long a call finds its node, or is refused for now. */
const PLACING_MS = 2000
const PLACE_AGAIN_MS = 50
/** A body that is no longer is read before it is passed on, so that it can be passed on twice. */
const KEPT_BYTES = 256 * 1024

/** What of the cluster is needed to find a call its place. */
type Places = Pick<Cluster, 'isAlone' | 'locate' | 'misplaced' | 'onGone' | 'proof' | 'sync' | 'url'> & {
  readonly ownership: Pick<Cluster['ownership'], 'owner'>
}

export interface PassageDeps {
  readonly cluster: Places
  readonly clock: Clock
  readonly log: Log
  readonly trustedProxies: AddressRanges
  readonly slowBodies: SlowBodies
}

/** A call on its way to the node where it belongs. */
interface Traveller {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly instance: InstanceId
  /** Undefined: still in the request's stream. */
  body: Buffer | undefined
  /** Answers it here; not once its body was read. */
  readonly serve: (() => void) | undefined
}

/**
 * Before every call: finds out where it belongs, and passes it on where that is another node. A call that was passed on is answered here or
 * sent back (421), never passed on again, so that none goes round in circles.
 */
export class Passage {
  readonly #deps: PassageDeps
  readonly #nodes: NodeClient

  constructor(deps: PassageDeps) {
    this.#deps = deps
    this.#nodes = new NodeClient(deps)
  }

  /** Answers the call, here by `serve` or by another node. */
  take(request: IncomingMessage, response: ServerResponse, serve: () => void): void {
    if (this.#deps.cluster.isAlone) {
      serve()
      return
    }
    this.recognize(request)
    const concern = concernOf(request.url ?? '')
    if (concern === undefined) serve()
    else this.#follow(this.#place(concern, request, response, serve), request, response)
  }

  /** Answers a call whose instance was found out by its body, or is not here any more; nothing of it was done. `json` is that body. */
  passOn(instance: InstanceId, request: IncomingMessage, response: ServerResponse, json: unknown): void {
    const body = json === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(json))
    const traveller: Traveller = { request, response, instance, body, serve: undefined }
    if (isPassedOn(request)) response.writeHead(MISDIRECTED, { 'Content-Length': 0 }).end()
    else this.#follow(this.#bring(traveller), request, response)
  }

  /** A connection that wants to become a web socket: taken here by `accept`, or by the node where its instance is. */
  takeSocket(request: IncomingMessage, socket: Duplex, head: Buffer, accept: () => void): void {
    // Nobody else listens yet, and a client may reset it at any time.
    socket.on('error', () => socket.destroy())
    void this.#takeSocket(request, socket, head, accept).catch((error: unknown) => {
      this.#deps.log.error({ error, path: maskPath(request.url ?? '') }, 'a web socket could not be placed')
      refuseUpgrade(socket, 503, 'Service Unavailable')
    })
  }

  async #takeSocket(request: IncomingMessage, socket: Duplex, head: Buffer, accept: () => void): Promise<void> {
    const place = await this.#placeOf(request)
    if (socket.destroyed) return
    if (place.at === 'here') accept()
    else if (place.at === 'nowhere' || isPassedOn(request)) refuseUpgrade(socket, 503, 'Service Unavailable')
    else tunnel(place.url, request, this.#nodes.headersFor(request, undefined), socket, head)
  }

  #placeOf(request: IncomingMessage): Place | Promise<Place> {
    const { cluster } = this.#deps
    if (cluster.isAlone) return HERE
    this.recognize(request)
    const instance = concernOf(request.url ?? '')?.instance
    return instance === undefined ? HERE : cluster.locate(instance)
  }

  /** Believes what another node says of a call that it passes on. Nobody else is believed. */
  recognize(request: IncomingMessage): void {
    const { [PROOF_HEADER]: proof, [FROM_HEADER]: from } = request.headers
    if (typeof proof !== 'string' || !isSameSecret(proof, this.#deps.cluster.proof)) return
    cameFrom(request, typeof from === 'string' ? from : '')
  }

  close(): Promise<void> {
    return this.#nodes.close()
  }

  async #place(
    { instance, isOfRegister }: Concern,
    request: IncomingMessage,
    response: ServerResponse,
    serve: () => void,
  ): Promise<void> {
    const { cluster } = this.#deps
    const found = instance === undefined ? undefined : cluster.locate(instance)
    const place: Place | undefined = found instanceof Promise ? await found : found
    if (instance === undefined || place?.at === 'here') {
      if (isOfRegister) await cluster.sync()
      serve()
    } else if (isPassedOn(request)) {
      response.writeHead(MISDIRECTED, { 'Content-Length': 0, Connection: 'close' }).end()
    } else {
      const here = () => void this.#place({ instance: undefined, isOfRegister }, request, response, serve)
      await this.#bring({ request, response, instance, body: await this.#bodyOf(request), serve: here }, place)
    }
  }

  /** Undefined where it is long: then it goes on as it comes. */
  async #bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
    if (!hasBody(request)) return NO_BODY
    const length = Number(request.headers['content-length'] ?? Number.NaN)
    if (length <= KEPT_BYTES) {
      const bytes = await new Promise<Buffer | 'tooLarge'>((resolve) => readBody(request, resolve))
      if (bytes !== 'tooLarge') return bytes
    }
    this.#deps.slowBodies.mayTakeLong(request)
    return undefined
  }

  /** `known`: where it is, as far as that was just found out. */
  async #bring(traveller: Traveller, known?: Place): Promise<void> {
    const { clock } = this.#deps
    // Not by the time of day, which somebody may set meanwhile.
    const late = new AbortController()
    const timer = clock.after(PLACING_MS, () => late.abort())
    const isOver = await this.#bringInTime(traveller, known, late.signal).finally(() => timer.cancel())
    if (!isOver) answerUnavailable(traveller.response, traveller.request.url ?? '', clock.now())
  }

  /** False where it is not answered yet. */
  async #bringInTime(traveller: Traveller, known: Place | undefined, late: AbortSignal): Promise<boolean> {
    const { cluster, clock } = this.#deps
    const { instance, request, response, serve } = traveller
    let place = known ?? (await cluster.locate(instance))
    do {
      if (place.at === 'nowhere') return false
      if (place.at === 'here' && serve !== undefined && !wasRead(traveller)) {
        serve()
        return true
      }
      const to = this.#addresseeOf(place)
      const passed = await this.#nodes.pass(to, request, response, traveller.body)
      if (passed === 'answered') return true
      cluster.misplaced(instance, to.node)
      if (response.destroyed || !mayGoAgain(traveller, passed)) return false
      await pause(clock, PLACE_AGAIN_MS, late)
      place = await cluster.locate(instance)
    } while (!late.aborted)
    return false
  }

  /** A call whose body was read can't be served from its stream any more: this node passes it to itself. */
  #addresseeOf(place: Exclude<Place, typeof NOWHERE>): Addressee {
    const { ownership, url } = this.#deps.cluster
    return place.at === 'node' ? place : { node: ownership.owner, url }
  }

  #follow(work: Promise<void>, request: IncomingMessage, response: ServerResponse): void {
    work.catch((error: unknown) => {
      const { log, clock } = this.#deps
      log.error({ error, path: maskPath(request.url ?? '') }, 'a call could not be placed')
      answerUnavailable(response, request.url ?? '', clock.now())
    })
  }
}

const NO_BODY = Buffer.alloc(0)

/** What has no body can still be served here. */
function wasRead({ body }: Traveller): boolean {
  return body !== undefined && body.length > 0
}

/** Nothing of it was done, or doing it twice is doing it once. */
function mayGoAgain({ request: { method }, body }: Traveller, passed: Passed): boolean {
  if (body === undefined) return false
  return passed !== 'lost' || method === 'GET' || method === 'HEAD'
}
