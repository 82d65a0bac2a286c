import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { pause } from '../lib/pause.ts'
import { within } from '../lib/within.ts'
import type { Epoch, InstanceId } from '../model/ids.ts'
import type { Beat, ClusterStore, NodeBeat } from '../storage/cluster-store.ts'
import { admit } from './admission.ts'
import { Claims } from './claims.ts'
import type { ClusterDoor, ClusterView, Jobs, OpenCluster, Place } from './cluster.ts'
import { HandOver } from './hand-over.ts'
import { Holdings } from './holdings.ts'
import { BEATS_PER_LEASE, Membership, sayGone } from './membership.ts'
import { Moves } from './moves.ts'
import type { Ownership } from './ownership.ts'
import type { Peers } from './peers.ts'
import { Places } from './places.ts'
import { RegisterWatch, type RegisterFollower } from './register-watch.ts'
import type { Residents } from './residents.ts'

export interface JoinedNeeds {
  readonly store: ClusterStore
  readonly clock: Clock
  readonly log: Log
  readonly self: Omit<NodeBeat, 'isLeaving' | 'leaseMs'> & { readonly url: string }
  /** See `PROOF_HEADER`. */
  readonly proof: string
  readonly peers: Peers
  readonly leaseMs: number
  readonly movesPerSecond: number
  /** So long a node that leaves may take to hand over what it has. */
  readonly leaveMs: number
  /** A clock that nobody sets. */
  readonly monotonicMs: () => number
}

const FIRST_EPOCH = 1 as Epoch
/** So long one that changed the register waits for the others. */
const SYNC_EVERYWHERE_MS = 5000
const SAY_LEAVING_MS = 2000
/** After so many beats every other node has heard of it. */
const HEARD_BEATS = 2
const UNHURRIED = new AbortController().signal

/**
 * Takes part in a cluster: from now on the others see this node. Rejects where the database does not answer.
 * @throws OperatorTrouble where it can't be one of those that are there
 */
export async function joinCluster(needs: JoinedNeeds): Promise<OpenCluster> {
  const cluster = new JoinedCluster(needs)
  try {
    await cluster.join()
  } catch (error) {
    await cluster.close()
    throw error
  }
  return cluster
}

/** One of several nodes. */
class JoinedCluster implements OpenCluster {
  readonly isAlone = false
  readonly url: string
  readonly proof: string
  readonly ownership: Ownership
  readonly door: ClusterDoor
  readonly #needs: JoinedNeeds
  readonly #membership: Membership
  readonly #register: RegisterWatch
  readonly #holdings: Holdings
  readonly #places: Places
  readonly #claims: Claims
  readonly #moves: Moves
  readonly #handOver: HandOver
  readonly #goneListeners: ((node: string) => void)[] = []
  #residents: Residents | undefined
  #jobs: Jobs | undefined
  #alive: ReadonlySet<string> = new Set()
  /** The beat's count of changes that `#holdings` goes by, and when it was read. */
  #changes: number | undefined
  #reconciledAt = Number.NEGATIVE_INFINITY
  #received = 0

  constructor(needs: JoinedNeeds) {
    const { store, self } = needs
    const { node, url } = self
    this.#needs = needs
    this.url = url
    this.proof = needs.proof
    const membership = (this.#membership = new Membership(needs))
    this.#register = new RegisterWatch(() => store.register())
    const holdings = (this.#holdings = new Holdings({ ...needs, node, sync: () => this.sync() }))
    const residents = (): Residents => this.#residents ?? notStarted()
    const claims = (this.#claims = new Claims({ ...needs, node, holdings, membership }))
    const places = (this.#places = new Places({
      ...needs,
      node,
      holdings,
      isSure: () => membership.isSure(),
      claim: (id) => claims.one(id),
    }))
    const jobs = () => this.#jobs
    const handOver = (this.#handOver = new HandOver({ ...needs, node, holdings, places, residents, jobs }))
    this.#moves = new Moves({ ...needs, node, holdings, membership, handOver, residents })
    this.ownership = {
      owner: node,
      epochOf: (instance) => holdings.epochOf(instance),
      firstEpoch: FIRST_EPOCH,
      isSure: () => membership.isSure(),
      isShared: true,
      made: (instance) => holdings.made(instance, FIRST_EPOCH),
      refused: (instance, epoch) => {
        if (holdings.refused(instance, epoch)) this.#reconcileSoon()
      },
    }
    this.door = { adopt: (instances) => this.#adopt(instances), sync: () => this.#syncInForce() }
  }

  async join(): Promise<void> {
    const beat = await this.#membership.join((next, hasLapsed) => this.#heard(next, hasLapsed))
    await admit({ ...this.#needs, beat: () => this.#membership.beat ?? beat })
    this.#noticeGone(this.#membership.beat ?? beat)
  }

  // What the server asks

  locate(instance: InstanceId): Place | Promise<Place> {
    return this.#places.locate(instance)
  }

  misplaced(instance: InstanceId, node: string): void {
    this.#places.misplaced(instance, node)
  }

  onGone(listener: (node: string) => void): void {
    this.#goneListeners.push(listener)
  }

  /** Where it may have lost instances that it takes for its own, lists would show what it has last known of them. */
  async sync(): Promise<void> {
    if (this.#residents !== undefined && !this.#membership.isSure()) await this.#holdings.reconcile()
    await this.#register.sync()
  }

  async syncEverywhere(): Promise<void> {
    const own = this.#syncInForce().catch((error: unknown) => {
      this.#needs.log.warn({ error }, 'a change is not in force here yet')
    })
    await within(this.#needs.clock, SYNC_EVERYWHERE_MS, Promise.all([own, this.#tellOthers()]), undefined)
  }

  async #tellOthers(): Promise<void> {
    const { peers, log, self } = this.#needs
    // One that has just joined is told, too, and one whose beats are late: it may live and answer calls.
    const before = this.#membership.beat
    const nodes = [before, await this.#membership.beatNow()].flatMap((beat) => beat?.nodes ?? [])
    const urls = new Map(nodes.map(({ node, url }) => [node, url]))
    const syncs = [...urls].map(async ([node, url]) => {
      if (url === null || node === self.node) return
      // One that was not reached goes by its own next look.
      await peers.sync(url, SYNC_EVERYWHERE_MS).catch((error: unknown) => {
        log.warn({ node, error }, 'another node was not told at once of a change')
      })
    })
    await Promise.all(syncs)
  }

  async #syncInForce(): Promise<void> {
    await this.sync()
    await this.#register.enforce()
  }

  get view(): ClusterView {
    const { beat, beatMs, beatAgeMs, isLeaving } = this.#membership
    const holdings = this.#holdings
    return {
      node: this.#needs.self.node,
      nodes: beat?.nodes ?? [],
      isLeaving,
      isSure: this.#membership.isSure(),
      beatAgeMs,
      beatMs,
      owned: holdings.owned,
      living: holdings.living.size,
      free: beat?.free ?? 0,
      doesJobs: holdings.doesJobs,
      counts: {
        claimed: this.#claims.claimed,
        received: this.#received,
        given: this.#handOver.given,
        lost: holdings.lost,
      },
    }
  }

  // What the composition root does

  onSync(follower: RegisterFollower): void {
    this.#register.setFollower(follower)
  }

  onJobs(jobs: Jobs): void {
    this.#jobs = jobs
    this.#holdings.setJobs(jobs)
  }

  async start(residents: Residents): Promise<void> {
    this.#residents = residents
    this.#holdings.setResidents(residents)
    await this.sync()
    const { beat } = this.#membership
    if (beat !== undefined) await this.#claims.heard(beat)
  }

  async leave(): Promise<void> {
    const { clock, leaseMs, leaveMs } = this.#needs
    await within(clock, SAY_LEAVING_MS, this.#membership.setLeaving(), undefined)
    const given = this.#residents === undefined ? undefined : this.#moves.giveAll(leaveMs)
    // A call that another node still sends here while the last connection is closed would have an end that nobody knows.
    const isHeard =
      this.#alive.size > 1 ? pause(clock, (HEARD_BEATS * leaseMs) / BEATS_PER_LEASE, UNHURRIED) : undefined
    await Promise.all([given, isHeard])
  }

  async close(): Promise<void> {
    const { store, self, peers, log } = this.#needs
    await Promise.all([this.#membership.stop(), peers.close()])
    await sayGone(store, self.node, log)
  }

  // What is heard

  async #heard(beat: Beat, hasLapsed: boolean): Promise<void> {
    if (this.#residents === undefined) return
    this.#noticeGone(beat)
    this.#places.setLeaving(new Set(beat.nodes.filter(({ isLeaving }) => isLeaving).map(({ node }) => node)))
    if (this.#register.isBehind(beat.register)) this.#unheard(this.sync(), 'the register could not be read anew')
    if (hasLapsed) await this.#reconcile(beat.changes)
    else if (this.#isReconcileDue(beat)) this.#unheard(this.#reconcile(beat.changes), 'the leases could not be read')
    this.#unheard(this.#claims.heard(beat), 'free leases could not be claimed')
    this.#moves.heard(beat)
  }

  /** What another node gives it tells at once: that the count rose, too, is looked after when there is time. */
  #isReconcileDue({ changes }: Beat): boolean {
    if (this.#holdings.mustReconcile) return true
    const { leaseMs, monotonicMs } = this.#needs
    return changes !== this.#changes && monotonicMs() - this.#reconciledAt >= leaseMs
  }

  async #reconcile(changes: number): Promise<void> {
    const at = this.#needs.monotonicMs()
    await this.#holdings.reconcile()
    this.#changes = changes
    this.#reconciledAt = at
  }

  #reconcileSoon(): void {
    this.#unheard(this.#holdings.reconcile(), 'the leases could not be read')
  }

  async #adopt(instances: readonly InstanceId[]): Promise<void> {
    const { store, self } = this.#needs
    const unknown = instances.filter((id) => this.#holdings.epochOf(id) === undefined)
    const owners = await Promise.all(unknown.map(async (id) => [id, await store.ownerOf(id)] as const))
    const mine = owners.flatMap(([id, owner]) => (owner?.node === self.node ? [[id, owner.epoch] as const] : []))
    this.#received += mine.length
    const adopting = this.#holdings.adopt(new Map(mine))
    await Promise.all([adopting, ...instances.map((id) => this.#holdings.overOf(id))])
  }

  #noticeGone({ nodes }: Beat): void {
    const alive = new Set(nodes.filter(({ isAlive }) => isAlive).map(({ node }) => node))
    const gone = [...this.#alive].filter((node) => !alive.has(node))
    this.#alive = alive
    for (const node of gone) {
      this.#needs.log.warn({ node }, 'a node of the cluster is gone')
      this.#places.gone(node)
      for (const listener of this.#goneListeners) listener(node)
    }
  }

  #unheard(work: Promise<void>, text: string): void {
    work.catch((error: unknown) => {
      this.#needs.log.warn({ error }, text)
    })
  }
}

function notStarted(): never {
  throw new Error('the instances are not there yet')
}
