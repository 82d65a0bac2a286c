import type { Random } from './random.ts'

export interface BackoffPlan {
  readonly firstMs: number
  readonly longestMs: number
}

/** How long to wait before attempt `attempt` (1 = the first retry): doubles up to the longest, half of it is jitter. */
export function backoffMs(plan: BackoffPlan, attempt: number, random: Random): number {
  const full = Math.min(plan.longestMs, plan.firstMs * 2 ** Math.min(attempt - 1, 30))
  return Math.round(full / 2 + (full / 2) * random.fraction())
}
