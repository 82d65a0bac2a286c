import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { within } from '../lib/within.ts'
import type { Epoch, InstanceId } from '../model/ids.ts'
import { JOBS, type ClusterStore } from '../storage/cluster-store.ts'
import type { Jobs } from './cluster.ts'
import type { Given, Holdings } from './holdings.ts'
import type { Peers } from './peers.ts'
import type { Places } from './places.ts'
import type { Residents } from './residents.ts'

/** The node that gets it. */
export interface Heir {
  readonly node: string
  /** Null where it can't be told; it finds out by its next beat. */
  readonly url: string | null
}

/** What one node is to be told. */
interface Post {
  readonly ids: InstanceId[]
  telling: Promise<void> | undefined
}

export interface HandOverNeeds {
  readonly store: Pick<ClusterStore, 'move' | 'ownerOf'>
  readonly clock: Clock
  readonly log: Log
  readonly node: string
  readonly holdings: Pick<Holdings, 'give'>
  readonly places: Pick<Places, 'remember'>
  readonly peers: Pick<Peers, 'adopt'>
  readonly residents: () => Pick<Residents, 'letGo'>
  readonly jobs: () => Jobs | undefined
}

/** So long the new owner may take until what it was told of lives: calls wait there meanwhile, no longer here. */
const TELL_MS = 5000
/** So long the jobs may take to come to their end; what still goes on then is refused after the move. */
const STOP_JOBS_MS = 6000
const TOLD_AT_ONCE = 500

/**
 * Hands instances to other nodes, each in this order: its calls wait, its session ends, what is under way is stored, the lease moves, the
 * calls go to the new owner, the new owner is told. A crash before the move leaves it to whoever takes over from a dead node; one after it,
 * or a new owner that could not be told, to that one's next beat; a new owner that dies, to whoever takes over from that one.
 */
export class HandOver {
  readonly #needs: HandOverNeeds
  readonly #untold = new Map<string, Post>()
  #given = 0

  constructor(needs: HandOverNeeds) {
    this.#needs = needs
  }

  /** How many were handed over. */
  get given(): number {
    return this.#given
  }

  /** Resolves when it lives there, as far as that can be waited for; false where it was not handed over. */
  async one(instance: InstanceId, to: Heir): Promise<boolean> {
    if (!(await this.#needs.holdings.give(instance, (epoch) => this.#move(instance, epoch, to)))) return false
    this.#given += 1
    await this.#tell(instance, to)
    return true
  }

  async #move(instance: InstanceId, epoch: Epoch, to: Heir): Promise<Given> {
    const { store, node, places, residents, jobs } = this.#needs
    if (instance === JOBS) await this.#stopJobs(jobs())
    else await residents().letGo(instance)
    if ((await store.move(instance, epoch, to.node)) !== null) {
      if (to.url !== null) places.remember(instance, { at: 'node', node: to.node, url: to.url })
      return 'given'
    }
    // The other one can't take it, or this node doesn't have it any more.
    const owner = await store.ownerOf(instance)
    return owner?.node === node && owner.epoch === epoch ? 'kept' : 'lost'
  }

  async #stopJobs(jobs: Jobs | undefined): Promise<void> {
    if (jobs !== undefined) await within(this.#needs.clock, STOP_JOBS_MS, jobs.stop(false), undefined)
  }

  /** What goes to one node at about one time is told at once. */
  async #tell(instance: InstanceId, to: Heir): Promise<void> {
    if (to.url === null) return
    const post = this.#untold.get(to.node) ?? { ids: [], telling: undefined }
    this.#untold.set(to.node, post)
    post.ids.push(instance)
    while (post.ids.includes(instance)) {
      // Its turn comes behind what is being told now.
      await post.telling
      if (post.ids.includes(instance)) post.telling = this.#tellOf(to.url, to.node, post.ids.splice(0, TOLD_AT_ONCE))
    }
    await post.telling
  }

  async #tellOf(url: string, node: string, instances: readonly InstanceId[]): Promise<void> {
    try {
      await this.#needs.peers.adopt(url, instances, TELL_MS)
    } catch (error) {
      this.#needs.log.warn({ node, instances: instances.length, error }, 'a node was not told of what it was given')
    }
  }
}
