import { aloneCluster } from '../cluster/alone.ts'
import type { OpenCluster } from '../cluster/cluster.ts'
import { joinCluster } from '../cluster/joined.ts'
import { ownEverything } from '../cluster/ownership.ts'
import { connectPeers } from '../cluster/peers.ts'
import { openSingle } from '../cluster/single.ts'
import type { Config } from '../config/schema.ts'
import { OperatorTrouble } from '../lib/operator-trouble.ts'
import { packageVersion } from '../lib/package-version.ts'
import type { Seal } from '../lib/seal.ts'
import type { Store } from '../storage/store.ts'
import type { Foundation } from './foundation.ts'

export interface ClusterNeeds extends Foundation {
  readonly store: Store
  readonly seal: Seal
  /** A clock that nobody sets. */
  readonly monotonicMs: () => number
  /** Ends a process that others must not go on beside. */
  onDeath(error: Error): void
}

function enginesOf({ whatsapp, max, telegram }: Config): string {
  return `WhatsApp ${whatsapp}, MAX ${max}, Telegram ${telegram}`
}

/** This server among those that use its database: one of several, or the only one. */
export async function openCluster(config: Config, { store, seal, ...needs }: ClusterNeeds): Promise<OpenCluster> {
  const id = needs.random.bytes(8).toString('hex')
  const { nodeUrl: url, leaseMs } = config
  if (store.cluster === undefined) {
    return aloneCluster({ ownership: await ownEverything(store, `single:${id}`) })
  }
  const version = packageVersion()
  const self = { node: `node:${id}`, version, startedAt: needs.clock.now(), engines: enginesOf(config) }
  if (url === undefined) {
    const single = await openSingle({ ...needs, store, cluster: store.cluster, self: { ...self, url: null }, leaseMs })
    if (single === undefined) {
      throw new OperatorTrouble(
        'Another server uses this database: stop it first, or give both a JADEGATE_NODE_URL, so that they share the work.',
      )
    }
    return single
  }
  const proof = seal.hash('a node of the cluster')
  const { movesPerSecond, leaveMs } = config
  const peers = connectPeers(proof)
  const own = { ...self, url }
  return joinCluster({ ...needs, store: store.cluster, self: own, proof, peers, leaseMs, movesPerSecond, leaveMs })
}
