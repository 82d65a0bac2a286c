import type { Delivery } from '../model/delivery.ts'
import type { Fault } from '../model/fault.ts'
import type { Repeated } from '../model/once.ts'
import type { Once } from '../storage/once.ts'
import type { DeliveryPage, DeliveryQuery, Notification, Write } from '../storage/store.ts'
import type { InstanceRecord } from './record.ts'

/** What one instance has to tell: what waits, what was tried by webhook, and saying something once more. */
export class InstanceNotices {
  readonly #record: InstanceRecord
  readonly #closed: () => Fault | undefined

  /** `closed` says why nothing is taken in any more, and throws where the instance is not here. */
  constructor(record: InstanceRecord, closed: () => Fault | undefined) {
    this.#record = record
    this.#closed = closed
  }

  /** What waits behind a receipt id, oldest first. */
  waiting(limit: number, after: number): Promise<readonly Notification[]> {
    return this.#record.node.store.mailbox.list(this.#record.id, limit, after)
  }

  /** What was tried by webhook, newest first; see `DeliveryStore.list`. */
  deliveries(query: DeliveryQuery, limit: number, before: number | undefined): Promise<DeliveryPage> {
    return this.#record.node.store.deliveries.list(this.#record.id, query, limit, before)
  }

  delivery(receiptId: number): Promise<Delivery | null> {
    return this.#record.node.store.deliveries.find(this.#record.id, receiptId)
  }

  /**
   * Puts a body of before behind what waits, under a receipt id of its own; durable, with `beside`, when it resolves.
   * @returns the receipt id
   */
  repeat(body: string, beside: readonly Write[], once?: Once<number>): Promise<number | Fault | Repeated> {
    return this.#post(() => body, beside, once)
  }

  /** As `repeat`, of a notification that says the state of this moment, whether the settings want such or not. */
  tellState(beside: readonly Write[]): Promise<number | Fault | Repeated> {
    return this.#post(() => this.#record.renderState(), beside, undefined)
  }

  async #post(
    body: () => string,
    beside: readonly Write[],
    once: Once<number> | undefined,
  ): Promise<number | Fault | Repeated> {
    const refused = this.#closed()
    if (refused !== undefined) return refused
    const { mailbox, node } = this.#record
    const posted = mailbox.post([body()], node.clock.now())
    const guards = once === undefined ? [] : [once(posted.first)]
    const committed = await this.#record.tryCommit([...posted.writes, ...beside], guards)
    if (committed.ok) {
      posted.committed()
      return posted.first
    }
    if (committed.earlier !== undefined) return { earlier: committed.earlier }
    throw new Error(`a batch was refused by ${committed.refusedBy.kind}`)
  }
}
