import type { Guard } from '../storage/store.ts'

/** A guard that the caller had put beside a change did not hold: nothing was stored. */
export interface RefusedBy {
  readonly refusedBy: Guard
}

export function isRefusedBy(value: unknown): value is RefusedBy {
  return typeof value === 'object' && value !== null && 'refusedBy' in value
}
