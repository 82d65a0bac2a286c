import { backoffMs } from '../lib/backoff.ts'
import type { Clock, Timer } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { pause } from '../lib/pause.ts'
import type { Random } from '../lib/random.ts'
import type { AccountHook, LifecycleEvent } from '../model/account.ts'
import type { AccountId, EpochMs } from '../model/ids.ts'
import type { Store, Write } from '../storage/store.ts'
import type { HookPost, HookVerdict } from './hook-post.ts'

/** Between two attempts: 5 s, growing up to an hour. */
const RETRY = { firstMs: 5_000, longestMs: 3_600_000 }
/** An event that is older is given up when it fails once more. */
const GIVE_UP_MS = 3 * 86_400_000
/** But only where the receiver has failed for so long under our eyes: this server, not the receiver, may have been off for days. */
const WATCHED_MS = 3_600_000
/** After news, which is told before its batch commits; then as often as `POLL_MS` says. */
const FIRST_LOOK_MS = 20
const LOOKS_MS: readonly number[] = [FIRST_LOOK_MS, 100, 500, 2_500, 10_000]
const POLL_MS = 60_000
const STORE_PAUSE_MS = 5_000
/** Events of accounts whose hook was taken away in the same moment. */
const LEFT_OVER = 64
/** A look costs with the accounts that have events waiting; it rests a millisecond for so many of them. */
const ACCOUNTS_PER_REST_MS = 4

export interface HookCourierDeps {
  readonly store: Pick<Store, 'commit' | 'events'>
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly post: HookPost
  /** A minute where absent. */
  readonly pollMs?: number
  readonly hookOf: (account: AccountId) => AccountHook | undefined
  readonly hookCount: () => number
  readonly tried: (event: LifecycleEvent, status: number) => void
  /** Removes the events of an account that has no hook. */
  readonly clear: (account: AccountId) => Promise<void>
}

interface Delivery {
  readonly abort: AbortController
  readonly done: Promise<void>
}

/**
 * Brings the events of accounts to their hooks: the oldest of each account, and the next one when that is gone.
 *
 *   look at the oldest of every account → post → taken: remove durably → look …
 *                                              → anything else: store when to try again → look …
 *
 * An event goes by an answer 2xx or 410, or when it is given up. A crash between the answer and the removal delivers it once more. One timer
 * serves all accounts, and none is set where nobody has a hook.
 */
export class HookCourier {
  readonly #deps: HookCourierDeps
  readonly #underWay = new Map<AccountId, Delivery>()
  /** Whose delivery ended since the look under way began: what that look reads of them may be old. */
  readonly #ended = new Set<AccountId>()
  /** Whose oldest event is to be tried now, whenever it is due. */
  readonly #rushed = new Set<AccountId>()
  readonly #held = new Set<AccountId>()
  /** Since when nothing has arrived at accounts' receivers. */
  readonly #failing = new Map<AccountId, EpochMs>()
  #isRunning = false
  #timer: { readonly at: EpochMs; readonly timer: Timer } | undefined
  #looking: Promise<void> | undefined
  #isMissed = false
  #looks = 0
  #restMs = 0

  constructor(deps: HookCourierDeps) {
    this.#deps = deps
  }

  get #pollMs(): number {
    return this.#deps.pollMs ?? POLL_MS
  }

  start(): void {
    this.#isRunning = true
    this.#lookIn(0)
  }

  /** News is about to be stored. */
  wake(): void {
    this.#looks = 0
    this.#lookIn(FIRST_LOOK_MS)
  }

  /** The account has reason to believe that its receiver takes events now. */
  rush(account: AccountId): void {
    this.#rushed.add(account)
    this.#lookIn(0)
  }

  /** The account's hook is about to go. An attempt under way is cut off, and writes nothing any more; none begins until `release`. */
  hold(account: AccountId): void {
    this.#held.add(account)
    this.#underWay.get(account)?.abort.abort()
  }

  /** The hook is gone, or has stayed after all. */
  release(account: AccountId): void {
    this.#held.delete(account)
    this.#failing.delete(account)
    this.#lookIn(0)
  }

  /** Begins nothing new, waits for what is under way up to `drainMs`, then cuts it off. Resolves when all is over. */
  async stop(drainMs: number): Promise<void> {
    this.#isRunning = false
    this.#timer?.timer.cancel()
    this.#timer = undefined
    await this.#looking
    const { clock, post } = this.#deps
    const cut = clock.after(drainMs, () => {
      for (const { abort } of this.#underWay.values()) abort.abort()
      void post.close()
    })
    await Promise.all([...this.#underWay.values()].map(({ done }) => done))
    cut.cancel()
    await post.close()
  }

  #lookIn(delayMs: number): void {
    if (!this.#isRunning || this.#deps.hookCount() === 0) return
    const { clock } = this.#deps
    const waitMs = Math.max(delayMs, this.#restMs)
    const at = clock.now() + waitMs
    if (this.#timer !== undefined && this.#timer.at <= at) return
    this.#timer?.timer.cancel()
    const timer = clock.after(waitMs, () => {
      this.#timer = undefined
      if (this.#looking !== undefined) this.#isMissed = true
      else this.#looking = this.#look()
    })
    this.#timer = { at, timer }
  }

  async #look(): Promise<void> {
    this.#ended.clear()
    let nextMs = STORE_PAUSE_MS
    try {
      nextMs = await this.#startDue()
    } catch (error) {
      this.#deps.log.error({ error }, 'the events of accounts could not be read')
    }
    this.#looking = undefined
    if (this.#isMissed) nextMs = 0
    this.#isMissed = false
    this.#lookIn(Math.min(nextMs, LOOKS_MS[this.#looks] ?? this.#pollMs, this.#pollMs))
    this.#looks += 1
  }

  /** Starts what is due and not under way; tells in how many milliseconds the next one is. */
  async #startDue(): Promise<number> {
    const { clear, clock, hookCount, hookOf, store } = this.#deps
    const rushed = [...this.#rushed]
    const oldest = await store.events.due(Number.MAX_SAFE_INTEGER, hookCount() + LEFT_OVER)
    this.#restMs = Math.floor(oldest.length / ACCOUNTS_PER_REST_MS)
    const now = clock.now()
    let nextMs = this.#pollMs
    for (const event of oldest) {
      if (!this.#isRunning) break
      const { account, dueAt } = event
      if (this.#isBusy(account)) continue
      const hook = hookOf(account)
      if (hook === undefined) {
        await clear(account)
      } else if (isDue(event, now) || rushed.includes(account)) this.#start(event, hook)
      else nextMs = Math.min(nextMs, dueAt - now)
    }
    for (const account of rushed) if (!this.#isBusy(account)) this.#rushed.delete(account)
    return nextMs
  }

  #isBusy(account: AccountId): boolean {
    return this.#underWay.has(account) || this.#ended.has(account) || this.#held.has(account)
  }

  #start(event: LifecycleEvent, hook: AccountHook): void {
    const { account } = event
    const abort = new AbortController()
    this.#rushed.delete(account)
    const done = this.#deliver(event, hook, abort.signal).finally(() => {
      this.#underWay.delete(account)
      this.#ended.add(account)
      this.#lookIn(0)
    })
    this.#underWay.set(account, { abort, done })
  }

  async #deliver(event: LifecycleEvent, hook: AccountHook, signal: AbortSignal): Promise<void> {
    const { clock, log, post, store, tried } = this.#deps
    try {
      const verdict = await post.send(event, hook, signal)
      // Cut off: it stays as it is, or has gone with its hook.
      if (signal.aborted) return
      tried(event, verdict.status)
      await store.commit({ guards: [], writes: [this.#verdict(event, verdict)] })
    } catch (error) {
      // It is still there, and this keeps a broken disk from a storm of the same event.
      log.error({ account: event.account, id: event.id, error }, 'what became of an event could not be stored')
      if (this.#isRunning) await pause(clock, STORE_PAUSE_MS, signal)
    }
  }

  /** What the store has to do about an attempt. */
  #verdict(event: LifecycleEvent, { status, code, origin }: HookVerdict): Write {
    const { clock, log, random } = this.#deps
    const { account, id, seq, type } = event
    const attempts = event.attempts + 1
    const fields = { account, id, type, origin, status, code, attempts }
    if (isTaken(status)) {
      if (this.#failing.delete(account)) log.info(fields, 'an event arrived at last')
      return { kind: 'event.remove', seq, id }
    }
    const now = clock.now()
    const since = this.#failing.get(account) ?? now
    this.#failing.set(account, since)
    if (now - event.at >= GIVE_UP_MS && now - since >= WATCHED_MS) {
      log.warn(fields, 'an event is given up: its receiver did not take it for three days')
      return { kind: 'event.remove', seq, id }
    }
    if (attempts === 1) log.warn(fields, 'an event was not taken')
    else log.debug(fields, 'an event was not taken again')
    return { kind: 'event.retry', seq, id, attempts, dueAt: now + backoffMs(RETRY, attempts, random) }
  }
}

/** The first time at once, and when no pause is as long as it seems to be: then the clock was set back. */
function isDue({ attempts, dueAt }: LifecycleEvent, now: EpochMs): boolean {
  return attempts === 0 || dueAt <= now || dueAt > now + RETRY.longestMs
}

/** 410 says that nobody wants it any more, which is as good. */
function isTaken(status: number): boolean {
  return (status >= 200 && status < 300) || status === 410
}
