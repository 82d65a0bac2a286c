import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { HERE, NOWHERE, PROOF_HEADER, type Cluster, type Place } from '../../cluster/cluster.ts'
import { PLACING_MS } from '../../cluster/places.ts'
import type { AddressRanges } from '../../lib/address-ranges.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { Patience } from '../../lib/patience.ts'
import { isSameSecret } from '../../lib/same-secret.ts'
import { within } from '../../lib/within.ts'
import { UNAVAILABLE, UNCONFIRMED, type Fault } from '../../model/fault.ts'
import type { InstanceId } from '../../model/ids.ts'
import { ANSWER_MS } from '../answer-times.ts'
import { hasBody, readBody } from '../body.ts'
import { statusText } from '../errors.ts'
import { maskPath } from '../mask.ts'
import { cameFrom, isPassedOn } from '../origin.ts'
import { refuseUpgrade } from '../refuse-upgrade.ts'
import type { SlowBodies } from '../slow-bodies.ts'
import { concernOf, type Concern } from './concern.ts'
import { FROM_HEADER, NodeClient, type Addressee } from './node-client.ts'
import { MISDIRECTED, type Passed } from './passed.ts'
import { answerUnanswered } from './unanswered.ts'

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
  readonly monotonicMs: () => number
  readonly log: Log
  readonly trustedProxies: AddressRanges
  readonly slowBodies: SlowBodies
  /** How long another node may take to begin its answer to a call; `isStream`: its body is more than a text. */
  readonly answerMs: (url: string, isStream: boolean) => number
}

/** What is on its way to the node where its instance is. */
interface Traveller {
  readonly instance: InstanceId
  /** Where it is, as far as that was just found out. */
  readonly place: Place | undefined
  /** What finding its place may still take. */
  readonly patience: Patience
  /** It may go twice where nothing was done. */
  readonly isWhole: boolean
  /** Doing it twice is doing it once. */
  readonly isRepeatable: boolean
  isGone(): boolean
  /** Has it answered there. */
  go(to: Exclude<Place, typeof NOWHERE>): Promise<Passed>
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
    this.#recognize(request)
    const concern = concernOf(request.url ?? '')
    if (concern === undefined) serve()
    else this.#follow(this.#place(concern, request, response, serve), request, response)
  }

  /** Answers a call whose instance was found out by its body, or is not here any more; nothing of it was done. `json` is that body. */
  passOn(instance: InstanceId, request: IncomingMessage, response: ServerResponse, json: unknown): void {
    if (isPassedOn(request)) {
      response.writeHead(MISDIRECTED, { 'Content-Length': 0 }).end()
      return
    }
    const body = json === undefined ? NO_BODY : Buffer.from(JSON.stringify(json))
    const call = this.#call(instance, request, response, body, undefined)
    this.#follow(this.#bring({ ...call, place: undefined, patience: this.#patience() }), request, response)
  }

  /** A connection that wants to become a web socket: taken here by `accept`, or by the node where its instance is. */
  takeSocket(request: IncomingMessage, socket: Duplex, head: Buffer, accept: () => void): void {
    // Nobody else listens yet, and a client may reset it at any time.
    socket.on('error', () => socket.destroy())
    this.#placeSocket(request, socket, head, accept).then(
      (trouble) => {
        if (trouble !== undefined) refuseUpgrade(socket, 503, statusText(503))
      },
      (error: unknown) => {
        this.#deps.log.error({ error, path: maskPath(request.url ?? '') }, 'a web socket could not be placed')
        refuseUpgrade(socket, 503, statusText(503))
      },
    )
  }

  close(): Promise<void> {
    return this.#nodes.close()
  }

  /** Believes what another node says of a call that it passes on. Nobody else is believed. */
  #recognize(request: IncomingMessage): void {
    const { [PROOF_HEADER]: proof, [FROM_HEADER]: from } = request.headers
    if (typeof proof !== 'string' || !isSameSecret(proof, this.#deps.cluster.proof)) return
    cameFrom(request, typeof from === 'string' ? from : '')
  }

  #patience(): Patience {
    const { clock, monotonicMs } = this.#deps
    return new Patience(clock, monotonicMs, PLACING_MS)
  }

  #locate(instance: InstanceId, patience: Patience): Place | Promise<Place> {
    const place = this.#deps.cluster.locate(instance)
    return place instanceof Promise ? patience.spend(place, NOWHERE) : place
  }

  async #place(
    { instance, isOfRegister }: Concern,
    request: IncomingMessage,
    response: ServerResponse,
    serve: () => void,
  ): Promise<Fault | undefined> {
    const patience = this.#patience()
    const found = instance === undefined ? HERE : this.#locate(instance, patience)
    const place = found instanceof Promise ? await found : found
    if (instance === undefined || place.at === 'here') return this.#serve(isOfRegister, serve)
    if (place.at === 'nowhere') return UNAVAILABLE
    if (isPassedOn(request)) {
      response.writeHead(MISDIRECTED, { 'Content-Length': 0, Connection: 'close' }).end()
      return undefined
    }
    const body = await this.#bodyOf(request)
    const call = this.#call(instance, request, response, body, () => this.#serve(isOfRegister, serve))
    return this.#bring({ ...call, place, patience })
  }

  async #serve(isOfRegister: boolean, serve: () => void): Promise<Fault | undefined> {
    const { cluster, clock } = this.#deps
    if (isOfRegister && (await within(clock, ANSWER_MS.stored, cluster.sync(), LATE)) === LATE) return UNAVAILABLE
    serve()
    return undefined
  }

  async #placeSocket(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    accept: () => void,
  ): Promise<Fault | undefined> {
    const { cluster } = this.#deps
    if (!cluster.isAlone) this.#recognize(request)
    const instance = cluster.isAlone ? undefined : concernOf(request.url ?? '')?.instance
    const patience = this.#patience()
    const place = instance === undefined ? HERE : await this.#locate(instance, patience)
    if (socket.destroyed) return undefined
    if (instance === undefined || place.at === 'here') accept()
    else if (place.at === 'nowhere') return UNAVAILABLE
    else if (isPassedOn(request)) refuseUpgrade(socket, MISDIRECTED, statusText(MISDIRECTED))
    else return this.#bring({ ...this.#socket(instance, request, socket, head, accept), place, patience })
    return undefined
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

  /** `serve` answers it here; not once its body was read. */
  #call(
    instance: InstanceId,
    request: IncomingMessage,
    response: ServerResponse,
    body: Buffer | undefined,
    serve: (() => Promise<Fault | undefined>) | undefined,
  ): Omit<Traveller, 'place' | 'patience'> {
    const answerMs = this.#deps.answerMs(request.url ?? '', body === undefined)
    const canBeServed = serve !== undefined && (body === undefined || body.length === 0)
    return {
      instance,
      isWhole: body !== undefined,
      isRepeatable: request.method === 'GET' || request.method === 'HEAD',
      isGone: () => response.destroyed,
      go: async (to) => {
        if (to.at === 'node') return this.#nodes.pass(to, request, response, { body, answerMs })
        // One whose body was read can't be served from its stream any more: this node passes it to itself.
        if (!canBeServed) return this.#nodes.pass(this.#self(), request, response, { body, answerMs })
        return (await serve()) === undefined ? 'answered' : 'unreached'
      },
    }
  }

  #socket(
    instance: InstanceId,
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    accept: () => void,
  ): Omit<Traveller, 'place' | 'patience'> {
    return {
      instance,
      isWhole: true,
      isRepeatable: true,
      isGone: () => socket.destroyed,
      go: async (to) => {
        if (to.at === 'node') return this.#nodes.join(to, request, socket, head)
        accept()
        return 'answered'
      },
    }
  }

  #self(): Addressee {
    const { ownership, url } = this.#deps.cluster
    return { node: ownership.owner, url }
  }

  /**
   * Has it answered where it belongs. What another node does with it takes its own time: of patience it costs only what lies between. Gives what
   * its caller is told where nobody has answered.
   */
  async #bring(traveller: Traveller): Promise<Fault | undefined> {
    const { cluster } = this.#deps
    const { instance, patience } = traveller
    let place = traveller.place ?? (await this.#locate(instance, patience))
    while (place.at !== 'nowhere') {
      const passed = await traveller.go(place)
      if (passed === 'answered' || traveller.isGone()) return undefined
      cluster.misplaced(instance, place.at === 'node' ? place.node : cluster.ownership.owner)
      if (passed === 'silent' || (passed === 'lost' && !traveller.isRepeatable)) return UNCONFIRMED
      if (!traveller.isWhole) return UNAVAILABLE
      await patience.pause(PLACE_AGAIN_MS)
      if (patience.isOver || traveller.isGone()) return UNAVAILABLE
      place = await this.#locate(instance, patience)
    }
    return UNAVAILABLE
  }

  #follow(work: Promise<Fault | undefined>, request: IncomingMessage, response: ServerResponse): void {
    const { log, clock } = this.#deps
    const url = request.url ?? ''
    work
      .catch((error: unknown) => {
        log.error({ error, path: maskPath(url) }, 'a call could not be placed')
        return UNAVAILABLE
      })
      .then((trouble) => {
        if (trouble !== undefined) answerUnanswered(response, url, clock.now(), trouble)
      })
      .catch((error: unknown) => log.error({ error, path: maskPath(url) }, 'a call could not be refused'))
  }
}

const NO_BODY = Buffer.alloc(0)
const LATE = Symbol('late')
