import type { Instance } from '../instances/instance.ts'
import type { Link } from '../instances/link.ts'
import type { LinkTransfer } from '../instances/link-transfer.ts'
import type { Clock } from '../lib/clock.ts'
import type { AuditAction } from '../model/audit-action.ts'
import { isFault, type Fault } from '../model/fault.ts'
import type { LinkedAccount } from '../model/instance.ts'
import type { Store } from '../storage/store.ts'
import type { Actor } from './actor.ts'
import { audited } from './audit-log.ts'

interface LinksDeps {
  readonly store: Pick<Store, 'commit'>
  readonly clock: Clock
}

/** Of a device that is linked already, as its client keeps it. */
export interface ImportedToken {
  readonly token: string
  /** What that client calls itself; without it: what the instance does. */
  readonly deviceId?: string
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

  /** The instance becomes the device whose token this is, when its messenger takes it. */
  async importToken(instance: Instance, { token, deviceId }: ImportedToken, by: Actor): Promise<LinkedAccount | Fault> {
    const { refusal } = instance.life
    if (refusal !== undefined) return refusal
    await this.#note(instance, by, 'instance.tokenImported')
    return instance.linking.token(token, deviceId)
  }

  async #with<Outcome>(
    instance: Instance,
    by: Actor,
    action: AuditAction,
    work: (transfer: LinkTransfer) => Promise<Outcome | Fault>,
  ): Promise<Outcome | Fault> {
    const { transfer } = instance.life
    if (isFault(transfer)) return transfer
    await this.#note(instance, by, action)
    return work(transfer)
  }

  async #note(instance: Instance, by: Actor, action: AuditAction): Promise<void> {
    const what = { account: instance.account, target: String(instance.id) }
    const entry = audited(by, this.#deps.clock.now(), action, what)
    await this.#deps.store.commit({ guards: [], writes: [entry] })
  }
}
