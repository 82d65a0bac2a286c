import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { pause } from '../lib/pause.ts'
import type { Beat, ClusterStore, NodeBeat } from '../storage/cluster-store.ts'
import type { Store } from '../storage/store.ts'
import { aloneCluster } from './alone.ts'
import type { OpenCluster } from './cluster.ts'
import { BEATS_PER_LEASE, Membership, sayGone } from './membership.ts'
import { ownEverything } from './ownership.ts'

export interface SingleNeeds {
  readonly store: Store
  readonly cluster: ClusterStore
  readonly clock: Clock
  readonly log: Log
  readonly self: Omit<NodeBeat, 'isLeaving' | 'leaseMs'>
  readonly leaseMs: number
  /** A clock that nobody sets. */
  readonly monotonicMs: () => number
  /** Ends a process that others must not go on beside. */
  onDeath(error: Error): void
}

/** Beyond the lease of one that has just died: for beats that were late. */
const MORE_LEASES = 1.5

/**
 * The only server on a database that several could use. One that died is waited for, as long as its lease lasts; undefined where another
 * lives. Later, one that finds another in its place ends itself: what it would store is refused.
 */
export async function openSingle(needs: SingleNeeds): Promise<OpenCluster | undefined> {
  const { store, cluster, clock, self, leaseMs, monotonicMs } = needs
  const membership = new Membership({ ...needs, store: cluster })
  let isOusted = false
  const end = (): void => {
    if (isOusted) return
    isOusted = true
    void membership.stop()
    needs.onDeath(new Error('another server has taken the database of this one over'))
  }
  const rivalOf = async ({ nodes }: Beat) => {
    const rivals = nodes.filter(({ node, isAlive }) => isAlive && node !== self.node)
    const loads = rivals.length === 0 ? undefined : await cluster.loads()
    // Two that start at one time: the first of them goes on.
    return rivals.find(
      ({ node, startedAt }) =>
        (loads?.get(node) ?? 0) > 0 || startedAt < self.startedAt || (startedAt === self.startedAt && node < self.node),
    )
  }
  let begun = false
  let beat = await membership.join(async (next, hasLapsed) => {
    if (!begun || (!hasLapsed && next.nodes.every(({ node }) => node === self.node))) return
    // It was silent for longer than its lease, or there is another: who has the leases is the one that goes on.
    const loads = await cluster.loads()
    const others = [...loads].filter(([node, count]) => node !== self.node && count > 0)
    if (others.length > 0) end()
  })
  const endsAt = monotonicMs() + leaseMs * MORE_LEASES
  while ((await rivalOf(beat)) !== undefined) {
    if (monotonicMs() >= endsAt) {
      await membership.stop()
      await cluster.leave(self.node)
      return undefined
    }
    await pause(clock, leaseMs / BEATS_PER_LEASE, UNHURRIED)
    beat = membership.beat ?? beat
  }
  const ownership = await ownEverything(store, self.node)
  begun = true
  return aloneCluster({
    ownership: { ...ownership, isSure: () => membership.isSure(), refused: end },
    membership,
    leave: () => sayGone(cluster, self.node, needs.log),
  })
}

const UNHURRIED = new AbortController().signal
