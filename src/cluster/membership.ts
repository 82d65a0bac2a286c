import type { Clock, Timer } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { within } from '../lib/within.ts'
import type { Beat, ClusterStore, NodeBeat } from '../storage/cluster-store.ts'

/** So many beats in the time of a lease: one that is late, or lost, ends nothing. */
export const BEATS_PER_LEASE = 5
/** Of a lease, what is kept back for the way from the question to the network, and for clocks that do not run alike. */
const MARGIN = 1 / BEATS_PER_LEASE
/** Beats that are further apart than this part of a lease may have been so for everybody: see `isSteady`. */
const LONGEST_GAP = 1 / 2
/** A database that hangs must not keep every later beat from being tried. */
const AT_ONCE = 3
const LAST_BEATS_MS = 2000

export interface MembershipNeeds {
  readonly store: Pick<ClusterStore, 'beat'>
  readonly clock: Clock
  readonly log: Log
  readonly self: Omit<NodeBeat, 'isLeaving' | 'leaseMs'>
  readonly leaseMs: number
  /** A clock that nobody sets, and that goes on while the process is stopped. */
  readonly monotonicMs: () => number
}

/** Told of each beat that reached the database. `hasLapsed`: others may have taken what this node had; it is sure again only when this resolves. */
export type BeatListener = (beat: Beat, hasLapsed: boolean) => Promise<void>

interface Moment {
  /** By the clock that nobody sets. */
  readonly steadyMs: number
  /** By the wall's, which goes on where a whole machine was stopped. */
  readonly wallMs: number
}

/** Says that this node lives, a few times in each lease, and knows how long that holds. */
export class Membership {
  readonly #needs: MembershipNeeds
  #listener: BeatListener = () => Promise.resolve()
  #timer: Timer | undefined
  readonly #underWay = new Set<Promise<void>>()
  #stopped = false
  #isLeaving = false
  #isFailing = false
  #last: { readonly beat: Beat; readonly began: Moment; readonly tookMs: number } | undefined
  /** When the beat began by which this node is sure. */
  #sureSince: Moment | undefined
  /** Since when beats have come without a long gap. */
  #steadySince: number | undefined

  constructor(needs: MembershipNeeds) {
    this.#needs = needs
  }

  /** The last beat that reached the database. */
  get beat(): Beat | undefined {
    return this.#last?.beat
  }

  get beatMs(): number | null {
    return this.#last?.tookMs ?? null
  }

  get beatAgeMs(): number | null {
    return this.#last === undefined ? null : this.#needs.monotonicMs() - this.#last.began.steadyMs
  }

  get isLeaving(): boolean {
    return this.#isLeaving
  }

  /** See `Ownership.isSure`. */
  isSure(): boolean {
    const since = this.#sureSince
    if (since === undefined) return false
    const sureMs = this.#needs.leaseMs * (1 - MARGIN)
    return this.#needs.monotonicMs() - since.steadyMs < sureMs && this.#needs.clock.now() - since.wallMs < sureMs
  }

  /**
   * Whether those that seem dead may be taken for dead: this node's own beats have come for a whole lease. After an outage of the database all
   * leases are over at once, and each node is first given the time to say that it lives.
   */
  get isSteady(): boolean {
    const { leaseMs, monotonicMs } = this.#needs
    return this.#steadySince !== undefined && monotonicMs() - this.#steadySince >= leaseMs && this.isSure()
  }

  /** The first beat; rejects where the database does not answer. From then on `listener` hears of each. */
  async join(listener: BeatListener): Promise<Beat> {
    const began = this.#moment()
    const beat = await this.#send()
    this.#listener = listener
    this.#last = { beat, began, tookMs: this.#since(began) }
    this.#sureSince = began
    this.#steadySince = began.steadyMs
    this.#sleep()
    return beat
  }

  /** Tells the others at once that it gives its leases away; as far as the database answers. */
  async setLeaving(): Promise<void> {
    this.#isLeaving = true
    await this.#beat()
  }

  /** A beat now, beside the usual ones. What the database last told; undefined where it never did. */
  async beatNow(): Promise<Beat | undefined> {
    await this.#beat()
    return this.beat
  }

  /** Resolves when none of its beats is under way any more: one that comes after `leave` puts the node among the living again. Bounded. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#sureSince = undefined
    this.#timer?.cancel()
    await within(this.#needs.clock, LAST_BEATS_MS, Promise.all(this.#underWay), undefined)
  }

  #sleep(): void {
    const { clock, leaseMs } = this.#needs
    this.#timer = clock.after(leaseMs / BEATS_PER_LEASE, () => {
      if (this.#stopped) return
      this.#sleep()
      if (this.#underWay.size < AT_ONCE) void this.#beat()
    })
  }

  /** Never rejects. */
  #beat(): Promise<void> {
    const beating = this.#tryToBeat().finally(() => this.#underWay.delete(beating))
    this.#underWay.add(beating)
    return beating
  }

  async #tryToBeat(): Promise<void> {
    const began = this.#moment()
    try {
      const beat = await this.#send()
      if (!this.#stopped) await this.#arrived(beat, began)
    } catch (error) {
      if (!this.#isFailing) this.#needs.log.warn({ error }, 'the database did not take a beat of this node')
      this.#isFailing = true
    }
  }

  #send(): Promise<Beat> {
    const { store, self, leaseMs } = this.#needs
    return store.beat({ ...self, isLeaving: this.#isLeaving, leaseMs })
  }

  async #arrived(beat: Beat, began: Moment): Promise<void> {
    const before = this.#last
    if (before !== undefined && began.steadyMs < before.began.steadyMs) return
    if (this.#isFailing) this.#needs.log.info({}, 'the database takes the beats of this node again')
    this.#isFailing = false
    const gapMs = began.steadyMs - (before?.began.steadyMs ?? Number.NEGATIVE_INFINITY)
    if (gapMs > this.#needs.leaseMs * LONGEST_GAP) this.#steadySince = began.steadyMs
    this.#last = { beat, began, tookMs: this.#since(began) }
    const hasLapsed = !this.isSure()
    // Until it is known what others took meanwhile, nothing is sure.
    if (hasLapsed) await this.#listener(beat, true)
    if ((this.#sureSince?.steadyMs ?? Number.NEGATIVE_INFINITY) < began.steadyMs) this.#sureSince = began
    if (!hasLapsed) await this.#listener(beat, false)
  }

  #moment(): Moment {
    return { steadyMs: this.#needs.monotonicMs(), wallMs: this.#needs.clock.now() }
  }

  #since({ steadyMs }: Moment): number {
    return this.#needs.monotonicMs() - steadyMs
  }
}

/** The last that a node says. Never rejects: others see that it is gone when its lease is over. */
export async function sayGone(store: Pick<ClusterStore, 'leave'>, node: string, log: Log): Promise<void> {
  await store.leave(node).catch((error: unknown) => {
    log.warn({ error }, 'the database was not told that this node is gone; others see it when its lease is over')
  })
}
