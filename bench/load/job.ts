/** What the load process is told to do. Requests are complete texts, made before the clock starts. */
export type Job =
  /** Every connection sends request after request, each when the one before was answered. */
  | {
      readonly kind: 'closed'
      readonly port: number
      readonly connections: number
      readonly warmupMs: number
      readonly durationMs: number
      readonly requests: readonly string[]
      /** Must stand in the body of each answer, which must have status 200. */
      readonly expect: string
    }
  /** Requests leave at a fixed rate whether or not earlier ones were answered; time counts from when each was due. */
  | {
      readonly kind: 'open'
      readonly port: number
      readonly connections: number
      readonly warmupMs: number
      readonly durationMs: number
      readonly perSecond: number
      readonly requests: readonly string[]
      readonly expect: string
    }
  /** Every connection goes round its share of the mailboxes: receive, delete, the next one, until each was asked `rounds` times. */
  | {
      readonly kind: 'pairs'
      readonly port: number
      readonly connections: number
      readonly rounds: number
      readonly mailboxes: readonly { readonly receive: string; readonly remove: string }[]
    }

/** Times in milliseconds. */
export interface JobResult {
  /** Within the measured window. */
  readonly done: number
  /** The warm-up included. */
  readonly doneInAll: number
  readonly tookMs: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
}

export type Told = { readonly ok: true; readonly result: JobResult } | { readonly ok: false; readonly error: string }
