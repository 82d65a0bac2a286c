import type { Delivery, DeliveryLine, DeliveryOutcome } from '../model/delivery.ts'
import type { InstanceId } from '../model/ids.ts'

export interface DeliveryQuery {
  readonly outcome?: DeliveryOutcome
  readonly type?: string
}

export interface DeliveryPage {
  readonly lines: readonly DeliveryLine[]
  /** Behind which receipt id the list goes on; null at its end. */
  readonly next: number | null
}

/** Which notifications were tried by webhook. */
export interface DeliveryStore {
  /**
   * Newest first, those with lower receipt ids than `before` where it is given. Of many that do not fit the query so many are looked at as a read
   * may take: then there are fewer lines than `limit`, or none, and the list goes on all the same.
   */
  list(instance: InstanceId, query: DeliveryQuery, limit: number, before?: number): Promise<DeliveryPage>
  find(instance: InstanceId, receiptId: number): Promise<Delivery | null>
}
