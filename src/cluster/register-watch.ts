import { SharedRun } from '../lib/shared-run.ts'
import type { RegisterRevision } from '../storage/cluster-store.ts'

/** What goes by the register at this node. */
export interface RegisterFollower {
  /** Brings what is known up to these numbers. What follows from it begins, and is not waited for. */
  follow(revision: RegisterRevision): Promise<void>
  /** Resolves when what follows from what is known now has been done: it may take long. */
  enforce(): Promise<void>
}

/** Keeps this node's copies of the register as new as somebody needs them. */
export class RegisterWatch {
  readonly #look: () => Promise<RegisterRevision>
  readonly #looks = new SharedRun(() => this.#run())
  #follower: RegisterFollower | undefined
  #told: RegisterRevision | undefined

  constructor(look: () => Promise<RegisterRevision>) {
    this.#look = look
  }

  setFollower(follower: RegisterFollower): void {
    this.#follower = follower
  }

  /** Whether the copies are older than these numbers. */
  isBehind({ accounts, instances }: RegisterRevision): boolean {
    return this.#told === undefined || this.#told.accounts < accounts || this.#told.instances < instances
  }

  /** Resolves when what was changed before this call is known here: by a look that begins now or later. */
  sync(): Promise<void> {
    return this.#looks.run()
  }

  /** Resolves when what is known here is in force, too. */
  async enforce(): Promise<void> {
    await this.#follower?.enforce()
  }

  async #run(): Promise<void> {
    const revision = await this.#look()
    await this.#follower?.follow(revision)
    this.#told = revision
  }
}
