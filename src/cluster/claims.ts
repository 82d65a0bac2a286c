import type { InstanceId } from '../model/ids.ts'
import type { Beat, ClusterStore, NodeRow } from '../storage/cluster-store.ts'
import type { Holdings } from './holdings.ts'
import type { Membership } from './membership.ts'
import { claimCount } from './placement.ts'

export interface ClaimsNeeds {
  readonly store: Pick<ClusterStore, 'claim' | 'loads'>
  readonly node: string
  readonly holdings: Pick<Holdings, 'adopt' | 'doubt'>
  readonly membership: Pick<Membership, 'isSteady' | 'isLeaving' | 'beat'>
}

const CHUNK = 1000

/** Takes what nobody has: the leases of the dead, and of those that are gone. */
export class Claims {
  readonly #needs: ClaimsNeeds
  /** For how many beats in a row there have been free ones. */
  #rounds = 0
  #running = false
  #claimed = 0

  constructor(needs: ClaimsNeeds) {
    this.#needs = needs
  }

  get claimed(): number {
    return this.#claimed
  }

  /** This node's share of what is free. */
  async heard(beat: Beat): Promise<void> {
    if (beat.free === 0) this.#rounds = 0
    if (beat.free === 0 || this.#running || !this.#mayClaim(beat)) return
    this.#running = true
    this.#rounds += 1
    try {
      await this.#claimShare(beat)
    } finally {
      this.#running = false
    }
  }

  /** One that is called for; does nothing where this node must not. */
  async one(instance: InstanceId): Promise<void> {
    const { membership, holdings } = this.#needs
    if (membership.beat === undefined || !this.#mayClaim(membership.beat)) return
    await holdings.adopt(await this.#claim(1, [instance]))
  }

  async #claimShare({ nodes }: Beat): Promise<void> {
    const { store, node, holdings } = this.#needs
    const loads = await store.loads()
    const alive = new Set(nodes.filter(({ isAlive }) => isAlive).map((row) => row.node))
    let [total, free] = [0, 0]
    for (const [owner, count] of loads) {
      total += count
      if (!alive.has(owner)) free += count
    }
    const [mine, takers] = [loads.get(node) ?? 0, nodes.filter(takesLeases).length]
    let left = claimCount({ mine, total, free, takers, rounds: this.#rounds })
    while (left > 0) {
      const got = await this.#claim(Math.min(left, CHUNK))
      if (got.size === 0) return
      left -= got.size
      // They come to life while the next are claimed.
      void holdings.adopt(got)
    }
  }

  async #claim(limit: number, only?: readonly InstanceId[]): ReturnType<ClusterStore['claim']> {
    const { store, node, holdings } = this.#needs
    try {
      const got = await store.claim(node, limit, only)
      this.#claimed += got.size
      return got
    } catch (error) {
      // It may have been done all the same, and nobody else tells of it.
      holdings.doubt()
      throw error
    }
  }

  /** Where no other node is known, nobody can be wronged. */
  #mayClaim({ nodes }: Beat): boolean {
    const { membership, node } = this.#needs
    if (membership.isLeaving) return false
    return membership.isSteady || nodes.every((row) => row.node === node)
  }
}

export function takesLeases({ isAlive, isLeaving }: NodeRow): boolean {
  return isAlive && !isLeaving
}
