import type { Cluster } from '../../cluster/cluster.ts'
import type { Clock } from '../../lib/clock.ts'
import { within } from '../../lib/within.ts'
import type { Store } from '../../storage/store.ts'

export interface ReadinessNeeds {
  readonly store: Pick<Store, 'ping'>
  readonly cluster: Pick<Cluster, 'isAlone' | 'view'>
  readonly clock: Pick<Clock, 'after'>
}

/** What the other end hears of this node among others. No addresses: whoever asks may be anybody. */
export interface ClusterSummary {
  readonly node: string
  readonly nodesAlive: number
  readonly isLeaving: boolean
  readonly isSure: boolean
  readonly doesJobs: boolean
  readonly owned: number
  readonly living: number
  readonly free: number
  readonly beatAgeMs: number | null
}

/** Those who ask whether a server is ready rarely wait for longer. */
const ANSWER_MS = 2000
const NO_ANSWER = 'the database does not answer'

/** Whether calls should be sent to this server. */
export class Readiness {
  readonly #needs: ReadinessNeeds
  #asking: Promise<void> | undefined

  constructor(needs: ReadinessNeeds) {
    this.#needs = needs
  }

  /** Why not; undefined where it is ready. Says so within 2 s. */
  async trouble(): Promise<string | undefined> {
    const { cluster, clock } = this.#needs
    if (cluster.view.isLeaving) return 'the server is leaving'
    try {
      const hasAnswered = await within(
        clock,
        ANSWER_MS,
        this.#ask().then(() => true),
        false,
      )
      if (!hasAnswered) return NO_ANSWER
    } catch {
      return NO_ANSWER
    }
    return cluster.view.isSure ? undefined : 'the server is not sure of its instances'
  }

  /** Which one this is; nothing where there is only one. */
  get node(): { readonly node?: string } {
    const { isAlone, view } = this.#needs.cluster
    return isAlone ? {} : { node: view.node }
  }

  get cluster(): { readonly cluster?: ClusterSummary } {
    const { isAlone, view } = this.#needs.cluster
    if (isAlone) return {}
    const { node, nodes, isLeaving, isSure, doesJobs, owned, living, free, beatAgeMs } = view
    const nodesAlive = nodes.filter(({ isAlive }) => isAlive).length
    const age = beatAgeMs === null ? null : Math.round(beatAgeMs)
    return { cluster: { node, nodesAlive, isLeaving, isSure, doesJobs, owned, living, free, beatAgeMs: age } }
  }

  /** Many who ask at one time while the database hangs are one question to it. */
  #ask(): Promise<void> {
    this.#asking ??= this.#needs.store.ping().finally(() => (this.#asking = undefined))
    return this.#asking
  }
}
