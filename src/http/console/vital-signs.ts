import type { Cluster } from '../../cluster/cluster.ts'
import type { Instance } from '../../instances/instance.ts'
import type { Instances } from '../../instances/instances.ts'
import type { Clock, Timer } from '../../lib/clock.ts'
import type { EpochMs } from '../../model/ids.ts'
import type { Store } from '../../storage/store.ts'

const STEP_MS = 10_000
const STEPS = 360
const FULLEST = 5

/** How a node is at one moment. */
export interface Signs {
  readonly at: EpochMs
  readonly residentBytes: number
  /** Of one core, since the moment before; above 1 where several work. */
  readonly cpu: number
  /** Those with a connection. */
  readonly authorized: number
  readonly queued: number
  readonly notifications: number
  /** The age of the oldest notification that is on its way to a webhook, as far as it is known. */
  readonly oldestMs: number
  /** Batches that the database has not settled yet. */
  readonly commits: number
}

/** An instance with much that waits. */
export type Fullest = Pick<Instance, 'id' | 'account' | 'name' | 'queued' | 'notifications'>

/** What the instances of this node come to. */
interface Counted {
  readonly states: Readonly<Record<string, number>>
  readonly held: number
  readonly queued: number
  readonly notifications: number
  readonly oldestMs: number
  readonly fullest: readonly Fullest[]
}

export interface VitalSignsDeps {
  readonly instances: Pick<Instances, 'all'>
  readonly cluster: Pick<Cluster, 'isAlone'>
  readonly store: Pick<Store, 'use'>
  readonly clock: Clock
}

/** How this node is and was in the last hour; in memory alone. */
export class VitalSigns {
  readonly #deps: VitalSignsDeps
  readonly #series: Signs[] = []
  #cpu = process.cpuUsage()
  #cpuAt: EpochMs
  #timer: Timer

  constructor(deps: VitalSignsDeps) {
    this.#deps = deps
    this.#cpuAt = deps.clock.now()
    this.#timer = this.#later()
  }

  /** Oldest first, ten seconds apart. */
  get series(): readonly Signs[] {
    return this.#series
  }

  stop(): void {
    this.#timer.cancel()
  }

  /** As it is now. */
  look(): Counted {
    const states: Record<string, number> = {}
    const fullest: Fullest[] = []
    let [held, queued, notifications, oldestMs] = [0, 0, 0, 0]
    const now = this.#deps.clock.now()
    for (const instance of this.#here()) {
      const state = standingOf(instance)
      states[state] = (states[state] ?? 0) + 1
      if (instance.held !== undefined) held += 1
      if (instance.queued === 0 && instance.notifications === 0) continue
      queued += instance.queued
      notifications += instance.notifications
      oldestMs = Math.max(oldestMs, waitingSince(instance, now))
      keepFullest(fullest, instance)
    }
    return { states, held, queued, notifications, oldestMs, fullest }
  }

  *#here(): Iterable<Instance> {
    const { instances, cluster } = this.#deps
    for (const instance of instances.all()) {
      if (instance.deletedAt === null && (cluster.isAlone || instance.isHere)) yield instance
    }
  }

  #later(): Timer {
    return this.#deps.clock.after(STEP_MS, () => {
      this.#note()
      this.#timer = this.#later()
    })
  }

  #note(): void {
    const { states, queued, notifications, oldestMs } = this.look()
    const at = this.#deps.clock.now()
    const { user, system } = process.cpuUsage(this.#cpu)
    const cpu = (user + system) / 1000 / Math.max(1, at - this.#cpuAt)
    this.#cpu = process.cpuUsage()
    this.#cpuAt = at
    const authorized = states['authorized'] ?? 0
    const commits = this.#deps.store.use?.commits ?? 0
    const residentBytes = process.memoryUsage.rss()
    this.#series.push({ at, residentBytes, cpu, authorized, queued, notifications, oldestMs, commits })
    if (this.#series.length > STEPS) this.#series.shift()
  }
}

/** Its state; `offline` where it is linked and has no connection, which its state does not tell. */
function standingOf({ state, isOnline }: Instance): string {
  return state === 'authorized' && !isOnline ? 'offline' : state
}

/** Only of what goes to a webhook: who polls comes when he likes. */
function waitingSince(instance: Instance, now: EpochMs): number {
  const oldest = instance.settings.webhookUrl === '' || instance.held !== undefined ? undefined : instance.mailbox.known
  return oldest === undefined ? 0 : Math.max(0, now - oldest.at)
}

function sizeOf({ queued, notifications }: Fullest): number {
  return queued + notifications
}

function keepFullest(fullest: Fullest[], instance: Fullest): void {
  if (fullest.length === FULLEST && sizeOf(fullest.at(-1) ?? instance) >= sizeOf(instance)) return
  fullest.push(instance)
  fullest.sort((left, right) => sizeOf(right) - sizeOf(left))
  fullest.length = Math.min(fullest.length, FULLEST)
}
