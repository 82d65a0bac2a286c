import { SharedRun } from '../lib/shared-run.ts'
import type { RegisterRevision } from '../storage/cluster-store.ts'

export type RegisterListener = (revision: RegisterRevision) => Promise<void>

/** Keeps this node's copies of the register as new as somebody needs them. */
export class RegisterWatch {
  readonly #look: () => Promise<RegisterRevision>
  readonly #listeners: RegisterListener[] = []
  readonly #looks = new SharedRun(() => this.#run())
  #told: RegisterRevision | undefined

  constructor(look: () => Promise<RegisterRevision>) {
    this.#look = look
  }

  listen(listener: RegisterListener): void {
    this.#listeners.push(listener)
  }

  /** Whether the copies are older than these numbers. */
  isBehind({ accounts, instances }: RegisterRevision): boolean {
    return this.#told === undefined || this.#told.accounts < accounts || this.#told.instances < instances
  }

  /** Resolves when what was changed before this call is known here: by a look that begins now or later. */
  sync(): Promise<void> {
    return this.#looks.run()
  }

  async #run(): Promise<void> {
    const revision = await this.#look()
    for (const listener of this.#listeners) await listener(revision)
    this.#told = revision
  }
}
