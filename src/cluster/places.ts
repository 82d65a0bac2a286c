import type { Clock } from '../lib/clock.ts'
import { pause } from '../lib/pause.ts'
import { Recent } from '../lib/recent.ts'
import { within } from '../lib/within.ts'
import type { InstanceId } from '../model/ids.ts'
import type { ClusterStore, LeaseOwner } from '../storage/cluster-store.ts'
import { HERE, NOWHERE, type Place } from './cluster.ts'
import type { Holdings } from './holdings.ts'

export interface PlacesNeeds {
  readonly store: Pick<ClusterStore, 'ownerOf'>
  readonly clock: Clock
  readonly node: string
  readonly holdings: Pick<Holdings, 'living' | 'epochOf' | 'overOf' | 'adopt' | 'lose'>
  /** See `Ownership.isSure`: where it is not, another node may have by now what lives here, and have answered calls about it. */
  isSure(): boolean
  /** Takes a lease whose owner is dead or gone; does nothing where this node must not. */
  claim(instance: InstanceId): Promise<void>
  readonly monotonicMs: () => number
}

/** In so long every call finds its place, or hears that there is none. */
export const PLACING_MS = 2000
const LOOK_AGAIN_MS = 50
/** Who asks for what does not exist asks the database no more often. */
const ABSENT_MS = 1000
const ABSENT = 10_000
/** Nobody cuts a search short. */
const UNHURRIED = new AbortController().signal

/** Where each instance is, as far as somebody asked. */
export class Places {
  readonly #needs: PlacesNeeds
  readonly #known = new Map<InstanceId, Extract<Place, { at: 'node' }>>()
  /** Until when these are believed not to exist. */
  readonly #absent = new Recent<InstanceId, number>(ABSENT)
  readonly #searches = new Map<InstanceId, Promise<Place>>()
  #leaving: ReadonlySet<string> = new Set()

  constructor(needs: PlacesNeeds) {
    this.#needs = needs
  }

  locate(instance: InstanceId): Place | Promise<Place> {
    const { holdings } = this.#needs
    if (this.#isHere(instance)) return HERE
    const known = this.#known.get(instance)
    if (known !== undefined && holdings.epochOf(instance) === undefined) return known
    const under = this.#searches.get(instance)
    if (under !== undefined) return under
    const search = this.#search(instance).finally(() => this.#searches.delete(instance))
    this.#searches.set(instance, search)
    return search
  }

  #isHere(instance: InstanceId): boolean {
    return this.#needs.holdings.living.has(instance) && this.#needs.isSure()
  }

  remember(instance: InstanceId, place: Extract<Place, { at: 'node' }>): void {
    if (!this.#leaving.has(place.node)) this.#known.set(instance, place)
  }

  /** Nothing stays at these nodes, and soon nobody answers there: where what they have is now is asked for each call. */
  setLeaving(nodes: ReadonlySet<string>): void {
    for (const node of nodes) if (!this.#leaving.has(node)) this.gone(node)
    this.#leaving = nodes
  }

  /** It is not there after all. */
  misplaced(instance: InstanceId, node: string): void {
    if (this.#known.get(instance)?.node === node) this.#known.delete(instance)
  }

  /** Nothing is there any more. */
  gone(node: string): void {
    for (const [instance, place] of this.#known) if (place.node === node) this.#known.delete(instance)
  }

  async #search(instance: InstanceId): Promise<Place> {
    const { clock, monotonicMs } = this.#needs
    const endsAt = monotonicMs() + PLACING_MS
    for (;;) {
      const leftMs = endsAt - monotonicMs()
      if (leftMs <= 0) return NOWHERE
      // A store that fails may answer in a moment.
      const place = await within(clock, leftMs, this.#look(instance), NOWHERE).catch(() => undefined)
      if (place !== undefined) return place
      await pause(clock, LOOK_AGAIN_MS, UNHURRIED)
    }
  }

  /** Undefined: it is to be looked at again. */
  async #look(instance: InstanceId): Promise<Place | undefined> {
    const { holdings, store, node, monotonicMs } = this.#needs
    await holdings.overOf(instance)
    if (this.#isHere(instance)) return HERE
    const known = this.#known.get(instance)
    if (known !== undefined && !holdings.living.has(instance)) return known
    if ((this.#absent.get(instance) ?? 0) > monotonicMs()) return HERE
    const owner = await store.ownerOf(instance)
    if (owner === null) {
      this.#absent.set(instance, monotonicMs() + ABSENT_MS)
      return HERE
    }
    if (owner.node !== node) return this.#elsewhere(instance, owner)
    await holdings.adopt(new Map([[instance, owner.epoch]]))
    return holdings.living.has(instance) ? HERE : undefined
  }

  async #elsewhere(instance: InstanceId, { node, epoch, url, isAlive }: LeaseOwner): Promise<Place | undefined> {
    const { holdings } = this.#needs
    // Whatever was believed here.
    if ((holdings.epochOf(instance) ?? epoch) < epoch) holdings.lose(instance)
    if (!isAlive) {
      await this.#needs.claim(instance)
      return holdings.living.has(instance) ? HERE : undefined
    }
    if (url === null) return NOWHERE
    const place = { at: 'node', node, url } as const
    this.remember(instance, place)
    return place
  }
}
