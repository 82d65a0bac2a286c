import type { Batch } from '../../store.ts'
import type { Outcome } from '../batch-code.ts'
import type { LaneKey } from '../lanes.ts'
import type { BatchStep } from './batch-steps.ts'
import type { GroupShape } from './group-shape.ts'

/** A batch that waits for its transaction. */
export interface Waiting {
  readonly batch: Batch
  readonly steps: readonly BatchStep[]
  /** What it is about; batches that share a lane run in their order. */
  readonly lanes: ReadonlySet<LaneKey>
  /** By `performance.now()`: then it is given up, where it is not under way. */
  readonly until: number
  /** Undefined: it needs a transaction of its own. */
  shape: GroupShape | undefined
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (error: unknown) => void
}
