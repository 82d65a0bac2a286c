import { HERE, type ClusterView, type Jobs, type OpenCluster } from './cluster.ts'
import type { Membership } from './membership.ts'
import type { Ownership } from './ownership.ts'

export interface AloneNeeds {
  readonly ownership: Ownership
  /** Says in a database that several could use that this one does. */
  readonly membership?: Membership
  /** The last that is done; never rejects. */
  readonly leave?: () => Promise<void>
}

/** A server that is alone: everything is here from the start, and nobody else changes anything. */
export function aloneCluster({ ownership, membership, leave }: AloneNeeds): OpenCluster {
  let jobs: Jobs | undefined
  const nothing = () => Promise.resolve()
  let isLeaving = false
  return {
    ownership,
    isAlone: true,
    url: '',
    proof: '',
    locate: () => HERE,
    misplaced: () => undefined,
    onGone: () => undefined,
    sync: nothing,
    syncEverywhere: nothing,
    door: { adopt: nothing, sync: nothing },
    get view(): ClusterView {
      return {
        node: ownership.owner,
        nodes: membership?.beat?.nodes ?? [],
        isLeaving,
        isSure: ownership.isSure(),
        beatAgeMs: membership?.beatAgeMs ?? null,
        beatMs: membership?.beatMs ?? null,
        owned: 0,
        living: 0,
        free: 0,
        doesJobs: jobs !== undefined,
        counts: { claimed: 0, received: 0, given: 0, lost: 0 },
      }
    },
    onSync: () => undefined,
    onJobs(given) {
      jobs = given
    },
    start() {
      jobs?.start(undefined)
      return Promise.resolve()
    },
    leave() {
      isLeaving = true
      return Promise.resolve()
    },
    async close() {
      await membership?.stop()
      await leave?.()
    },
  }
}
