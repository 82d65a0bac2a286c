import type { IncomingMessage } from 'node:http'
import { Agent } from 'undici'
import { NOWHERE, PROOF_HEADER, type Cluster, type Place } from '../../cluster/cluster.ts'
import { PLACING_MS } from '../../cluster/places.ts'
import type { AddressRanges } from '../../lib/address-ranges.ts'
import { clientAddress } from '../../lib/client-address.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { Patience } from '../../lib/patience.ts'
import { UNAVAILABLE, UNCONFIRMED, type Fault } from '../../model/fault.ts'
import type { InstanceId } from '../../model/ids.ts'
import { isPassedOn, originOf } from '../origin.ts'
import { FROM_HEADER } from './node-client.ts'
import { CONNECT_MS, howItFailed } from './passed.ts'

/** Instances of one call that live on one node. */
export interface Share {
  /** Undefined: nobody has them for now. */
  readonly url: string | undefined
  readonly ids: readonly number[]
}

export interface Split {
  readonly here: readonly number[]
  readonly elsewhere: readonly Share[]
}

/** As long as a call about a thousand instances takes at most. */
const ANSWER_MS = 60_000

/** What the look for each of many may take beyond the usual time for one. */
const LOOK_MS = 0.5
/** So many are looked for at one time. */
const PORTION = 1000

export interface SharesDeps {
  readonly cluster: Pick<Cluster, 'isAlone' | 'locate' | 'proof'>
  readonly trustedProxies: AddressRanges
  readonly clock: Pick<Clock, 'after'>
  readonly monotonicMs: () => number
  readonly log: Log
}

/** Calls about many instances, of which each node does its own. */
export class Shares {
  readonly #deps: SharesDeps
  readonly #agent = new Agent({ connect: { timeout: CONNECT_MS }, headersTimeout: ANSWER_MS, bodyTimeout: ANSWER_MS })

  constructor(deps: SharesDeps) {
    this.#deps = deps
  }

  /** Who does which. Of a call that is a share itself everything is here, or with nobody. */
  async split(ids: readonly number[], request: IncomingMessage): Promise<Split> {
    const { cluster, clock, monotonicMs } = this.#deps
    if (cluster.isAlone) return { here: ids, elsewhere: [] }
    const patience = new Patience(clock, monotonicMs, PLACING_MS + ids.length * LOOK_MS)
    const here: number[] = []
    const byUrl = new Map<string | undefined, number[]>()
    for (let from = 0; from < ids.length; from += PORTION) {
      const portion = ids.slice(from, from + PORTION)
      const places = await this.#locate(portion, patience)
      for (const [at, id] of portion.entries()) {
        const place = places[at] ?? NOWHERE
        const url = place.at === 'node' && !isPassedOn(request) ? place.url : undefined
        if (place.at === 'here') here.push(id)
        else addTo(byUrl, url, id)
      }
    }
    return { here, elsewhere: [...byUrl].map(([url, ofOne]) => ({ url, ids: ofOne })) }
  }

  /** All at once; those that are not found while patience lasts are nowhere. */
  async #locate(ids: readonly number[], patience: Patience): Promise<readonly Place[]> {
    const places: Place[] = ids.map(() => NOWHERE)
    if (patience.isOver) return places
    const looks = ids.map(async (id, at) => {
      places[at] = await this.#deps.cluster.locate(id as InstanceId)
    })
    await patience.spend(Promise.allSettled(looks), undefined)
    return [...places]
  }

  /** What the node answers to its share of the call; `UNAVAILABLE` where it certainly has not done it, `UNCONFIRMED` where nobody knows. */
  async ask(url: string, request: IncomingMessage, body: object): Promise<{ readonly answer: unknown } | Fault> {
    const { cluster, trustedProxies, log } = this.#deps
    try {
      const answer = await this.#agent.request({
        origin: url,
        path: request.url ?? '/',
        method: request.method === 'PATCH' ? 'PATCH' : 'POST',
        headers: {
          ...shownBy(request),
          'content-type': 'application/json',
          [PROOF_HEADER]: cluster.proof,
          [FROM_HEADER]: clientAddress(originOf(request), trustedProxies),
        },
        body: JSON.stringify(body),
      })
      if (answer.statusCode === 200) return { answer: await answer.body.json() }
      await answer.body.dump()
      return answer.statusCode < 500 || answer.statusCode === 503 ? UNAVAILABLE : UNCONFIRMED
    } catch (error) {
      log.warn({ error }, 'another node did not do its share of a call')
      return howItFailed(error) === 'unreached' ? UNAVAILABLE : UNCONFIRMED
    }
  }

  close(): Promise<void> {
    return this.#agent.destroy()
  }
}

/** By what the caller is known, here as there. */
function shownBy({ headers }: IncomingMessage): Record<string, string> {
  const shown: Record<string, string> = {}
  for (const name of ['authorization', 'cookie', 'x-csrf-token'] as const) {
    const value = headers[name]
    if (typeof value === 'string') shown[name] = value
  }
  return shown
}

function addTo<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}
