import type { AddressRules } from '../lib/address-rules.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { ResolveName } from '../lib/name-lookup.ts'
import type { Random } from '../lib/random.ts'
import { Serial } from '../lib/serial.ts'
import type { AccountHook, LifecycleEvent, LifecycleType } from '../model/account.ts'
import { fault, NOT_FOUND, type Fault } from '../model/fault.ts'
import type { AccountId, EpochMs } from '../model/ids.ts'
import type { Store, Write } from '../storage/store.ts'
import type { Accounts } from './accounts.ts'
import type { Actor } from './actor.ts'
import { audited } from './audit-log.ts'
import { HookCourier } from './hook-courier.ts'
import { HookPost } from './hook-post.ts'
import { makeHookSecret } from './hook-signature.ts'
import { hookUrlFault } from './hook-url.ts'
import { lifecycleEvent } from './lifecycle-event.ts'
import { unsharedJobs, type JobChanges } from './register.ts'

const ATTEMPTS_KEPT = 100
/** How long an attempt under way may take when the server stops. */
const DRAIN_MS = 5_000

export interface HooksDeps {
  readonly store: Pick<Store, 'accounts' | 'commit' | 'events'>
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Which addresses a hook may have. */
  readonly allow: AddressRules
  readonly accounts: Pick<Accounts, 'get'>
  /** How deliveries are settled, which one node does for all; as everything else where absent. */
  readonly jobs?: JobChanges
  /** So often at least it is looked whether there is news that this process has not made. */
  readonly pollMs?: number
  /** How names are resolved; the machine's way where it is absent. */
  readonly resolve?: ResolveName
}

export interface HookAttempt {
  readonly at: number
  readonly id: string
  readonly type: string
  readonly attempt: number
  /** Status of the answer, 0 where there was none. */
  readonly status: number
}

/** Where accounts hear of what happens to their instances, by Standard Webhooks. Kept in memory, written through. */
export class Hooks {
  readonly #deps: HooksDeps
  readonly #jobs: JobChanges
  #hooks = new Map<AccountId, AccountHook>()
  readonly #attempts = new Map<AccountId, HookAttempt[]>()
  readonly #changes = new Serial()
  #courier: HookCourier

  private constructor(deps: HooksDeps) {
    this.#deps = deps
    this.#jobs = deps.jobs ?? unsharedJobs(deps.store)
    this.#courier = this.#newCourier()
  }

  /** One that was stopped delivers nothing more. */
  #newCourier(): HookCourier {
    const { allow, clock, log, random, resolve, store, pollMs } = this.#deps
    return new HookCourier({
      store: { events: store.events, commit: (batch) => this.#jobs.store.commit(batch) },
      ...(pollMs !== undefined && { pollMs }),
      clock,
      random,
      log,
      post: new HookPost(clock, allow, resolve),
      hookOf: (account) => this.#hookOf(account),
      hookCount: () => this.#hooks.size,
      tried: (event, status) => this.#tried(event, status),
      clear: (account) => this.#clear(account),
    })
  }

  static async open(deps: HooksDeps): Promise<Hooks> {
    const hooks = new Hooks(deps)
    await hooks.reload()
    return hooks
  }

  /** Reads all hooks anew, as other nodes may have changed them. */
  reload(): Promise<void> {
    return this.#changes.run(async () => {
      const hooks = await this.#deps.store.accounts.hooks()
      this.#hooks = new Map(hooks.map((hook) => [hook.account, hook]))
      this.#courier.wake()
    })
  }

  /** From here on what waits is delivered. */
  start(): void {
    this.#courier.start()
  }

  /** What is under way may end for 5 s, or ends at once; the rest waits for the next start, here or on another node. */
  stop(atOnce = false): Promise<void> {
    const courier = this.#courier
    this.#courier = this.#newCourier()
    return courier.stop(atOnce ? 0 : DRAIN_MS)
  }

  get(account: AccountId): Omit<AccountHook, 'secret'> | undefined {
    const hook = this.#hookOf(account)
    return hook && { account, url: hook.url, createdAt: hook.createdAt }
  }

  /**
   * Sets the address; the secret of the first time stays, or is made anew where `newSecret`. The secret is told by this answer alone.
   * `invalid` for what is no URL, or one that this server may never reach. What waits is tried at once.
   */
  put(account: AccountId, url: string, newSecret: boolean, by: Actor): Promise<AccountHook | Fault> {
    return this.#changes.run(async () => {
      const trouble = this.#accountFault(account) ?? hookUrlFault(url, this.#deps.allow)
      if (trouble !== undefined) return trouble
      const { clock, random } = this.#deps
      const known = this.#hooks.get(account)
      const secret = known === undefined || newSecret ? makeHookSecret(random) : known.secret
      const hook: AccountHook = { account, url, secret, createdAt: known?.createdAt ?? clock.now() }
      // A URL may have a secret in its path or query.
      const details = { origin: new URL(url).origin, newSecret: secret !== known?.secret }
      await this.#store(hook, account, [audited(by, clock.now(), 'hook.put', { account, details })])
      this.#hooks.set(account, hook)
      this.#courier.rush(account)
      return hook
    })
  }

  /** What waits goes with it. `notFound` without a hook. */
  remove(account: AccountId, by: Actor): Promise<Fault | null> {
    return this.#changes.run(async () => {
      if (this.#hookOf(account) === undefined) return NO_HOOK
      this.#courier.hold(account)
      try {
        await this.#store(null, account, [audited(by, this.#deps.clock.now(), 'hook.remove', { account })])
        this.#forget(account)
      } finally {
        this.#courier.release(account)
      }
      return null
    })
  }

  /** Puts a `hook.test` event on its way behind those that wait, which are tried at once; gives its id. `notFound` without a hook. */
  async test(account: AccountId): Promise<{ readonly id: string } | Fault> {
    if (this.#hookOf(account) === undefined) return NO_HOOK
    const { clock, random, store } = this.#deps
    const event = lifecycleEvent({ account, type: 'hook.test', data: {}, at: clock.now() }, random)
    await store.commit({ guards: [], writes: [{ kind: 'event.add', event }] })
    this.#courier.rush(account)
    return { id: event.id }
  }

  /** What the receiver did lately with the events of this account, newest first; kept in memory. */
  attempts(account: AccountId): readonly HookAttempt[] {
    return [...(this.#attempts.get(account) ?? [])].reverse()
  }

  /**
   * What the batch of what happened stores beside it, so that the account's hook hears of it; nothing where it has none. Delivered when
   * that batch has committed, which is looked for from now on.
   */
  news(account: AccountId, type: LifecycleType, data: object, at: EpochMs): readonly Write[] {
    if (this.#hookOf(account) === undefined) return NO_NEWS
    this.#courier.wake()
    return [{ kind: 'event.add', event: lifecycleEvent({ account, type, data, at }, this.#deps.random) }]
  }

  #hookOf(account: AccountId): AccountHook | undefined {
    const hook = this.#hooks.get(account)
    if (hook === undefined || this.#deps.accounts.get(account) !== undefined) return hook
    // The account was erased for good, and the store has removed its hook with it.
    this.#forget(account)
    return undefined
  }

  #forget(account: AccountId): void {
    this.#hooks.delete(account)
    this.#attempts.delete(account)
  }

  /** A batch with news that was on its way while the hook went away has left them behind. */
  #clear(account: AccountId): Promise<void> {
    const clear = async () => {
      if (this.#hookOf(account) !== undefined) return
      await this.#jobs.store.commit({ guards: [], writes: [{ kind: 'hook.put', account, hook: null }] })
    }
    return this.#jobs.decide(() => this.#changes.run(clear))
  }

  #accountFault(account: AccountId): Fault | undefined {
    const row = this.#deps.accounts.get(account)
    return row?.deletedAt === null ? undefined : NOT_FOUND
  }

  async #store(hook: AccountHook | null, account: AccountId, audit: readonly Write[]): Promise<void> {
    await this.#deps.store.commit({ guards: [], writes: [{ kind: 'hook.put', account, hook }, ...audit] })
  }

  #tried({ account, attempts, id, type }: LifecycleEvent, status: number): void {
    const kept = this.#attempts.get(account) ?? []
    kept.push({ at: this.#deps.clock.now(), id, type, attempt: attempts + 1, status })
    if (kept.length > ATTEMPTS_KEPT) kept.shift()
    this.#attempts.set(account, kept)
  }
}

const NO_HOOK = fault('notFound', 'There is no hook')
const NO_NEWS: readonly Write[] = []
