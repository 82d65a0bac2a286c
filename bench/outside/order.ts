import type { JobResult } from '../load/job.ts'

/** What the outside process is told to do. */
export type Order =
  /** Pushes so many events to every device; done when all are acknowledged as durable. */
  | { readonly kind: 'fill'; readonly each: number }
  /** Keeps so many events under way, each to the next device, from push to webhook. */
  | { readonly kind: 'drive'; readonly inFlight: number; readonly warmupMs: number; readonly durationMs: number }
  /**
   * Limits the accounts of these phones one after the other, lets them go again in the same order, and so on, so many changes a second; done when all are
   * acknowledged as durable.
   */
  | {
      readonly kind: 'restrict'
      readonly phones: readonly string[]
      readonly perSecond: number
      /** How often each phone changes; even, so that all are free in the end. */
      readonly passes: number
    }

export interface Outcome {
  readonly devices: number
  readonly result: JobResult
  /** Webhooks that came a second time. */
  readonly repeated: number
  /** When the last event was pushed, by the machine's clock. */
  readonly lastAt: number
}

export interface Ready {
  readonly linkPort: number
  readonly webhookPort: number
}

export type Told =
  { readonly ok: true; readonly outcome: Outcome | Ready } | { readonly ok: false; readonly error: string }
