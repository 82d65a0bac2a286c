import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AddressRules } from '../../src/lib/address-rules.ts'
import { silentLog } from '../../src/lib/log.ts'
import type { ResolveName } from '../../src/lib/name-lookup.ts'
import { systemRandom, type Random } from '../../src/lib/random.ts'
import { DEFAULT_TERMS, type AccountHook, type AccountRow, type LifecycleType } from '../../src/model/account.ts'
import { isFault } from '../../src/model/fault.ts'
import type { AccountId } from '../../src/model/ids.ts'
import { Hooks } from '../../src/partners/hooks.ts'
import type { Batch, Store } from '../../src/storage/store.ts'
import { CountingClock } from '../support/courier-scene.ts'
import { keptLog } from '../support/kept-log.ts'
import { openTestStore } from '../support/test-database.ts'

export interface HookSceneOptions {
  readonly allow?: readonly string[]
  readonly resolve?: ResolveName
  /** Another node does the jobs: nothing is stored of what becomes of events. */
  readonly hasLostJobs?: () => boolean
  /** For jitter: 0 makes every pause its shortest. */
  readonly fraction?: () => number
}

/** The hooks of a few accounts over a real store, on a clock that skips. They can be killed and opened again. */
export class HookScene {
  readonly clock = new CountingClock()
  readonly logged: string[] = []
  readonly accounts = new Map<string, AccountRow>()
  /** Stands between the hooks and the store: what it says true to never gets there, as when the process dies before it. */
  loses: (batch: Batch) => boolean = () => false
  readonly #options: HookSceneOptions
  readonly #folder = mkdtempSync(join(tmpdir(), 'jadegate-hooks-'))
  #store: Store | undefined
  #life = { isDead: false }
  #hooks: Hooks | undefined

  private constructor(options: HookSceneOptions) {
    this.#options = options
  }

  static async open(accounts: readonly string[], options: HookSceneOptions = {}): Promise<HookScene> {
    const scene = new HookScene(options)
    scene.#store = await openTestStore({
      file: join(scene.#folder, 'jadegate.db'),
      sealingKey: Buffer.alloc(32, 7),
      log: silentLog,
    })
    for (const id of accounts) await scene.#addAccount(id as AccountId)
    await scene.#openHooks()
    return scene
  }

  get store(): Store {
    if (this.#store === undefined) throw new Error('not open')
    return this.#store
  }

  get hooks(): Hooks {
    if (this.#hooks === undefined) throw new Error('not open')
    return this.#hooks
  }

  /** Sets the hook of an account; throws where that is refused. */
  async put(account: string, url: string): Promise<AccountHook> {
    const hook = await this.hooks.put(account as AccountId, url, false, 'operator')
    if (isFault(hook)) throw new Error(hook.message)
    return hook
  }

  /** Something happened to an account, and is stored as whoever does it stores it. */
  async happens(account: string, type: LifecycleType, data: object): Promise<void> {
    const writes = this.hooks.news(account as AccountId, type, data, this.clock.now())
    if (writes.length > 0) await this.store.commit({ guards: [], writes })
  }

  /** How many accounts have events that wait, with what the store says of the oldest. */
  async waiting() {
    return this.store.events.due(Number.MAX_SAFE_INTEGER, 1000)
  }

  /** What was done since is all that memory knew; only what the store has is left. */
  async crash(): Promise<void> {
    this.#life.isDead = true
    await this.hooks.stop()
    this.loses = () => false
    await this.#openHooks()
    this.hooks.start()
  }

  async close(): Promise<void> {
    await this.hooks.stop()
    await this.store.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #addAccount(id: AccountId): Promise<void> {
    const row: AccountRow = {
      id,
      kind: 'partner',
      name: id,
      createdAt: this.clock.now(),
      partnerSince: this.clock.now(),
      suspendedAt: null,
      deletedAt: null,
      warnedAt: null,
      terms: DEFAULT_TERMS,
    }
    this.accounts.set(id, row)
    await this.store.commit({ guards: [], writes: [{ kind: 'account.put', row }] })
  }

  async #openHooks(): Promise<void> {
    const { allow = ['127.0.0.0/8'], fraction = () => systemRandom.fraction(), resolve } = this.#options
    const life = { isDead: false }
    this.#life = life
    const random: Random = { bytes: (count) => systemRandom.bytes(count), fraction }
    const alive = () => {
      if (life.isDead) throw new Error('the process is gone')
    }
    const { accounts, events } = this.store
    const commit: Store['commit'] = async (batch) => {
      if (this.loses(batch)) life.isDead = true
      alive()
      return this.store.commit(batch)
    }
    const commitAsJob: Store['commit'] = async (batch) => {
      if (this.#options.hasLostJobs?.() === true) throw new Error('another node does the jobs')
      return commit(batch)
    }
    this.#hooks = await Hooks.open({
      jobs: { store: { commit: commitAsJob }, decide: (work) => work() },
      store: {
        accounts,
        events: {
          ...events,
          due: async (now, limit) => {
            alive()
            return events.due(now, limit)
          },
        },
        commit,
      },
      clock: this.clock,
      random,
      log: keptLog(this.logged),
      allow: new AddressRules(allow),
      accounts: { get: (id) => this.accounts.get(id) },
      ...(resolve && { resolve }),
    })
  }
}
