import { Serial } from '../lib/serial.ts'
import type { RegisterRevision } from '../storage/cluster-store.ts'
import type { Batch, Committed, Store, Write } from '../storage/store.ts'

/** What is kept in memory of it, written through. */
export interface RegisterCopy {
  /** Reads all of it anew; not in the middle of one of its changes. */
  reload(): Promise<void>
}

/** Another node has changed the register meanwhile: nothing was stored, and the call must be looked at anew. */
export class RegisterMoved extends Error {
  constructor() {
    super('another node has changed accounts, tokens, tariffs, prices or hooks meanwhile')
    this.name = 'RegisterMoved'
  }
}

/**
 * How the node that does the jobs of all changes accounts and hooks: `store` refuses everything once another node does them, and what goes by
 * the register is done in `decide`.
 */
export interface JobChanges {
  readonly store: Pick<Store, 'commit'>
  decide<Outcome>(work: () => Promise<Outcome>): Promise<Outcome>
}

/** Where nobody else could do them. */
export function unsharedJobs(store: Pick<Store, 'commit'>): JobChanges {
  return { store, decide: (work) => work() }
}

export interface RegisterDeps {
  readonly store: Store
  /** Other nodes change it too. */
  readonly isShared: boolean
}

const ITS_WRITES: ReadonlySet<Write['kind']> = new Set([
  'account.put',
  'account.erase',
  'token.put',
  'token.remove',
  'tariff.put',
  'price.put',
  'price.remove',
  'hook.put',
])

/** After so many calls that were overtaken somebody else may try. */
const MOST_TRIES = 50

/**
 * Accounts, partner tokens, tariffs, prices and hooks: every node has copies of all, and each decides by its own. So a change is stored only
 * where the copies that it was decided by are still right.
 */
export class Register {
  /** What stores changes of it; everything else goes by as it is. Rejects with `RegisterMoved`. */
  readonly store: Store
  readonly #deps: RegisterDeps
  readonly #copies: RegisterCopy[] = []
  readonly #follows = new Serial()
  readonly #overtaken = new Serial()
  #known = 0
  /** What changes of this node have made of it. The copies show it once nobody decides by what they were before. */
  #stored = 0
  #deciding = 0

  private constructor(deps: RegisterDeps) {
    this.#deps = deps
    this.store = deps.isShared ? { ...deps.store, commit: (batch) => this.#commit(batch) } : deps.store
  }

  /** Before its copies are read. */
  static async open(deps: RegisterDeps): Promise<Register> {
    const register = new Register(deps)
    register.#known = (await deps.store.cluster?.register())?.accounts ?? 0
    return register
  }

  keep(...copies: readonly RegisterCopy[]): void {
    this.#copies.push(...copies)
  }

  /** The number of what its copies show. */
  get known(): number {
    return this.#known
  }

  /** Brings the copies up to at least these numbers. */
  follow(revision: Pick<RegisterRevision, 'accounts'>): Promise<void> {
    return this.#follows.run(async () => {
      if (revision.accounts > this.#known) await this.#read(revision)
    })
  }

  async #read({ accounts }: Pick<RegisterRevision, 'accounts'>): Promise<void> {
    for (const copy of this.#copies) await copy.reload()
    // Last: until here a change that goes by what was known is refused, and none is let through by a number that its copies have not reached.
    this.#known = accounts
  }

  /**
   * Does what looks at the register and changes it, anew where another node has changed it in between. Those that were overtaken go one after
   * the other, so that no more calls vie with each other than there are nodes.
   */
  async decide<Outcome>(work: () => Outcome | Promise<Outcome>): Promise<Outcome> {
    this.#deciding += 1
    try {
      return await this.#decide(work)
    } catch (error) {
      // Whether the copies show what it has stored is not certain.
      this.#stored = 0
      throw error
    } finally {
      this.#deciding -= 1
      if (this.#deciding === 0) this.#known = Math.max(this.#known, this.#stored)
    }
  }

  async #decide<Outcome>(work: () => Outcome | Promise<Outcome>): Promise<Outcome> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof RegisterMoved)) throw error
      return this.#overtaken.run(() => this.#decideAnew(work))
    }
  }

  async #decideAnew<Outcome>(work: () => Outcome | Promise<Outcome>): Promise<Outcome> {
    for (let tries = 1; ; tries++) {
      const now = await this.#deps.store.cluster?.register()
      // What was refused did not go by what is stored, even if it seemed to be ahead of it.
      if (now !== undefined) await this.#follows.run(() => this.#catchUp(now))
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof RegisterMoved) || tries === MOST_TRIES) throw error
      }
    }
  }

  async #catchUp(now: Pick<RegisterRevision, 'accounts'>): Promise<void> {
    if (now.accounts === this.#known) return
    this.#stored = 0
    await this.#read(now)
  }

  async #commit(batch: Batch): Promise<Committed> {
    if (!batch.writes.some(({ kind }) => ITS_WRITES.has(kind))) return this.#deps.store.commit(batch)
    const accounts = this.#known
    const guards: Batch['guards'] = [{ kind: 'register', accounts }, ...batch.guards]
    const committed = await this.#deps.store.commit({ ...batch, guards })
    if (!committed.ok && committed.refusedBy.kind === 'register') throw new RegisterMoved()
    if (committed.ok) this.#stored = accounts + 1
    return committed
  }
}
