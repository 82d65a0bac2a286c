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
    return this.#follows.run(() => this.#follow(revision))
  }

  async #follow({ accounts }: Pick<RegisterRevision, 'accounts'>): Promise<void> {
    if (accounts <= this.#known) return
    for (const copy of this.#copies) await copy.reload()
    // Last: until here a change that goes by what was known is refused, and none is let through by a number that its copies have not reached.
    this.#known = accounts
  }

  /**
   * Does what looks at the register and changes it, anew where another node has changed it in between. Those that were overtaken go one after
   * the other, so that no more calls vie with each other than there are nodes.
   */
  async decide<Outcome>(work: () => Outcome | Promise<Outcome>): Promise<Outcome> {
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
      if (now !== undefined) await this.follow(now)
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof RegisterMoved) || tries === MOST_TRIES) throw error
      }
    }
  }

  async #commit(batch: Batch): Promise<Committed> {
    if (!batch.writes.some(({ kind }) => ITS_WRITES.has(kind))) return this.#deps.store.commit(batch)
    const guards: Batch['guards'] = [{ kind: 'register', accounts: this.#known }, ...batch.guards]
    const committed = await this.#deps.store.commit({ ...batch, guards })
    if (!committed.ok && committed.refusedBy.kind === 'register') throw new RegisterMoved()
    return committed
  }
}
