import type { EpochMs } from './ids.ts'

/**
 * What became of a notification that was tried by webhook. retrying: it waits and is tried again. gone: it was never taken, and waits no more: it
 * expired, was cleared, or was fetched by polling.
 */
export const DELIVERY_OUTCOMES = ['delivered', 'retrying', 'gone'] as const
export type DeliveryOutcome = (typeof DELIVERY_OUTCOMES)[number]

/** One try to deliver. */
export interface DeliveryAttempt {
  /** When its outcome was known. */
  readonly at: EpochMs
  /** How long the receiver took. */
  readonly ms: number
  /** What it answered with; 0 where no answer came. */
  readonly status: number
  /** Why none came, else empty. */
  readonly code: string
}

/** A notification that was tried by webhook, without its body. */
export interface DeliveryLine {
  readonly receiptId: number
  /** The kind of notification, as its receivers know it. */
  readonly type: string
  /** When the notification was made. */
  readonly madeAt: EpochMs
  readonly outcome: DeliveryOutcome
  /** How often it was tried. */
  readonly tries: number
  /** Oldest first, never empty: of many the first ones and the latest. */
  readonly attempts: readonly DeliveryAttempt[]
}

export interface Delivery extends DeliveryLine {
  /** As it was sent. */
  readonly body: string
}
