import type { Instance } from '../instances/instance.ts'
import type { Link } from '../instances/link.ts'
import type { LinkTransfer } from '../instances/link-transfer.ts'
import type { Clock } from '../lib/clock.ts'
import { isFault, type Fault } from '../model/fault.ts'
import type { Store } from '../storage/store.ts'
import type { Actor } from './actor.ts'
import { audited } from './audit-log.ts'

interface LinksDeps {
  readonly store: Pick<Store, 'commit'>
  readonly clock: Clock
}

/** Links as they move between servers. Each look at one is in the audit log, durable before anything is told. */
export class Links {
  readonly #deps: LinksDeps

  constructor(deps: LinksDeps) {
    this.#deps = deps
  }

  copy(instance: Instance, restMs: number, by: Actor): Promise<Link | Fault> {
    return this.#with(instance, by, 'instance.linkCopied', (transfer) => transfer.copy(restMs))
  }

  release(instance: Instance, fingerprint: string, by: Actor): Promise<Fault | undefined> {
    return this.#with(instance, by, 'instance.linkReleased', (transfer) => transfer.release(fingerprint))
  }

  adopt(instance: Instance, link: Link, by: Actor): Promise<Fault | undefined> {
    return this.#with(instance, by, 'instance.linkAdopted', (transfer) => transfer.adopt(link))
  }

  async #with<Outcome>(
    instance: Instance,
    by: Actor,
    action: string,
    work: (transfer: LinkTransfer) => Promise<Outcome | Fault>,
  ): Promise<Outcome | Fault> {
    const { transfer } = instance.life
    if (isFault(transfer)) return transfer
    const what = { account: instance.account, target: String(instance.id) }
    const entry = audited(by, this.#deps.clock.now(), action, what)
    await this.#deps.store.commit({ guards: [], writes: [entry] })
    return work(transfer)
  }
}
