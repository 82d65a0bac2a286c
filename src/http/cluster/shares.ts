import type { IncomingMessage } from 'node:http'
import { Agent } from 'undici'
import { PROOF_HEADER, type Cluster } from '../../cluster/cluster.ts'
import type { AddressRanges } from '../../lib/address-ranges.ts'
import { clientAddress } from '../../lib/client-address.ts'
import type { Log } from '../../lib/log.ts'
import type { InstanceId } from '../../model/ids.ts'
import { isPassedOn, originOf } from '../origin.ts'
import { FROM_HEADER } from './node-client.ts'

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

/** Calls about many instances, of which each node does its own. */
export class Shares {
  readonly #cluster: Pick<Cluster, 'isAlone' | 'locate' | 'proof'>
  readonly #trustedProxies: AddressRanges
  readonly #log: Log
  readonly #agent = new Agent({ connect: { timeout: 1000 }, headersTimeout: ANSWER_MS, bodyTimeout: ANSWER_MS })

  constructor(cluster: Pick<Cluster, 'isAlone' | 'locate' | 'proof'>, trustedProxies: AddressRanges, log: Log) {
    this.#cluster = cluster
    this.#trustedProxies = trustedProxies
    this.#log = log
  }

  /** Who does which. Of a call that is a share itself everything is here, or with nobody. */
  async split(ids: readonly number[], request: IncomingMessage): Promise<Split> {
    if (this.#cluster.isAlone) return { here: ids, elsewhere: [] }
    const here: number[] = []
    const byUrl = new Map<string | undefined, number[]>()
    for (const id of ids) {
      const place = await this.#cluster.locate(id as InstanceId)
      const url = place.at === 'node' && !isPassedOn(request) ? place.url : undefined
      if (place.at === 'here') here.push(id)
      else byUrl.set(url, [...(byUrl.get(url) ?? []), id])
    }
    return { here, elsewhere: [...byUrl].map(([url, ofOne]) => ({ url, ids: ofOne })) }
  }

  /** What the node answers to its share of the call; undefined where it gave no answer that could be read, or refused. */
  async ask(url: string, request: IncomingMessage, body: object): Promise<unknown> {
    try {
      const answer = await this.#agent.request({
        origin: url,
        path: request.url ?? '/',
        method: request.method === 'PATCH' ? 'PATCH' : 'POST',
        headers: {
          authorization: request.headers.authorization ?? '',
          'content-type': 'application/json',
          [PROOF_HEADER]: this.#cluster.proof,
          [FROM_HEADER]: clientAddress(originOf(request), this.#trustedProxies),
        },
        body: JSON.stringify(body),
      })
      if (answer.statusCode === 200) return await answer.body.json()
      await answer.body.dump()
    } catch (error) {
      this.#log.warn({ error }, 'another node did not do its share of a call')
    }
    return undefined
  }

  close(): Promise<void> {
    return this.#agent.destroy()
  }
}
