import type { RegisterFollower } from '../cluster/register-watch.ts'
import type { Instances } from '../instances/instances.ts'
import type { Log } from '../lib/log.ts'
import { SharedRun } from '../lib/shared-run.ts'
import type { Accounts } from '../partners/accounts.ts'
import type { Register } from '../partners/register.ts'

export interface Followers {
  readonly log: Log
  readonly register: Pick<Register, 'known' | 'follow'>
  readonly accounts: Pick<Accounts, 'recover'>
  readonly instances: Pick<Instances, 'refreshHolds'> & { readonly residency: Pick<Instances['residency'], 'catchUp'> }
}

export interface Follower extends RegisterFollower {
  /** Nothing more is enforced. Resolves when what is under way has come to its end. */
  stop(): Promise<void>
}

/**
 * Whatever any node changes is in force here, too: the copies are new first, which is all that calls wait for; then instances are held or come
 * back, and those of deleted accounts go. That may take minutes.
 */
export function followRegister({ log, register, accounts, instances }: Followers): Follower {
  const stopping = new AbortController()
  const { signal } = stopping
  // Each by itself: whoever is suspended stands still, however many instances of others are being deleted.
  const holds = new Effect(register, () => instances.refreshHolds())
  const deletions = new Effect(register, () => accounts.recover(signal))
  const enforce = async (): Promise<void> => {
    if (!signal.aborted) await Promise.all([holds.bring(), deletions.bring()])
  }
  let begun = register.known
  const begin = (): void => {
    if (begun === register.known) return
    begun = register.known
    enforce().catch((error: unknown) => {
      begun = NOTHING
      log.warn({ error }, 'what has changed of accounts is not in force for all of their instances yet')
    })
  }
  return {
    async follow(revision) {
      await register.follow(revision)
      await instances.residency.catchUp(revision.instances)
      begin()
    },
    enforce,
    async stop() {
      stopping.abort()
      await Promise.all([holds.idle(), deletions.idle()])
    },
  }
}

/** What the register wants of instances. */
class Effect {
  readonly #register: Pick<Register, 'known'>
  readonly #runs: SharedRun
  /** Of the register's numbers the one that is in force. */
  #done: number

  constructor(register: Pick<Register, 'known'>, work: () => Promise<void>) {
    this.#register = register
    this.#done = register.known
    this.#runs = new SharedRun(() => this.#run(work))
  }

  /** Resolves when what is known now is in force. What failed is done by the next call. */
  bring(): Promise<void> {
    return this.#register.known === this.#done ? Promise.resolve() : this.#runs.run()
  }

  idle(): Promise<void> {
    return this.#runs.idle()
  }

  async #run(work: () => Promise<void>): Promise<void> {
    const { known } = this.#register
    if (known === this.#done) return
    await work()
    this.#done = known
  }
}

const NOTHING = -1
