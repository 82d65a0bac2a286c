import type { Many, Param } from '../statement.ts'
import type { BatchStep } from './batch-steps.ts'

/** What must be known of a batch to say with which others it may share a transaction. */
export interface GroupShape {
  /** The rows that it adds, changes or looks for; no two batches of a group name the same. */
  readonly rows: Pick<ReadonlyMap<string, unknown>, 'keys'>
  /** It changes nothing that is there: see `Many.adds`. */
  readonly adds: boolean
  /** Characters that it sends. */
  readonly size: number
}

/**
 * Undefined where a batch has a statement that can't stand for many, or where it says of one row first what a group does last: a group does
 * the first kind of statement for all batches, then the second.
 */
export function shapeOf(steps: readonly BatchStep[]): GroupShape | undefined {
  const last = new Map<string, number>()
  let adds = true
  let size = 0
  for (const { operation, params } of steps) {
    const { many, index } = operation
    if (many === undefined) return undefined
    adds &&= many.adds
    for (const param of params) size += typeof param === 'string' ? param.length : NUMBER_SIZE
    const row = rowOf(many, params)
    if (row === undefined) continue
    if ((last.get(row) ?? -1) >= index) return undefined
    last.set(row, index)
  }
  return { rows: last, adds, size }
}

const NUMBER_SIZE = 8

function rowOf({ row }: Many, params: readonly Param[]): string | undefined {
  if (row === undefined) return undefined
  const [table, ...places] = row
  let name = table
  // Texts may hold anything but this.
  for (const place of places) name += `\0${String(params[place])}`
  return name
}
