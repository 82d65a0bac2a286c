import type { Clock } from '../lib/clock.ts'
import { OperatorTrouble } from '../lib/operator-trouble.ts'
import { pause } from '../lib/pause.ts'
import type { Beat, NodeBeat } from '../storage/cluster-store.ts'
import { BEATS_PER_LEASE } from './membership.ts'

export interface AdmissionNeeds {
  readonly self: Pick<NodeBeat, 'node' | 'url' | 'engines'>
  readonly clock: Clock
  readonly leaseMs: number
  /** A clock that nobody sets. */
  readonly monotonicMs: () => number
  /** The last one that reached the database. */
  readonly beat: () => Beat
}

/** Beyond the lease of one that has just died: for beats that were late. */
const MORE_LEASES = 1.5

/**
 * Resolves where this node may be one of those that live. What speaks against it may be about to go, such as a predecessor at its address that
 * was killed: it is waited for, somewhat longer than a lease.
 * @throws OperatorTrouble where it stays so
 */
export async function admit(needs: AdmissionNeeds): Promise<void> {
  const { beat, clock, leaseMs, monotonicMs } = needs
  // Of two that start at one time the second sees the first.
  const before = new Set(beat().nodes.map(({ node }) => node))
  const endsAt = monotonicMs() + leaseMs * MORE_LEASES
  for (;;) {
    const reason = reasonAgainst(needs.self, before, beat())
    if (reason === undefined) return
    if (monotonicMs() >= endsAt) throw new OperatorTrouble(reason)
    await pause(clock, leaseMs / BEATS_PER_LEASE, UNHURRIED)
  }
}

const UNHURRIED = new AbortController().signal

function reasonAgainst(self: AdmissionNeeds['self'], before: ReadonlySet<string>, { nodes }: Beat): string | undefined {
  const others = nodes.filter(({ node, isAlive }) => isAlive && node !== self.node && before.has(node))
  const namesake = others.find(({ url }) => url === self.url)
  if (namesake !== undefined) {
    return `Another node that lives is reached at ${String(self.url)}: give each its own JADEGATE_NODE_URL.`
  }
  const unlike = others.find(({ engines }) => engines !== self.engines)
  if (unlike === undefined) return undefined
  return `The node at ${String(unlike.url)} reaches messengers by ${unlike.engines}, this one by ${self.engines}: give all nodes the same JADEGATE_WHATSAPP, JADEGATE_MAX and JADEGATE_TELEGRAM. To change them, stop all nodes first.`
}
