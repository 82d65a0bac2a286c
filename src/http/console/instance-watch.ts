import type { Instance } from '../../instances/instance.ts'
import type { Instances } from '../../instances/instances.ts'
import type { Clock, Timer } from '../../lib/clock.ts'
import type { AccountId } from '../../model/ids.ts'
import { momentOf, type Moment } from '../api/instance-view.ts'

/** What of an instance is told as it changes. */
export interface InstanceGlance extends Moment {
  readonly idInstance: number
  readonly state: string
  readonly phone: string | null
  readonly name: string
}

/** What has changed since the last look; those that are deleted or erased are `removed`. */
export interface InstanceNews {
  readonly changed: readonly InstanceGlance[]
  readonly removed: readonly number[]
}

type Listener = (news: InstanceNews) => void

/** At most four looks a second, and fewer where there is much to look at: a look takes a thousandth of the time between two. */
const LOOK_MS = 250
const INSTANCES_A_MS = 40

export interface InstanceWatchDeps {
  readonly instances: Pick<Instances, 'ofAccount'>
  readonly clock: Pick<Clock, 'after'>
}

/**
 * Tells listeners what changes of the instances of an account. It looks from time to time instead of being told, so that an instance that nobody
 * watches costs nothing, whatever happens to it, and one of another node is seen like one of this.
 */
export class InstanceWatch {
  readonly #deps: InstanceWatchDeps
  readonly #accounts = new Map<AccountId, Looking>()

  constructor(deps: InstanceWatchDeps) {
    this.#deps = deps
  }

  /** Until the function is called that it gives. */
  listen(account: AccountId, listener: Listener): () => void {
    const known = this.#accounts.get(account)
    const looking = known ?? new Looking(this.#deps, account)
    this.#accounts.set(account, looking)
    looking.listeners.add(listener)
    return () => {
      looking.listeners.delete(listener)
      if (looking.listeners.size > 0) return
      looking.stop()
      if (this.#accounts.get(account) === looking) this.#accounts.delete(account)
    }
  }
}

/** The looks at one account. */
class Looking {
  readonly listeners = new Set<Listener>()
  readonly #deps: InstanceWatchDeps
  readonly #account: AccountId
  #seen: Map<number, InstanceGlance>
  #timer: Timer

  constructor(deps: InstanceWatchDeps, account: AccountId) {
    this.#deps = deps
    this.#account = account
    this.#seen = new Map(this.#living().map((instance) => [instance.id, glanceAt(instance)]))
    this.#timer = this.#later()
  }

  stop(): void {
    this.#timer.cancel()
  }

  #living(): readonly Instance[] {
    return this.#deps.instances.ofAccount(this.#account).filter(({ deletedAt }) => deletedAt === null)
  }

  #later(): Timer {
    const delayMs = Math.max(LOOK_MS, this.#seen.size / INSTANCES_A_MS)
    return this.#deps.clock.after(delayMs, () => {
      this.#look()
      this.#timer = this.#later()
    })
  }

  #look(): void {
    const changed: InstanceGlance[] = []
    const seen = new Map<number, InstanceGlance>()
    for (const instance of this.#living()) {
      const before = this.#seen.get(instance.id)
      const now = before !== undefined && isLike(instance, before) ? before : glanceAt(instance)
      seen.set(instance.id, now)
      if (now !== before) changed.push(now)
    }
    const removed = [...this.#seen.keys()].filter((id) => !seen.has(id))
    this.#seen = seen
    if (changed.length === 0 && removed.length === 0) return
    for (const listener of this.listeners) listener({ changed, removed })
  }
}

function phoneOf({ linked }: Instance): string | null {
  return linked === null || linked.phone === '' ? null : linked.phone
}

/** What a look sees of an instance. */
export function glanceAt(instance: Instance): InstanceGlance {
  const { id: idInstance, state, name } = instance
  return { idInstance, state, phone: phoneOf(instance), name, ...momentOf(instance) }
}

function isLike(instance: Instance, glance: InstanceGlance): boolean {
  const { queued, notifications, isOnline, trouble } = momentOf(instance)
  return (
    instance.state === glance.state &&
    queued === glance.queued &&
    notifications === glance.notifications &&
    isOnline === glance.isOnline &&
    trouble === glance.trouble &&
    phoneOf(instance) === glance.phone &&
    instance.name === glance.name
  )
}
