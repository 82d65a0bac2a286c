import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import type { OpenCluster } from '../../src/cluster/cluster.ts'
import { joinCluster } from '../../src/cluster/joined.ts'
import type { Peers } from '../../src/cluster/peers.ts'
import type { Residents } from '../../src/cluster/residents.ts'
import type { Clock, Timer } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import type { Epoch, InstanceId } from '../../src/model/ids.ts'
import type { ClusterStore } from '../../src/storage/cluster-store.ts'
import { StorageFailed } from '../../src/storage/storage-failed.ts'
import { MemoryCluster } from './memory-cluster.ts'

export const LEASE_MS = 5000
/** One way to the database or another node, at most. */
const WAY_MS = 8
/** So long a caller waits for a database that does not answer. */
const PATIENCE_MS = 3000

interface Alarm {
  readonly at: number
  readonly ring: () => void
}

/** A few nodes, their database and the ways between them, in one time that the test moves. */
export class ClusterWorld {
  readonly database: MemoryCluster
  readonly nodes: WorldNode[] = []
  /** The database answers nobody. */
  isDown = false
  #nowMs = 1_800_000_000_000
  #alarms: Alarm[] = []
  #dice: number

  constructor(seed = 1) {
    this.#dice = seed
    this.database = new MemoryCluster(() => this.#nowMs)
  }

  get nowMs(): number {
    return this.#nowMs
  }

  after(delayMs: number, ring: () => void): Timer {
    const alarm = { at: this.#nowMs + Math.max(0, delayMs), ring }
    this.#alarms.push(alarm)
    return { cancel: () => (this.#alarms = this.#alarms.filter((other) => other !== alarm)) }
  }

  pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.after(delayMs, resolve))
  }

  /** Between nearly nothing and `WAY_MS`; the same for the same seed. */
  way(): Promise<void> {
    this.#dice = (this.#dice * 1_103_515_245 + 12_345) % 2_147_483_648
    return this.pause((this.#dice / 2_147_483_648) * WAY_MS)
  }

  /** Time goes on; `look` is called after everything that happens. */
  async pass(ms: number, look: () => void = () => undefined): Promise<void> {
    const until = this.#nowMs + ms
    for (;;) {
      await settled()
      look()
      const next = this.#alarms.reduce<Alarm | undefined>(
        (first, alarm) => (first === undefined || alarm.at < first.at ? alarm : first),
        undefined,
      )
      if (next === undefined || next.at > until) break
      this.#alarms = this.#alarms.filter((alarm) => alarm !== next)
      this.#nowMs = Math.max(this.#nowMs, next.at)
      next.ring()
    }
    this.#nowMs = until
  }

  /** What somebody waits for, while time goes on. */
  async during<T>(promise: Promise<T>, mostMs = 120_000): Promise<T> {
    const outcome: { value?: T; error?: unknown; isOver: boolean } = { isOver: false }
    promise.then(
      (value) => Object.assign(outcome, { value, isOver: true }),
      (error: unknown) => Object.assign(outcome, { error, isOver: true }),
    )
    for (let passedMs = 0; !outcome.isOver && passedMs < mostMs; passedMs += 10) await this.pass(10)
    if (!outcome.isOver) throw new Error(`waited ${String(mostMs)} ms in vain`)
    return promise
  }

  async join(name: string, settings: WorldNodeSettings = {}): Promise<WorldNode> {
    const node = new WorldNode(this, name, settings)
    this.nodes.push(node)
    await this.during(node.join())
    return node
  }

  /** Nodes that think at this moment that they may send for this instance, whether or not they are right. */
  sureOf(instance: InstanceId): readonly WorldNode[] {
    return this.nodes.filter((node) => node.runs && node.alive.has(instance) && node.cluster.ownership.isSure())
  }
}

async function settled(): Promise<void> {
  await turn()
  await turn()
}

export interface WorldNodeSettings {
  readonly url?: string
  readonly engines?: string
}

/** One node, and what may happen to it. */
export class WorldNode {
  readonly name: string
  /** What lives here, and by which epoch. */
  readonly alive = new Map<InstanceId, Epoch>()
  /** By which epoch what lives here no more has lived here last. */
  readonly #ended = new Map<InstanceId, Epoch>()
  readonly url: string
  /** Nothing of it reaches the database, and no answer comes back. */
  isCut = false
  /** Nothing of it reaches other nodes. */
  isLonely = false
  /** It stands still, and so does everything that it waits for. */
  isFrozen = false
  isDead = false
  /** Its wall clock is wrong by so much. */
  skewMs = 0
  /** These can't be brought to life here. */
  readonly stillborn = new Set<InstanceId>()
  jobs: Epoch | undefined
  readonly syncs: number[] = []
  /** Until what follows from the register is in force for all instances. */
  enforcing: Promise<void> = Promise.resolve()
  /** The database moves what it hands over, and the answer never comes. */
  hangsMoving = false
  /** Until its jobs have come to their end. */
  stoppingJobs: Promise<void> = Promise.resolve()
  readonly #world: ClusterWorld
  readonly #engines: string
  #cluster: OpenCluster | undefined
  readonly #thaw: (() => void)[] = []

  constructor(world: ClusterWorld, name: string, settings: WorldNodeSettings) {
    const { url = `http://${name}`, engines = 'whatsapp=simulator' } = settings
    this.#world = world
    this.#engines = engines
    this.name = name
    this.url = url
  }

  get cluster(): OpenCluster {
    if (this.#cluster === undefined) throw new Error('not joined')
    return this.#cluster
  }

  get runs(): boolean {
    return !this.isDead && !this.isFrozen && this.#cluster !== undefined
  }

  async join(): Promise<void> {
    const clock: Clock = {
      now: () => this.#world.nowMs + this.skewMs,
      after: (delayMs, callback) => this.#world.after(delayMs, () => this.#whenItRuns(callback)),
    }
    this.#cluster = await joinCluster({
      store: this.#wire(this.#world.database),
      clock,
      log: silentLog,
      self: { node: this.name, url: this.url, version: '1', startedAt: this.#world.nowMs, engines: this.#engines },
      proof: 'proof',
      peers: this.#peers(),
      leaseMs: LEASE_MS,
      movesPerSecond: 20,
      leaveMs: 60_000,
      monotonicMs: () => this.#world.nowMs,
    })
    this.cluster.onSync({
      follow: ({ accounts }) => Promise.resolve(void this.syncs.push(accounts)),
      enforce: () => this.enforcing,
    })
    this.cluster.onJobs({
      start: (epoch) => (this.jobs = epoch),
      stop: async () => {
        this.jobs = undefined
        await this.stoppingJobs
      },
    })
    await this.cluster.start(this.#residents())
  }

  thaw(): void {
    this.isFrozen = false
    for (const go of this.#thaw.splice(0)) go()
  }

  /** The process is gone. */
  kill(): void {
    this.isDead = true
    this.alive.clear()
    this.jobs = undefined
  }

  #whenItRuns(callback: () => void): void {
    if (this.isDead) return
    if (this.isFrozen) this.#thaw.push(callback)
    else callback()
  }

  #residents(): Residents {
    return {
      adopt: async (leases) => {
        await this.#reach(() => Promise.resolve())
        for (const [id, epoch] of leases) {
          assert.ok(this.alive.get(id) === epoch || this.#ended.get(id) !== epoch, `${id} lives twice by one lease`)
          if (!this.stillborn.has(id)) this.alive.set(id, epoch)
        }
        return this.stillborn
      },
      letGo: async (id) => {
        await this.#own(this.#world.pause(20))
        this.#end(id)
      },
      lose: (id) => this.#end(id),
      hasEnded: (id, epoch) => this.#ended.get(id) === epoch,
      hasSession: (id) => id % 2 === 0,
      isBusy: () => false,
    }
  }

  #end(id: InstanceId): void {
    const epoch = this.alive.get(id)
    if (epoch === undefined) return
    this.alive.delete(id)
    this.#ended.set(id, epoch)
  }

  /** Waits with this node: what has come is seen when it runs. */
  async #own<T>(promise: Promise<T>): Promise<T> {
    const value = await promise
    await new Promise<void>((resolve) => this.#whenItRuns(resolve))
    return value
  }

  /** There and back again; done or not when it breaks. */
  async #reach<T>(work: () => Promise<T>): Promise<T> {
    const world = this.#world
    const isAway = () => this.isCut || world.isDown
    await this.#own(world.way())
    if (isAway()) {
      await this.#own(world.pause(PATIENCE_MS))
      throw new StorageFailed('no answer')
    }
    const answer = await work()
    await this.#own(world.way())
    if (isAway()) throw new StorageFailed('the answer was lost')
    return answer
  }

  #wire(inner: ClusterStore): ClusterStore {
    return {
      beat: (node) => this.#reach(() => inner.beat(node)),
      leave: (node) => this.#reach(() => inner.leave(node)),
      owned: (node) => this.#reach(() => inner.owned(node)),
      claim: (node, limit, only) => this.#reach(() => inner.claim(node, limit, only)),
      move: async (instance, epoch, to) => {
        const moved = await this.#reach(() => inner.move(instance, epoch, to))
        return this.hangsMoving ? new Promise<never>(() => undefined) : moved
      },
      renew: (instance, epoch) => this.#reach(() => inner.renew(instance, epoch)),
      ownerOf: (instance) => this.#reach(() => inner.ownerOf(instance)),
      loads: () => this.#reach(() => inner.loads()),
      register: () => this.#reach(() => inner.register()),
    }
  }

  #peers(): Peers {
    const call = async (url: string, work: (node: WorldNode) => Promise<void>, withinMs: number): Promise<void> => {
      await this.#own(this.#world.way())
      const node = this.#world.nodes.find((other) => other.url === url)
      if (node?.runs !== true || node.isLonely || this.isLonely) {
        await this.#own(this.#world.pause(withinMs))
        throw new Error('not reached')
      }
      await this.#own(Promise.race([work(node), this.#world.pause(withinMs)]))
    }
    return {
      adopt: (url, ids, withinMs) => call(url, (node) => node.cluster.door.adopt(ids), withinMs),
      sync: (url, withinMs) => call(url, (node) => node.cluster.door.sync(), withinMs),
      close: () => Promise.resolve(),
    }
  }
}
